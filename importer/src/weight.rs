//! What a verification and its submission weigh on chain, for models that aren't there yet: read from the files that the
//! runtime's benchmarks write, so that there is one source.

use std::iter::Sum;

use millrace_inference::Cost;

/// Picoseconds of ref_time that a block has: two seconds. The runtime's tests compare.
pub const BLOCK_REF_TIME: u64 = 2_000_000_000_000;
/// Picoseconds that the chain counts for reading an entry of its database, `ParityDbWeight` of the SDK.
const READ_TIME: u64 = 8_000_000;
/// Picoseconds for writing one.
const WRITE_TIME: u64 = 50_000_000;

/// The weights that `scripts/benchmark.sh` writes.
const VERIFICATION: &str = include_str!("../../pallets/proof-of-work/src/weights.rs");
/// Those of the market.
const MARKET: &str = include_str!("../../pallets/tasks/src/weights.rs");

/// What something takes of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weight {
    /// Picoseconds of ref_time.
    pub(crate) time: u64,
    /// Bytes of proof.
    pub(crate) proof: u64,
}

impl Weight {
    /// The larger of two in each dimension.
    fn max(self, other: Self) -> Self {
        Self { time: self.time.max(other.time), proof: self.proof.max(other.proof) }
    }
}

impl Sum for Weight {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::default(), |sum, weight| Self {
            time: sum.time.saturating_add(weight.time),
            proof: sum.proof.saturating_add(weight.proof),
        })
    }
}

/// Picoseconds of ref_time that the chain charges for a verification, as `pallet-proof-of-work` adds them up; the runtime's
/// tests compare.
pub fn verification_ref_time(cost: &Cost) -> u64 {
    let thousands = |count: u64| count.div_ceil(1_000);
    let weight = |name, units| weight(VERIFICATION, name, units).time;
    // Which operators begin the inner loops isn't counted, so all are taken for the slowest.
    let runs =
        ["verify_sweeps", "verify_pieces", "verify_planes"].map(|name| weight(name, thousands(cost.runs)));
    [
        weight("verify_base", 0),
        weight("verify_recomputed", thousands(cost.recomputed)),
        weight("verify_folded", thousands(cost.folded)),
        weight("verify_drawn", cost.drawn),
        weight("verify_elements", thousands(cost.elements)),
        runs.into_iter().max().unwrap_or(0),
        weight("verify_patches", thousands(cost.patches)),
        weight("verify_quotients", thousands(cost.quotients)),
        weight("verify_evaluations", cost.evaluations),
        weight("verify_accumulators", thousands(cost.accumulators)),
        weight("verify_model", thousands(cost.model_bytes)),
        weight("verify_claim", thousands(cost.input_bytes.saturating_add(cost.trace_bytes))),
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

/// What the chain charges for a submission: the verification, what follows it whether the trace is right or wrong, and what
/// lets it in. `submission_of` in `pallets/tasks/src/calls.rs` adds it up; the runtime's tests compare the fee.
pub(crate) fn submission_weight(cost: &Cost, output_bytes: u64) -> Weight {
    let verification = Weight { time: verification_ref_time(cost), proof: cost.stored_bytes() };
    let end = weight(MARKET, "submit_right", output_bytes).max(weight(MARKET, "submit_wrong", 0));
    let entry = weight(MARKET, "authorize_submit", cost.trace_bytes);
    [verification, end, entry].into_iter().sum()
}

/// What a benchmark gives for so many units.
fn weight(file: &str, name: &str, units: u64) -> Weight {
    let Benchmark { base, slope } = benchmark(file, name).unwrap_or_default();
    let line = |base: u64, slope: u64| slope.saturating_mul(units).saturating_add(base);
    Weight { time: line(base.time, slope.time), proof: line(base.proof, slope.proof) }
}

/// What a benchmark measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Benchmark {
    base: Weight,
    /// Of each unit.
    slope: Weight,
}

/// A benchmark of a file; none if the file has no such benchmark.
fn benchmark(file: &str, name: &str) -> Option<Benchmark> {
    // The trait declares it first.
    let body = file.split(&format!("fn {name}(")).nth(2)?.split("fn ").next()?;
    let mut parts = body.split("from_parts(").skip(1).map(|rest| {
        let (time, proof) = rest.split_once(')')?.0.split_once(',')?;
        Some(Weight { time: number(time)?, proof: number(proof)? })
    });
    let (base, slope) = (parts.next()??, parts.next().unwrap_or(Some(Weight::default()))?);
    let entries = |call| match body.split_once(call) {
        Some((_, rest)) => number(rest.split_once("_u64")?.0),
        None => Some(0),
    };
    let database = entries(".reads(")? * READ_TIME + entries(".writes(")? * WRITE_TIME;
    Some(Benchmark { base: Weight { time: base.time + database, ..base }, slope })
}

/// A number as Rust writes it.
fn number(text: &str) -> Option<u64> {
    text.trim().replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_read() {
        let time =
            |file, name| benchmark(file, name).map(|Benchmark { base, slope }| (base.time, slope.time));
        assert!(time(VERIFICATION, "verify_base").is_some_and(|(base, _)| base > 100_000));
        for name in [
            "verify_recomputed",
            "verify_folded",
            "verify_drawn",
            "verify_elements",
            "verify_sweeps",
            "verify_pieces",
            "verify_planes",
            "verify_patches",
            "verify_quotients",
            "verify_evaluations",
            "verify_accumulators",
            "verify_model",
            "verify_claim",
        ] {
            // Picoseconds of something that takes at least a nanosecond a thousand times.
            assert!(time(VERIFICATION, name).is_some_and(|(_, slope)| slope > 1_000), "{name}");
        }
        for name in ["submit_right", "submit_wrong", "authorize_submit"] {
            // Each reads the task, which is proof, too.
            let read = benchmark(MARKET, name).expect("it is in the file");
            assert!(read.base.time > 100_000_000 && read.base.proof > 3_594, "{name}: {read:?}");
        }
        assert_eq!(benchmark(VERIFICATION, "verify_nothing"), None);
    }

    #[test]
    fn entries_of_the_database_take_time() {
        let file = "fn a(b: u32);
            fn a(b: u32) -> Weight {
                Weight::from_parts(1_000, 20)
                    .saturating_add(Weight::from_parts(3, 4).saturating_mul(b.into()))
                    .saturating_add(T::DbWeight::get().reads(2_u64))
                    .saturating_add(T::DbWeight::get().writes(1_u64))
            }";
        assert_eq!(weight(file, "a", 10), Weight { time: 1_030 + 66_000_000, proof: 60 });
    }

    #[test]
    fn a_heavier_cost_weighs_more() {
        let light = verification_ref_time(&Cost::default());
        assert!(light > 0);
        let heavy = Cost { runs: 1_000_000, ..Cost::default() };
        assert!(verification_ref_time(&heavy) > light + 1_000_000);
    }

    #[test]
    fn a_submission_weighs_more_than_its_verification() {
        let cost = Cost { model_bytes: 1_000, trace_bytes: 1_000_000, ..Cost::default() };
        let short = submission_weight(&cost, 4);
        assert!(short.time > verification_ref_time(&cost) && short.proof > 1_000 + 60_000, "{short:?}");
        assert!(submission_weight(&cost, 60_000).time > short.time);
    }
}
