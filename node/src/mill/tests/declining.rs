//! Leases that this node can't execute are declined as long as that costs nothing.

use super::*;

/// A mill with one lease at a block, whose model is `encoding`, or isn't there.
fn setup(at: u32, encoding: Option<&[u8]>) -> (Setup, Lease) {
    let (setup, lease) = (Setup::new(), lease(1));
    setup.give(&lease);
    setup.chain.edit(|world| {
        world.heads.best_number = at;
        world.models.clear();
        if let Some(encoding) = encoding {
            world.models.insert(model(), encoding.to_vec());
        }
    });
    (setup, lease)
}

#[test]
fn a_lease_that_failed_three_times_is_declined() {
    let (mut setup, lease) = setup(START, None);
    for _ in 0..3 {
        assert!(!setup.is_declined(&lease));
        assert!(setup.works());
    }
    assert!(setup.is_declined(&lease));
    assert!(!setup.works());
    assert_eq!(setup.executions(), 3);
}

#[test]
fn a_model_that_the_engine_can_not_prepare_is_declined_at_once() {
    let (mut setup, lease) = setup(START, Some(b"no model"));
    assert!(setup.works());
    assert!(setup.is_declined(&lease));
    assert!(!setup.works());
}

#[test]
fn a_lease_is_declined_at_its_first_failure_if_there_is_no_later_block_for_it() {
    let (mut setup, lease) = setup(DECLINABLE_UNTIL - 1, None);
    assert!(setup.works());
    assert!(setup.is_declined(&lease));
}

#[test]
fn a_lease_that_can_not_be_declined_any_more_is_tried_every_second_block() {
    let (mut setup, lease) = setup(DECLINABLE_UNTIL, None);
    assert!(setup.works() && setup.works() && setup.works());
    assert!(!setup.works());
    setup.next_block();
    assert!(!setup.works());
    setup.next_block();
    assert!(setup.works());
    assert!(!setup.works());
    assert!(!setup.is_declined(&lease));

    setup.chain.edit(|world| world.models.insert(model(), ENCODING.to_vec()));
    setup.next_block();
    setup.next_block();
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
}

#[test]
fn a_model_that_the_engine_can_not_prepare_is_not_declined_too_late() {
    let (mut setup, lease) = setup(DECLINABLE_UNTIL, Some(b"no model"));
    for _ in 0..3 {
        assert!(setup.works());
    }
    assert!(!setup.works());
    assert!(!setup.is_declined(&lease));
}
