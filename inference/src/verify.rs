use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    fold::{add_scaled, fold, Lanes},
    kernels,
    trace::Claim,
    transcript::lanes,
    walk::{walk, Columns, Linear, LinearOperators, Output},
    CheckedModel, ExecutionError, TraceError,
};

/// What a multiply-add of recomputation costs, in those of Freivalds' check.
const RECOMPUTED_COST: u64 = 2;
/// What drawing a row's lanes costs, in the same.
const DRAWN_COST: u64 = 192;

/// Patches whose sums are compared at once.
pub(crate) const TILE: usize = 1024;

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
/// attempt at grinding costs at least a hash. Nodes that are not linear are
/// recomputed from checked values, and by induction over the graph the output is the honest one.
///
/// # Memory
///
/// The samples are taken in slices, so what a verification takes beside what it is given, its output and the lanes
/// doesn't grow with the batch: [`Profile::slice_bytes`](crate::Profile::slice_bytes).
///
/// # Errors
/// [`TraceError`], which names an operator that is wrong.
pub fn verify(
    model: &CheckedModel,
    input: &[u8],
    trace: &[u8],
    seed: [u8; 32],
) -> Result<Output, TraceError> {
    let mut output: Option<Output> = None;
    let bytes = model.profile().output_bytes(model.profile().samples(input.len())?);
    verify_slices(model, input, trace, seed, |slice| match &mut output {
        Some(output) => output.append(slice),
        None => output = Some(slice.with_room(bytes)),
    })?;
    output.ok_or(ExecutionError::TooLarge.into())
}

/// [`verify`] for who needs no output: of a batch of any length nothing is kept.
///
/// # Errors
/// As [`verify`].
pub fn check(model: &CheckedModel, input: &[u8], trace: &[u8], seed: [u8; 32]) -> Result<(), TraceError> {
    verify_slices(model, input, trace, seed, drop)
}

/// Verifies a trace slice by slice and gives each slice's output to `keep`.
fn verify_slices(
    model: &CheckedModel,
    input: &[u8],
    trace: &[u8],
    seed: [u8; 32],
    mut keep: impl FnMut(Output),
) -> Result<(), TraceError> {
    let profile = model.profile();
    let samples = profile.samples(input.len())?;
    let accumulators = |operator: &Linear<'_>, columns: u32| {
        let columns =
            usize::try_from(u64::from(columns).saturating_mul(samples.into())).unwrap_or(usize::MAX);
        (operator.node, columns.saturating_mul(operator.n))
    };
    let counts = model
        .linear_operators()
        .zip(&profile.layers)
        .map(|(operator, layer)| accumulators(&operator, layer.columns));
    let claims = Claim::all(trace, counts)?;
    let mut verifier = Verifier { claims, folded: Folded::new(model, samples, seed), next: 0 };
    let slice = u64::from(profile.slice_samples.max(1)).saturating_mul(profile.sample_bytes.into());
    for slice in input.chunks(usize::try_from(slice).unwrap_or(usize::MAX).max(1)) {
        verifier.next = 0;
        keep(walk(model, slice, &mut verifier)?);
    }
    verifier.claims.iter().try_for_each(Claim::finish)
}

/// The lanes of all operators that Freivalds checks, one operator's after the other's. Two allocations hold them, whatever
/// their number: an allocator that never joins what was freed would otherwise keep some of each size.
struct Folded {
    /// r.
    rows: Vec<Lanes>,
    /// rᵀW.
    columns: Vec<Lanes>,
    /// Where an operator's are; none if it is computed again.
    places: Vec<Option<[Range<usize>; 2]>>,
}

