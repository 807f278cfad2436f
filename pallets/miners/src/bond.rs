//! The bonds: what a miner must have on hold, and what a failure takes of it.

use frame_support::{
    pallet_prelude::DispatchResult,
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
};
use millrace_primitives::{Balance, Demand, MinerBond, Part, SlotIndex, MAC_PER_ASK};
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, DispatchError, Permill, Rounding};

use crate::{types::position, Config, Error, Event, HoldReason, MinerRecord, Miners, Pallet, Slot, Terms};

/// What slots need as bonds and lose of them by the parameters in force, which are looked up once for many slots.
pub(crate) struct Bonds {
    slot: Balance,
    mega_mac: Balance,
    slash: Permill,
}

impl Bonds {
    pub(crate) fn of<T: Config>() -> Self {
        Self { slot: T::SlotBond::get(), mega_mac: T::BondPerMegaMac::get(), slash: T::SlashRatio::get() }
    }

    /// `SlotBond + BondPerMegaMac · rate / 10⁶`, rounded up.
    fn of_rate(&self, rate: u64) -> Option<Balance> {
        self.mega_mac.checked_mul(rate.into())?.div_ceil(MAC_PER_ASK).checked_add(self.slot)
    }

    fn of_rates(&self, mut rates: impl Iterator<Item = u64>) -> Option<Balance> {
        rates.try_fold(Balance::default(), |sum, rate| sum.checked_add(self.of_rate(rate)?))
    }

    /// What failing costs at a rate: a fixed part of its bond.
    pub(crate) fn slash_of_rate(&self, rate: u64) -> Balance {
        self.slash.mul_floor(self.of_rate(rate).unwrap_or_default())
    }

    /// The most that all leases of a slot of this rate stake together: twice what failing the whole slot costs. Leases of parts
    /// stake as much as the slot at most, and beside one of the rest nothing is on sale, unless they have a half each.
    fn most_at_stake(&self, rate: u64) -> Balance {
        self.slash_of_rate(rate).saturating_mul(2)
    }

    /// What a lease takes of a slot, and what failing it costs.
    ///
    /// It takes as much as does the work within a block, and stakes as much of the slot's slash, or the least that the task
    /// asks for. It takes all that is free if less would be left than is on sale, or once the leases of parts stake as much
    /// together as the whole slot does. So an outage costs a miner twice that, or one lease more each time that an offer doubles
    /// the rate meanwhile; and nothing counts as capacity on sale that can't be leased.
    pub(crate) fn part_of(&self, slot: &Slot, demand: &Demand) -> Part {
        let free = slot.free_rate();
        let whole = self.slash_of_rate(slot.rate);
        let part = |rate: u64| {
            let share =
                multiply_by_rational_with_rounding(whole, rate.into(), slot.rate.into(), Rounding::Up);
            let slash = share.unwrap_or(whole).max(demand.least_slash).min(whole);
            Part { rate, slash }
        };
        let wanted = part(u64::try_from(demand.work).unwrap_or(u64::MAX).max(1).min(free));
        let rest = free.saturating_sub(wanted.rate);
        let at_stake = slot.leased.as_ref().map_or(0, |leased| leased.at_stake);
        if rest >= slot.least_on_sale() && at_stake.saturating_add(wanted.slash) <= whole {
            wanted
        } else {
            part(free)
        }
    }
}

impl<T: Config> MinerBond<T::AccountId> for Pallet<T> {
    fn slash(
        miner: &T::AccountId,
        slot: SlotIndex,
        amount: Balance,
        victim: &T::AccountId,
        compensation: Balance,
    ) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let (_, given) = Self::slash_slot(miner, &mut record, slot, amount, Some((victim, compensation)));
        Miners::<T>::insert(miner, record);
        given
    }

    fn slash_miner(miner: &T::AccountId) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let (slot, rate) = record.largest_slot();
        let amount = Bonds::of::<T>().slash_of_rate(rate);
        let (amount, _) = Self::slash_slot(miner, &mut record, slot, amount, None);
        record.rejected = true;
        Self::suspend_slots(miner, &mut record);
        Miners::<T>::insert(miner, record);
        amount
    }

    fn charge(miner: &T::AccountId, amount: Balance) -> Balance {
        let Some(mut record) = Miners::<T>::get(miner) else { return 0 };
        let amount = Self::burn(miner, &mut record, amount);
        Self::deposit_event(Event::Charged { miner: miner.clone(), amount });
        let bonds = Bonds::of::<T>();
        let at_stake = record.slots.iter().fold(Balance::default(), |sum, slot| {
            let at_stake = slot.leased.as_ref().map_or(0, |leased| leased.at_stake);
            sum.saturating_add(bonds.most_at_stake(slot.bonded_rate()).max(at_stake))
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
            .is_some_and(|record| Self::missing_to_sprint(&record) == 0 && !record.is_suspended())
    }
}

impl<T: Config> Pallet<T> {
    /// The bond that a slot needs at a rate in MAC per block, planck; none if that is no balance.
    pub fn bond_of_rate(rate: u64) -> Option<Balance> {
        Bonds::of::<T>().of_rate(rate)
    }

    /// What the slots in force and those scheduled need, whichever is more.
    pub(crate) fn needed_bond(record: &MinerRecord) -> Result<Balance, DispatchError> {
        let bonds = Bonds::of::<T>();
        let now = record.slots.iter().try_fold(Balance::default(), |sum, slot| {
            // What leases can cost was fixed when they were given, and stays covered whatever the parameters are now.
            let at_stake = slot.leased.as_ref().map_or(0, |leased| leased.at_stake);
            sum.checked_add(bonds.of_rate(slot.bonded_rate())?.max(at_stake))
        });
        let next = record.next.iter().flat_map(|next| next.terms.rates.iter().copied());
        let next = bonds.of_rates(next);
        now.and_then(|now| Some(now.max(next?))).ok_or_else(|| Error::<T>::Overflow.into())
    }

    /// What the bond lacks of what is needed.
    pub(crate) fn missing_bond(record: &MinerRecord) -> Result<Balance, DispatchError> {
        Ok(Self::needed_bond(record)?.saturating_sub(record.bond))
    }

    /// What the bond lacks to pay for a wrong sprint.
    pub(crate) fn missing_to_sprint(record: &MinerRecord) -> Balance {
        let (_, rate) = record.largest_slot();
        Bonds::of::<T>().slash_of_rate(rate).saturating_sub(record.bond)
    }

    /// What the slots of an offer need, by the parameters in force.
    pub(crate) fn bond_of_terms(terms: &Terms) -> Result<Balance, DispatchError> {
        let needed = Bonds::of::<T>().of_rates(terms.rates.iter().copied());
        needed.ok_or_else(|| Error::<T>::Overflow.into())
    }

    /// Holds what a miner's bond lacks of `needed`.
    pub(crate) fn top_up(miner: &T::AccountId, record: &mut MinerRecord, needed: Balance) -> DispatchResult {
        let missing = needed.saturating_sub(record.bond);
        T::Currency::hold(&HoldReason::Bond.into(), miner, missing)?;
        record.bond = record.bond.saturating_add(missing);
        Ok(())
    }

    /// Takes up to `amount` planck of a bond, of which the victim gets its part first. Returns what was taken, and what the
    /// victim got of it.
    fn slash_slot(
        miner: &T::AccountId,
        record: &mut MinerRecord,
        slot: SlotIndex,
        amount: Balance,
        victim: Option<(&T::AccountId, Balance)>,
    ) -> (Balance, Balance) {
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
        (amount, compensation)
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
