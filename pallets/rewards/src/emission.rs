//! The arithmetic of emission and scores: pure, fixed point, rounding towards the protocol.

use millrace_primitives::{Balance, Mac, MAC_PER_ASK};
use sp_runtime::helpers_128bit::multiply_by_rational_with_rounding;
use sp_runtime::Rounding;

/// Mined work beyond the capacity on sale counts this many times less.
pub const OFF_SALE_DIVISOR: u128 = 16;

fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    multiply_by_rational_with_rounding(a, b, c, Rounding::Down).unwrap_or(0)
}

/// Emission of a round: `initial / 2^(round / interval)`, and never more than what `cap` leaves.
pub fn emission(initial: Balance, interval: u32, cap: Balance, emitted: Balance, round: u32) -> Balance {
    let halvings = round.checked_div(interval).unwrap_or(0);
    initial.checked_shr(halvings).unwrap_or(0).min(cap.saturating_sub(emitted))
}

/// `work × e / (e + ask)` for work of which `on_sale` MAC were mined by capacity on sale.
pub fn score(work: Mac, on_sale: Mac, ask: Balance, e: Balance) -> u128 {
    let on_sale = on_sale.min(work);
    let off_sale = work.saturating_sub(on_sale).checked_div(OFF_SALE_DIVISOR).unwrap_or(0);
    mul_div(on_sale.saturating_add(off_sale), e, e.saturating_add(ask).max(1))
}

/// A share of an emission.
pub fn share(emission: Balance, score: u128, total: u128) -> Balance {
    if total == 0 {
        return 0;
    }
    mul_div(emission, score, total)
}

/// Planck per mega-MAC; at least one, so that an ask is never compared with nothing.
pub fn per_mega_mac(emission: Balance, mined: Mac) -> Balance {
    mul_div(emission, MAC_PER_ASK, mined.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emission_halves_and_stops_at_the_cap() {
        assert_eq!(emission(100, 10, 10_000, 0, 9), 100);
        assert_eq!(emission(100, 10, 10_000, 0, 10), 50);
        assert_eq!(emission(100, 10, 10_000, 9_980, 10), 20);
        assert_eq!(emission(100, 10, 10_000, 10_000, 10), 0);
        assert_eq!(emission(100, 10, 10_000, 0, u32::MAX), 0);
        let total: u128 = (0..200u32).map(|round| emission(1_000, 10, u128::MAX, 0, round)).sum();
        assert!(total <= 20_000, "{total}");
    }

    #[test]
    fn efficiency_is_one_at_no_ask_and_half_at_the_emission() {
        assert_eq!(score(1_000, 1_000, 0, 77), 1_000);
        assert_eq!(score(1_000, 1_000, 77, 77), 500);
        assert_eq!(score(1_600, 0, 0, 77), 100);
    }

    proptest! {
        #[test]
        fn shares_never_exceed_the_emission(emission: u128, scores in proptest::collection::vec(0u128..1 << 100, 1..20)) {
            let total: u128 = scores.iter().sum();
            let paid = scores.iter().try_fold(0u128, |sum, s| sum.checked_add(share(emission, *s, total)));
            prop_assert!(paid.is_some_and(|paid| paid <= emission));
        }

        #[test]
        fn a_lower_ask_never_scores_less(work in 0u128..1 << 90, a in 0u128..1 << 60, b in 0u128..1 << 60, e in 1u128..1 << 60) {
            prop_assert!(score(work, work, a.min(b), e) >= score(work, work, a.max(b), e));
        }

        /// One miner that becomes two with the same slots between them gains nothing.
        #[test]
        fn splitting_gains_nothing(work in 0u128..1 << 90, part in 0u128..1 << 90, ask in 0u128..1 << 60, e in 1u128..1 << 60) {
            let part = part.min(work);
            let whole = score(work, work, ask, e);
            prop_assert!(score(part, part, ask, e) + score(work - part, work - part, ask, e) <= whole);
        }
    }
}
