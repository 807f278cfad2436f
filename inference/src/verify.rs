use alloc::vec::Vec;

use crate::{
    fold::{add_scaled, fold, Lanes},
    kernels,
    trace::unpack,
    transcript::lanes,
    walk::{walk, Columns, Linear, LinearOperators, Output},
    CheckedModel, TraceError,
};

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
/// chance of at most 2⁻³³. Four independent lanes: at most 2⁻¹³². The lanes are ChaCha20's keystream, which nobody
/// who doesn't know the seed tells from uniform ones. The trace is hashed into the seed before r exists, so each
/// attempt at grinding costs a hash of the whole trace. Nodes that are not linear are
/// recomputed from checked values, and by induction over the graph the output is the honest one.
///
/// # Errors
/// [`TraceError`], which names the first operator that is wrong.
pub fn verify(
    model: &CheckedModel,
    input: &[u8],
    trace: &[u8],
    seed: [u8; 32],
) -> Result<Output, TraceError> {
    let mut claims = Claims { rest: trace, seed };
    let output = walk(model, input, &mut claims)?;
    match claims.rest.len() {
        0 => Ok(output),
        got => Err(TraceError::LeftOver { got }),
    }
}

/// Reads the claimed accumulators in node order and checks them on the way.
struct Claims<'a> {
    rest: &'a [u8],
    seed: [u8; 32],
}

impl LinearOperators for Claims<'_> {
    type Error = TraceError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, TraceError> {
        let columns = operator.count();
        let claimed = unpack(&mut self.rest, operator.node, columns.saturating_mul(operator.n))?;
        let wide = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        let holds = match LinearCheck::choose(wide(operator.n), wide(operator.m), wide(columns)) {
            LinearCheck::Recompute => recompute(&operator, &claimed),
            LinearCheck::Freivalds => freivalds(&operator, &claimed, self.seed),
        };
        holds.then_some(claimed).ok_or(TraceError::Mismatch { node: operator.node })
    }
}

fn recompute(operator: &Linear<'_>, claimed: &[i32]) -> bool {
    let rows = || operator.parameters.chunks_exact(operator.m.max(1));
    match operator.columns {
        Columns::Contiguous => {
            let mut claimed = claimed.chunks_exact(operator.n.max(1));
            operator.all_columns(|x| {
                claimed.next().is_some_and(|y| rows().zip(y).all(|(w, y)| kernels::dot(w, x) == *y))
            })
        }
        Columns::Patches { .. } => {
            // The n accumulators of a position lie a plane apart.
            let (group, mut column) = (operator.group().max(1), 0usize);
            let sample = group.saturating_mul(operator.n);
            operator.all_columns(|x| {
                let (samples_before, position) = (column.checked_div(group), column.checked_rem(group));
                column = column.saturating_add(1);
                let (Some(before), Some(position)) = (samples_before, position) else { return false };
                let from = before.saturating_mul(sample).saturating_add(position);
                let y = claimed.get(from..).unwrap_or_default().iter().step_by(group);
                rows().zip(y).all(|(w, y)| kernels::dot(w, x) == *y)
            })
        }
    }
}

/// `Σ_i coefficients[i][lane]·values[i]` for the four lanes, mod 2⁶⁴.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn combine<T: Copy + Into<i64>>(coefficients: &[Lanes], values: &[T]) -> Lanes {
    let mut sums = [0; 4];
    for (coefficients, value) in coefficients.iter().zip(values) {
        add_scaled(&mut sums, coefficients, (*value).into());
    }
    sums
}

fn freivalds(operator: &Linear<'_>, claimed: &[i32], seed: [u8; 32]) -> bool {
    let (n, m) = (operator.n.max(1), operator.m.max(1));
    let r: Vec<Lanes> = lanes(seed, operator.node).take(n).collect();
    let folded = fold(operator.parameters, m, &r);
    match operator.columns {
        Columns::Contiguous => {
            let mut claimed = claimed.chunks_exact(n);
            operator.all_columns(|x| claimed.next().is_some_and(|y| combine(&folded, x) == combine(&r, y)))
        }
        Columns::Patches { .. } => {
            // rᵀY, a plane of sums for each sample.
            let group = operator.group().max(1);
            let mut samples = claimed.chunks_exact(group.saturating_mul(n));
            let mut sums = Vec::new().into_iter();
            operator.all_columns(|x| {
                let expected = match sums.next() {
                    Some(expected) => expected,
                    None => {
                        let Some(sample) = samples.next() else { return false };
                        let mut plane = alloc::vec![[0u64; 4]; group];
                        for (values, coefficients) in sample.chunks_exact(group).zip(&r) {
                            for (sum, y) in plane.iter_mut().zip(values) {
                                add_scaled(sum, coefficients, (*y).into());
                            }
                        }
                        sums = plane.into_iter();
                        sums.next().unwrap_or_default()
                    }
                };
                combine(&folded, x) == expected
            })
        }
    }
}
