//! How the difficulty follows the load: pure arithmetic.

/// The next round's difficulty. `used` and `wanted` are in the same unit; the difficulty grows as they
/// differ, by a factor of two at most, and is never below 1.
pub fn retarget(difficulty: u64, used: u64, wanted: u64) -> u64 {
    let scaled = u128::from(difficulty)
        .saturating_mul(used.into())
        .checked_div(wanted.into())
        .unwrap_or(difficulty.into());
    let highest = u128::from(difficulty).saturating_mul(2);
    let lowest = u128::from(difficulty.div_ceil(2));
    u64::try_from(scaled.clamp(lowest, highest)).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn follows_the_load_by_two_at_most() {
        assert_eq!(retarget(100, 10, 10), 100);
        assert_eq!(retarget(100, 15, 10), 150);
        assert_eq!(retarget(100, 1_000, 10), 200);
        assert_eq!(retarget(100, 0, 10), 50);
        assert_eq!(retarget(1, 0, 10), 1);
        assert_eq!(retarget(7, 3, 0), 7);
        assert_eq!(retarget(u64::MAX, 5, 1), u64::MAX);
    }

    proptest! {
        #[test]
        fn stays_within_a_factor_of_two(difficulty in 1u64.., used: u64, wanted: u64) {
            let next = u128::from(retarget(difficulty, used, wanted));
            let now = u128::from(difficulty);
            prop_assert!(next >= 1 && next * 2 >= now && (next <= now * 2));
        }
    }
}
