//! Reads an ONNX file, and refuses one that takes too much memory before it is decoded.

use std::{fs::File, io::Read, path::Path};

use prost::Message;

use super::messages::Model;
use crate::error::ImportError;

/// The longest file that is read. Its weights, four bytes each as floats, are held in eight, and in one as integers.
pub const MAX_ONNX_BYTES: usize = 256 << 20;

/// The most entries of a file that is read: nodes, attributes, names and the like. Each takes up to a few hundred bytes
/// of memory, however few it has in the file.
const MAX_ENTRIES: usize = 1 << 19;

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
        match bytes.len() > MAX_ONNX_BYTES {
            true => Err(too_long(path)),
            false => Self::from_bytes(&bytes, path),
        }
    }

    /// What the bytes of a file are, however many.
    ///
    /// # Errors
    /// [`ImportError::TooLong`] or [`ImportError::NotOnnx`], which name the file.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Self, ImportError> {
        let mut left = MAX_ENTRIES;
        let counted = Kind::Model.count(bytes, &mut left);
        if counted.is_none() && left == 0 {
            return Err(too_long(path));
        }
        let is_model = |model: &Self| {
            counted.is_some() && model.graph.as_ref().is_some_and(|graph| !graph.node.is_empty())
        };
        Self::decode(bytes)
            .ok()
            .filter(is_model)
            .ok_or_else(|| ImportError::NotOnnx { path: path.to_owned() })
    }
}

fn too_long(path: &Path) -> ImportError {
    ImportError::TooLong { path: path.to_owned(), limit: MAX_ONNX_BYTES, entries: MAX_ENTRIES }
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
            (Self::Graph, 11..=13) => Some(Self::ValueInfo),
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
    use crate::onnx::messages::{Graph, Node};

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
}
