//! Whether all submissions fit: what open leases will submit, against what the blocks until then set aside for it.

use alloc::vec::Vec;

use frame_support::traits::Get;
use millrace_primitives::BlockNumber;

use crate::{LeaseEntry, MaxLeases};

/// Leases of so many blocks may take all places of the list; that is two of the shortest.
const SHORT: u32 = 32;

/// How many leases may last so many blocks or longer: the fewer, the longer they are. So who fills the list with leases
/// that nobody else needs must renew them, and pay for that.
fn most_lasting(blocks: u32) -> usize {
    let most = <MaxLeases as Get<u32>>::get().saturating_mul(SHORT).checked_div(blocks.max(SHORT));
    usize::try_from(most.unwrap_or(0).max(1)).unwrap_or(usize::MAX)
}

/// What one block sets aside for submissions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Bytes of traces.
    pub bytes: u64,
    /// ref_time.
    pub time: u64,
    /// Proof size.
    pub proof: u64,
}

/// What submissions of a lease take, or may still take.
///
/// Of 128 bits, because what is left may be less than nothing, and sums of 64 bits must not wrap.
type Amounts = [i128; 3];

fn amounts(lease: &LeaseEntry) -> Amounts {
    [lease.bytes.into(), lease.time.into(), lease.proof.into()]
}

fn zip(a: Amounts, b: Amounts, of: impl Fn(i128, i128) -> i128) -> Amounts {
    let ([a, b, c], [d, e, f]) = (a, b);
    [of(a, d), of(b, e), of(c, f)]
}

/// The room that open leases leave for further ones: whether a new lease, and those that end after it, can still be
/// submitted in time when each block sets its capacity aside. Leases that end before the new one only take room: one that
/// is overdue must not keep the others from being given.
///
/// Learnt once for all searches of a block; a search then looks at two entries, not at all leases.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    now: BlockNumber,
    capacity: Capacity,
    /// No lease may end in this block or later: as many last until then as may.
    closed_from: BlockNumber,
    /// For each lease by `until`: that block, what it and those before it take, and what is left at least before it and
    /// before those after it.
    leases: Vec<(BlockNumber, Amounts, Amounts)>,
}

impl Room {
    /// The room beside `leases`, which are sorted by `until`.
    pub(crate) fn new(leases: &[LeaseEntry], now: BlockNumber, capacity: Capacity) -> Self {
        let mut taken = [0; 3];
        let last_as_long = |(shorter, lease): &(usize, &LeaseEntry)| {
            leases.len().saturating_sub(*shorter) >= most_lasting(lease.until.saturating_sub(now))
        };
        let closed_from =
            leases.iter().enumerate().find(last_as_long).map_or(BlockNumber::MAX, |(_, lease)| lease.until);
        let mut room = Self { now, capacity, closed_from, leases: Vec::with_capacity(leases.len()) };
        for lease in leases {
            taken = zip(taken, amounts(lease), i128::saturating_add);
            room.leases.push((
                lease.until,
                taken,
                zip(room.set_aside(lease.until), taken, i128::saturating_sub),
            ));
        }
        let mut least = [i128::MAX; 3];
        for (_, _, left) in room.leases.iter_mut().rev() {
            least = zip(least, *left, i128::min);
            *left = least;
        }
        room
    }

    /// Whether there may be no further lease, whatever it takes.
    pub(crate) fn is_full(&self) -> bool {
        u32::try_from(self.leases.len()).unwrap_or(u32::MAX) >= <MaxLeases as Get<u32>>::get()
    }

    /// What the blocks before one set aside.
    fn set_aside(&self, until: BlockNumber) -> Amounts {
        let blocks = i128::from(until.saturating_sub(self.now));
        let Capacity { bytes, time, proof } = self.capacity;
        [bytes, time, proof].map(|of_block| i128::from(of_block).saturating_mul(blocks))
    }

    /// Whether a further lease fits, by what it submits and by how many last as long.
    pub(crate) fn fits(&self, new: &LeaseEntry) -> bool {
        let ends_before = self.leases.partition_point(|(until, ..)| *until < new.until);
        let lasting = self.leases.len().saturating_sub(ends_before);
        if new.until >= self.closed_from || lasting >= most_lasting(new.until.saturating_sub(self.now)) {
            return false;
        }
        let at = self.leases.partition_point(|(until, ..)| *until <= new.until);
        let before =
            at.checked_sub(1).and_then(|last| self.leases.get(last)).map_or([0; 3], |(_, taken, _)| *taken);
        let left_after = self.leases.get(at).map_or([i128::MAX; 3], |(_, _, left)| *left);
        let own = zip(self.set_aside(new.until), before, i128::saturating_sub);
        zip(own, left_after, i128::min).into_iter().zip(amounts(new)).all(|(left, takes)| takes <= left)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_fit(leases: &[LeaseEntry], new: LeaseEntry, now: BlockNumber, capacity: Capacity) -> bool {
        Room::new(leases, now, capacity).fits(&new)
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
    fn long_leases_leave_places_to_shorter_ones() {
        let capacity = Capacity { bytes: 10, time: 1, proof: 100 };
        let entry = |until| LeaseEntry { until, task: 0, bytes: 0, time: 0, proof: 0 };
        let last = |leases: &[LeaseEntry], until| all_fit(leases, entry(until), 0, capacity);
        assert!(last(&vec![entry(652); 49], 655) && !last(&vec![entry(652); 50], 655), "50 last 652 blocks");
        let week = vec![entry(100_800)];
        assert!(!all_fit(&week, entry(100_800), 0, capacity), "one of a week");
        assert!(all_fit(&week, entry(10_000), 0, capacity));
        let hours = vec![entry(3_200); 10];
        assert!(!all_fit(&hours, entry(3_200), 0, capacity) && all_fit(&hours, entry(2_900), 0, capacity));
        // What is left of a lease counts, not how long it was.
        assert!(all_fit(&hours, entry(3_200), 400, capacity));
        let short = vec![entry(32); 1_023];
        assert!(all_fit(&short, entry(32), 0, capacity));
    }

    #[test]
    fn an_overdue_lease_keeps_nobody_waiting() {
        let capacity = Capacity { bytes: 10, time: 1, proof: 100 };
        let entry = |until, bytes| LeaseEntry { until, task: 0, bytes, time: 0, proof: 0 };
        assert!(all_fit(&[entry(9, 10)], entry(12, 10), 10, capacity));
    }

    proptest! {
        /// Against the definition: the new lease and each that ends after it has what the blocks before it set aside.
        #[test]
        fn room_is_what_is_left_before_each_until(
            mut leases in prop::collection::vec((0u32..30, 0u32..40), 0..12),
            new in (0u32..30, 0u32..40),
            now in 0u32..30,
        ) {
            leases.sort_unstable_by_key(|(until, _)| *until);
            let entry = |(until, bytes)| LeaseEntry { until, task: 0, bytes, time: 0, proof: 0 };
            let capacity = Capacity { bytes: 10, time: 1, proof: 1 };
            let at = leases.partition_point(|(until, _)| *until <= new.0);
            let mut all = leases.clone();
            all.insert(at, new);
            let fits = (at..all.len()).all(|last| {
                let taken: u32 = all[..=last].iter().map(|(_, bytes)| *bytes).sum();
                taken <= 10 * all[last].0.saturating_sub(now)
            });
            let entries: Vec<_> = leases.into_iter().map(entry).collect();
            prop_assert_eq!(all_fit(&entries, entry(new), now, capacity), fits);
        }
    }
}
