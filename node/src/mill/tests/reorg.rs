//! A re-org brings leases back that had ended.

use millrace_primitives::handover::trace_key;

use super::fake::{lease, mill, trace, Disk, FakeChain};

#[test]
fn a_reorg_finds_its_finished_trace_again_and_nothing_is_executed_twice() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    let mut mill = mill(&chain, &disk);
    let key = trace_key(lease().descriptor);
    assert!(mill.step().expect("it executes"));
    assert_eq!(disk.read(&key), Some(trace()));

    // The next block settles the task; it isn't final.
    chain.script().best = 11;
    chain.script().leases.clear();
    assert!(!mill.step().expect("there is nothing to do"));

    // The other fork's block 11 doesn't settle it.
    chain.script().fork = 1;
    chain.script().leases = vec![lease()];
    assert!(!mill.step().expect("it is done already"));
    assert_eq!(disk.read(&key), Some(trace()));

    // The end on the abandoned fork counts no more, however much becomes final.
    chain.script().best = 14;
    chain.script().finalized = 12;
    assert!(!mill.step().expect("it is done already"));
    assert_eq!(disk.read(&key), Some(trace()));
    assert_eq!(chain.script().executions, 1);
}
