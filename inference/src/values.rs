//! A tensor of a batch.

use alloc::vec::Vec;

/// A tensor of a batch, row-major, the batch as its first axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Activations.
    I8(Vec<i8>),
    /// Accumulators or indices.
    I32(Vec<i32>),
}

/// What the last node holds: `[N, shape…]`.
pub type Output = Values;

impl Values {
    /// Appends the tensor of further samples of the same node.
    pub fn append(&mut self, more: Self) {
        match (self, more) {
            (Self::I8(values), Self::I8(more)) => values.extend(more),
            (Self::I32(values), Self::I32(more)) => values.extend(more),
            _ => debug_assert!(false, "a node's tensor has one type"),
        }
    }

    /// The same tensor, with room for `bytes` in all.
    pub(crate) fn with_room(self, bytes: u64) -> Self {
        let bytes = usize::try_from(bytes).unwrap_or(0);
        match self {
            Self::I8(mut values) => {
                values.reserve_exact(bytes.saturating_sub(values.len()));
                Self::I8(values)
            }
            Self::I32(mut values) => {
                values.reserve_exact((bytes / 4).saturating_sub(values.len()));
                Self::I32(values)
            }
        }
    }

    /// The bytes as they are stored on chain: `i8` as they are, `i32` little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::I8(values) => values.iter().map(|value| value.cast_unsigned()).collect(),
            Self::I32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}
