//! What the calls do once their origin is known: register, offer, set a mill key, resume and withdraw.

use alloc::vec::Vec;

use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision, Get},
};
use millrace_primitives::{mill::MillKey, BlockNumber, ModelRegistry};
use sp_runtime::SaturatedConversion;

use crate::{
    Capacity, Config, Error, Event, GenesisMiner, HoldReason, MillKeys, MinerRecord, Miners, Pallet, Terms,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    pub(crate) fn do_register(miner: &T::AccountId, mill: MillKey, terms: Terms) -> DispatchResult {
        ensure!(!Miners::<T>::contains_key(miner), Error::<T>::AlreadyExists);
        ensure!(!MillKeys::<T>::contains_key(&mill), Error::<T>::AlreadyExists);
        ensure!(terms.slots() > 0, Error::<T>::NoSlots);
        let deposit = T::RecordDeposit::get();
        T::Currency::hold(&HoldReason::Record.into(), miner, deposit)?;
        let record = MinerRecord {
            mill: mill.clone(),
            terms: Terms::default(),
            next: None,
            slots: Default::default(),
            rejected: false,
            bond: 0,
            deposit,
            withdrawable_from: Self::now(),
            capacity: Capacity { since: Self::now(), ..Default::default() },
        };
        Miners::<T>::insert(miner, record);
        MillKeys::<T>::insert(&mill, miner);
        Self::deposit_event(Event::MinerRegistered { miner: miner.clone(), mill });
        Self::do_offer(miner, terms)
    }

    pub(crate) fn do_offer(miner: &T::AccountId, terms: Terms) -> DispatchResult {
        let mut record = Miners::<T>::get(miner).ok_or(Error::<T>::NotFound)?;
        for model in &terms.models {
            ensure!(T::Models::find(*model).is_some_and(|info| info.open), Error::<T>::UnknownModel);
        }
        Self::apply_if_due(miner, &mut record);
        let (ask, slots) = (terms.ask, terms.slots());
        // What the slots in force lack by now is no reason to refuse a smaller offer: it is the way out.
        let needed = Self::bond_of_terms(&terms)?;
        Self::schedule(&mut record, terms);
        Self::top_up(miner, &mut record, needed)?;
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
        ensure!(record.is_suspended() || Self::missing_bond(&record)? > 0, Error::<T>::NotSuspended);
        Self::apply_if_due(miner, &mut record);
        Self::accrue(&mut record);
        let needed = Self::needed_bond(&record)?;
        Self::top_up(miner, &mut record, needed)?;
        record.rejected = false;
        let now = Self::now();
        let mut back = Vec::new();
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

    /// An offer that is due isn't brought into force here: the unbonding period would begin with it.
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
            let reason = HoldReason::Record.into();
            T::Currency::release(&reason, miner, record.deposit, Precision::BestEffort)?;
            MillKeys::<T>::remove(&record.mill);
            Miners::<T>::remove(miner);
            Self::deposit_event(Event::MinerRemoved { miner: miner.clone() });
        } else {
            Miners::<T>::insert(miner, record);
        }
        Ok(())
    }

    /// Registers a miner of the genesis, whose offer is in force at once. It needs no proof of its key.
    pub(crate) fn genesis_miner(miner: GenesisMiner<T::AccountId>) -> DispatchResult {
        let terms = Terms::new::<T>(miner.ask, miner.rates, miner.models)?;
        Self::do_register(&miner.account, miner.mill, terms)?;
        Miners::<T>::mutate_extant(&miner.account, |record| {
            Self::bring_into_force(&miner.account, record);
        });
        Ok(())
    }
}
