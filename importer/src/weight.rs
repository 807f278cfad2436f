//! What a verification weighs on chain, for models that aren't on chain yet: read from the file that the runtime's
//! benchmarks write, so that there is one source.

use millrace_inference::Cost;

/// Picoseconds of ref_time that a block has: two seconds. The runtime's tests compare.
pub const BLOCK_REF_TIME: u64 = 2_000_000_000_000;

/// The weights that `scripts/benchmark.sh` writes.
const WEIGHTS: &str = include_str!("../../pallets/proof-of-work/src/weights.rs");

/// Picoseconds of ref_time that the chain charges for a verification, as `pallet-proof-of-work` adds them up; the runtime's
/// tests compare.
pub fn verification_ref_time(cost: &Cost) -> u64 {
    let thousands = |count: u64| count.div_ceil(1_000);
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

/// What a benchmark gives for so many units.
fn weight(name: &str, units: u64) -> u64 {
    let (base, slope) = benchmark(name).unwrap_or_default();
    slope.saturating_mul(units).saturating_add(base)
}

/// A benchmark's picoseconds, and those for each unit; none if the file has no such benchmark.
fn benchmark(name: &str) -> Option<(u64, u64)> {
    // The trait declares it first.
    let body = WEIGHTS.split(&format!("fn {name}(")).nth(2)?.split("fn ").next()?;
    let mut figures = body.split("from_parts(").skip(1).map(|rest| {
        let figure = rest.split(',').next().unwrap_or_default();
        figure.trim().replace('_', "").parse().ok()
    });
    Some((figures.next()??, figures.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_weight_is_read() {
        assert!(benchmark("verify_base").is_some_and(|(base, _)| base > 100_000));
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
            assert!(benchmark(name).is_some_and(|(_, slope)| slope > 1_000), "{name}: {:?}", benchmark(name));
        }
        assert_eq!(benchmark("verify_nothing"), None);
    }

    #[test]
    fn a_heavier_cost_weighs_more() {
        let light = verification_ref_time(&Cost::default());
        assert!(light > 0);
        let heavy = Cost { runs: 1_000_000, ..Cost::default() };
        assert!(verification_ref_time(&heavy) > light + 1_000_000);
    }
}
