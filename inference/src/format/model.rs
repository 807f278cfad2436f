//! A model as it is encoded, and how bytes are read as one.

use alloc::vec::Vec;

use codec::Encode;
use scale_info::TypeInfo;

use crate::{
    format::{
        error::ModelError,
        id::FORMAT_VERSION,
        node::Node,
        operators::IN_THE_ENCODING,
        read::{after_version, expect_end, nodes},
    },
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
    /// [`ModelError::TooLong`], [`ModelError::UnknownVersion`], [`ModelError::NodeCount`], [`ModelError::UnknownOperator`] or
    /// [`ModelError::Undecodable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut rest = after_version(bytes, FORMAT_VERSION, MAX_MODEL_BYTES)?;
        let nodes = nodes(&mut rest, IN_THE_ENCODING, MAX_NODES)?;
        expect_end(rest)?;
        Ok(Self { nodes })
    }
}
