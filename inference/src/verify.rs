use alloc::vec::Vec;

use crate::{
    kernels,
    transcript::{Challenge, HashFunction},
    walk::{walk, Linear, LinearOperators, Output},
    CheckedModel, TraceError,
};

/// What drawing one random row costs, in multiply-adds: a hash through the host.
const HASH_MULTIPLY_ADDS: u64 = 1024;

/// How the accumulators of one linear operator are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let freivalds =
            Self::Freivalds.multiply_adds(n, m, columns).saturating_add(n.saturating_mul(HASH_MULTIPLY_ADDS));
        if Self::Recompute.multiply_adds(n, m, columns) <= freivalds {
            Self::Recompute
        } else {
            Self::Freivalds
        }
    }

    /// Multiply-adds of this check: `n·m·N`, or four lanes of `n·m + N·(n + m)`.
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

/// Verifies a trace and derives the output from it: `Ok` exactly if every accumulator is what the operator's
/// parameters and checked input give, but for a chance below 2⁻¹²⁸.
///
/// `seed` must come from [`crate::Statement::seed`] over this very trace.
///
/// # Soundness
///
/// Let W (n×m) be an operator's parameters, X (m×N) its input, Y (n×N) the claimed accumulators, and
/// E = WX − Y over the integers. Registration bounds `128·Σ_k |W[o,k]| < 2³¹` for each row, so |WX| < 2³¹
/// entrywise; Y is `i32`, so |Y| ≤ 2³¹; hence |E| < 2³². Suppose E has a non-zero entry in column c. It is
/// less than 2³² in absolute value, so it is divisible by at most 2³¹. For r uniform in (ℤ/2⁶⁴)ⁿ, fix all of
/// r but the coefficient of that entry: `(rᵀE)[c] = 0 mod 2⁶⁴` then has at most 2³¹ solutions among 2⁶⁴, a
/// chance of at most 2⁻³³. Four independent lanes: at most 2⁻¹³². The trace is hashed into the seed before r
/// exists, so each attempt at grinding costs a hash of the whole trace. Nodes that are not linear are
/// recomputed from checked values, and by induction over the graph the output is the honest one.
///
/// # Errors
/// [`TraceError`], which names the first operator that is wrong.
pub fn verify(
    model: &CheckedModel,
    input: &[u8],
    trace: &[u8],
    seed: [u8; 32],
    blake2_256: HashFunction,
) -> Result<Output, TraceError> {
    let samples = model.profile().samples(input.len())?;
    let expected = model.profile().trace_bytes(samples);
    let got = u64::try_from(trace.len()).unwrap_or(u64::MAX);
    if expected != got {
        return Err(TraceError::Length { expected, got });
    }
    let mut claims = Claims { rest: trace, challenge: Challenge::new(seed, blake2_256) };
    walk(model, input, &mut claims)
}

/// Reads the claimed accumulators in node order and checks them on the way.
struct Claims<'a> {
    rest: &'a [u8],
    challenge: Challenge,
}

impl LinearOperators for Claims<'_> {
    type Error = TraceError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, TraceError> {
        let columns = operator.columns.len().checked_div(operator.m).unwrap_or(0);
        let bytes = columns.saturating_mul(operator.n).saturating_mul(4);
        let mismatch = TraceError::Mismatch { node: operator.node };
        let (claimed, rest) = self.rest.split_at_checked(bytes).ok_or(mismatch)?;
        self.rest = rest;
        let claimed: Vec<i32> = claimed
            .chunks_exact(4)
            .filter_map(|bytes| bytes.try_into().ok().map(i32::from_le_bytes))
            .collect();
        let wide = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        let holds = match LinearCheck::choose(wide(operator.n), wide(operator.m), wide(columns)) {
            LinearCheck::Recompute => recompute(&operator, &claimed),
            LinearCheck::Freivalds => freivalds(&operator, &claimed, &self.challenge),
        };
        holds.then_some(claimed).ok_or(mismatch)
    }
}

fn recompute(operator: &Linear<'_>, claimed: &[i32]) -> bool {
    operator.columns.chunks_exact(operator.m.max(1)).zip(claimed.chunks_exact(operator.n.max(1))).all(
        |(x, y)| {
            operator
                .parameters
                .chunks_exact(operator.m.max(1))
                .zip(y)
                .all(|(row, claimed)| kernels::dot(row, x) == *claimed)
        },
    )
}

/// `(Σ_i coefficients[i][lane]·values[i])` for the four lanes, mod 2⁶⁴.
#[inline]
fn combine<T: Copy + Into<i64>>(coefficients: &[[u64; 4]], values: &[T]) -> [u64; 4] {
    coefficients.iter().zip(values).fold([0u64; 4], |[a, b, c, d], ([p, q, r, s], value)| {
        let value: i64 = (*value).into();
        let value = value.cast_unsigned();
        [
            a.wrapping_add(p.wrapping_mul(value)),
            b.wrapping_add(q.wrapping_mul(value)),
            c.wrapping_add(r.wrapping_mul(value)),
            d.wrapping_add(s.wrapping_mul(value)),
        ]
    })
}

fn freivalds(operator: &Linear<'_>, claimed: &[i32], challenge: &Challenge) -> bool {
    let (n, m) = (operator.n.max(1), operator.m.max(1));
    let rows = u32::try_from(n).unwrap_or(u32::MAX);
    let r: Vec<[u64; 4]> = (0..rows).map(|row| challenge.lanes(operator.node, row)).collect();
    // rᵀW: four lanes a column of W.
    let mut folded = alloc::vec![[0u64; 4]; m];
    for (row, [p, q, s, t]) in operator.parameters.chunks_exact(m).zip(&r) {
        for ([a, b, c, d], w) in folded.iter_mut().zip(row) {
            let w = i64::from(*w).cast_unsigned();
            *a = a.wrapping_add(p.wrapping_mul(w));
            *b = b.wrapping_add(q.wrapping_mul(w));
            *c = c.wrapping_add(s.wrapping_mul(w));
            *d = d.wrapping_add(t.wrapping_mul(w));
        }
    }
    operator
        .columns
        .chunks_exact(m)
        .zip(claimed.chunks_exact(n))
        .all(|(x, y)| combine(&folded, x) == combine(&r, y))
}
