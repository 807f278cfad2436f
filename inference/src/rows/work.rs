//! What executing a model takes, in MAC.

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
    /// Both together.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            per_token: self.per_token.saturating_add(other.per_token),
            per_sequence: self.per_sequence.saturating_add(other.per_sequence),
            per_pair: self.per_pair.saturating_add(other.per_pair),
        }
    }
}
