//! When the pool and a block take a sprint.

use frame_support::BoundedVec;
use sp_runtime::transaction_validity::{
    InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
};

use super::*;
use crate::{MaxWins, Wins};

fn authorize(
    miner: AccountId,
    trace: &[u8],
    signature: &MillSignature,
) -> Result<ValidTransaction, TransactionValidityError> {
    let source = TransactionSource::External;
    Sprints::authorize_sprint(source, &miner, &ANCHOR, &0, &trace_hash(), &trace.to_vec(), signature)
        .map(|(validity, _)| validity)
}

fn refused(of: InvalidTransaction) -> Result<ValidTransaction, TransactionValidityError> {
    Err(of.into())
}

#[test]
fn a_signed_win_is_valid_until_its_anchor_is_too_old() {
    run(|| {
        let validity = authorize(MINER, &TRACE, &signature(0)).expect("it wins");
        assert_eq!(validity.priority, 5 + u64::from(ANCHOR), "the newest goes first");
        assert_eq!(validity.longevity, 7);
        assert_eq!(validity.provides.len(), 1);
    });
}

#[test]
fn anothers_signature_or_trace_is_no_proof() {
    run(|| {
        assert_eq!(authorize(MINER + 1, &TRACE, &signature(0)), refused(InvalidTransaction::BadSigner));
        assert_eq!(authorize(MINER, &TRACE, &signature(1)), refused(InvalidTransaction::BadProof));
        assert_eq!(authorize(MINER, &[1, 2, 4], &signature(0)), refused(InvalidTransaction::BadProof));
    });
}

#[test]
fn what_cant_be_credited_is_stale() {
    run(|| {
        let stale = || refused(InvalidTransaction::Stale);
        set_anchor_difficulty(u64::MAX);
        assert_eq!(authorize(MINER, &TRACE, &signature(0)), stale(), "it doesn't win");
        set_anchor_difficulty(1);
        let places = <MaxWins as frame_support::traits::Get<u32>>::get();
        let taken: Vec<[u8; 32]> = (0..places).map(|win| blake2_256(&win.to_le_bytes())).collect();
        Wins::<Test>::insert(ANCHOR, BoundedVec::truncate_from(taken));
        assert_eq!(authorize(MINER, &TRACE, &signature(0)), stale(), "its anchor is full");
        Wins::<Test>::remove(ANCHOR);
        suspend();
        assert_eq!(authorize(MINER, &TRACE, &signature(0)), stale(), "its miner is suspended");
    });
}
