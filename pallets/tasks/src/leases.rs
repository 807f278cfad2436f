//! The open leases: how one is given, and the four ways in which it ends. Nothing else touches [`Leases`].

use alloc::vec::Vec;

use frame_support::traits::Get;
use millrace_primitives::{
    lease_descriptor, price_of, Answer, BlockNumber, Demand, Looked, MinerBond, MiningPay, ModelRegistry,
    OnWork, OpenLease, Served, SlotMarket, SlotOffer, TaskEnd, TaskId, MAC_PER_ASK,
};
use sp_core::H256;

use crate::{
    escrow::Payment,
    pricing::price_at,
    room::Room,
    terms::{least_rate, terms},
    Config, Event, Lease, LeaseEntry, LeaseFailure, Leases, Pallet, RefundReason, TaskRecord, TaskRecordOf,
    TaskState, Tasks,
};

impl<T: Config> Pallet<T> {
    /// The room that the open leases leave for further ones.
    pub(crate) fn room() -> Room {
        Room::new(&Leases::<T>::get(), Self::now(), Self::submission_capacity())
    }

    /// Gives the task to the best slot, if there is one and its submission is sure to fit; whether there was, and what the
    /// search looked at.
    pub(crate) fn try_lease(task: TaskId, record: TaskRecordOf<T>, room: &mut Room) -> (bool, Looked) {
        let (lease, looked) = Self::find_lease(task, &record, room);
        let is_leased = lease.is_some();
        if let Some(lease) = lease {
            Self::begin_lease(task, record, lease);
            *room = Self::room();
        }
        (is_leased, looked)
    }

    /// Takes its part of the best slot off the market; the lease of that, and what the search looked at.
    fn find_lease(
        task: TaskId,
        record: &TaskRecordOf<T>,
        room: &Room,
    ) -> (Option<Lease<T::AccountId>>, Looked) {
        let (since, floor) = (Self::now(), T::LatencyFloor::get());
        let least_rate = least_rate(since, floor, record.work, record.deadline);
        let Some(least_rate) = least_rate.filter(|_| !room.is_full()) else {
            return (None, Looked::default());
        };
        let ceiling = Self::ceiling_left(record);
        let lease_of = |offer: &SlotOffer<T::AccountId>| {
            let (due, until) = terms(since, floor, record.work, offer.rate, record.deadline)?;
            let price = price_of(offer.ask, record.work).filter(|price| *price <= ceiling)?;
            let SlotOffer { miner, slot, ask, rate, slash } = offer.clone();
            room.fits(&entry_of(task, record, until)).then_some(Lease {
                miner,
                slot,
                rate,
                ask,
                price,
                slash,
                since,
                due,
                until,
            })
        };
        let demand = Demand { work: record.work, least_rate, least_slash: Self::least_slash(record) };
        let (offer, looked) = T::Miners::lease(record.model, demand, |offer| {
            if record.failed.contains(&offer.miner) || record.declined.contains(&offer.miner) {
                Answer::RefuseMiner
            } else if price_of(offer.ask, record.work).is_none_or(|price| price > ceiling) {
                Answer::Stop
            } else if lease_of(offer).is_some() {
                Answer::Take
            } else {
                Answer::Refuse
            }
        });
        (offer.and_then(|offer| lease_of(&offer)), looked)
    }

    /// Takes a task that has a lease from the queue to the open leases.
    fn begin_lease(task: TaskId, mut record: TaskRecordOf<T>, lease: Lease<T::AccountId>) {
        let Lease { miner, price, due, until, .. } = lease.clone();
        Leases::<T>::mutate(|leases| {
            let at = leases.partition_point(|other| other.until <= until);
            // The room says that the list isn't full.
            let _ = leases.try_insert(at, entry_of(task, &record, until));
        });
        Self::dequeue(task);
        let rent = Self::burn_rent(&mut record);
        record.state = TaskState::Leased(lease);
        Tasks::<T>::insert(task, record);
        Self::deposit_event(Event::TaskLeased { task, miner, price, rent, due, until });
    }

