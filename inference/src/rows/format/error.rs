//! Why a model of rows is refused.

use core::fmt;

use super::{element_type::ElementType, id::FORMAT_VERSION};
use crate::rows::limits::{MAX_NODES, MAX_RESCALED, MAX_TOKENS, MAX_VOCABULARY};

/// Why bytes are not a model that can be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The encoding is longer than [`MAX_MODEL_BYTES`](crate::rows::limits::MAX_MODEL_BYTES).
    TooLong {
        /// Allowed bytes.
        limit: usize,
        /// Bytes that came.
        got: usize,
    },
    /// The first byte is not [`FORMAT_VERSION`].
    UnknownVersion {
        /// The byte that came; none if the encoding is empty.
        got: Option<u8>,
    },
    /// The second byte is neither 0 (encoder) nor 1 (causal).
    UnknownKind {
        /// The byte that came.
        got: u8,
    },
    /// The encoding ends early, or a list's length isn't encoded as shortly as it can be.
    Truncated,
    /// Bytes are left after the blob's name.
    LeftOver {
        /// How many.
        got: usize,
    },
    /// The graph has no node, or more than [`MAX_NODES`].
    NodeCount {
        /// Nodes that came.
        got: usize,
    },
    /// A node begins with a byte that no operator has.
    UnknownOperator {
        /// Its index.
        node: u32,
        /// The byte that came.
        got: u8,
    },
    /// A node ends early, or a field of it has a byte that means nothing.
    Undecodable {
        /// Its index.
        node: u32,
    },
    /// A node is wrong.
    Node {
        /// Its index.
        node: u32,
        /// What is wrong with it.
        fault: ModelFault,
    },
    /// Sequences have no token, or more than [`MAX_TOKENS`].
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
    /// Executing the model takes no multiply-accumulate for a token.
    NoWork,
}

/// What is wrong with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFault {
    /// Tokens are not node 0, or node 0 is something else.
    MisplacedTokens,
    /// It reads a node that doesn't come before it.
    ReadsLater {
        /// The node that it would read.
        read: u32,
    },
    /// No node reads it, and it isn't the output.
    Dead,
    /// It reads elements of another type.
    Type {
        /// The first type that it could read.
        expected: ElementType,
        /// The type that came.
        got: ElementType,
    },
    /// It can't give elements of this type.
    Element {
        /// The type that came.
        got: ElementType,
    },
    /// It must read the tokens.
    NotTokens,
    /// It must read, or be, rows of which each token has one.
    OneRow,
    /// It adds or multiplies rows of which each token has one and a row of which a sequence has one.
    RowsDiffer,
    /// It reads, or is, rows whose width depends on the sequence's length.
    Scores,
    /// It must read scores.
    NotScores,
    /// Rows are empty, or wider than it can take.
    Width {
        /// Elements that it can take.
        limit: u32,
        /// Elements that came.
        got: u64,
    },
    /// Rows that it adds or multiplies differ in width.
    WidthsDiffer {
        /// Elements of the first.
        expected: u32,
        /// Elements of the second.
        got: u32,
    },
    /// A row doesn't consist of so many heads of one width, or the heads of keys or values don't divide those of queries.
    Heads {
        /// Heads that came.
        got: u32,
    },
    /// Pairs need heads of even width.
    OddHead {
        /// Elements of a head.
        got: u32,
    },
    /// The vocabulary is empty, or larger than [`MAX_VOCABULARY`].
    Vocabulary {
        /// The number that came.
        got: u32,
    },
    /// Parameters would lie beyond the blob's end.
    BeyondBlob {
        /// Where they would begin, in bytes.
        offset: u64,
        /// Their length in bytes.
        length: u64,
    },
    /// A value that it rescales could exceed [`MAX_RESCALED`].
    Bound {
        /// What it could reach.
        got: u64,
    },
    /// It reads a node of an earlier segment that isn't trunk: nobody commits to those rows.
    Uncommitted {
        /// The node that it reads.
        read: u32,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit, got } => write!(f, "the model has {got} bytes, the limit is {limit}"),
            Self::UnknownVersion { got: Some(got) } => {
                write!(f, "the model's format version is {got}, expected {FORMAT_VERSION}")
            }
            Self::UnknownVersion { got: None } => write!(f, "the model is empty"),
            Self::UnknownKind { got } => write!(f, "the model's kind is {got}, expected 0 or 1"),
            Self::Truncated => write!(f, "the model ends early, or a length is longer than it need be"),
            Self::LeftOver { got } => write!(f, "the model has {got} bytes after its blob's name"),
            Self::NodeCount { got } => write!(f, "the model has {got} nodes, expected 1 to {MAX_NODES}"),
            Self::UnknownOperator { node, got } => write!(f, "node {node}: there is no operator {got}"),
            Self::Undecodable { node } => write!(f, "node {node}: its bytes don't decode"),
            Self::Node { node, fault } => write!(f, "node {node}: {fault}"),
            Self::MaxTokens { got } => {
                write!(f, "sequences have up to {got} tokens, expected 1 to {MAX_TOKENS}")
            }
            Self::TrunkCount { got } => write!(f, "the trunk has {got} nodes, expected 1 to {MAX_NODES}"),
            Self::TrunkOrder { node } => write!(f, "the trunk's node {node} is out of order or isn't there"),
            Self::NoWork => write!(f, "the model has no linear operator on the rows of tokens, so no work"),
        }
    }
}

impl fmt::Display for ModelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MisplacedTokens => write!(f, "the tokens must be node 0 and only node 0"),
            Self::ReadsLater { read } => write!(f, "it reads node {read}, which doesn't come before it"),
            Self::Dead => write!(f, "no node reads it"),
            Self::Type { expected, got } => write!(f, "it needs {expected:?} and reads {got:?}"),
            Self::Element { got } => write!(f, "it can't give {got:?}"),
            Self::NotTokens => write!(f, "it must read the tokens"),
            Self::OneRow => write!(f, "it needs a row for each token, and there is one for a sequence"),
            Self::RowsDiffer => write!(f, "one operand has a row for each token, the other for a sequence"),
            Self::Scores => write!(f, "the width of these rows depends on the sequence's length"),
            Self::NotScores => write!(f, "it must read scores"),
            Self::Width { limit, got } => write!(f, "its rows have {got} elements, expected 1 to {limit}"),
            Self::WidthsDiffer { expected, got } => {
                write!(f, "its operands have {expected} and {got} elements")
            }
            Self::Heads { got } => write!(f, "{got} heads don't fit its rows or each other"),
            Self::OddHead { got } => write!(f, "a head has {got} elements, which can't be paired"),
            Self::Vocabulary { got } => {
                write!(f, "the vocabulary has {got} tokens, expected 1 to {MAX_VOCABULARY}")
            }
            Self::BeyondBlob { offset, length } => {
                write!(f, "its {length} bytes at {offset} lie beyond the blob's end")
            }
            Self::Bound { got } => write!(f, "it rescales up to {got}, the limit is {MAX_RESCALED}"),
            Self::Uncommitted { read } => {
                write!(f, "it reads node {read}, which lies before a trunk node and isn't one")
            }
        }
    }
}

impl core::error::Error for ModelError {}
