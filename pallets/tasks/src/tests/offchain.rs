//! The off-chain worker: what the node's mill left in the offchain database goes to the pool, once.

use frame_support::traits::Hooks;
use millrace_primitives::{
    handover::{declined_key, trace_key},
    Verdict,
};
use sp_core::offchain::StorageKind;

use super::submit::apply;
use crate::mock::*;

fn leave(key: &[u8], value: &[u8]) {
    sp_io::offchain::local_storage_set(StorageKind::PERSISTENT, key, value);
}

fn work() {
    Tasks::offchain_worker(System::block_number());
}

#[test]
fn a_finished_trace_is_submitted() {
    on_chain_with_pool(|sent| {
        let task = leased();
        work();
        assert!(sent().is_empty(), "nothing is finished yet");
        leave(&trace_key(descriptor(task)), &[5]);
        work();
        let calls = sent();
        let [RuntimeCall::Tasks(crate::Call::submit { task: of, descriptor: name, trace, .. })] = &calls[..]
        else {
            panic!("{calls:?} submits nothing")
        };
        assert_eq!((*of, *name, trace.as_slice()), (task, descriptor(task), &[5][..]));
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert!(apply(calls[0].clone()).is_ok());
        assert!(!is_open(task));
        work();
        assert!(sent().is_empty(), "the lease is over");
    });
}

#[test]
fn what_the_node_cant_execute_is_declined() {
    on_chain_with_pool(|sent| {
        let task = leased();
        leave(&declined_key(descriptor(task)), &[]);
        work();
        let calls = sent();
        assert!(matches!(&calls[..], [RuntimeCall::Tasks(crate::Call::decline { .. })]));
        assert!(apply(calls[0].clone()).is_ok());
        assert!(lease_of(task).is_none());
    });
}

#[test]
fn an_answer_is_sent_again_after_a_while() {
    on_chain_with_pool(|sent| {
        let task = leased();
        leave(&trace_key(descriptor(task)), &[5]);
        work();
        assert_eq!(sent().len(), 1);
        System::set_block_number(System::block_number() + 3);
        work();
        assert!(sent().is_empty());
        System::set_block_number(System::block_number() + 1);
        work();
        assert_eq!(sent().len(), 1);
    });
}

#[test]
fn another_miners_lease_is_left_alone() {
    on_chain_with_pool(|sent| {
        let task = leased();
        leave(&trace_key(descriptor(task)), &[5]);
        world(|world| world.keys.remove(&MINER));
        work();
        assert!(sent().is_empty());
    });
}
