//! What things cost: the price of a task that is late, its fees, what posting it cost, and what it bids for its place.

use codec::Encode;
use frame_support::{pallet_prelude::Weight, traits::Get};
use millrace_primitives::{Balance, BlockNumber, MiningPay};
use sp_core::H256;
use sp_runtime::traits::Convert;

use crate::{limits::SUBMISSION_OVERHEAD, terms::shortest_lease, Config, Pallet, TaskRecordOf, WeightInfo};

/// Bytes of `post` besides its input and that one's hash: two indices, model, the input's length, ceiling and deadline.
const POST_BYTES: u32 = 2 + 32 + 4 + 16 + 4;

/// Bytes of state that the record of an ended task takes at most, keys included: its fate, its place in the queue of ended
/// tasks, and that in its requester's list.
pub(crate) const RECORD_BYTES: u32 = 425;

impl<T: Config> Pallet<T> {
    /// What a submission of this weight, with a trace of so many bytes, would cost as a transaction, planck. It carries
    /// no fee of its own; the requester pays this one.
    pub(crate) fn verification_fee(submission: Weight, trace_bytes: u32) -> Balance {
        T::WeightToFee::convert(submission)
            .saturating_add(T::LengthToFee::convert(trace_bytes.saturating_add(SUBMISSION_OVERHEAD)))
    }

    /// What declining a task's lease costs, planck: the fee of the verification that won't take place, for the room that was
    /// kept for it. Who declines mines instead, so it owes what that brings if it is more, or nobody would serve who can
    /// mine.
    pub(crate) fn decline_charge(record: &TaskRecordOf<T>) -> Balance {
        record.fee.max(T::Mining::pay_of(record.work))
    }

    /// The least that failing a task's lease costs, planck: what posting cost, and for each block that the shortest lease
    /// keeps its part and its room without an answer as much as declining it costs for each in which that is possible.
    pub(crate) fn least_slash(record: &TaskRecordOf<T>) -> Balance {
        let floor = T::LatencyFloor::get();
        let unanswered = shortest_lease(floor).saturating_add(T::GracePeriod::get());
        Self::decline_charge(record)
            .saturating_mul(unanswered.into())
            .checked_div(floor.into())
            .unwrap_or(Balance::MAX)
            .saturating_add(record.posting_cost)
    }

    /// What keeping an output of so many bytes and the record of its task's end for the retention costs, planck.
    pub(crate) fn retention_fee(output_bytes: u32) -> Balance {
        T::OutputFeePerByte::get().saturating_mul(output_bytes.saturating_add(RECORD_BYTES).into())
    }

    /// What keeping the record alone costs, planck. A refunded task pays it too: otherwise posting and cancelling would fill
    /// the state for nothing.
    pub(crate) fn record_fee() -> Balance {
        Self::retention_fee(0)
    }

    /// What is on hold for an input of so many bytes while its task is open, planck.
    pub(crate) fn input_deposit(input_bytes: u32) -> Balance {
        T::DepositPerByte::get().saturating_mul(input_bytes.into())
    }

    /// What posting an input of so many bytes costs, with its hash or without, planck: its transaction's fee.
    pub(crate) fn posting_cost(input_bytes: u32, input_hash: Option<H256>) -> Balance {
        let hash_bytes = u32::try_from(input_hash.encoded_size()).unwrap_or(u32::MAX);
        let bytes = input_bytes.saturating_add(POST_BYTES).saturating_add(hash_bytes);
        T::TransactionFee::convert((T::WeightInfo::post(input_bytes), bytes))
    }
}

/// What a task offers for a block of the queue, planck: its ceiling over the blocks until its deadline, rounded down.
pub(crate) fn bid(max_price: Balance, blocks: u32) -> Balance {
    max_price.checked_div(blocks.into()).unwrap_or(max_price)
}

/// The price at a block: full until `due`, then falling linearly to a quarter at `until`, rounded down.
pub(crate) fn price_at(price: Balance, now: BlockNumber, due: BlockNumber, until: BlockNumber) -> Balance {
    if now > due && now >= until {
        return price / 4;
    }
    let late = now.saturating_sub(due).min(until.saturating_sub(due));
    let span = Balance::from(until.saturating_sub(due)).saturating_mul(4);
    let cut = Balance::from(late).saturating_mul(3);
    sp_runtime::helpers_128bit::multiply_by_rational_with_rounding(
        price,
        span.saturating_sub(cut),
        span.max(1),
        sp_runtime::Rounding::Down,
    )
    .filter(|_| span > 0)
    .unwrap_or(price)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_price_falls_to_a_quarter() {
        assert_eq!(price_at(1_000, 100, 105, 120), 1_000);
        assert_eq!(price_at(1_000, 105, 105, 120), 1_000);
        assert_eq!(price_at(1_000, 110, 105, 120), 750);
        assert_eq!(price_at(1_000, 120, 105, 120), 250);
        assert_eq!(price_at(1_000, 500, 105, 120), 250);
    }

    /// A lease that is due at its deadline has no time in which its price could fall.
    #[test]
    fn a_lease_without_slack_loses_its_price_at_once() {
        assert_eq!(price_at(1_000, 105, 105, 105), 1_000);
        assert_eq!(price_at(1_000, 106, 105, 105), 250);
    }

    #[test]
    fn a_bid_is_what_a_block_gets() {
        assert_eq!(bid(1_000, 3), 333);
        assert_eq!(bid(999, 1_000), 0);
        assert_eq!(bid(7, 0), 7);
    }

    proptest! {
        #[test]
        fn prices_stay_between_a_quarter_and_the_whole(price: u128, due in 0u32..1000, span in 1u32..1000, now in 0u32..3000) {
            let paid = price_at(price, now, due, due + span);
            prop_assert!(paid <= price && paid >= price / 4);
        }
    }
}
