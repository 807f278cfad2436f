//! A mill that starts again over the same disk.

use millrace_primitives::handover::trace_key;
use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};

use super::fake::{lease, mill, trace, Disk, FakeChain};
use crate::mill::state::DONE_KEY;

#[test]
fn a_restart_executes_nothing_again() {
    let (chain, mut disk) = (FakeChain::new(), Disk::default());
    assert!(mill(&chain, &disk).step().expect("it executes"));
    assert!(!mill(&chain, &disk).step().expect("it is done already"));

    // The node may have ended between the trace and the note that it is done.
    disk.remove(STORAGE_PREFIX, DONE_KEY);
    let mut mill = mill(&chain, &disk);
    assert!(mill.step().expect("it finds the trace"));
    assert!(!mill.step().expect("it is done already"));
    assert_eq!(chain.script().executions, 1);
    assert_eq!(disk.read(&trace_key(lease().descriptor)), Some(trace()));
}

#[test]
fn a_restart_cleans_up_what_was_finished_before() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    assert!(mill(&chain, &disk).step().expect("it executes"));
    chain.script().leases.clear();
    chain.script().best = 12;
    chain.script().finalized = 12;
    assert!(!mill(&chain, &disk).step().expect("there is nothing to do"));
    assert_eq!(disk.read(&trace_key(lease().descriptor)), None);
}