impl Folded {
    fn new(model: &CheckedModel, samples: u32, seed: [u8; 32]) -> Self {
        let checks: Vec<LinearCheck> = model.profile().checks(samples).collect();
        let folded =
            || model.linear_operators().zip(&checks).filter(|(_, check)| **check == LinearCheck::Freivalds);
        let count = |of: fn(&Linear<'_>) -> usize| {
            folded().map(|(operator, _)| of(&operator)).fold(0, usize::saturating_add)
        };
        let mut new = Self {
            rows: Vec::with_capacity(count(|operator| operator.n)),
            columns: Vec::with_capacity(count(|operator| operator.m)),
            places: Vec::with_capacity(checks.len()),
        };
        for (operator, check) in model.linear_operators().zip(&checks) {
            let place = (*check == LinearCheck::Freivalds).then(|| {
                let from = [new.rows.len(), new.columns.len()];
                new.rows.extend(lanes(seed, operator.node).take(operator.n));
                let rows = new.rows.get(from[0]..).unwrap_or_default();
                fold(operator.parameters, operator.m.max(1), rows, &mut new.columns);
                [from[0]..new.rows.len(), from[1]..new.columns.len()]
            });
            new.places.push(place);
        }
        new
    }

    /// r and rᵀW of an operator; none if it is computed again.
    fn of(&self, operator: usize) -> Option<[&[Lanes]; 2]> {
        let [rows, columns] = self.places.get(operator)?.clone()?;
        Some([self.rows.get(rows)?, self.columns.get(columns)?])
    }
}

/// Reads the claimed accumulators of each operator and checks them on the way, a slice of the batch at a time.
struct Verifier<'a> {
    /// One for each linear operator, in node order.
    claims: Vec<Claim<'a>>,
    folded: Folded,
    /// The operator that comes next.
    next: usize,
}

impl LinearOperators for Verifier<'_> {
    type Error = TraceError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, TraceError> {
        let truncated = TraceError::Truncated { node: operator.node };
        let claim = self.claims.get_mut(self.next).ok_or(truncated)?;
        let claimed = claim.take(operator.count().saturating_mul(operator.n)).ok_or(truncated)?;
        let holds = match self.folded.of(self.next) {
            None => recompute(&operator, &claimed),
            Some(lanes) => freivalds(&operator, &claimed, lanes),
        };
        self.next = self.next.saturating_add(1);
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

fn freivalds(operator: &Linear<'_>, claimed: &[i32], [rows, columns]: [&[Lanes]; 2]) -> bool {
    let n = operator.n.max(1);
    match operator.columns {
        Columns::Contiguous => {
            let mut claimed = claimed.chunks_exact(n);
            operator.all_columns(|x| claimed.next().is_some_and(|y| combine(columns, x) == combine(rows, y)))
        }
        Columns::Patches { .. } => {
            let group = operator.group().max(1);
            let mut samples = claimed.chunks_exact(group.saturating_mul(n));
            // rᵀY of a tile of a sample's patches.
            let mut sums: Vec<Lanes> = Vec::with_capacity(TILE);
            let (mut sample, mut position) = (samples.next().unwrap_or_default(), 0usize);
            operator.all_columns(|x| {
                if position == group {
                    (sample, position) = (samples.next().unwrap_or_default(), 0);
                }
                let of_tile = position.checked_rem(TILE).unwrap_or(0);
                if of_tile == 0 {
                    sum_tile(sample, group, position, rows, &mut sums);
                }
                position = position.saturating_add(1);
                sums.get(of_tile).is_some_and(|expected| combine(columns, x) == *expected)
            })
        }
    }
}

/// rᵀY of the patches from `position` on, as many as a tile has; `sample` holds a plane of `group` accumulators a row.
fn sum_tile(sample: &[i32], group: usize, position: usize, rows: &[Lanes], sums: &mut Vec<Lanes>) {
    sums.clear();
    sums.resize(TILE.min(group.saturating_sub(position)), [0; 4]);
    for (plane, coefficients) in sample.chunks_exact(group).zip(rows) {
        for (sum, y) in sums.iter_mut().zip(plane.get(position..).unwrap_or_default()) {
            add_scaled(sum, coefficients, (*y).into());
        }
    }
}
