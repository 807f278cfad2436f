//! What a verification weighs on chain: the runtime's benchmarked weights, for models that aren't on chain yet.

use millrace_inference::Cost;

/// Picoseconds of ref_time in a second; two of them are what a block has.
pub const SECOND: u64 = 1_000_000_000_000;

/// A benchmarked weight: its name in `pallets/proof-of-work/src/weights.rs`, picoseconds, and picoseconds for each unit.
type Benchmark = (&'static str, u64, u64);

const BASE: Benchmark = ("verify_base", 1_363_000, 0);
const RECOMPUTED: Benchmark = ("verify_recomputed", 78_717_000, 1_035_282);
const FOLDED: Benchmark = ("verify_folded", 30_894_488, 2_650_884);
const HASHES: Benchmark = ("verify_hashes", 101_605_234, 675_120);
const ELEMENTS: Benchmark = ("verify_elements", 141_836_000, 9_418_970);
const ACCUMULATORS: Benchmark = ("verify_accumulators", 10_560_000, 9_802_902);
const MODEL: Benchmark = ("verify_model", 10_430_000, 1_073_231);
const CLAIM: Benchmark = ("verify_claim", 2_475_000, 1_846_716);

/// Picoseconds of ref_time that the chain charges for a verification, as `pallet-proof-of-work` adds them up.
pub fn verification_ref_time(cost: &Cost) -> u64 {
    let thousands = |count: u64| count.div_ceil(1_000);
    [
        (BASE, 0),
        (RECOMPUTED, thousands(cost.recomputed)),
        (FOLDED, thousands(cost.folded)),
        (HASHES, cost.hashes),
        (ELEMENTS, thousands(cost.elements)),
        (ACCUMULATORS, thousands(cost.accumulators)),
        (MODEL, thousands(cost.model_bytes)),
        (CLAIM, thousands(cost.input_bytes.saturating_add(cost.trace_bytes))),
    ]
    .into_iter()
    .map(|((_, base, slope), units)| slope.saturating_mul(units).saturating_add(base))
    .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_the_runtimes() {
        let file = include_str!("../../pallets/proof-of-work/src/weights.rs");
        for (name, base, slope) in [BASE, RECOMPUTED, FOLDED, HASHES, ELEMENTS, ACCUMULATORS, MODEL, CLAIM] {
            // The trait declares it first.
            let body = file.split(&format!("fn {name}(")).nth(2).expect("the trait and its implementation");
            let body = body.split("fn ").next().unwrap_or_default();
            let mut said = body
                .split("from_parts(")
                .skip(1)
                .map(|rest| rest.split(',').next().unwrap_or_default().replace('_', ""));
            assert_eq!(
                said.next(),
                Some(base.to_string()),
                "{name}: the runtime was benchmarked anew; copy its figures"
            );
            assert_eq!(said.next().unwrap_or_else(|| "0".into()), slope.to_string(), "{name}: as above");
        }
    }
}
