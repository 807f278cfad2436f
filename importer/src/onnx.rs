//! The part of ONNX's protobuf messages that an importer reads, and constants as plain vectors.
//!
//! Field numbers are those of the published `onnx.proto3`. They are declared here, and not taken from a crate that
//! generates them, because the importer needs these forty fields and no compiler of `.proto` files.
#![allow(missing_docs, reason = "the names are ONNX's own")]

use std::{fs::File, io::Read, path::Path};

use millrace_inference::limits::MAX_MODEL_BYTES;
use prost::Message;

use crate::ImportError;

/// The longest file that is read. A model holds a sixteenth of it, and floats take four times its bytes.
pub const MAX_ONNX_BYTES: usize = 16 * MAX_MODEL_BYTES;

/// The most entries of a file that is read: nodes, attributes, names and the like. Each takes up to a few hundred bytes
/// of memory, however few it has in the file.
const MAX_ENTRIES: usize = 1 << 19;

/// The most axes of a constant.
const MAX_AXES: usize = 8;

#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
    #[prost(message, repeated, tag = "25")]
    pub functions: Vec<Function>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OperatorSet {
    #[prost(string, tag = "1")]
    pub domain: String,
    #[prost(int64, tag = "2")]
    pub version: i64,
}

/// An operator that the file itself defines; what it does isn't read.
#[derive(Clone, PartialEq, Message)]
pub struct Function {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(string, tag = "10")]
    pub domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Node {
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
    #[prost(string, tag = "7")]
    pub domain: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(float, tag = "2")]
    pub f: f32,
    #[prost(int64, tag = "3")]
    pub i: i64,
    #[prost(bytes = "vec", tag = "4")]
    pub s: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub t: Option<Tensor>,
    // Not packed, as ONNX writes them and calibration's reader wants them.
    #[prost(float, repeated, packed = "false", tag = "7")]
    pub floats: Vec<f32>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    /// Which of the fields holds the value: [`Attribute::FLOAT`] and its like.
    #[prost(int32, tag = "20")]
    pub r#type: i32,
}

impl Attribute {
    pub const FLOAT: i32 = 1;
    pub const INT: i32 = 2;
    pub const STRING: i32 = 3;
    pub const TENSOR: i32 = 4;
    pub const FLOATS: i32 = 6;
    pub const INTS: i32 = 7;
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    #[prost(float, repeated, tag = "4")]
    pub float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    pub int32_data: Vec<i32>,
    #[prost(int64, repeated, tag = "7")]
    pub int64_data: Vec<i64>,
    #[prost(string, tag = "8")]
    pub name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub raw_data: Vec<u8>,
    #[prost(int32, tag = "14")]
    pub data_location: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Type {
    #[prost(message, optional, tag = "1")]
    pub tensor_type: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    #[prost(int32, tag = "1")]
    pub elem_type: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    /// Absent where the length has a name, as a batch often has.
    #[prost(int64, optional, tag = "1")]
    pub dim_value: Option<i64>,
    #[prost(string, tag = "2")]
    pub dim_param: String,
}

/// Element types of [`Tensor::data_type`].
pub const FLOAT: i32 = 1;
pub const UINT8: i32 = 2;
pub const INT8: i32 = 3;
pub const INT32: i32 = 6;
pub const INT64: i32 = 7;
pub const BOOL: i32 = 9;

/// A constant with its numbers as they are written, integers exact.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Axes.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub numbers: Numbers,
    /// The first of the numbers that is NaN or infinite, if one is.
    pub strange: Option<f32>,
}

/// A constant's numbers.
#[derive(Clone, Debug)]
pub enum Numbers {
    Float(Vec<f32>),
    /// Of [`UINT8`], [`INT8`], [`INT32`], [`INT64`] or [`BOOL`].
    Integer {
        values: Vec<i64>,
        /// Which of them; every value is in its range.
        data_type: i32,
    },
}

impl Constant {
    /// A constant of numbers as many as its shape says.
    pub(crate) fn new(shape: Vec<usize>, numbers: Numbers) -> Self {
        let strange = match &numbers {
            Numbers::Float(values) => values.iter().copied().find(|value| !value.is_finite()),
            Numbers::Integer { .. } => None,
        };
        Self { shape, numbers, strange }
    }