    /// A leased task and its lease.
    pub(crate) fn open_lease(task: TaskId) -> Option<(TaskRecordOf<T>, Lease<T::AccountId>)> {
        let record = Tasks::<T>::get(task)?;
        let TaskState::Leased(lease) = record.state.clone() else { return None };
        Some((record, lease))
    }

    /// As [`Self::open_lease`], if it is the lease that `descriptor` names.
    pub(crate) fn leased(task: TaskId, descriptor: H256) -> Option<(TaskRecordOf<T>, Lease<T::AccountId>)> {
        Self::open_lease(task).filter(|(record, lease)| Self::descriptor(task, record, lease) == descriptor)
    }

    /// The hash that names a lease.
    pub fn descriptor(task: TaskId, record: &TaskRecordOf<T>, lease: &Lease<T::AccountId>) -> H256 {
        lease_descriptor(task, &lease.miner, record.model, record.input_hash, lease.since)
    }

    /// The open leases of these miners, for their node.
    pub fn leases_of(miners: &[T::AccountId]) -> Vec<OpenLease<T::AccountId>> {
        Leases::<T>::get()
            .iter()
            .filter_map(|entry| {
                let (record, lease) = Self::open_lease(entry.task)?;
                miners.contains(&lease.miner).then(|| OpenLease {
                    task: entry.task,
                    descriptor: Self::descriptor(entry.task, &record, &lease),
                    model: record.model,
                    samples: record.samples,
                    due: lease.due,
                    until: lease.until,
                    declinable_until: Self::declinable_until(&lease),
                    miner: lease.miner,
                })
            })
            .collect()
    }

    /// The last block in which a lease can be declined: what a node knows when it sees the task, it knows by then.
    pub(crate) fn declinable_until(lease: &Lease<T::AccountId>) -> BlockNumber {
        lease.since.saturating_add(T::LatencyFloor::get())
    }

    /// Whether the grace period of a lease is over that ran out after block `until`.
    pub(crate) fn is_expired(until: BlockNumber) -> bool {
        until.saturating_add(T::GracePeriod::get()) < Self::now()
    }

    /// How many leases are open.
    pub(crate) fn lease_count() -> u32 {
        Leases::<T>::decode_len().and_then(|length| u32::try_from(length).ok()).unwrap_or_default()
    }

    /// The task of the lease that ran out first, if its grace period is over.
    pub(crate) fn expired_lease() -> Option<TaskId> {
        Leases::<T>::get().first().filter(|entry| Self::is_expired(entry.until)).map(|entry| entry.task)
    }

    /// Ends a lease with a right trace: pays the miner, keeps the output and forgets the task.
    pub(crate) fn settle(task: TaskId, record: TaskRecordOf<T>, lease: Lease<T::AccountId>, output: Vec<u8>) {
        let price = price_at(lease.price, Self::now(), lease.due, lease.until).min(record.max_price);
        let Payment { paid, burned, fee, retention, returned } = Self::pay(&record, &lease.miner, price);
        Self::drop_lease(task);
        // Capacity that was sold to oneself was not on sale.
        if lease.miner == record.requester {
            T::Miners::free(&lease.miner, lease.slot, lease.part());
        } else {
            // A stranger's model may have been made to cost next to nothing for a MAC, of zeros, so that work on it proves
            // nothing.
            let is_listed = T::Models::listed().contains(&record.model);
            let work = if is_listed { record.work } else { 0 };
            if is_listed {
                T::OnWork::worked(&lease.miner, work);
            }
            let Lease { ask, since, due, .. } = lease;
            let served = Served { work, ask, since, due, mining_pay: T::Mining::pay_of(MAC_PER_ASK) };
            T::Miners::settle(&lease.miner, lease.slot, lease.part(), served);
        }
        Self::forget(task, &record);
        let (rent, posting, compensation) = (record.rent, record.posting_cost, record.compensation);
        let miner = lease.miner.clone();
        let end =
            TaskEnd::Settled { miner, paid, burned, fee, retention, returned, rent, posting, compensation };
        Self::keep_fate(task, &record, end);
        Self::keep_output(task, output.clone());
        Self::deposit_event(Event::TaskSettled {
            task,
            miner: lease.miner,
            paid,
            burned,
            fee,
            retention,
            returned,
            output,
        });
    }

