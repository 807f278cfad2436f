//! The offers that follow, and how one comes into force. Nothing else touches [`Round`], [`Offered`] and a record's
//! `next`.
//!
//! No queue brings offers into force, so nobody can lengthen it for others: an offer names the round from which it may
//! act, and acts from the first time that somebody touches it thereafter. That is
//! [`Call::apply_offer`](crate::Call::apply_offer), which the miner's own node sends, a search that would lease one of
//! its slots, or its miner's next call.

use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use millrace_primitives::{ModelId, RoundIndex};

use crate::{Config, Error, Event, MinerRecord, Miners, Offered, Pallet, Pending, Round, Slot, Terms};

impl<T: Config> Pallet<T> {
    /// Round `round` begins: what was scheduled before it is due.
    pub(crate) fn set_round(round: RoundIndex) {
        Round::<T>::put(round);
    }

    /// Has an offer follow the one in force with the next round, in place of one that waits already.
    pub(crate) fn schedule(record: &mut MinerRecord, terms: Terms) {
        record.next = Some(Pending { from: Round::<T>::get().saturating_add(1), terms });
    }

    /// Brings a miner's offer into force if it is due; says whether it was. The record is the caller's to store.
    pub(crate) fn apply_if_due(miner: &T::AccountId, record: &mut MinerRecord) -> bool {
        let due = record.is_due(Round::<T>::get());
        if due {
            Self::bring_into_force(miner, record);
        }
        due
    }

    pub(crate) fn do_apply_offer(miner: &T::AccountId) -> DispatchResult {
        let mut record = Miners::<T>::get(miner).ok_or(Error::<T>::NotFound)?;
        ensure!(record.next.is_some(), Error::<T>::NothingScheduled);
        ensure!(Self::apply_if_due(miner, &mut record), Error::<T>::NotYetInForce);
        Miners::<T>::insert(miner, record);
        Ok(())
    }

    /// How many slots offer a model, be they free, leased or suspended.
    pub fn slots_offering(model: ModelId) -> u32 {
        Offered::<T>::get(model)
    }

    /// Whether the offer that follows is due.
    pub(crate) fn next_is_due(record: &MinerRecord) -> bool {
        record.is_due(Round::<T>::get())
    }

    /// Whether a miner has an offer that is due.
    pub(crate) fn has_due_offer(miner: &T::AccountId) -> bool {
        Miners::<T>::get(miner).is_some_and(|record| record.is_due(Round::<T>::get()))
    }

    /// Brings what is scheduled into force, due or not.
    pub(crate) fn bring_into_force(miner: &T::AccountId, record: &mut MinerRecord) {
        let Some(Pending { terms, .. }) = record.next.take() else { return };
        let now = Self::now();
        // A further slot is no way round a suspension.
        let suspended = record.is_suspended();
        Self::accrue(record);
        Self::leave_books(miner, record, &record.on_sale());
        Self::count_offered(&record.terms, |count, slots| count.saturating_sub(slots));
        Self::count_offered(&terms, |count, slots| count.saturating_add(slots));
        for (index, rate) in terms.rates.iter().enumerate() {
            match record.slots.get_mut(index) {
                Some(slot) => {
                    slot.rate = *rate;
                    slot.withdrawn = false;
                }
                None => {
                    let slot =
                        Slot { rate: *rate, idle_since: now, leased: None, suspended, withdrawn: false };
                    // Both lists have the same bound.
                    let _ = record.slots.try_push(slot);
                }
            }
        }
        for slot in record.slots.iter_mut().skip(terms.rates.len()) {
            slot.withdrawn = true;
        }
        record.terms = terms;
        record.drop_withdrawn();
        Self::cap(record);
        Self::enter_books(miner, record, &record.on_sale());
        record.withdrawable_from = now.saturating_add(T::UnbondingPeriod::get());
        Self::deposit_event(Event::OfferInForce { miner: miner.clone() });
    }

    fn count_offered(terms: &Terms, change: impl Fn(u32, u32) -> u32) {
        for model in &terms.models {
            Offered::<T>::mutate_exists(model, |count| {
                let changed = change(count.unwrap_or(0), terms.slots());
                *count = (changed > 0).then_some(changed);
            });
        }
    }
}
