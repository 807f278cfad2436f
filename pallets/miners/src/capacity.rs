//! The capacity that miners had on sale, for those who weigh their work. Nothing else touches a record's [`Capacity`].
//!
//! It is a sum over blocks, never a state of the moment: each block adds what was free of slots on sale in it, at the ask at
//! which it was. Only what offered the models listed in it counts, as many of them as it offered. What is leased of a slot
//! adds nothing while it is leased, nor does less than half of a slot that is free beside it. Once its task is settled for
//! another, the task's work counts at the lease's ask.
//! The rest of what the lease promised until the task was due counts too, but at what mining pays if that is more. A small
//! task takes hardly more than its work, unless it takes all that is free, as the last of many does that stake what the
//! slot does: if that time counted for nothing, small tasks would take a rival's capacity from it; if it counted at the lease's
//! ask, they would hide a slot whose ask nobody could then test. So a slot counts as much leased to its own miner as
//! withdrawn, a dear lease counts as dear, and a slot offered just before a win adds nothing to it.
//!
//! What isn't used waits, for [`Config::CapacityWindow`] blocks' worth at most: work that one win brings at once counts
//! as the same work in many small wins.

use core::ops::Range;

use frame_support::traits::Get;
use millrace_primitives::{
    Balance, BlockNumber, CapacityOnSale, Mac, ModelId, ModelRegistry, Served, TakenCapacity,
};
use sp_runtime::{helpers_128bit::multiply_by_rational_with_rounding, Rounding};

use crate::{Capacity, Config, MinerRecord, Miners, Pallet, Slot};

impl<T: Config> CapacityOnSale<T::AccountId> for Pallet<T> {
    fn take(miner: &T::AccountId, model: ModelId, work: Mac) -> TakenCapacity {
        let Some(mut record) = Miners::<T>::get(miner) else {
            return TakenCapacity { work: 0, ask: Balance::MAX };
        };
        Self::accrue(&mut record);
        let offered = record.terms.models.contains(&model) && !record.is_suspended();
        let taken = record.capacity.take(if offered { work } else { 0 });
        let taken = taken.unwrap_or(TakenCapacity { work: 0, ask: record.terms.ask });
        Miners::<T>::insert(miner, record);
        taken
    }
}

impl<T: Config> Pallet<T> {
    /// Counts what a miner had on sale until now. Called before anything that changes which of its slots are on sale,
    /// or at which terms.
    pub(crate) fn accrue(record: &mut MinerRecord) {
        let now = Self::now();
        let since = core::mem::replace(&mut record.capacity.since, now);
        let rate = sum(record.slots.iter().filter(|slot| slot.is_on_sale()).map(Slot::free_rate));
        if since >= now || rate == 0 {
            return;
        }
        let counted = Self::of_listed(record, rate, since..now);
        record.capacity.add(counted, record.terms.ask);
        Self::cap(record);
    }

    /// What a rate of so many MAC a block comes to over some blocks: of each, the part for the models listed in it that a
    /// miner offers.
    fn of_listed(record: &MinerRecord, rate: Mac, blocks: Range<BlockNumber>) -> Mac {
        let lists = T::Models::listed_over(blocks).into_iter().map(|list| {
            let offered = list.models.iter().filter(|model| record.terms.models.contains(model)).count();
            rate.saturating_mul(list.blocks.into())
                .saturating_mul(Mac::try_from(offered).unwrap_or(0))
                .checked_div(Mac::try_from(list.models.len()).unwrap_or(Mac::MAX))
                .unwrap_or(0)
        });
        lists.fold(0, Mac::saturating_add)
    }

    /// Counts what a lease whose task was settled promised, in MAC per block, since it began and until the task was due: for
    /// the models that its miner offers by now.
    pub(crate) fn accrue_settled(record: &mut MinerRecord, rate: u64, served: Served) {
        let Served { work, ask, since, due, mining_pay } = served;
        let (now, rate) = (Self::now(), Mac::from(rate));
        let promised = rate.saturating_mul(now.saturating_sub(since).into());
        let work = work.min(promised);
        let rest = Self::of_listed(record, rate, since..now.min(due)).saturating_sub(work);
        record.capacity.add(work, ask);
        record.capacity.add(rest, ask.max(mining_pay));
        Self::cap(record);
    }

    /// Forgets what is more than the offer in force sells within the window.
    pub(crate) fn cap(record: &mut MinerRecord) {
        let most = Self::most_capacity(record);
        record.capacity.keep(most);
    }

    /// The most capacity that a miner may have in store: what its offer sells within the window.
    pub(crate) fn most_capacity(record: &MinerRecord) -> Mac {
        sum(record.terms.rates.iter().copied()).saturating_mul(T::CapacityWindow::get().into())
    }
}

impl Capacity {
    fn add(&mut self, work: Mac, ask: Balance) {
        self.unused = self.unused.saturating_add(work);
        self.weighted = self.weighted.saturating_add(work.saturating_mul(ask));
    }

    /// Keeps `most` MAC at most, at the same ask on average.
    fn keep(&mut self, most: Mac) {
        if self.unused > most {
            self.weighted = part(self.weighted, most, self.unused);
            self.unused = most;
        }
    }

    /// Takes up to `work` MAC at the average ask, rounded up; none if there is nothing to take.
    fn take(&mut self, work: Mac) -> Option<TakenCapacity> {
        let work = work.min(self.unused);
        if work == 0 {
            return None;
        }
        let ask = part(self.weighted, 1, self.unused);
        self.keep(self.unused.saturating_sub(work));
        Some(TakenCapacity { work, ask })
    }
}

/// `⌈whole · numerator / denominator⌉`.
fn part(whole: u128, numerator: u128, denominator: u128) -> u128 {
    multiply_by_rational_with_rounding(whole, numerator, denominator, Rounding::Up).unwrap_or(u128::MAX)
}

fn sum(rates: impl Iterator<Item = u64>) -> Mac {
    rates.fold(0, |sum: Mac, rate| sum.saturating_add(rate.into()))
}
