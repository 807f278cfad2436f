//! What each block does on its own: end overdue leases, give leases, refund what is past its deadline,
//! prune old outputs. Bounded by a weight meter; what it leaves is done by a later block or a poke.

use frame_support::{
    dispatch::DispatchClass,
    traits::Get,
    weights::{Weight, WeightMeter},
};
use millrace_primitives::{price_of, CapacityMarket, TaskId};

use crate::{
    lease, Config, Event, Lease, LeaseEntry, LeaseFailure, Leases, Outputs, Pallet, Prunable, PrunableBounds,
    Queue, QueueCursor, TaskRecord, TaskRecordOf, TaskState, Tasks, WeightInfo,
};

/// Submissions may use this part of what normal transactions may use of a block.
const SUBMISSION_SHARE: u64 = 2;

/// What a service did for a queued task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Served {
    Waits,
    Leased,
    Refunded,
}

impl<T: Config> Pallet<T> {
    pub(crate) fn service(limit: Weight) -> Weight {
        let mut meter = WeightMeter::with_limit(limit);
        if meter.try_consume(T::WeightInfo::service_base()).is_err() {
            return Weight::zero();
        }
        Self::end_leases(&mut meter);
        Self::serve_queue(&mut meter);
        Self::prune(&mut meter);
        meter.consumed()
    }

    fn end_leases(meter: &mut WeightMeter) {
        while let Some(entry) = Leases::<T>::get().first().copied() {
            if !Self::is_expired(entry.until) || meter.try_consume(T::WeightInfo::end_lease()).is_err() {
                return;
            }
            Self::end_lease(entry.task);
        }
    }

    /// Slashes the lessee of a task whose lease ran out.
    pub(crate) fn end_lease(task: TaskId) {
        match Tasks::<T>::get(task) {
            Some(TaskRecord { state: TaskState::Queued, .. }) | None => Self::drop_lease(task),
            Some(record) => {
                if let TaskState::Leased(lease) = record.state.clone() {
                    Self::fail_lease(task, record, lease, LeaseFailure::Expired);
                }
            }
        }
    }

    /// Walks the queue once around at most, from where the last walk ended.
    fn serve_queue(meter: &mut WeightMeter) {
        let queue = Queue::<T>::get();
        let count = queue.len();
        if count == 0 {
            return;
        }
        let start = usize::try_from(QueueCursor::<T>::get()).unwrap_or(0);
        let start = if start < count { start } else { 0 };
        let mut room = Self::room();
        let most =
            T::WeightInfo::search_slot().max(T::WeightInfo::give_lease()).max(T::WeightInfo::refund_task());
        let mut seen = 0usize;
        for task in queue.iter().cycle().skip(start).take(count) {
            if !meter.can_consume(most) {
                break;
            }
            meter.consume(match Self::serve_task(*task, &mut room) {
                Served::Waits => T::WeightInfo::search_slot(),
                Served::Leased => T::WeightInfo::give_lease(),
                Served::Refunded => T::WeightInfo::refund_task(),
            });
            seen = seen.saturating_add(1);
        }
        // A walk that went round begins at the oldest again.
        let next = if seen == count { 0 } else { start.saturating_add(seen) };
        let next = next.checked_rem(count).unwrap_or(0);
        QueueCursor::<T>::put(u32::try_from(next).unwrap_or(0));
    }

    /// The room that the open leases leave for further ones.
    pub(crate) fn room() -> lease::Room {
        lease::Room::new(&Leases::<T>::get(), Self::now(), Self::submission_capacity())
    }

    /// Does what can be done now for a queued task, within the room that the open leases leave.
    pub(crate) fn serve_task(task: TaskId, room: &mut lease::Room) -> Served {
        match Tasks::<T>::get(task) {
            None => Served::Waits,
            Some(record) if record.deadline < Self::now() => {
                Self::refund(task, record);
                Served::Refunded
            }
            Some(record) => match Self::try_lease(task, record, room) {
                Some(()) => Served::Leased,
                None => Served::Waits,
            },
        }
    }

    /// Gives the task to the best slot, if there is one and its submission is sure to fit.
    fn try_lease(task: TaskId, mut record: TaskRecordOf<T>, room: &mut lease::Room) -> Option<()> {
        let since = Self::now();
        let mut leases = Leases::<T>::get();
        if leases.is_full() {
            return None;
        }
        let entry = |until| LeaseEntry {
            until,
            task,
            bytes: record.trace_bytes,
            time: record.submission_time,
            proof: record.submission_proof,
        };
        let terms = |rate| lease::terms(since, T::LatencyFloor::get(), record.work, rate, record.deadline);
        let offer = T::Miners::lease(record.model, |offer| {
            let Some((_, until)) = terms(offer.rate) else { return false };
            price_of(offer.ask, record.work).is_some_and(|price| price <= record.max_price)
                && !record.failed.contains(&offer.miner)
                && !record.declined.contains(&offer.miner)
                && room.fits(&entry(until))
        })?;
        let (due, until) = terms(offer.rate)?;
        let price = price_of(offer.ask, record.work)?;
        let at = leases.partition_point(|lease| lease.until <= until);
        // There is room: that was checked above.
        let _ = leases.try_insert(at, entry(until));
        Leases::<T>::put(leases);
        *room = Self::room();
        Queue::<T>::mutate(|queue| queue.retain(|queued| *queued != task));
        record.state = TaskState::Leased(Lease {
            miner: offer.miner.clone(),
            slot: offer.slot,
            price,
            slash: offer.slash,
            since,
            due,
            until,
        });
        Tasks::<T>::insert(task, record);
        Self::deposit_event(Event::TaskLeased { task, miner: offer.miner, price, due, until });
        Some(())
    }

    /// A part of what normal transactions may use, less the proof that a submission is admitted with before
    /// its real size is known.
    fn submission_capacity() -> lease::Capacity {
        let limits = T::BlockWeights::get();
        let total = limits.get(DispatchClass::Normal).max_total.unwrap_or(limits.max_block);
        let proof = total.proof_size().saturating_sub(Self::max_submission_weight().proof_size());
        lease::Capacity {
            bytes: u64::from(*T::BlockLength::get().max.get(DispatchClass::Normal)) / SUBMISSION_SHARE,
            time: total.ref_time() / SUBMISSION_SHARE,
            proof: proof / SUBMISSION_SHARE,
        }
    }

    pub(crate) fn prune(meter: &mut WeightMeter) {
        let (mut first, end) = PrunableBounds::<T>::get();
        let before = first;
        while first < end {
            match Prunable::<T>::get(first) {
                Some((block, _)) if block > Self::now() => break,
                _ if meter.try_consume(T::WeightInfo::prune_output()).is_err() => break,
                Some((_, task)) => Outputs::<T>::remove(task),
                None => {}
            }
            Prunable::<T>::remove(first);
            first = first.saturating_add(1);
        }
        if first != before {
            PrunableBounds::<T>::put((first, end));
        }
    }
}