    /// Slashes the lessee and puts the task back to its place in the queue; one that too many miners failed, or whose
    /// deadline is past, is refunded.
    pub(crate) fn fail_lease(
        task: TaskId,
        mut record: TaskRecordOf<T>,
        lease: Lease<T::AccountId>,
        reason: LeaseFailure,
    ) {
        Self::drop_lease(task);
        // Its posting cost is made good once, however many miners fail it.
        let missing = record.posting_cost.saturating_sub(record.compensation);
        let given = T::Miners::slash(&lease.miner, lease.slot, lease.slash, &record.requester, missing);
        record.compensation = record.compensation.saturating_add(given);
        T::Miners::free(&lease.miner, lease.slot, lease.part());
        if reason == LeaseFailure::Expired {
            T::Miners::suspend(&lease.miner);
        }
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner.clone(), reason });
        if Self::now() > record.deadline {
            Self::refund(task, record, RefundReason::Deadline);
        } else if record.failed.try_push(lease.miner).is_err() {
            Self::refund(task, record, RefundReason::TooManyFailures);
        } else {
            Self::wait_again(task, record);
        }
    }

    /// Gives the task back to the queue, for another miner. It doesn't count as a failure, so that miners can't refund a
    /// task between them. Its miner is charged for the room that the lease kept from others, or for the work that it was
    /// spared if that is more.
    pub(crate) fn give_back(task: TaskId, mut record: TaskRecordOf<T>, lease: Lease<T::AccountId>) {
        Self::drop_lease(task);
        // Never more than failing the lease would have cost: otherwise nobody would decline.
        let charge = Self::decline_charge(&record).min(lease.slash);
        T::Miners::charge(&lease.miner, charge);
        T::Miners::free(&lease.miner, lease.slot, lease.part());
        if record.declined.is_full() {
            // Who declined longest ago may get it once more, and decline again.
            record.declined.remove(0);
        }
        // There is room now.
        let _ = record.declined.try_push(lease.miner.clone());
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner, reason: LeaseFailure::Declined });
        Self::wait_again(task, record);
    }

    /// Ends the lease of a task that is to be refunded and for which neither side is at fault.
    pub(crate) fn end_without_fault(task: TaskId, lease: Lease<T::AccountId>, reason: LeaseFailure) {
        Self::drop_lease(task);
        T::Miners::free(&lease.miner, lease.slot, lease.part());
        Self::deposit_event(Event::LeaseFailed { task, miner: lease.miner, reason });
    }

    /// Takes a task's lease off the list.
    pub(crate) fn drop_lease(task: TaskId) {
        Leases::<T>::mutate(|leases| leases.retain(|entry| entry.task != task));
    }

    /// Puts a task back to its place in the queue, with the bid that it came with; one that bids too little for a full
    /// queue is refunded. It owes rent from now on.
    fn wait_again(task: TaskId, mut record: TaskRecordOf<T>) {
        record.state = TaskState::Queued;
        record.rent_from = Self::rent_index();
        if Self::enqueue(task, &mut record).is_ok() {
            Tasks::<T>::insert(task, record);
        } else {
            Self::refund(task, record, RefundReason::Displaced);
        }
    }
}

/// What a lease of a task until that block will submit.
fn entry_of<AccountId>(task: TaskId, record: &TaskRecord<AccountId>, until: BlockNumber) -> LeaseEntry {
    let (bytes, time, proof) = (record.trace_bytes, record.submission_time, record.submission_proof);
    LeaseEntry { until, task, bytes, time, proof }
}
