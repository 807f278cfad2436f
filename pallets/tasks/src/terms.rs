//! When a lease is due and when it runs out: pure arithmetic.

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

#[cfg(test)]
mod tests {
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
}
