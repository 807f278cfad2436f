//! What each block does on its own: end overdue leases, give leases, refund what is past its deadline or out of rent,
//! prune old outputs. Bounded by a weight meter; what it leaves is done by a later block or a poke.

use frame_support::weights::{Weight, WeightMeter};
use millrace_primitives::{Looked, SlotMarket, TaskId};

use crate::{room::Room, Config, LeaseFailure, Pallet, Tasks, WeightInfo};

/// What a service did for a queued task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// It waits on, after a search.
    Waits(Looked),
    /// A search found it a slot.
    Leased(Looked),
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
        Self::prune_outputs(&mut meter);
        meter.consumed()
    }

    fn end_leases(meter: &mut WeightMeter) {
        while let Some(task) = Self::expired_lease() {
            if meter.try_consume(T::WeightInfo::end_lease()).is_err() {
                return;
            }
            Self::end_lease(task);
        }
    }

    /// Slashes the lessee of a task whose lease ran out.
    pub(crate) fn end_lease(task: TaskId) {
        match Self::open_lease(task) {
            Some((record, lease)) => Self::fail_lease(task, record, lease, LeaseFailure::Expired),
            None => Self::drop_lease(task),
        }
    }

    /// Walks the queue once around at most, from where the last walk ended. There must be weight for the worst visit before
    /// each, so that no search is cut short; each is then charged for what it did.
    fn serve_queue(meter: &mut WeightMeter) {
        let most = Self::most_served();
        let mut room = None;
        Self::walk_queue(|task| {
            if !meter.can_consume(most) {
                return false;
            }
            let room = room.get_or_insert_with(Self::room);
            let served = Self::serve_task(task, room);
            meter.consume(Self::served_weight(&served));
            true
        });
    }

    /// What a visit to a queued task took.
    pub(crate) fn served_weight(served: &Served) -> Weight {
        match served {
            Served::Waits(looked) => Self::search_weight(*looked),
            Served::Leased(looked) => {
                Self::search_weight(*looked).saturating_add(T::WeightInfo::give_lease())
            }
            Served::Refunded => T::WeightInfo::refund_task(),
        }
    }

    /// What a visit takes at most.
    pub(crate) fn most_served() -> Weight {
        Self::served_weight(&Served::Leased(T::Miners::MOST)).max(T::WeightInfo::refund_task())
    }

    /// What a search took. The proof of the books is as the search says: their entries lie side by side, and a benchmark
    /// would count a way through all of storage for each.
    fn search_weight(looked: Looked) -> Weight {
        T::WeightInfo::search_slot(looked.entries, looked.applied)
            .saturating_add(Weight::from_parts(0, looked.proof))
    }

    /// Does what can be done now for a queued task, within the room that the open leases leave.
    pub(crate) fn serve_task(task: TaskId, room: &mut Room) -> Served {
        match Tasks::<T>::get(task) {
            None => Served::Waits(Looked::default()),
            Some(record) => match Self::overdue(&record) {
                Some(why) => {
                    Self::refund(task, record, why);
                    Served::Refunded
                }
                None => match Self::try_lease(task, record, room) {
                    (true, looked) => Served::Leased(looked),
                    (false, looked) => Served::Waits(looked),
                },
            },
        }
    }
}
