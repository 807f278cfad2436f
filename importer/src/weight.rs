//! What a verification weighs on chain: the runtime's benchmarked weights, for models that aren't on chain yet.

use millrace_inference::Cost;

/// Picoseconds of ref_time in a second; two of them are what a block has.
pub const SECOND: u64 = 1_000_000_000_000;

/// A benchmarked weight: its name in `pallets/proof-of-work/src/weights.rs`, picoseconds, and picoseconds for each unit.
type Benchmark = (&'static str, u64, u64);

const BASE: Benchmark = ("verify_base", 921_000, 0);
const RECOMPUTED: Benchmark = ("verify_recomputed", 9_464_000, 874_166);
const FOLDED: Benchmark = ("verify_folded", 295_469_000, 1_553_424);
const DRAWN: Benchmark = ("verify_drawn", 3_478_720, 72_846);
const ELEMENTS: Benchmark = ("verify_elements", 54_731_000, 2_167_304);
const ACCUMULATORS: Benchmark = ("verify_accumulators", 36_164_899, 6_490_585);
const MODEL: Benchmark = ("verify_model", 8_192_000, 699_349);
const CLAIM: Benchmark = ("verify_claim", 1_933_000, 1_989_360);

/// Picoseconds of ref_time that the chain charges for a verification, as `pallet-proof-of-work` adds them up.
pub fn verification_ref_time(cost: &Cost) -> u64 {
    let thousands = |count: u64| count.div_ceil(1_000);
    [
        (BASE, 0),
        (RECOMPUTED, thousands(cost.recomputed)),
        (FOLDED, thousands(cost.folded)),
        (DRAWN, cost.drawn),
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
        for (name, base, slope) in [BASE, RECOMPUTED, FOLDED, DRAWN, ELEMENTS, ACCUMULATORS, MODEL, CLAIM] {
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