    /// The numbers as floats.
    pub fn floats(&self) -> Vec<f64> {
        match &self.numbers {
            Numbers::Float(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Numbers::Integer { values, .. } => values.iter().map(|value| *value as f64).collect(),
        }
    }

    /// The numbers as integers, if that is what they are.
    pub fn integers(&self) -> Option<&[i64]> {
        match &self.numbers {
            Numbers::Integer { values, .. } => Some(values),
            Numbers::Float(_) => None,
        }
    }
}

impl Tensor {
    /// Reads a constant.
    ///
    /// # Errors
    /// What can't be read of it.
    pub fn constant(&self) -> Result<Constant, String> {
        if self.data_location != 0 {
            return Err("its data lies in another file; save the model with its data inside".into());
        }
        if self.dims.len() > MAX_AXES {
            return Err(format!("it has {} axes, at most {MAX_AXES} are read", self.dims.len()));
        }
        let shape: Vec<usize> = self
            .dims
            .iter()
            .map(|dim| usize::try_from(*dim).map_err(|_| format!("it has an axis of length {dim}")))
            .collect::<Result<_, _>>()?;
        // Every number of a constant that a model needs takes a byte of the model.
        let expected = shape
            .iter()
            .try_fold(1usize, |product, axis| product.checked_mul(*axis))
            .filter(|count| *count <= MAX_MODEL_BYTES)
            .ok_or_else(|| {
                format!("its shape {shape:?} has more than {MAX_MODEL_BYTES} elements, the most that a model holds")
            })?;
        let raw = &self.raw_data;
        let numbers = match self.data_type {
            FLOAT if raw.is_empty() => Numbers::Float(self.float_data.clone()),
            FLOAT => Numbers::Float(words(raw, expected)?.map(f32::from_le_bytes).collect()),
            UINT8 | INT8 | INT32 | BOOL if raw.is_empty() => {
                self.integers(self.int32_data.iter().map(|value| i64::from(*value)))?
            }
            UINT8 | BOOL => self.integers(words::<1>(raw, expected)?.map(|[byte]| i64::from(byte)))?,
            INT8 => {
                self.integers(words::<1>(raw, expected)?.map(|[byte]| i64::from(byte.cast_signed())))?
            }
            INT32 => self.integers(words(raw, expected)?.map(|word| i64::from(i32::from_le_bytes(word))))?,
            INT64 if raw.is_empty() => self.integers(self.int64_data.iter().copied())?,
            INT64 => self.integers(words(raw, expected)?.map(i64::from_le_bytes))?,
            other => {
                return Err(format!(
                    "its elements have ONNX type {other}; float32, int8, uint8, int32, int64 and bool are read, so save it as one of them"
                ))
            }
        };
        let got = match &numbers {
            Numbers::Float(values) => values.len(),
            Numbers::Integer { values, .. } => values.len(),
        };
        if expected != got {
            return Err(format!("its shape {shape:?} needs {expected} numbers, there are {got}"));
        }
        Ok(Constant::new(shape, numbers))
    }

    /// Integers of the tensor's type, in its range.
    fn integers(&self, values: impl Iterator<Item = i64>) -> Result<Numbers, String> {
        let data_type = self.data_type;
        let range = match data_type {
            UINT8 => 0..=255,
            INT8 => -128..=127,
            BOOL => 0..=1,
            _ => i64::MIN..=i64::MAX,
        };
        let values: Vec<i64> = values.collect();
        match values.iter().find(|value| !range.contains(value)) {
            Some(value) => Err(format!("{value} is beyond the range of its type, ONNX type {data_type}")),
            None => Ok(Numbers::Integer { values, data_type }),
        }
    }
}

/// Raw data as the bytes of each number.
fn words<const N: usize>(raw: &[u8], expected: usize) -> Result<impl Iterator<Item = [u8; N]> + '_, String> {
    if expected.checked_mul(N) != Some(raw.len()) {
        return Err(format!(
            "its shape needs {expected} numbers of {N} bytes, its raw data has {} bytes",
            raw.len()
        ));
    }
    Ok(raw.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()))
}

impl Node {
    fn find(&self, name: &str) -> Option<&Attribute> {
        self.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub fn int(&self, name: &str, default: i64) -> i64 {
        self.find(name).map_or(default, |attribute| attribute.i)
    }

    pub fn float(&self, name: &str, default: f32) -> f32 {
        self.find(name).map_or(default, |attribute| attribute.f)
    }

    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        self.find(name).map(|attribute| attribute.ints.as_slice())
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.find(name).map(|attribute| String::from_utf8_lossy(&attribute.s).into_owned())
    }

    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.find(name)?.t.as_ref()
    }

    /// How messages name the node.
    pub fn label(&self) -> String {
        let name =
            if self.name.is_empty() { self.output.first().map_or("", String::as_str) } else { &self.name };
        format!("{} '{name}'", self.op_type)
    }
}

