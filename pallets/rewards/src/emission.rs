//! The arithmetic of emission and scores: pure, fixed point, rounding towards the protocol.

use core::ops::Range;

use millrace_primitives::{Balance, BlockNumber, Mac, MAC_PER_ASK};
use sp_runtime::helpers_128bit::multiply_by_rational_with_rounding;
use sp_runtime::Rounding;

/// Mined work beyond the capacity on sale counts this many times less.
pub const OFF_SALE_DIVISOR: u128 = 16;
/// The author of a block gets this part of the score of each win in it.
pub const AUTHOR_DIVISOR: u128 = 100;
/// A round moves the average emission per mega-MAC by this part of the way to its own.
pub const AVERAGE_DIVISOR: u128 = 16;

fn mul_div(a: u128, b: u128, c: u128) -> u128 {
    multiply_by_rational_with_rounding(a, b, c, Rounding::Down).unwrap_or(0)
}

/// Emission of these blocks: `initial / 2^(block / interval)` for each.
pub fn emission(initial: Balance, interval: u32, blocks: Range<BlockNumber>) -> Balance {
    let mut sum = Balance::default();
    let mut at = blocks.start;
    // Once for each halving, and no balance can be halved more than 128 times.
    while at < blocks.end {
        let halvings = at.checked_div(interval).unwrap_or(0);
        let each = initial.checked_shr(halvings).unwrap_or(0);
        if each == 0 {
            break;
        }
        let halved_at = match interval {
            0 => blocks.end,
            _ => halvings.saturating_add(1).saturating_mul(interval),
        };
        let until = halved_at.min(blocks.end);
        sum = sum.saturating_add(each.saturating_mul(until.saturating_sub(at).into()));
        at = until;
    }
    sum
}

/// The author's part of a win's score.
pub fn author_part(score: u128) -> u128 {
    score.checked_div(AUTHOR_DIVISOR).unwrap_or(0)
}

/// An average after one more round, at least one. It moves by [`AVERAGE_DIVISOR`] of itself at most, up as down: a round with
/// hardly any work has a rate without bound. What it moves by is rounded up, so that it gets to where the rounds are.
pub fn average(before: Balance, round: Balance) -> Balance {
    let round = round.min(before.saturating_mul(2));
    let step = before.abs_diff(round).div_ceil(AVERAGE_DIVISOR);
    let after = if round > before { before.saturating_add(step) } else { before.saturating_sub(step) };
    after.max(1)
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
    fn emission_is_that_of_its_blocks_and_halves_within_a_round() {
        assert_eq!(emission(100, 10, 0..10), 1_000);
        assert_eq!(emission(100, 10, 8..12), 2 * 100 + 2 * 50);
        assert_eq!(emission(100, 10, 9..31), 100 + 10 * 50 + 10 * 25 + 12);
        assert_eq!(emission(100, 10, 7..7), 0);
        assert_eq!(emission(100, 10, u32::MAX - 1..u32::MAX), 0);
        assert_eq!(emission(100, 0, 0..1_000), 100_000, "nothing halves it");
        assert_eq!(emission(1, u32::MAX, 5..u32::MAX), u128::from(u32::MAX) - 5);
        assert!(emission(1_000, 10, 0..u32::MAX) <= 2 * 10 * 1_000);
    }

    #[test]
    fn a_burst_in_one_round_hardly_moves_the_average() {
        let after = average(1_000_000, 100_000);
        assert!((940_001..1_000_000).contains(&after), "{after}");
    }

    #[test]
    fn a_round_with_hardly_any_work_hardly_moves_the_average() {
        assert_eq!(average(1_600_000, Balance::MAX), 1_700_000);
        assert_eq!((average(1, Balance::MAX), average(Balance::MAX, Balance::MAX)), (2, Balance::MAX));
    }

    #[test]
    fn the_average_gets_to_where_the_rounds_are() {
        let settled = |from, to| (0..400).fold(from, |e, _| average(e, to));
        assert_eq!((settled(1, 1_000_000), settled(1_000_000, 77), settled(9, 0)), (1_000_000, 77, 1));
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

        /// However blocks are divided into rounds, they emit the same.
        #[test]
        fn rounds_add_up(initial in 0u128..1 << 90, interval in 1u32..50, start in 0u32..500, a in 0u32..99, b in 0u32..99) {
            let (middle, end) = (start + a, start + a + b);
            let parts = emission(initial, interval, start..middle) + emission(initial, interval, middle..end);
            prop_assert_eq!(parts, emission(initial, interval, start..end));
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
