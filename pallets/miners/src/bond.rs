//! The bonds: what a miner must have on hold, and what a failure takes of it.

use frame_support::{
    pallet_prelude::DispatchResult,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
};
use millrace_primitives::{Balance, MinerBond, SlotIndex, MAC_PER_ASK};
use sp_runtime::DispatchError;

use crate::{book::position, Config, Error, Event, HoldReason, MinerRecord, Miners, Pallet, Slot};

impl<T: Config> MinerBond<T::AccountId> for Pallet<T> {
    fn slash(
        miner: &T::AccountId,
        slot: SlotIndex,
        amount: Balance,
        victim: &T::AccountId,
        compensation: Balance,
    ) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let amount = Self::slash_slot(miner, &mut record, slot, amount, Some((victim, compensation)));
        Miners::<T>::insert(miner, record);
        amount
    }

    fn slash_miner(miner: &T::AccountId) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let largest = (0..).zip(&record.slots).max_by_key(|(_, slot)| slot.bonded_rate());
        let (slot, rate) = largest.map_or((0, 0), |(index, slot)| (index, slot.bonded_rate()));
        let amount = Self::slash_slot(miner, &mut record, slot, Self::slash_of_rate(rate), None);
        record.rejected = true;
        Self::suspend_slots(miner, &mut record);
        Miners::<T>::insert(miner, record);
        amount
    }

    fn charge(miner: &T::AccountId, amount: Balance) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let amount = Self::burn(miner, &mut record, amount);
        Self::deposit_event(Event::Charged { miner: miner.clone(), amount });
        let at_stake = record.slots.iter().fold(Balance::default(), |sum, slot| {
            sum.saturating_add(Self::slash_of_rate(slot.bonded_rate()))
        });
        if record.bond < at_stake {
            Self::suspend_slots(miner, &mut record);
        }
        Miners::<T>::insert(miner, record);
        amount
    }

    fn suspend(miner: &T::AccountId) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::suspend_slots(miner, &mut record);
        Miners::<T>::insert(miner, record);
    }

    fn may_sprint(miner: &T::AccountId) -> bool {
        Miners::<T>::get(miner)
            .is_some_and(|record| record.bond >= T::SlotBond::get() && !record.is_suspended())
    }
}

impl<T: Config> Pallet<T> {
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
            Some(next) => Ok(now.max(Self::bond_of_rates(next.terms.rates.iter().copied())?)),
            None => Ok(now),
        }
    }

    /// Holds what a miner's bond lacks.
    pub(crate) fn top_up(miner: &T::AccountId, record: &mut MinerRecord) -> DispatchResult {
        let missing = Self::needed_bond(record)?.saturating_sub(record.bond);
        T::Currency::hold(&HoldReason::Bond.into(), miner, missing)?;
        record.bond = record.bond.saturating_add(missing);
        Ok(())
    }

    /// What failing costs at a rate: a fixed part of its bond.
    pub(crate) fn slash_of_rate(rate: u64) -> Balance {
        T::SlashRatio::get().mul_floor(Self::bond_of_rate(rate).unwrap_or_default())
    }

    fn slash_slot(
        miner: &T::AccountId,
        record: &mut MinerRecord,
        slot: SlotIndex,
        amount: Balance,
        victim: Option<(&T::AccountId, Balance)>,
    ) -> Balance {
        let amount = amount.min(record.bond);
        let reason = HoldReason::Bond.into();
        let compensation = victim.map_or(0, |(victim, compensation)| {
            // A victim whose account is gone gets nothing; its part is burned with the rest.
            T::Currency::transfer_on_hold(
                &reason,
                miner,
                victim,
                compensation.min(amount),
                Precision::BestEffort,
                Restriction::Free,
                Fortitude::Force,
            )
            .unwrap_or_default()
        });
        record.bond = record.bond.saturating_sub(compensation);
        let burned = Self::burn(miner, record, amount.saturating_sub(compensation));
        let amount = compensation.saturating_add(burned);
        Self::accrue(record);
        if let Some(state) = position(slot).and_then(|slot| record.slots.get(slot)) {
            if state.is_on_sale() {
                Self::leave_books(miner, record, &[slot]);
            }
        }
        if let Some(state) = position(slot).and_then(|slot| record.slots.get_mut(slot)) {
            state.suspended = true;
        }
        Self::deposit_event(Event::Slashed { miner: miner.clone(), slot, amount, compensation });
        amount
    }

    /// Burns up to `amount` planck of a bond; returns what was burned.
    fn burn(miner: &T::AccountId, record: &mut MinerRecord, amount: Balance) -> Balance {
        let burned = T::Currency::burn_held(
            &HoldReason::Bond.into(),
            miner,
            amount.min(record.bond),
            Precision::BestEffort,
            Fortitude::Force,
        )
        .unwrap_or_default();
        record.bond = record.bond.saturating_sub(burned);
        burned
    }

    fn suspend_slots(miner: &T::AccountId, record: &mut MinerRecord) {
        Self::accrue(record);
        Self::leave_books(miner, record, &record.on_sale());
        record.slots.iter_mut().for_each(|slot| slot.suspended = true);
        Self::deposit_event(Event::Suspended { miner: miner.clone() });
    }
}