impl Model {
    /// Reads an ONNX file.
    ///
    /// # Errors
    /// [`ImportError::Read`], [`ImportError::TooLong`] or [`ImportError::NotOnnx`].
    pub fn load(path: &Path) -> Result<Self, ImportError> {
        let unread = |error: std::io::Error| ImportError::Read { path: path.to_owned(), error };
        let mut bytes = Vec::new();
        // A byte more than the limit tells a file that is too long, or never ends.
        let most = MAX_ONNX_BYTES as u64 + 1;
        File::open(path).map_err(unread)?.take(most).read_to_end(&mut bytes).map_err(unread)?;
        let too_long =
            || ImportError::TooLong { path: path.to_owned(), limit: MAX_ONNX_BYTES, entries: MAX_ENTRIES };
        if bytes.len() > MAX_ONNX_BYTES {
            return Err(too_long());
        }
        let mut left = MAX_ENTRIES;
        let counted = Kind::Model.count(&bytes, &mut left);
        if counted.is_none() && left == 0 {
            return Err(too_long());
        }
        let is_model = |model: &Self| {
            counted.is_some() && model.graph.as_ref().is_some_and(|graph| !graph.node.is_empty())
        };
        Self::decode(bytes.as_slice())
            .ok()
            .filter(is_model)
            .ok_or_else(|| ImportError::NotOnnx { path: path.to_owned() })
    }
}

/// The messages of a file whose fields become memory. Their entries are counted before the file is decoded: an empty
/// node takes two bytes of a file and two hundred of memory.
#[derive(Clone, Copy)]
enum Kind {
    Model,
    Graph,
    Node,
    Attribute,
    ValueInfo,
    Type,
    TensorType,
    Shape,
    /// A message of plain fields.
    Leaf,
}

impl Kind {
    /// The message in a field.
    fn inner(self, field: u64) -> Option<Self> {
        match (self, field) {
            (Self::Model, 7) => Some(Self::Graph),
            (Self::Model, 8 | 25) | (Self::Graph | Self::Attribute, 5) | (Self::Shape, 1) => Some(Self::Leaf),
            (Self::Graph, 1) => Some(Self::Node),
            (Self::Graph, 11 | 12) => Some(Self::ValueInfo),
            (Self::Node, 5) => Some(Self::Attribute),
            (Self::ValueInfo, 2) => Some(Self::Type),
            (Self::Type, 1) => Some(Self::TensorType),
            (Self::TensorType, 2) => Some(Self::Shape),
            _ => None,
        }
    }

    /// Takes a message's entries off those that are left; none if they don't suffice, which leaves none, or if the bytes
    /// are no message.
    fn count(self, mut bytes: &[u8], left: &mut usize) -> Option<()> {
        while !bytes.is_empty() {
            *left = left.checked_sub(1)?;
            let key = varint(&mut bytes)?;
            let length = match key & 7 {
                0 => varint(&mut bytes).map(|_| 0)?,
                1 => 8,
                2 => usize::try_from(varint(&mut bytes)?).ok()?,
                5 => 4,
                _ => return None,
            };
            let (field, rest) = bytes.split_at_checked(length)?;
            bytes = rest;
            if let (2, Some(inner)) = (key & 7, self.inner(key >> 3)) {
                inner.count(field, left)?;
            }
        }
        Some(())
    }
}

/// A number of protobuf's variable length.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_before_they_are_decoded() {
        let node = Node { op_type: "Relu".into(), input: vec!["x".into()], ..Node::default() };
        let graph = Graph { node: vec![node; 3], ..Graph::default() };
        let bytes = Model { graph: Some(graph), ..Model::default() }.encode_to_vec();
        // The graph, three nodes, and an input and an operator of each.
        let mut left = 10;
        assert_eq!(Kind::Model.count(&bytes, &mut left), Some(()));
        assert_eq!(left, 0);
        assert_eq!(Kind::Model.count(&bytes, &mut 9), None);
        assert_eq!(Kind::Model.count(&bytes[..bytes.len() - 1], &mut 99), None);
    }

    #[test]
    fn constants_hold_what_their_shape_says() {
        let fails = |tensor: Tensor| tensor.constant().expect_err("unreadable");
        let raw = |data_type, dims: &[i64], raw_data: &[u8]| Tensor {
            data_type,
            dims: dims.to_vec(),
            raw_data: raw_data.to_vec(),
            ..Tensor::default()
        };
        assert!(fails(raw(FLOAT, &[2], &[0; 9])).contains("2 numbers of 4 bytes"));
        assert!(fails(raw(INT8, &[1 << 40, 1 << 40], &[0])).contains("more than"));
        assert!(fails(raw(INT8, &[-1], &[0])).contains("length -1"));
        assert!(fails(raw(INT8, &[1; 9], &[0])).contains("9 axes"));
        assert!(fails(raw(BOOL, &[1], &[2])).contains("beyond the range"));
        assert!(fails(raw(10, &[1], &[0, 0])).contains("ONNX type 10"));
        let wide = Tensor { data_type: INT8, int32_data: vec![300], dims: vec![1], ..Tensor::default() };
        assert!(fails(wide).contains("300 is beyond the range"));
        let outside = Tensor { data_location: 1, ..Tensor::default() };
        assert!(fails(outside).contains("another file"));
    }
}
