//! What can be wrong with one node of a model. Faults down to `Accumulator` concern models whose parameters lie in their encoding,
//! or both kinds; those after it concern models of rows.

use core::fmt;

use super::element_type::ElementType;
use crate::{
    limits::MAX_CONCAT,
    rows::limits::{MAX_RESCALED, MAX_VOCABULARY},
};

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
        /// The first type that it could read.
        expected: ElementType,
        /// The type that it reads.
        got: ElementType,
    },
    /// It can't give elements of this type.
    Element {
        /// The type that came.
        got: ElementType,
    },
    /// A requantization reads something other than a linear operator.
    NotAnAccumulator,
    /// A shape has no axis, more than [`crate::limits::MAX_RANK`], or an axis of length zero.
    Shape,
    /// It has more elements per sample than [`crate::limits::MAX_ELEMENTS`], or per image than
    /// [`crate::rows::limits::MAX_ELEMENTS`].
    Elements {
        /// Allowed elements.
        limit: u64,
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
    /// The window has a kernel, stride or dilation of zero, a padding as large as what it spans, is larger than the padded
    /// plane, or has more elements than it may.
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
    /// It must read the tokens.
    NotTokens,
    /// It must read, or be, rows of which each token has one.
    OneRow,
    /// It must read a row for each position of an image.
    NotPositions,
    /// It adds or multiplies rows of which there aren't equally many.
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
    /// So many groups don't divide the channels that it reads and gives.
    Groups {
        /// Groups that came.
        got: u32,
    },
    /// What stands for elements beyond an image's border is no element of the type that it reads.
    Pad {
        /// The value that came.
        got: i16,
    },
    /// The vocabulary is empty, or larger than [`MAX_VOCABULARY`].
    Vocabulary {
        /// The number that came.
        got: u32,
    },
    /// There are no positions, or more than it can take.
    Positions {
        /// Positions that it can take.
        limit: u32,
        /// Positions that came.
        got: u64,
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

impl fmt::Display for ModelFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MisplacedInput => write!(f, "the input must be node 0 and only node 0"),
            Self::ReadsLater { read } => write!(f, "it reads node {read}, which doesn't come before it"),
            Self::Dead => write!(f, "no node reads it"),
            Self::Type { expected, got } => write!(f, "it needs {expected:?} and reads {got:?}"),
            Self::Element { got } => write!(f, "it can't give {got:?}"),
            Self::NotAnAccumulator => write!(f, "a requantization must read a linear operator"),
            Self::Shape => write!(f, "its shape is empty, too deep, or has an axis of length zero"),
            Self::Elements { limit, got } => write!(f, "it has {got} elements, the limit is {limit}"),
            Self::ShapesDiffer => write!(f, "its operands differ in shape"),
            Self::NotAnImage { got } => {
                write!(f, "it needs 3 axes (channels, rows, columns) and reads {got}")
            }
            Self::Window => write!(
                f,
                "its window has a zero, is padded beyond its kernel, is larger than the plane, or has too many elements"
            ),
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
            Self::NotTokens => write!(f, "it must read the tokens"),
            Self::OneRow => write!(f, "it needs a row for each token"),
            Self::NotPositions => write!(f, "it needs a row for each position of an image"),
            Self::RowsDiffer => write!(f, "its operands haven't equally many rows"),
            Self::Scores => write!(f, "the width of these rows depends on the sequence's length"),
            Self::NotScores => write!(f, "it must read scores"),
            Self::Width { limit, got } => write!(f, "its rows have {got} elements, expected 1 to {limit}"),
            Self::WidthsDiffer { expected, got } => {
                write!(f, "its operands have {expected} and {got} elements")
            }
            Self::Heads { got } => write!(f, "{got} heads don't fit its rows or each other"),
            Self::OddHead { got } => write!(f, "a head has {got} elements, which can't be paired"),
            Self::Groups { got } => write!(f, "{got} groups don't divide its channels"),
            Self::Pad { got } => write!(f, "it reads no elements that could be {got}"),
            Self::Vocabulary { got } => {
                write!(f, "the vocabulary has {got} tokens, expected 1 to {MAX_VOCABULARY}")
            }
            Self::Positions { limit, got } => write!(f, "there are {got} positions, expected 1 to {limit}"),
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
