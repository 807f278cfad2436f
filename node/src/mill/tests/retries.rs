//! What goes wrong once is tried again.

use super::*;

#[test]
fn a_runtime_that_does_not_answer_is_no_failure_of_the_lease() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    for question in ["status", "leases", "input", "model"] {
        setup.next_block();
        setup.chain.edit(|world| world.broken = Some(question));
        for _ in 0..4 {
            assert!(matches!(setup.step(), Err(MillError::Api(_))), "{question}");
        }
    }
    setup.chain.edit(|world| world.broken = None);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
    assert!(!setup.is_declined(&lease));
}

#[test]
fn a_model_that_comes_late_is_executed() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    setup.chain.edit(|world| world.models.clear());
    assert!(setup.works() && setup.works());
    assert_eq!((setup.stored_trace(&lease), setup.is_declined(&lease)), (None, false));

    setup.chain.edit(|world| world.models.insert(model(), ENCODING.to_vec()));
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
    assert!(!setup.works());
}

#[test]
fn a_lease_that_fails_does_not_keep_the_others_waiting() {
    let mut setup = Setup::new();
    let unknown = Lease { model: ModelId::repeat_byte(8), declinable_until: START, ..lease(1) };
    let good = lease(2);
    setup.give(&unknown);
    setup.give(&good);
    for _ in 0..3 {
        assert!(setup.works());
        assert_eq!(setup.stored_trace(&good), None);
    }
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&good), Some(trace(2)));
    assert!(!setup.is_declined(&unknown));
}
