//! The types that a tensor's elements can have.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum DataType {
    /// Activations: one byte, two's complement.
    I8,
    /// Accumulators and indices: four bytes, little-endian two's complement.
    I32,
}

impl DataType {
    /// Bytes of one element.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I32 => 4,
        }
    }
}
