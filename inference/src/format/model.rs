//! A model as it is encoded, and how bytes are read as one.

use alloc::vec::Vec;

use codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;

use crate::{
    format::{error::ModelError, id::FORMAT_VERSION, node::Node},
    limits::{MAX_MODEL_BYTES, MAX_NODES},
};

/// A graph of integer operators with its parameters, as it is encoded. Nothing about it is known to be
/// consistent until it has become a [`crate::CheckedModel`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct Model {
    /// The nodes in the order of their computation; node 0 is the input, the last is the output.
    pub nodes: Vec<Node>,
}

impl Model {
    /// The encoding that is hashed, stored and posted: the version byte, then SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_size().saturating_add(1));
        bytes.push(FORMAT_VERSION);
        self.encode_to(&mut bytes);
        bytes
    }

    /// Reads an encoding. Allocates at most a small multiple of the bytes that are there, whatever
    /// lengths they claim, and reads no node of a graph that has too many.
    ///
    /// # Errors
    /// [`ModelError::TooLong`], [`ModelError::UnknownVersion`], [`ModelError::NodeCount`] or
    /// [`ModelError::Undecodable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > MAX_MODEL_BYTES {
            return Err(ModelError::TooLong { limit: MAX_MODEL_BYTES, got: bytes.len() });
        }
        match bytes.split_first() {
            Some((&FORMAT_VERSION, rest)) => Self::nodes_from(rest),
            other => Err(ModelError::UnknownVersion { got: other.map(|(version, _)| *version) }),
        }
    }

    /// Reads the list of nodes. Their number is checked first: a node takes more memory than the two bytes that its
    /// encoding may have.
    fn nodes_from(mut rest: &[u8]) -> Result<Self, ModelError> {
        let undecodable = |_| ModelError::Undecodable;
        let Compact(count) = Compact::<u32>::decode(&mut rest).map_err(undecodable)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { got: count });
        }
        let nodes =
            (0..count).map(|_| Node::decode(&mut rest)).collect::<Result<_, _>>().map_err(undecodable)?;
        rest.is_empty().then_some(Self { nodes }).ok_or(ModelError::Undecodable)
    }
}
