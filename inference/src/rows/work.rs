//! What executing a model takes, in MAC.

use super::tensor::RowCount;

/// Multiply-accumulates of a graph or a node. One of `i16` with `i8` counts as two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// For each token.
    pub per_token: u64,
    /// For each sequence.
    pub per_sequence: u64,
    /// For each pair of a row and a row that it sees.
    pub per_pair: u64,
}

impl Work {
    /// So much for each row.
    pub(crate) fn of_rows(rows: RowCount, each: u64) -> Self {
        match rows {
            RowCount::Tokens => Self { per_token: each, ..Self::default() },
            RowCount::One | RowCount::Positions { .. } => {
                Self { per_sequence: each.saturating_mul(rows.of(1).into()), ..Self::default() }
            }
        }
    }

    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            per_token: self.per_token.saturating_add(other.per_token),
            per_sequence: self.per_sequence.saturating_add(other.per_sequence),
            per_pair: self.per_pair.saturating_add(other.per_pair),
        }
    }
}
