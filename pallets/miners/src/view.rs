//! What people are told of a miner: its slots and bond, and every reason why it earns nothing, or less than it could.

use alloc::vec::Vec;

use millrace_primitives::{
    IdleReason, MinerBond, MinerView, ModelId, ModelRegistry, NextOffer, SlotIndex, SlotView,
};

use crate::{Config, MillKeys, MinerRecord, Miners, Pallet, Slot};

impl<T: Config> Pallet<T> {
    /// A miner, without what only its neighbours know: the leases, and what tasks pay.
    pub(crate) fn view_miner(miner: &T::AccountId) -> Option<MinerView<T::AccountId>> {
        let record = Miners::<T>::get(miner)?;
        let idle = Self::idle_reasons(miner, &record);
        let needed_bond = Self::needed_bond(&record).unwrap_or(record.bond);
        Some(MinerView {
            miner: miner.clone(),
            slots: (0..).zip(&record.slots).map(|(index, slot)| view_slot(index, slot)).collect(),
            next: record.next.map(|next| NextOffer {
                from: next.from,
                ask: next.terms.ask,
                rates: next.terms.rates.into_inner(),
                models: next.terms.models.into_inner(),
            }),
            mill: record.mill,
            ask: record.terms.ask,
            models: record.terms.models.into_inner(),
            bond: record.bond,
            needed_bond,
            withdrawable_from: record.withdrawable_from,
            unused_capacity: record.capacity.unused,
            may_sprint: Self::may_sprint(miner),
            leases: None,
            idle,
        })
    }

    /// What this pallet knows against a miner's earning, the worst first.
    fn idle_reasons(miner: &T::AccountId, record: &MinerRecord) -> Vec<IdleReason> {
        let key_unknown = MillKeys::<T>::get(&record.mill).as_ref() != Some(miner);
        let suspended = indices(record, |slot| slot.suspended);
        let missing = Self::missing_to_sprint(record);
        let models = &record.terms.models;
        let not_offered: Vec<ModelId> =
            T::Models::listed().into_iter().filter(|model| !models.contains(model)).collect();
        let is_open = |model: &ModelId| T::Models::find(*model).is_some_and(|info| info.open);
        let retired: Vec<ModelId> = models.iter().filter(|model| !is_open(model)).copied().collect();
        let (leased, of) = (
            count(record, |slot| slot.leased.is_some() && !slot.has_room()),
            count(record, |slot| !slot.withdrawn),
        );
        let reasons = [
            key_unknown.then_some(IdleReason::KeyUnknown),
            (of == 0).then_some(IdleReason::NoSlots),
            record
                .next
                .as_ref()
                .map(|next| IdleReason::OfferPending { from: next.from, due: Self::next_is_due(record) }),
            record.rejected.then_some(IdleReason::Rejected),
            (!suspended.is_empty()).then_some(IdleReason::Suspended { slots: suspended }),
            (missing > 0).then_some(IdleReason::BondShort { missing }),
            models.is_empty().then_some(IdleReason::NoModels),
            (!not_offered.is_empty()).then_some(IdleReason::NotOffered { models: not_offered }),
            (!retired.is_empty()).then_some(IdleReason::Retired { models: retired }),
            (leased > 0).then_some(IdleReason::SlotsLeased { leased, of }),
        ];
        reasons.into_iter().flatten().collect()
    }
}

fn view_slot(index: SlotIndex, slot: &Slot) -> SlotView {
    SlotView {
        slot: index,
        rate: slot.rate,
        on_sale: slot.is_on_sale(),
        leased_rate: slot.leased_rate(),
        suspended: slot.suspended,
        withdrawn: slot.withdrawn,
        idle_since: slot.idle_since,
    }
}

/// The slots of which something holds.
fn indices(record: &MinerRecord, of: impl Fn(&Slot) -> bool) -> Vec<SlotIndex> {
    (0..).zip(&record.slots).filter(|(_, slot)| of(slot)).map(|(index, _)| index).collect()
}

fn count(record: &MinerRecord, of: impl Fn(&Slot) -> bool) -> u32 {
    u32::try_from(indices(record, of).len()).unwrap_or(u32::MAX)
}
