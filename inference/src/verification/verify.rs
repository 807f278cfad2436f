//! Verifies a trace for far less than executing the model again.

use alloc::vec::Vec;

use super::{
    folded::Folded,
    product::{freivalds, recompute},
};

use crate::{
    error::{ExecutionError, TraceError},
    linear::Linear,
    registration::checked::CheckedModel,
    trace::claim::Claim,
    values::Output,
    walk::{walk, LinearOperators},
};

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

/// [`verify`] without the output: nothing is kept of a batch, whatever its length.
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
