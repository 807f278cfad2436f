//! What is on hold for an open task, and the ways in which it leaves: payment, fees, rent, or refund.

use frame_support::{
    pallet_prelude::DispatchResult,
    traits::{
        fungible::{BalancedHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
        Get, Imbalance, OnUnbalanced,
    },
};
use millrace_primitives::{Balance, TaskEnd, TaskId};

use crate::{Config, Event, HoldReason, Pallet, RefundReason, TaskRecordOf};

/// Where the planck went that were on hold for a settled task.
pub(crate) struct Payment {
    /// What the miner got.
    pub paid: Balance,
    /// What was burned.
    pub burned: Balance,
    /// What the fee handler got for the verification.
    pub fee: Balance,
    /// What the fee handler got for keeping the output and the record of its end.
    pub retention: Balance,
    /// What the requester got back of its ceiling.
    pub returned: Balance,
}

impl<T: Config> Pallet<T> {
    /// What is on hold for an open task, planck.
    pub(crate) fn holds(record: &TaskRecordOf<T>) -> [(HoldReason, Balance); 3] {
        [
            (HoldReason::Price, record.max_price),
            (HoldReason::InputDeposit, record.deposit),
            (HoldReason::VerificationFee, Self::fees(record)),
        ]
    }

    /// What a task pays the fee handler if it is settled, planck.
    fn fees(record: &TaskRecordOf<T>) -> Balance {
        record.fee.saturating_add(record.retention_fee)
    }

    /// Puts everything on hold that a task needs.
    pub(crate) fn hold(record: &TaskRecordOf<T>) -> DispatchResult {
        for (reason, amount) in Self::holds(record) {
            T::Currency::hold(&reason.into(), &record.requester, amount)?;
        }
        Ok(())
    }

    /// Pays `price` planck of a task's ceiling to its miner, less the protocol's cut, which is burned; takes the fees of
    /// the verification, the output and the record of its end and releases the rest.
    pub(crate) fn pay(record: &TaskRecordOf<T>, miner: &T::AccountId, price: Balance) -> Payment {
        let requester = &record.requester;
        let cut = T::ProtocolCut::get().mul_ceil(price).min(price);
        let reason = HoldReason::Price.into();
        let paid = T::Currency::transfer_on_hold(
            &reason,
            requester,
            miner,
            price.saturating_sub(cut),
            Precision::BestEffort,
            Restriction::Free,
            Fortitude::Force,
        )
        .unwrap_or_default();
        // A miner whose account is gone can't be paid; its pay is burned with the cut.
        let burned = T::Currency::burn_held(
            &reason,
            requester,
            price.saturating_sub(paid),
            Precision::BestEffort,
            Fortitude::Force,
        )
        .unwrap_or_default();
        let returned = record.max_price.saturating_sub(price);
        Self::release(HoldReason::Price, record, returned);
        Self::release(HoldReason::InputDeposit, record, record.deposit);
        let (credit, _) =
            T::Currency::slash(&HoldReason::VerificationFee.into(), requester, Self::fees(record));
        let fee = credit.peek().min(record.fee);
        let retention = credit.peek().saturating_sub(fee);
        T::FeeHandler::on_unbalanced(credit);
        Payment { paid, burned, fee, retention, returned }
    }

    /// Burns what a task owes for its wait, which ends now, and lowers its ceiling by as much. Returns how much.
    pub(crate) fn burn_rent(record: &mut TaskRecordOf<T>) -> Balance {
        let due = Self::rent_due(record);
        if due == 0 {
            return 0;
        }
        let reason = HoldReason::Price.into();
        let burned =
            T::Currency::burn_held(&reason, &record.requester, due, Precision::BestEffort, Fortitude::Force)
                .unwrap_or_default();
        record.max_price = record.max_price.saturating_sub(burned);
        record.rent = record.rent.saturating_add(burned);
        burned
    }

    /// Takes a refunded task's fee for the record of its end out of the one for output and record, and lowers that by as
    /// much. Returns how much.
    fn take_refund_fee(record: &mut TaskRecordOf<T>) -> Balance {
        let reason = HoldReason::VerificationFee.into();
        let (credit, _) = T::Currency::slash(&reason, &record.requester, record.record_fee);
        let taken = credit.peek();
        record.retention_fee = record.retention_fee.saturating_sub(taken);
        T::FeeHandler::on_unbalanced(credit);
        taken
    }

    /// Ends a task without execution: takes it out of the queue, burns the rent of its wait, takes the fee for the
    /// record of its end, which is all that is kept of it, and releases everything else on hold.
    pub(crate) fn refund(task: TaskId, mut record: TaskRecordOf<T>, why: RefundReason) {
        Self::dequeue(task);
        let rent = Self::burn_rent(&mut record);
        let retention = Self::take_refund_fee(&mut record);
        for (reason, amount) in Self::holds(&record) {
            Self::release(reason, &record, amount);
        }
        Self::forget(task, &record);
        Self::keep_fate(task, &record, Self::refunded(&record, retention, why));
        Self::deposit_event(Event::TaskRefunded { task, rent, retention, why });
    }

    /// How a task ended that wasn't executed.
    fn refunded(record: &TaskRecordOf<T>, retention: Balance, why: RefundReason) -> TaskEnd<T::AccountId> {
        let (rent, posting, compensation) = (record.rent, record.posting_cost, record.compensation);
        if why.is_failure() {
            TaskEnd::Failed { why, rent, retention, posting, compensation }
        } else {
            TaskEnd::Refunded { why, rent, retention, posting, compensation }
        }
    }

    fn release(reason: HoldReason, record: &TaskRecordOf<T>, amount: Balance) {
        let released = T::Currency::release(&reason.into(), &record.requester, amount, Precision::BestEffort);
        frame_support::defensive_assert!(released.is_ok(), "an account with a hold exists");
    }
}
