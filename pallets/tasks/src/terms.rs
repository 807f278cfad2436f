//! When a lease is due, when it runs out, and what rate it takes: pure arithmetic.

use millrace_primitives::{BlockNumber, Mac};

/// `due` and `until` of a lease given now: `due = since + floor + ⌈work / rate⌉`,
/// `until = min(since + 4·(due − since), deadline)`. None if that can't be done by the deadline.
pub(crate) fn terms(
    since: BlockNumber,
    floor: u32,
    work: Mac,
    rate: u64,
    deadline: BlockNumber,
) -> Option<(BlockNumber, BlockNumber)> {
    if rate == 0 {
        return None;
    }
    let blocks = u32::try_from(work.div_ceil(rate.into())).ok()?.checked_add(floor)?;
    let due = since.checked_add(blocks).filter(|due| *due <= deadline)?;
    Some((due, since.saturating_add(blocks.saturating_mul(4)).min(deadline)))
}

/// Blocks after which a lease of less than a block's work runs out, if its deadline is later.
pub(crate) fn shortest_lease(floor: u32) -> u32 {
    floor.saturating_add(1).saturating_mul(4)
}

/// The smallest rate with which [`terms`] gives a lease: `⌈work / (deadline − since − floor)⌉`. None if none does.
pub(crate) fn least_rate(since: BlockNumber, floor: u32, work: Mac, deadline: BlockNumber) -> Option<u64> {
    let blocks = deadline.checked_sub(since)?.checked_sub(floor).filter(|blocks| *blocks > 0)?;
    u64::try_from(work.div_ceil(blocks.into()).max(1)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn terms_follow_the_promised_rate() {
        assert_eq!(terms(100, 3, 10, 5, 1_000), Some((105, 120)));
        assert_eq!(terms(100, 3, 11, 5, 1_000), Some((106, 124)));
        assert_eq!(terms(100, 3, 11, 0, 1_000), None);
        assert_eq!(terms(100, 3, u128::MAX, 1, u32::MAX), None);
    }

    #[test]
    fn no_lease_is_longer_than_its_deadline() {
        assert_eq!(terms(100, 3, 10, 5, 112), Some((105, 112)));
        assert_eq!(terms(100, 3, 10, 5, 105), Some((105, 105)));
        assert_eq!(terms(100, 3, 10, 5, 104), None);
        assert_eq!(terms(u32::MAX - 4, 3, 1, 1, u32::MAX), Some((u32::MAX, u32::MAX)));
    }
    #[test]
    fn the_least_rate_uses_all_blocks_after_the_floor() {
        assert_eq!(least_rate(100, 3, 10, 105), Some(5));
        assert_eq!(least_rate(100, 3, 11, 105), Some(6));
        assert_eq!(least_rate(100, 3, 1, 104), Some(1));
        assert_eq!(least_rate(100, 3, 1, 103), None);
        assert_eq!(least_rate(100, 3, 1, 99), None);
        assert_eq!(least_rate(0, 0, u128::MAX, u32::MAX), None, "no rate is so high");
    }

    proptest! {
        #[test]
        fn no_smaller_rate_will_do(
            since in 0u32..1_000,
            floor in 0u32..10,
            work in prop_oneof![1u128..10_000, 1u128..1 << 90],
            wait in 0u32..2_000,
        ) {
            let deadline = since + wait;
            let terms = |rate| terms(since, floor, work, rate, deadline);
            match least_rate(since, floor, work, deadline) {
                Some(rate) => prop_assert!(terms(rate).is_some() && terms(rate - 1).is_none()),
                None => prop_assert_eq!(terms(u64::MAX), None),
            }
        }
    }
}
