//! Why a model is refused.

use core::fmt;

use crate::{
    format::{data_type::DataType, id::FORMAT_VERSION},
    limits::{MAX_CONCAT, MAX_ELEMENTS, MAX_NODES},
};

/// Why bytes are not a model that can be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelError {
    /// The encoding is longer than [`crate::limits::MAX_MODEL_BYTES`].
    TooLong {
        /// Allowed bytes.
        limit: usize,
        /// Bytes that came.
        got: usize,
    },
    /// The first byte is not [`crate::FORMAT_VERSION`].
    UnknownVersion {
        /// The byte that came; none if the encoding is empty.
        got: Option<u8>,
    },
    /// The bytes after the version are not the SCALE encoding of a model, or bytes are left over.
    Undecodable,
    /// The graph has no node, or more than [`crate::limits::MAX_NODES`].
    NodeCount {
        /// Nodes that came.
        got: usize,
    },
    /// A node is wrong.
    Node {
        /// Its index.
        node: u32,
        /// What is wrong with it.
        fault: ModelFault,
    },
    /// Executing the model takes no multiply-accumulate at all.
    NoWork,
    /// The activations are out of proportion to the encoding.
    Expansion {
        /// Allowed elements per sample over all nodes.
        limit: u64,
        /// Elements that came.
        got: u64,
    },
}

/// What is wrong with one node of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFault {
    /// Only node 0 is the input, and node 0 is nothing else.
    MisplacedInput,
    /// It reads a node that doesn't come before it.
    ReadsLater {
        /// The node that it reads.
        read: u32,
    },
    /// No node reads it and it is not the last.
    Dead,
    /// It reads a tensor of the wrong type.
    Type {
        /// The type that it needs.
        expected: DataType,
        /// The type that it reads.
        got: DataType,
    },
    /// A requantization reads something other than a linear operator.
    NotAnAccumulator,
    /// A shape has no axis, more than [`crate::limits::MAX_RANK`], or an axis of length zero.
    Shape,
    /// A tensor has more elements per sample than [`crate::limits::MAX_ELEMENTS`].
    Elements {
        /// Elements that came.
        got: u64,
    },
    /// The operands of an addition differ in shape, or those of a concatenation in more than the axis.
    ShapesDiffer,
    /// It needs a tensor of three axes, channels, rows and columns.
    NotAnImage {
        /// Axes that came.
        got: u32,
    },
    /// The window has a kernel or stride of zero, a padding as large as the kernel, is larger than the padded
    /// plane, or has more elements than a tensor may.
    Window,
    /// It is a depthwise convolution on which no linear operator or convolution depends, so no trace shows
    /// that it was executed.
    Untraced,
    /// It concatenates no tensors, or more than [`crate::limits::MAX_CONCAT`].
    Operands {
        /// Operands that came.
        got: usize,
    },
    /// Its new shape has another number of elements.
    Reshape {
        /// Elements that it reads.
        expected: u64,
        /// Elements of the new shape.
        got: u64,
    },
    /// The tensors have no such axis.
    Axis {
        /// The axis that came.
        got: u8,
    },
    /// A list has the wrong length.
    Length {
        /// Entries needed.
        expected: u64,
        /// Entries that came.
        got: u64,
    },
    /// A multiplier is not below 2³¹.
    Multiplier {
        /// The multiplier.
        got: u32,
    },
    /// A shift is not in 1..=62.
    Shift {
        /// The shift.
        got: u8,
    },
    /// The lower clamp lies above the upper one.
    Clamp {
        /// Lower clamp.
        min: i8,
        /// Upper clamp.
        max: i8,
    },
    /// `128·Σ|W| + |bias|` of a row is not below 2³¹: the accumulator could overflow.
    Accumulator {
        /// The output row.
        row: u32,
        /// The bound that came.
        got: u64,
    },
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { limit, got } => write!(f, "the model has {got} bytes, the limit is {limit}"),
            Self::UnknownVersion { got: Some(got) } => {
                write!(f, "the model's format version is {got}, expected {}", FORMAT_VERSION)
            }
            Self::UnknownVersion { got: None } => write!(f, "the model is empty"),
            Self::Undecodable => write!(f, "the model's bytes don't decode"),
            Self::NodeCount { got } => {
                write!(f, "the model has {got} nodes, expected 1 to {}", MAX_NODES)
            }
            Self::Node { node, fault } => write!(f, "node {node}: {fault}"),
            Self::NoWork => write!(f, "the model has no linear operator, so no work"),
            Self::Expansion { limit, got } => {
                write!(f, "the model has {got} elements per sample, its encoding allows {limit}")
            }
        }
    }
}

impl fmt::Display for ModelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MisplacedInput => write!(f, "the input must be node 0 and only node 0"),
            Self::ReadsLater { read } => write!(f, "it reads node {read}, which doesn't come before it"),
            Self::Dead => write!(f, "no node reads it"),
            Self::Type { expected, got } => write!(f, "it needs {expected:?} and reads {got:?}"),
            Self::NotAnAccumulator => write!(f, "a requantization must read a linear operator"),
            Self::Shape => write!(f, "its shape is empty, too deep, or has an axis of length zero"),
            Self::Elements { got } => {
                write!(f, "it has {got} elements per sample, the limit is {}", MAX_ELEMENTS)
            }
            Self::ShapesDiffer => write!(f, "its operands differ in shape"),
            Self::NotAnImage { got } => {
                write!(f, "it needs 3 axes (channels, rows, columns) and reads {got}")
            }
            Self::Window => {
                write!(
                    f,
                    "its window is empty, padded beyond its kernel, larger than the plane, or of more than {} elements",
                    MAX_ELEMENTS
                )
            }
            Self::Untraced => {
                write!(f, "no linear operator or convolution depends on this depthwise convolution")
            }
            Self::Operands { got } => {
                write!(f, "it concatenates {got} tensors, expected 1 to {}", MAX_CONCAT)
            }
            Self::Reshape { expected, got } => write!(f, "it makes {got} elements out of {expected}"),
            Self::Axis { got } => write!(f, "there is no axis {got}"),
            Self::Length { expected, got } => write!(f, "a list has {got} entries, expected {expected}"),
            Self::Multiplier { got } => write!(f, "the multiplier {got} is not below 2^31"),
            Self::Shift { got } => write!(f, "the shift {got} is not in 1..=62"),
            Self::Clamp { min, max } => write!(f, "it clamps to [{min}, {max}], which is empty"),
            Self::Accumulator { row, got } => {
                write!(f, "row {row} can reach {got}, which is not below 2^31")
            }
        }
    }
}

impl core::error::Error for ModelError {}
