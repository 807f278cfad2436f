//! A full disk: what can't be stored isn't done.

use super::*;

#[test]
fn a_trace_that_is_lost_is_not_done_and_is_made_again() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    setup.disk.set_full(true);
    for _ in 0..2 {
        assert!(matches!(setup.step(), Err(MillError::NotStored)));
        assert!(!setup.mill.finished.contains(&lease.descriptor));
    }
    assert_eq!(setup.stored_trace(&lease), None);

    setup.disk.set_full(false);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
    assert_eq!(setup.executions(), 3);
    assert!(!setup.works());
}

#[test]
fn a_note_that_is_lost_declines_nothing() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    setup.chain.edit(|world| world.models.insert(model(), b"no model".to_vec()));
    setup.disk.set_full(true);
    assert!(matches!(setup.step(), Err(MillError::NotStored)));
    setup.disk.set_full(false);
    assert!(setup.works());
    assert!(setup.is_declined(&lease));
}

#[test]
fn a_win_that_is_lost_ends_the_mill() {
    let mut setup = Setup::new();
    let key = setup.keys[0].clone();
    setup.chain.edit(|world| world.terms.insert(key.clone(), terms(START, 1)));
    setup.disk.set_full(true);
    assert!(matches!(setup.step(), Err(MillError::NotStored)));
    assert!(setup.wins(&key).is_empty());
}
