use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision, Get},
};
use millrace_primitives::{
    genesis_hash,
    mill::{MillKey, MillSignature},
    ownership_message, Balance, BlockNumber, ModelRegistry, MAC_PER_ASK,
};
use sp_runtime::{DispatchError, RuntimeAppPublic, SaturatedConversion};

use crate::{
    Config, Error, Event, GenesisMiner, HoldReason, MillKeys, MinerRecord, Miners, Pallet, Scheduled,
    ScheduledBounds, Slot, Terms,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// `SlotBond + BondPerMegaMac · rate / 10⁶`, rounded up.
    pub fn bond_of_rate(rate: u64) -> Option<Balance> {
        T::BondPerMegaMac::get()
            .checked_mul(rate.into())?
            .div_ceil(MAC_PER_ASK)
            .checked_add(T::SlotBond::get())
    }

    pub(crate) fn bond_of_rates(rates: impl Iterator<Item = u64>) -> Result<Balance, DispatchError> {
        rates
            .map(Self::bond_of_rate)
            .try_fold(Balance::default(), |sum, bond| sum.checked_add(bond?))
            .ok_or_else(|| Error::<T>::Overflow.into())
    }

    /// What the slots in force and those scheduled need, whichever is more.
    pub(crate) fn needed_bond(record: &MinerRecord) -> Result<Balance, DispatchError> {
        let now = Self::bond_of_rates(record.slots.iter().map(Slot::bonded_rate))?;
        match &record.next {
            Some(next) => Ok(now.max(Self::bond_of_rates(next.rates.iter().copied())?)),
            None => Ok(now),
        }
    }

    fn top_up(miner: &T::AccountId, record: &mut MinerRecord) -> DispatchResult {
        let missing = Self::needed_bond(record)?.saturating_sub(record.bond);
        T::Currency::hold(&HoldReason::Bond.into(), miner, missing)?;
        record.bond = record.bond.saturating_add(missing);
        Ok(())
    }

    /// Whether a mill key agrees to sign for an account.
    pub(crate) fn ensure_owned(
        miner: &T::AccountId,
        mill: &MillKey,
        proof: &MillSignature,
    ) -> DispatchResult {
        let message = ownership_message(genesis_hash::<T>(), miner);
        ensure!(mill.verify(&message, proof), Error::<T>::InvalidProof);
        Ok(())
    }

    pub(crate) fn do_register(miner: &T::AccountId, mill: MillKey, terms: Terms) -> DispatchResult {
        ensure!(!Miners::<T>::contains_key(miner), Error::<T>::AlreadyExists);
        ensure!(!MillKeys::<T>::contains_key(&mill), Error::<T>::AlreadyExists);
        let record = MinerRecord {
            mill: mill.clone(),
            terms: Terms::default(),
            next: None,
            slots: Default::default(),
            rejected: false,
            bond: 0,
            withdrawable_from: Self::now(),
        };
        Miners::<T>::insert(miner, record);
        MillKeys::<T>::insert(&mill, miner);
        Self::deposit_event(Event::MinerRegistered { miner: miner.clone(), mill });
        Self::do_offer(miner, terms)
    }

    pub(crate) fn do_offer(miner: &T::AccountId, terms: Terms) -> DispatchResult {
        let mut record = Miners::<T>::get(miner).ok_or(Error::<T>::NotFound)?;
        for model in &terms.models {
            ensure!(T::Models::is_open(*model), Error::<T>::UnknownModel);
        }
        match &record.next {
            Some(replaced) => Self::release_places(replaced),
            None => ScheduledBounds::<T>::mutate(|(_, _, end)| {
                Scheduled::<T>::insert(*end, miner);
                *end = end.wrapping_add(1);
            }),
        }
        Self::reserve_places(&terms)?;
        let (ask, slots) = (terms.ask, terms.slots());
        record.next = Some(terms);
        Self::top_up(miner, &mut record)?;
        Miners::<T>::insert(miner, record);
        Self::deposit_event(Event::OfferScheduled { miner: miner.clone(), ask, slots });
        Ok(())
    }

    pub(crate) fn do_set_mill(miner: &T::AccountId, mill: MillKey) -> DispatchResult {
        ensure!(!MillKeys::<T>::contains_key(&mill), Error::<T>::AlreadyExists);
        Miners::<T>::try_mutate(miner, |record| {
            let record = record.as_mut().ok_or(Error::<T>::NotFound)?;
            MillKeys::<T>::remove(&record.mill);
            MillKeys::<T>::insert(&mill, miner);
            record.mill = mill.clone();
            Self::deposit_event(Event::MillKeySet { miner: miner.clone(), mill });
            Ok(())
        })
    }

    pub(crate) fn do_resume(miner: &T::AccountId) -> DispatchResult {
        let mut record = Miners::<T>::get(miner).ok_or(Error::<T>::NotFound)?;
        ensure!(record.is_suspended(), Error::<T>::NotSuspended);
        Self::top_up(miner, &mut record)?;
        record.rejected = false;
        let now = Self::now();
        let mut back = alloc::vec::Vec::new();
        for (index, slot) in (0..).zip(record.slots.iter_mut()) {
            if slot.suspended {
                slot.suspended = false;
                if slot.is_on_sale() {
                    slot.idle_since = now;
                    back.push(index);
                }
            }
        }
        Self::enter_books(miner, &record, &back);
        Miners::<T>::insert(miner, record);
        Self::deposit_event(Event::Resumed { miner: miner.clone() });
        Ok(())
    }

    pub(crate) fn do_withdraw(miner: &T::AccountId) -> DispatchResult {
        let mut record = Miners::<T>::get(miner).ok_or(Error::<T>::NotFound)?;
        ensure!(record.withdrawable_from <= Self::now(), Error::<T>::NothingToWithdraw);
        let amount = record.bond.saturating_sub(Self::needed_bond(&record)?);
        let gone = record.slots.is_empty() && record.next.is_none();
        ensure!(amount > 0 || gone, Error::<T>::NothingToWithdraw);
        T::Currency::release(&HoldReason::Bond.into(), miner, amount, Precision::BestEffort)?;
        record.bond = record.bond.saturating_sub(amount);
        Self::deposit_event(Event::BondWithdrawn { miner: miner.clone(), amount });
        if gone {
            Self::release_places(&record.terms);
            MillKeys::<T>::remove(&record.mill);
            Miners::<T>::remove(miner);
            Self::deposit_event(Event::MinerRemoved { miner: miner.clone() });
        } else {
            Miners::<T>::insert(miner, record);
        }
        Ok(())
    }

    /// Brings up to `limit` offers of past rounds into force; returns how many.
    pub(crate) fn apply_scheduled(limit: u32) -> u32 {
        ScheduledBounds::<T>::mutate(|(first, due, _)| {
            let mut applied = 0u32;
            while *first != *due && applied < limit {
                if let Some(miner) = Scheduled::<T>::take(*first) {
                    Self::apply_offer(&miner);
                }
                *first = first.wrapping_add(1);
                applied = applied.saturating_add(1);
            }
            applied
        })
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

    pub(crate) fn genesis_miner(miner: GenesisMiner<T::AccountId>) -> DispatchResult {
        let terms = Terms::new::<T>(miner.ask, miner.rates, miner.models)?;
        Self::do_register(&miner.account, miner.mill, terms)?;
        ScheduledBounds::<T>::mutate(|(_, due, end)| *due = *end);
        Self::apply_scheduled(u32::MAX);
        Ok(())
    }
}
