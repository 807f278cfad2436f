//! Why a model is refused.

use core::fmt;

use super::fault::ModelFault;
use crate::rows::limits::MAX_TOKENS;

/// Why bytes are not a model that can be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The encoding is longer than [`crate::limits::MAX_MODEL_BYTES`], or than
    /// [`crate::rows::limits::MAX_MODEL_BYTES`] if its parameters are a blob.
    TooLong {
        /// Allowed bytes.
        limit: usize,
        /// Bytes that came.
        got: usize,
    },
    /// The first byte is neither [`crate::FORMAT_VERSION`] nor [`crate::rows::FORMAT_VERSION`], or not the one that was asked for.
    UnknownVersion {
        /// The byte that came; none if the encoding is empty.
        got: Option<u8>,
    },
    /// The byte after version 2 is neither 0 (encoder) nor 1 (causal), or it isn't 0 and the input is an image.
    UnknownKind {
        /// The byte that came.
        got: u8,
    },
    /// The encoding ends early, bytes are left over, a field has a byte that means nothing, or a length is longer than it need be.
    Undecodable,
    /// The graph has no node, or too many.
    NodeCount {
        /// Allowed nodes.
        limit: usize,
        /// Nodes that came.
        got: usize,
    },
    /// A node begins with a byte that no operator of this version has.
    UnknownOperator {
        /// Its index.
        node: u32,
        /// The byte that came.
        got: u8,
    },
    /// A node is wrong.
    Node {
        /// Its index.
        node: u32,
        /// What is wrong with it.
        fault: ModelFault,
    },
    /// Sequences have no token, or more than [`MAX_TOKENS`]; or there is an image, and it isn't one.
    MaxTokens {
        /// The number that came.
        got: u32,
    },
    /// The trunk has no node, or more than there are.
    TrunkCount {
        /// Nodes that came.
        got: usize,
    },
    /// The trunk's nodes aren't in ascending order, or there is no such node.
    TrunkOrder {
        /// The first that is wrong.
        node: u32,
    },
    /// Executing the model takes no multiply-accumulate at all; or none for a token.
    NoWork,
    /// The activations are out of proportion to the encoding.
    Expansion {
        /// Allowed elements per sample over all nodes.
        limit: u64,
        /// Elements that came.
        got: u64,
    },
    /// Rows are out of proportion to the work that is paid.
    Unpaid {
        /// Elements that the work of a token allows.
        limit: u64,
        /// Elements that executing the model writes for a token.
        got: u64,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit, got } => write!(f, "the model has {got} bytes, the limit is {limit}"),
            Self::UnknownVersion { got: Some(got) } => {
                write!(f, "the model's format version is {got}, which can't be used here")
            }
            Self::UnknownVersion { got: None } => write!(f, "the model is empty"),
            Self::UnknownKind { got } => {
                write!(f, "the model's kind is {got}, expected 0, or 1 if its input is tokens")
            }
            Self::Undecodable => write!(f, "the model's bytes don't decode"),
            Self::NodeCount { limit, got } => write!(f, "the model has {got} nodes, expected 1 to {limit}"),
            Self::UnknownOperator { node, got } => {
                write!(f, "node {node}: there is no operator {got} in this version of the format")
            }
            Self::Node { node, fault } => write!(f, "node {node}: {fault}"),
            Self::MaxTokens { got } => {
                write!(f, "sequences have up to {got} tokens, expected 1 to {MAX_TOKENS}, and 1 for an image")
            }
            Self::TrunkCount { got } => write!(f, "the trunk has {got} nodes, expected 1 to all"),
            Self::TrunkOrder { node } => write!(f, "the trunk's node {node} is out of order or isn't there"),
            Self::NoWork => write!(f, "the model has no linear operator, so no work"),
            Self::Expansion { limit, got } => {
                write!(f, "the model has {got} elements per sample, its encoding allows {limit}")
            }
            Self::Unpaid { limit, got } => {
                write!(
                    f,
                    "the model writes {got} elements for a token, its multiply-accumulates allow {limit}"
                )
            }
        }
    }
}

impl core::error::Error for ModelError {}
