//! When leases fall due, what lateness costs, and whether all submissions fit: pure arithmetic.

use millrace_primitives::{Balance, BlockNumber, Mac};

use crate::LeaseEntry;

/// `due` and `until` of a lease given now: `due = since + floor + ⌈work / rate⌉`,
/// `until = since + 4·(due − since)`. None if they are no block numbers.
pub fn terms(since: BlockNumber, floor: u32, work: Mac, rate: u64) -> Option<(BlockNumber, BlockNumber)> {
    if rate == 0 {
        return None;
    }
    let blocks = u32::try_from(work.div_ceil(rate.into())).ok()?.checked_add(floor)?;
    Some((since.checked_add(blocks)?, since.checked_add(blocks.checked_mul(4)?)?))
}

/// The price at a block: full until `due`, then falling linearly to a quarter at `until`, rounded down.
pub fn price_at(price: Balance, now: BlockNumber, due: BlockNumber, until: BlockNumber) -> Balance {
    let late = now.saturating_sub(due).min(until.saturating_sub(due));
    let span = Balance::from(until.saturating_sub(due)).saturating_mul(4);
    let cut = Balance::from(late).saturating_mul(3);
    sp_runtime::helpers_128bit::multiply_by_rational_with_rounding(
        price,
        span.saturating_sub(cut),
        span.max(1),
        sp_runtime::Rounding::Down,
    )
    .filter(|_| span > 0)
    .unwrap_or(price)
}

/// What one block sets aside for submissions.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Bytes of traces.
    pub bytes: u64,
    /// ref_time.
    pub time: u64,
    /// Proof size.
    pub proof: u64,
}

/// Whether a new lease, and those that end after it, can still be submitted in time when each block sets
/// `capacity` aside. `leases` are sorted by `until`. Leases that end before the new one only take room: one
/// that is overdue must not keep the others from being given.
pub fn all_fit(leases: &[LeaseEntry], new: LeaseEntry, now: BlockNumber, capacity: Capacity) -> bool {
    let (mut bytes, mut time, mut proof) = (0u64, 0u64, 0u64);
    let mut add = |lease: &LeaseEntry| {
        bytes = bytes.saturating_add(lease.bytes.into());
        time = time.saturating_add(lease.time);
        proof = proof.saturating_add(lease.proof);
        let blocks = u64::from(lease.until.saturating_sub(now));
        bytes <= capacity.bytes.saturating_mul(blocks)
            && time <= capacity.time.saturating_mul(blocks)
            && proof <= capacity.proof.saturating_mul(blocks)
    };
    let at = leases.partition_point(|lease| lease.until <= new.until);
    let (before, after) = leases.split_at(at);
    before.iter().for_each(|lease| {
        add(lease);
    });
    core::iter::once(&new).chain(after).all(add)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn terms_follow_the_promised_rate() {
        assert_eq!(terms(100, 3, 10, 5), Some((105, 120)));
        assert_eq!(terms(100, 3, 11, 5), Some((106, 124)));
        assert_eq!(terms(100, 3, 11, 0), None);
        assert_eq!(terms(100, 3, u128::MAX, 1), None);
    }

    #[test]
    fn the_price_falls_to_a_quarter() {
        assert_eq!(price_at(1_000, 100, 105, 120), 1_000);
        assert_eq!(price_at(1_000, 105, 105, 120), 1_000);
        assert_eq!(price_at(1_000, 110, 105, 120), 750);
        assert_eq!(price_at(1_000, 120, 105, 120), 250);
        assert_eq!(price_at(1_000, 500, 105, 120), 250);
    }

    #[test]
    fn leases_fit_before_each_until() {
        let capacity = Capacity { bytes: 10, time: 1, proof: 100 };
        let entry = |until, bytes| LeaseEntry { until, task: 0, bytes, time: 0, proof: 0 };
        assert!(all_fit(&[], entry(12, 20), 10, capacity));
        assert!(!all_fit(&[], entry(11, 20), 10, capacity));
        assert!(all_fit(&[entry(11, 10)], entry(13, 20), 10, capacity));
        assert!(!all_fit(&[entry(13, 30)], entry(12, 10), 10, capacity));
        assert!(!all_fit(&[], LeaseEntry { time: 2, ..entry(11, 0) }, 10, capacity));
        assert!(!all_fit(&[], LeaseEntry { proof: 101, ..entry(11, 0) }, 10, capacity));
    }

    #[test]
    fn an_overdue_lease_keeps_nobody_waiting() {
        let capacity = Capacity { bytes: 10, time: 1, proof: 100 };
        let entry = |until, bytes| LeaseEntry { until, task: 0, bytes, time: 0, proof: 0 };
        assert!(all_fit(&[entry(9, 10)], entry(12, 10), 10, capacity));
    }

    proptest! {
        #[test]
        fn prices_stay_between_a_quarter_and_the_whole(price: u128, due in 0u32..1000, span in 1u32..1000, now in 0u32..3000) {
            let paid = price_at(price, now, due, due + span);
            prop_assert!(paid <= price && paid >= price / 4);
        }
    }
}
