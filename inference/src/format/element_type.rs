//! What the elements of a row are, and those of the tensors that a trace is of.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use super::data_type::DataType;

/// Type of a row's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum ElementType {
    /// −128..=127, one byte.
    #[codec(index = 0)]
    I8,
    /// −32768..=32767, two bytes.
    #[codec(index = 1)]
    I16,
    /// −R24..=R24, four bytes: what is added up from block to block.
    #[codec(index = 2)]
    Wide,
    /// Four bytes: sums that aren't rescaled.
    #[codec(index = 3)]
    I32,
    /// A token or an index, four bytes without a sign.
    #[codec(index = 4)]
    Id,
}

impl ElementType {
    /// Bytes of one element in an output or a leaf, little-endian.
    pub fn bytes(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I16 => 2,
            Self::Wide | Self::I32 | Self::Id => 4,
        }
    }
}

impl From<DataType> for ElementType {
    fn from(data_type: DataType) -> Self {
        match data_type {
            DataType::I8 => Self::I8,
            DataType::I32 => Self::I32,
        }
    }
}
