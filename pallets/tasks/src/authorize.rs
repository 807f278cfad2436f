//! Who may submit or decline without an account: the checks of a mill key's signature, for the pool and each block.

use alloc::vec::Vec;

use frame_support::{
    pallet_prelude::{
        InvalidTransaction, TransactionSource, TransactionValidityWithRefund, ValidTransaction, Weight,
    },
    traits::Get,
};
use millrace_primitives::{
    decline_message, genesis_hash, mill::MillSignature, submission_message, BlockNumber, MillKeys, TaskId,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::RuntimeAppPublic;

use crate::{Config, Lease, Pallet};

/// A trace may be longer than any right one by so many bytes before it is refused, so that whoever signs one that is a
/// little too long is slashed.
const LONGER_BY: usize = 4;

impl<T: Config> Pallet<T> {
    /// The signature is checked before the trace is hashed: a stranger's bytes cost no more than that.
    #[allow(clippy::ptr_arg, reason = "the macro passes the call's arguments by reference as they are")]
    pub(crate) fn authorize_submit(
        _source: TransactionSource,
        task: &TaskId,
        descriptor: &H256,
        trace_hash: &H256,
        trace: &Vec<u8>,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let (record, lease) = Self::leased(*task, *descriptor).ok_or(InvalidTransaction::Stale)?;
        if trace.len() > usize::try_from(record.trace_bytes).unwrap_or(usize::MAX).saturating_add(LONGER_BY) {
            return Err(InvalidTransaction::ExhaustsResources.into());
        }
        let message = submission_message(genesis_hash::<T>(), *descriptor, trace_hash.0);
        let last = lease.until.saturating_add(T::GracePeriod::get());
        let valid = Self::signed_answer(&lease, descriptor, &message, signature, last)?;
        if blake2_256(trace) != trace_hash.0 {
            return Err(InvalidTransaction::BadProof.into());
        }
        Ok(valid)
    }

    pub(crate) fn authorize_decline(
        _source: TransactionSource,
        task: &TaskId,
        descriptor: &H256,
        signature: &MillSignature,
    ) -> TransactionValidityWithRefund {
        let (_, lease) = Self::leased(*task, *descriptor).ok_or(InvalidTransaction::Stale)?;
        let last = Self::declinable_until(&lease);
        if last < Self::now() {
            return Err(InvalidTransaction::Stale.into());
        }
        let message = decline_message(genesis_hash::<T>(), *descriptor);
        Self::signed_answer(&lease, descriptor, &message, signature, last)
    }

    /// The validity, until block `last`, of what a mill key says about its lease. The pool keeps one such transaction
    /// for each lease.
    fn signed_answer(
        lease: &Lease<T::AccountId>,
        descriptor: &H256,
        message: &[u8],
        signature: &MillSignature,
        last: BlockNumber,
    ) -> TransactionValidityWithRefund {
        let key = T::Miners::mill_key(&lease.miner).ok_or(InvalidTransaction::BadSigner)?;
        if !key.verify(&message, signature) {
            return Err(InvalidTransaction::BadProof.into());
        }
        ValidTransaction::with_tag_prefix("millrace/submit")
            .priority(T::Priority::get())
            .and_provides(descriptor)
            .longevity(last.saturating_sub(Self::now()).max(1).into())
            .propagate(true)
            .build()
            .map(|validity| (validity, Weight::zero()))
    }
}
