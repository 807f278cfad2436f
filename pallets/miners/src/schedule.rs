//! The offers that wait for a round, and how one comes into force. Nothing else touches [`Scheduled`] and its bounds.

use frame_support::traits::Get;
use millrace_primitives::queue::StoredQueue;

use crate::{Config, Event, MinerRecord, Miners, Pallet, Scheduled, ScheduledBounds, Slot};

/// The miners whose offers wait, oldest first. Those before the mark are due; those after it wait for the next round.
type Waiting<T> = StoredQueue<Scheduled<T>, ScheduledBounds<T>, <T as frame_system::Config>::AccountId, u32>;

impl<T: Config> Pallet<T> {
    /// Has a miner's scheduled offer wait for the next round. It must not be waiting already.
    pub(crate) fn schedule(miner: T::AccountId) {
        Waiting::<T>::push(miner);
    }

    /// Makes every offer due that was scheduled until now.
    pub(crate) fn close_schedule() {
        Waiting::<T>::set_mark(|bounds| bounds.end);
    }

    /// Brings up to `limit` offers that are due into force; returns how many.
    pub(crate) fn apply_scheduled(limit: u32) -> u32 {
        Waiting::<T>::remove_front(
            |bounds| bounds.mark.wrapping_sub(bounds.first).min(limit),
            |miner| {
                Self::apply_offer(miner);
                true
            },
        )
    }

    pub(crate) fn apply_offer(miner: &T::AccountId) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        let Some(next) = record.next.take() else { return };
        let now = Self::now();
        Self::leave_books(miner, &record, &record.on_sale());
        Self::release_places(&record.terms);
        let rates = next.rates.clone();
        record.terms = next;
        for (index, rate) in rates.iter().enumerate() {
            match record.slots.get_mut(index) {
                Some(slot) => {
                    slot.rate = *rate;
                    slot.withdrawn = false;
                }
                None => {
                    let slot = Slot {
                        rate: *rate,
                        idle_since: now,
                        leased: None,
                        suspended: false,
                        withdrawn: false,
                    };
                    // Both lists have the same bound.
                    let _ = record.slots.try_push(slot);
                }
            }
        }
        for slot in record.slots.iter_mut().skip(rates.len()) {
            slot.withdrawn = true;
        }
        Self::drop_withdrawn(&mut record);
        Self::enter_books(miner, &record, &record.on_sale());
        record.withdrawable_from = now.saturating_add(T::UnbondingPeriod::get());
        Miners::<T>::insert(miner, record);
        Self::deposit_event(Event::OfferInForce { miner: miner.clone() });
    }

    /// Drops withdrawn slots without a lease from the end of the list; those before a leased one stay,
    /// because a slot's index names it.
    pub(crate) fn drop_withdrawn(record: &mut MinerRecord) {
        while record.slots.last().is_some_and(|slot| slot.withdrawn && slot.leased.is_none()) {
            record.slots.pop();
        }
    }
}
