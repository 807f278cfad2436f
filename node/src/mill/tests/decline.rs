//! Leases that can't be executed here.

use millrace_primitives::handover::{declined_key, trace_key};

use super::fake::{lease, mill, Disk, FakeChain};

#[test]
fn a_model_that_is_none_is_declined_at_once() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    chain.script().model = Some(b"no model".to_vec());
    let mut mill = mill(&chain, &disk);
    assert!(mill.step().expect("it declines"));
    assert_eq!(disk.read(&declined_key(lease().descriptor)), Some(vec![1]));
    assert_eq!(disk.read(&trace_key(lease().descriptor)), None);
    assert!(!mill.step().expect("there is nothing to do"));
    assert_eq!(chain.script().executions, 1);
}

#[test]
fn what_may_pass_is_tried_three_times_and_then_declined() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    chain.script().input = None;
    let mut mill = mill(&chain, &disk);
    for tries in 1..=3 {
        assert_eq!(disk.read(&declined_key(lease().descriptor)), None);
        assert!(mill.step().expect("it tries"));
        assert_eq!(chain.script().executions, tries);
    }
    assert_eq!(disk.read(&declined_key(lease().descriptor)), Some(vec![1]));
    assert!(!mill.step().expect("there is nothing to do"));
}

#[test]
fn a_lease_that_can_not_be_declined_any_more_is_tried_until_it_ends() {
    let (chain, disk) = (FakeChain::new(), Disk::default());
    chain.script().best = 20;
    let input = chain.script().input.take();
    let mut mill = mill(&chain, &disk);
    for _ in 0..3 {
        assert!(mill.step().expect("it tries"));
    }
    assert!(!mill.step().expect("it rests"));
    chain.script().best = 22;
    chain.script().input = input;
    assert!(mill.step().expect("it tries again"));
    assert_eq!(chain.script().executions, 4);
    assert_eq!(disk.read(&declined_key(lease().descriptor)), None);
    assert!(disk.read(&trace_key(lease().descriptor)).is_some());
}
