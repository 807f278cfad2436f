//! How the accumulators of one product are checked: in the cheaper of two ways.

/// What a multiply-add of recomputation costs, in those of Freivalds' check.
const RECOMPUTED_COST: u64 = 2;
/// What drawing a row's lanes costs, in the same.
const DRAWN_COST: u64 = 192;

/// How the accumulators of one linear operator are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinearCheck {
    /// Compute them all and compare.
    Recompute,
    /// Compare `rᵀY` with `(rᵀW)X`.
    Freivalds,
}

impl LinearCheck {
    /// The cheaper check for n rows, m columns of W and `columns` of X: a fixed function, so that the cost
    /// of a verification is known before it starts.
    pub fn choose(n: u64, m: u64, columns: u64) -> Self {
        let recompute = Self::Recompute.multiply_adds(n, m, columns).saturating_mul(RECOMPUTED_COST);
        let freivalds =
            Self::Freivalds.multiply_adds(n, m, columns).saturating_add(n.saturating_mul(DRAWN_COST));
        if recompute <= freivalds {
            Self::Recompute
        } else {
            Self::Freivalds
        }
    }

    /// Multiply-adds of this check: 32-bit ones, `n·m·N`, or 64-bit ones, four lanes of `n·m + N·(n + m)`.
    pub fn multiply_adds(self, n: u64, m: u64, columns: u64) -> u64 {
        match self {
            Self::Recompute => n.saturating_mul(m).saturating_mul(columns),
            Self::Freivalds => n
                .saturating_mul(m)
                .saturating_add(columns.saturating_mul(n.saturating_add(m)))
                .saturating_mul(4),
        }
    }
}
