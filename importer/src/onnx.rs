//! The part of ONNX's protobuf messages that an importer reads, and constants as plain vectors.
//!
//! Field numbers are those of the published `onnx.proto3`. They are declared here, and not taken from a crate that
//! generates them, because the importer needs these thirty fields and no compiler of `.proto` files.
#![allow(missing_docs, reason = "the names are ONNX's own")]

use std::{collections::HashMap, path::Path};

use prost::Message;

use crate::ImportError;

#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
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
    #[prost(float, repeated, tag = "7")]
    pub floats: Vec<f32>,
    #[prost(int64, repeated, tag = "8")]
    pub ints: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, tag = "1")]
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
}

/// Element types of [`Tensor::data_type`].
const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT8: i32 = 3;
const INT32: i32 = 6;
const INT64: i32 = 7;

/// A constant with its numbers as they are written, integers exact.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Axes.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub numbers: Numbers,
}

/// A constant's numbers.
#[derive(Clone, Debug)]
pub enum Numbers {
    Float(Vec<f32>),
    /// uint8, int8, int32 or int64.
    Integer {
        values: Vec<i64>,
        /// Whether the type is uint8.
        unsigned: bool,
    },
}

impl Constant {
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
        let shape: Vec<usize> = self
            .dims
            .iter()
            .map(|dim| usize::try_from(*dim).map_err(|_| format!("it has an axis of length {dim}")))
            .collect::<Result<_, _>>()?;
        let raw = &self.raw_data;
        let numbers = match self.data_type {
            FLOAT if raw.is_empty() => Numbers::Float(self.float_data.clone()),
            FLOAT => Numbers::Float(words(raw).map(f32::from_le_bytes).collect()),
            UINT8 | INT8 | INT32 if raw.is_empty() => Numbers::Integer {
                values: self.int32_data.iter().map(|value| i64::from(*value)).collect(),
                unsigned: self.data_type == UINT8,
            },
            UINT8 => integers(raw.iter().map(|byte| i64::from(*byte)), true),
            INT8 => integers(raw.iter().map(|byte| i64::from(byte.cast_signed())), false),
            INT32 => integers(words(raw).map(|word| i64::from(i32::from_le_bytes(word))), false),
            INT64 if raw.is_empty() => integers(self.int64_data.iter().copied(), false),
            INT64 => integers(words(raw).map(i64::from_le_bytes), false),
            other => {
                return Err(format!(
                    "its elements have ONNX type {other}; float32 and integers up to 64 bits are read"
                ))
            }
        };
        let expected: usize = shape.iter().product();
        let got = match &numbers {
            Numbers::Float(values) => values.len(),
            Numbers::Integer { values, .. } => values.len(),
        };
        if expected != got {
            return Err(format!("its shape {shape:?} needs {expected} numbers, there are {got}"));
        }
        Ok(Constant { shape, numbers })
    }
}

fn integers(values: impl Iterator<Item = i64>, unsigned: bool) -> Numbers {
    Numbers::Integer { values: values.collect(), unsigned }
}

fn words<const N: usize>(raw: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    raw.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok())
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

impl Graph {
    /// Reads the graph of an ONNX file.
    ///
    /// # Errors
    /// [`ImportError::Read`] or [`ImportError::NotOnnx`].
    pub fn load(path: &Path) -> Result<Self, ImportError> {
        let bytes =
            std::fs::read(path).map_err(|error| ImportError::Read { path: path.to_owned(), error })?;
        Self::decode_file(&bytes).ok_or_else(|| ImportError::NotOnnx { path: path.to_owned() })
    }

    fn decode_file(bytes: &[u8]) -> Option<Self> {
        Model::decode(bytes).ok()?.graph.filter(|graph| !graph.node.is_empty())
    }

    /// The constants by name.
    ///
    /// # Errors
    /// [`ImportError::Constant`] with the tensor's name.
    pub fn constants(&self) -> Result<HashMap<String, Constant>, ImportError> {
        self.initializer
            .iter()
            .map(|tensor| match tensor.constant() {
                Ok(constant) => Ok((tensor.name.clone(), constant)),
                Err(why) => Err(ImportError::Constant { name: tensor.name.clone(), why }),
            })
            .collect()
    }
}
