//! Declining: in the first blocks only, for the fee of the verification, and never to the same miner again.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_primitives::{decline_message, genesis_hash, TaskId};
use sp_core::H256;
use sp_runtime::{traits::Dispatchable, transaction_validity::InvalidTransaction, RuntimeAppPublic};

use super::submit::{apply, authorize};
use crate::{mock::*, Error, Event, LeaseFailure};

fn decline(task: TaskId, descriptor: H256, signer: AccountId) -> RuntimeCall {
    let message = decline_message(genesis_hash::<Test>(), descriptor);
    let signature = world(|world| world.keys[&signer].clone()).sign(&message).expect("the key is at hand");
    crate::Call::decline { task, descriptor, signature }.into()
}

#[test]
fn a_declined_task_waits_for_another_miner() {
    on_chain(|| {
        let task = leased();
        let fee = record(task).fee;
        assert_ok!(apply(decline(task, descriptor(task), MINER)));
        assert!(fee > SLASH, "declining never costs more than failing");
        assert_eq!(world(|world| world.charges.clone()), [(MINER, SLASH)]);
        System::assert_last_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Declined }.into(),
        );
        assert!(world(|world| world.slashes.is_empty() && world.leased.is_empty()));
        assert_eq!(record(task).declined.into_inner(), [MINER]);
        assert!(record(task).failed.is_empty());
        pass(1);
        assert!(lease_of(task).is_none());
        sell_slot(OTHER_MINER, 3);
        pass(1);
        assert_eq!(lease_of(task).expect("leased again").slot, 3);
    });
}

#[test]
fn only_the_lessee_declines_its_lease() {
    on_chain(|| {
        let task = leased();
        let refused = |call| authorize(&call).expect_err("it may not be sent");
        let other = decline(task, descriptor(task), OTHER_MINER);
        assert_eq!(refused(other), InvalidTransaction::BadProof.into());
        let unknown = decline(task, H256::zero(), MINER);
        assert_eq!(refused(unknown.clone()), InvalidTransaction::Stale.into());
        assert_noop!(unknown.dispatch(RawOrigin::Authorized.into()), Error::<Test>::NotLeased);
    });
}

#[test]
fn it_is_too_late_after_the_latency_floor() {
    on_chain(|| {
        let task = leased();
        let call = decline(task, descriptor(task), MINER);
        System::set_block_number(lease_of(task).expect("leased").since + 3);
        assert_ok!(authorize(&call));
        System::set_block_number(lease_of(task).expect("leased").since + 4);
        assert_eq!(authorize(&call).expect_err("too late"), InvalidTransaction::Stale.into());
        assert_noop!(call.dispatch(RawOrigin::Authorized.into()), Error::<Test>::TooLateToDecline);
        assert!(world(|world| world.charges.is_empty()));
    });
}

/// The list is bounded: who declined longest ago may get the task once more.
#[test]
fn the_oldest_decline_is_forgotten_first() {
    on_chain(|| {
        let key = world(|world| world.keys[&MINER].clone());
        let task = post(1);
        for miner in 100..117 {
            world(|world| world.keys.insert(miner, key.clone()));
            sell_slot(miner, 0);
            pass(1);
            assert_eq!(lease_of(task).expect("leased").miner, miner);
            assert_ok!(apply(decline(task, descriptor(task), miner)));
        }
        assert_eq!(record(task).declined.into_inner(), (101..117).collect::<Vec<_>>());
        pass(1);
        assert_eq!(lease_of(task).expect("leased").miner, 100);
    });
}
