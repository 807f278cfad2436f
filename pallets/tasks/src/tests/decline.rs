//! Declining: in the first blocks only, for the fee of the verification or the work that was spared, and never to the same miner again.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_primitives::{decline_message, genesis_hash, Mac, SlotOffer, TaskId, MAC_PER_ASK};
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

/// Otherwise a miner would ask for nothing, so that its work counts in full, and decline what comes.
#[test]
fn a_decline_never_costs_less_than_the_work_would_have_mined() {
    on_chain(|| {
        let slash = 1_000_000_000_000;
        let task = post(1);
        let fee = record(task).fee;
        let per_planck = MAC_PER_ASK / Mac::from(WORK);
        let charge = |slot, emission| {
            world(|world| {
                world.emission = emission;
                world.slots.push(SlotOffer { miner: slot, slot: 0, ask: ASK, rate: WORK, slash });
                let key = world.keys[&MINER].clone();
                world.keys.insert(slot, key);
            });
            pass(1);
            assert_ok!(apply(decline(task, descriptor(task), slot)));
            world(|world| world.charges.pop()).expect("charged")
        };
        assert_eq!(charge(100, fee * per_planck), (100, fee));
        assert_eq!(charge(101, fee * per_planck + 1), (101, fee + 1), "a part of a planck is one");
        assert_eq!(charge(102, 2 * fee * per_planck), (102, 2 * fee));
        assert_eq!(charge(103, 2 * slash * per_planck), (103, slash), "failing it costs no more");
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
