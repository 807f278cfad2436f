//! Forks: finished work is found again, and nothing is executed twice.

use super::*;

#[test]
fn a_lease_that_comes_back_finds_its_trace() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));

    setup.take_leases_away();
    assert!(!setup.works());
    setup.give(&lease);
    assert!(!setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
    assert_eq!(setup.executions(), 1);
}

#[test]
fn a_lease_with_another_descriptor_is_another_lease() {
    let mut setup = Setup::new();
    let first = lease(1);
    setup.give(&first);
    assert!(setup.works());

    // The other fork gave the task away in another block.
    setup.take_leases_away();
    let second = Lease { descriptor: H256::from_low_u64_be(200), ..lease(1) };
    setup.give(&second);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&second), Some(trace(1)));
    assert_eq!(setup.stored_trace(&first), Some(trace(1)), "its fork may win yet");
    assert_eq!(setup.executions(), 2);
    assert!(!setup.works());
}
