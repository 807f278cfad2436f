use alloc::vec::Vec;

use frame_support::{
    traits::{
        fungible::MutateHold,
        tokens::{Fortitude, Precision, Restriction},
        Get,
    },
    weights::Weight,
};
use millrace_primitives::{
    mill::MillKey, Balance, CapacityMarket, CapacityOnSale, MinerStatus, ModelId, OnRound, RoundIndex,
    SlotIndex, SlotOffer,
};

use crate::{
    book::position, Config, Event, HoldReason, MillKeys, MinerRecord, Miners, Pallet, ScheduledBounds,
    WeightInfo,
};

impl<T: Config> CapacityMarket<T::AccountId> for Pallet<T> {
    fn lease(
        model: ModelId,
        accept: impl Fn(&SlotOffer<T::AccountId>) -> bool,
    ) -> Option<SlotOffer<T::AccountId>> {
        Self::do_lease(model, accept)
    }

    fn free(miner: &T::AccountId, slot: SlotIndex) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        let Some(state) = position(slot).and_then(|slot| record.slots.get_mut(slot)) else { return };
        state.leased = None;
        state.idle_since = Self::now();
        if state.is_on_sale() {
            Self::enter_books(miner, &record, &[slot]);
        }
        Self::drop_withdrawn(&mut record);
        Miners::<T>::insert(miner, record);
    }

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

    fn suspend(miner: &T::AccountId) {
        let Some(mut record) = Miners::<T>::get(miner) else { return };
        Self::suspend_slots(miner, &mut record);
        Miners::<T>::insert(miner, record);
    }

    fn may_sprint(miner: &T::AccountId) -> bool {
        Miners::<T>::get(miner)
            .is_some_and(|record| record.bond >= T::SlotBond::get() && !record.is_suspended())
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(model: ModelId, key: MillKey) -> T::AccountId {
        crate::benchmarking::busy_miner::<T>(model, key)
    }
}

impl<T: Config> millrace_primitives::MillKeys<T::AccountId> for Pallet<T> {
    fn mill_key(miner: &T::AccountId) -> Option<MillKey> {
        Miners::<T>::get(miner).map(|record| record.mill)
    }

    fn miner_of(key: &MillKey) -> Option<T::AccountId> {
        MillKeys::<T>::get(key)
    }
}

impl<T: Config> Pallet<T> {
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
        let rest = amount.saturating_sub(compensation);
        let burned = T::Currency::burn_held(&reason, miner, rest, Precision::BestEffort, Fortitude::Force)
            .unwrap_or_default();
        let amount = compensation.saturating_add(burned);
        record.bond = record.bond.saturating_sub(amount);
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

    fn suspend_slots(miner: &T::AccountId, record: &mut MinerRecord) {
        Self::leave_books(miner, record, &record.on_sale());
        record.slots.iter_mut().for_each(|slot| slot.suspended = true);
        Self::deposit_event(Event::Suspended { miner: miner.clone() });
    }
}

impl<T: Config> Pallet<T> {
    /// How the miner of a key stands, where sprints run on the models `listed`.
    pub fn status_of(key: &MillKey, listed: Vec<ModelId>) -> Option<MinerStatus<T::AccountId>> {
        let miner = MillKeys::<T>::get(key)?;
        let record = Miners::<T>::get(&miner)?;
        let count = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
        Some(MinerStatus {
            slots: count(record.slots.iter().filter(|slot| !slot.withdrawn).count()),
            scheduled: record.next.is_some(),
            suspended: record.is_suspended(),
            bond_short: record.bond < T::SlotBond::get(),
            listed: count(listed.len()),
            missing: listed.into_iter().filter(|model| !record.terms.models.contains(model)).collect(),
            miner,
        })
    }
}

impl<T: Config> CapacityOnSale<T::AccountId> for Pallet<T> {
    fn rate(miner: &T::AccountId, models: &[ModelId]) -> u64 {
        Miners::<T>::get(miner)
            .filter(|record| models.iter().all(|model| record.terms.models.contains(model)))
            .map_or(0, |record| {
                record
                    .slots
                    .iter()
                    .filter(|slot| !slot.suspended && !slot.withdrawn)
                    .fold(0u64, |sum, slot| sum.saturating_add(slot.rate))
            })
    }

    fn ask(miner: &T::AccountId) -> Balance {
        Miners::<T>::get(miner).map_or(Balance::MAX, |record| record.terms.ask)
    }
}

impl<T: Config> OnRound for Pallet<T> {
    /// Offers scheduled until now come into force in the next blocks, a few in each.
    fn on_round(_: RoundIndex) -> Weight {
        ScheduledBounds::<T>::mutate(|(_, due, end)| *due = *end);
        T::WeightInfo::on_round()
    }
}
