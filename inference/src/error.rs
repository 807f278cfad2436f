//! Why a batch can't be executed, and why a trace is refused.

use core::fmt;

/// Why a model can't be executed on an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionError {
    /// The input's length is not a positive multiple of a sample's.
    InputLength {
        /// Bytes of one sample.
        sample: u32,
        /// Bytes that came.
        got: usize,
    },
    /// A size doesn't fit the integers that hold it.
    TooLarge,
}

impl fmt::Display for ExecutionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InputLength { sample, got } => {
                write!(f, "the input has {got} bytes, expected a positive multiple of {sample}")
            }
            Self::TooLarge => write!(f, "the batch is too large"),
        }
    }
}

/// Why a trace is not that of the claimed execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceError {
    /// The execution itself is impossible; no trace can be right.
    Execution(ExecutionError),
    /// The trace ends before the accumulators of this operator do.
    Truncated {
        /// The operator's node.
        node: u32,
    },
    /// Bytes are left after the last operator's accumulators.
    LeftOver {
        /// How many.
        got: usize,
    },
    /// The accumulators are not packed as narrowly as they can be, or in no width at all.
    Width {
        /// The operator's node.
        node: u32,
        /// Bits that they need; none if the width can't even be read.
        expected: Option<u8>,
        /// Bits that came.
        got: u8,
    },
    /// The bits that fill the last byte of this operator's accumulators are not zero.
    Padding {
        /// The operator's node.
        node: u32,
    },
    /// An accumulator of this linear operator is not what its input and parameters give.
    Mismatch {
        /// The operator's node.
        node: u32,
    },
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Execution(error) => error.fmt(f),
            Self::Truncated { node } => write!(f, "the trace ends within node {node}"),
            Self::LeftOver { got } => write!(f, "the trace has {got} bytes after its last accumulator"),
            Self::Width { node, expected: Some(expected), got } => {
                write!(f, "node {node} is packed in {got} bits, expected {expected}")
            }
            Self::Width { node, expected: None, got } => {
                write!(f, "node {node} is packed in {got} bits, expected 2 to 32")
            }
            Self::Padding { node } => write!(f, "node {node} ends with bits that are not zero"),
            Self::Mismatch { node } => write!(f, "the trace is wrong at node {node}"),
        }
    }
}

impl From<ExecutionError> for TraceError {
    fn from(error: ExecutionError) -> Self {
        Self::Execution(error)
    }
}

impl core::error::Error for ExecutionError {}
impl core::error::Error for TraceError {}
