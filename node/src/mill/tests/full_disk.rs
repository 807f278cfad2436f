//! A disk that takes no trace.

use millrace_primitives::handover::trace_key;

use super::fake::{lease, mill, trace, Disk, FakeChain};
use crate::mill::error::MillError;

#[test]
fn a_trace_that_is_not_stored_is_not_done_and_tried_again() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    let mut mill = mill(&chain, &disk);
    disk.fill(true);
    for executions in 1..=2 {
        assert!(matches!(mill.step(), Err(MillError::NotStored)));
        assert!(mill.done.is_empty());
        assert_eq!(chain.script().executions, executions);
    }
    disk.fill(false);
    assert!(mill.step().expect("there is room"));
    assert_eq!(disk.read(&trace_key(lease().descriptor)), Some(trace()));
    assert!(!mill.step().expect("there is nothing to do"));
    assert_eq!(chain.script().executions, 3);
}

#[test]
fn a_restart_with_room_executes_what_was_not_stored() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    disk.fill(true);
    assert!(matches!(mill(&chain, &disk).step(), Err(MillError::NotStored)));
    disk.fill(false);
    assert!(mill(&chain, &disk).step().expect("there is room"));
    assert_eq!(disk.read(&trace_key(lease().descriptor)), Some(trace()));
}
