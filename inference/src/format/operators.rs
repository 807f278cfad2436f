//! The one table of operators: the byte with which a node begins, whatever the version.

use core::ops::RangeInclusive;

/// Names in the order of their bytes.
pub const OPERATORS: [&str; 31] = [
    "Input",
    "Linear",
    "Requantize",
    "Lookup",
    "Add",
    "Flatten",
    "ArgMax",
    "Conv2d",
    "DepthwiseConv2d",
    "MaxPool2d",
    "AveragePool2d",
    "Reshape",
    "Concat",
    "Tokens",
    "Embed",
    "Linear",
    "Norm",
    "Activation",
    "Rope",
    "Scores",
    "Softmax",
    "Context",
    "Mul",
    "Pool",
    "Select",
    "ArgMax",
    "Pixels",
    "Conv2d",
    "MaxPool2d",
    "GlobalPool",
    "Requantize",
];
/// Bytes of the operators whose parameters lie in the encoding, of version 1.
pub(crate) const IN_THE_ENCODING: RangeInclusive<u8> = 0..=12;
/// Bytes of the operators on rows, of version 2.
pub(crate) const ON_ROWS: RangeInclusive<u8> = 13..=30;
