use alloc::vec::Vec;
use core::array;

use crate::{
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

/// Adds `coefficient·value` to the sum of each lane, mod 2⁶⁴.
#[inline]
fn add_scaled([a, b, c, d]: &mut [u64; 4], [p, q, r, s]: &[u64; 4], value: i64) {
    let value = value.cast_unsigned();
    *a = a.wrapping_add(p.wrapping_mul(value));
    *b = b.wrapping_add(q.wrapping_mul(value));
    *c = c.wrapping_add(r.wrapping_mul(value));
    *d = d.wrapping_add(s.wrapping_mul(value));
}

/// Columns of W that are folded at once: what a processor's vectors hold natively.
const TILE: usize = 4;
/// A tile's sums: of the four lanes, then the one that they share.
type Tile = [[u64; TILE]; 5];

/// `rᵀW`: four lanes for each of W's m columns; of a convolution, one filter a lane.
///
/// By Winograd's inner product ("A New Algorithm for Inner Product", 1968), with r and w of two rows,
/// `r₁w₁ + r₂w₂ = (r₁ + w₂)·(r₂ + w₁) − r₁r₂ − w₁w₂`. The columns share `r₁r₂` and the lanes share `w₁w₂`, so that
/// four lanes of two rows take five multiplications, not eight.
fn fold(parameters: &[i8], m: usize, r: &[[u64; 4]]) -> Vec<[u64; 4]> {
    let mut tiles: Vec<Tile> = alloc::vec![[[0; TILE]; 5]; m.div_ceil(TILE)];
    let mut of_columns = [0u64; 4];
    let blocks = parameters.chunks_exact(m.saturating_mul(4));
    let rest = blocks.remainder();
    let (fours, last) = r.as_chunks::<4>();
    for (rows, coefficients) in blocks.zip(fours) {
        let mut rows = rows.chunks_exact(m);
        let rows = array::from_fn(|_| rows.next().unwrap_or_default());
        fold_four_rows(&mut tiles, rows, coefficients);
        let [p, q, s, t] = coefficients;
        for (sum, ((p, q), (s, t))) in of_columns.iter_mut().zip(p.iter().zip(q).zip(s.iter().zip(t))) {
            *sum = sum.wrapping_add(p.wrapping_mul(*q)).wrapping_add(s.wrapping_mul(*t));
        }
    }
    let mut folded: Vec<[u64; 4]> = tiles
        .iter()
        .flat_map(|[a, b, c, d, of_lanes]| {
            let lanes = a.iter().zip(b).zip(c.iter().zip(d));
            lanes.zip(of_lanes).map(|(((a, b), (c, d)), of_lanes)| {
                let [p, q, s, t] = of_columns.map(|sum| sum.wrapping_add(*of_lanes));
                [a.wrapping_sub(p), b.wrapping_sub(q), c.wrapping_sub(s), d.wrapping_sub(t)]
            })
        })
        .take(m)
        .collect();
    for (row, coefficients) in rest.chunks_exact(m).zip(last) {
        for (sums, w) in folded.iter_mut().zip(row) {
            add_scaled(sums, coefficients, (*w).into());
        }
    }
    folded
}

/// Adds four rows of W, scaled. In wasm a function of its own: inlined, more numbers would be alive than compiled
/// wasm has registers for.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
#[cfg_attr(not(feature = "std"), inline(never))]
fn fold_four_rows(tiles: &mut [Tile], [a, b, c, d]: [&[i8]; 4], coefficients: &[[u64; 4]; 4]) {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<TILE>(), b.as_chunks::<TILE>());
    let ((c, c_rest), (d, d_rest)) = (c.as_chunks::<TILE>(), d.as_chunks::<TILE>());
    for (tile, ((a, b), (c, d))) in tiles.iter_mut().zip(a.iter().zip(b).zip(c.iter().zip(d))) {
        add_tile(tile, [a, b, c, d], coefficients);
    }
    if let (Some(tile), false) = (tiles.last_mut(), a_rest.is_empty()) {
        let padded = [a_rest, b_rest, c_rest, d_rest].map(|rest| {
            let mut padded = [0; TILE];
            padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            padded
        });
        add_tile(tile, padded.each_ref(), coefficients);
    }
}

#[allow(clippy::indexing_slicing, reason = "every index is below the arrays' constant lengths")]
#[inline(always)]
fn add_tile(tile: &mut Tile, [a, b, c, d]: [&[i8; TILE]; 4], [p, q, s, t]: &[[u64; 4]; 4]) {
    for k in 0..TILE {
        let [a, b, c, d] = [a[k], b[k], c[k], d[k]].map(|w| i64::from(w).cast_unsigned());
        for lane in 0..4 {
            let first = p[lane].wrapping_add(b).wrapping_mul(q[lane].wrapping_add(a));
            let second = s[lane].wrapping_add(d).wrapping_mul(t[lane].wrapping_add(c));
            tile[lane][k] = tile[lane][k].wrapping_add(first).wrapping_add(second);
        }
        tile[4][k] = tile[4][k].wrapping_add(a.wrapping_mul(b)).wrapping_add(c.wrapping_mul(d));
    }
}

fn freivalds(operator: &Linear<'_>, claimed: &[i32], seed: [u8; 32]) -> bool {
    let (n, m) = (operator.n.max(1), operator.m.max(1));
    let r: Vec<[u64; 4]> = lanes(seed, operator.node).take(n).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of rows and tiles of columns, whole and ragged, against the definition.
    #[test]
    fn folding_is_the_product() {
        for (n, m) in (1..=9).flat_map(|n| (1..=9).map(move |m| (n, m))) {
            let r: Vec<[u64; 4]> = lanes([3; 32], 1).take(n).collect();
            let parameters: Vec<i8> = lanes([4; 32], 1).take(n * m).map(|[w, ..]| w as i8).collect();
            let product: Vec<[u64; 4]> = (0..m)
                .map(|k| {
                    let mut sums = [0; 4];
                    for (row, coefficients) in parameters.chunks_exact(m).zip(&r) {
                        add_scaled(&mut sums, coefficients, row[k].into());
                    }
                    sums
                })
                .collect();
            assert_eq!(fold(&parameters, m, &r), product, "{n} × {m}");
        }
    }
}
