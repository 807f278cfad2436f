//! Rent: what waiting costs. The queue is bounded, so a place in it has a price. Nothing else writes [`RentIndex`].

use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get};
use millrace_primitives::Balance;

use crate::{Config, Error, MaxQueue, Pallet, RefundReason, RentIndex, TaskRecordOf, TaskState};

impl<T: Config> Pallet<T> {
    /// Adds this block's rent to the index, by the length of the queue as it stands.
    pub(crate) fn accrue_rent() {
        RentIndex::<T>::mutate(|index| *index = index.saturating_add(Self::rent_now()));
    }

    /// What a block's wait costs, by the length of the queue as it stands, planck.
    pub(crate) fn rent_now() -> Balance {
        rent_per_block(
            T::RentBase::get(),
            T::RentPeak::get(),
            Self::queue_length(),
            <MaxQueue as Get<u32>>::get(),
        )
    }

    /// The index of this block, from which a task that begins to wait owes rent.
    pub(crate) fn rent_index() -> Balance {
        RentIndex::<T>::get()
    }

    /// The least ceiling of a further task, planck: in a full queue it owes a block's rent for the place that it takes.
    pub(crate) fn least_ceiling() -> Balance {
        let place = if Self::weakest_bid().is_some() { Self::rent_now() } else { 0 };
        T::MinPrice::get().saturating_add(place)
    }

    /// Has a task that takes another's place in a full queue owe the rent of a block at once, as if it had begun to wait a
    /// block ago. Otherwise tasks that displace each other in one block would cost nothing but their fees.
    ///
    /// # Errors
    /// [`Error::QueueFull`] if it couldn't wait on after that.
    pub(crate) fn charge_place(record: &mut TaskRecordOf<T>) -> DispatchResult {
        ensure!(record.max_price >= Self::least_ceiling(), Error::<T>::QueueFull);
        record.rent_from = record.rent_from.saturating_sub(Self::rent_now());
        Ok(())
    }

    /// What a task owes for its wait, planck: never more than what is left of its ceiling, and nothing while it is
    /// leased.
    pub(crate) fn rent_due(record: &TaskRecordOf<T>) -> Balance {
        match record.state {
            TaskState::Queued => Self::rent_index().saturating_sub(record.rent_from).min(record.max_price),
            TaskState::Leased(_) => 0,
        }
    }

    /// What a task may still pay a miner if its wait ends now, planck.
    pub(crate) fn ceiling_left(record: &TaskRecordOf<T>) -> Balance {
        record.max_price.saturating_sub(Self::rent_due(record))
    }

    /// Why a queued task need not wait any longer, if so: it is to be refunded.
    pub(crate) fn overdue(record: &TaskRecordOf<T>) -> Option<RefundReason> {
        if record.deadline < Self::now() {
            Some(RefundReason::Deadline)
        } else if Self::ceiling_left(record) < T::MinPrice::get() {
            Some(RefundReason::RentSpent)
        } else {
            None
        }
    }
}

/// `base + ⌈peak · (waiting / most)⁴⌉`: next to nothing while there is room, and steep when there is hardly any.
fn rent_per_block(base: Balance, peak: Balance, waiting: u32, most: u32) -> Balance {
    let fourth = |count: u32| Balance::from(count).saturating_pow(4).max(1);
    let waiting = waiting.min(most);
    if waiting == 0 {
        return base;
    }
    let extra = sp_runtime::helpers_128bit::multiply_by_rational_with_rounding(
        peak,
        fourth(waiting),
        fourth(most),
        sp_runtime::Rounding::Up,
    );
    base.saturating_add(extra.unwrap_or(peak))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rent_rises_with_the_fourth_power_of_the_queue() {
        assert_eq!(rent_per_block(7, 1_600, 0, 1_024), 7);
        assert_eq!(rent_per_block(7, 1_600, 1, 1_024), 8, "it is rounded up");
        assert_eq!(rent_per_block(7, 1_600, 512, 1_024), 107);
        assert_eq!(rent_per_block(7, 1_600, 1_024, 1_024), 1_607);
        assert_eq!(rent_per_block(7, 1_600, 5_000, 1_024), 1_607);
        assert_eq!(rent_per_block(Balance::MAX, Balance::MAX, 1_024, 1_024), Balance::MAX);
    }

    proptest! {
        #[test]
        fn a_longer_queue_is_never_cheaper(base: u64, peak: u128, waiting in 0u32..1_024) {
            let rent = |waiting| rent_per_block(base.into(), peak, waiting, 1_024);
            prop_assert!(rent(waiting) <= rent(waiting + 1));
            prop_assert!(rent(waiting) >= base.into());
            prop_assert!(rent(waiting) <= peak.saturating_add(base.into()));
        }
    }
}
