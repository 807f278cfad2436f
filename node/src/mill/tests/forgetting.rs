//! Finished work is forgotten once its lease's end is final, and not before.

use codec::Encode;
use millrace_primitives::handover::sent_key;

use super::*;
use crate::mill::finished::DONE_KEY;

/// The chain finalizes a block.
fn finalize(setup: &Setup, number: u32) {
    setup.chain.edit(|world| world.heads.finalized_number = number);
}

#[test]
fn a_trace_is_kept_until_its_leases_end_is_final() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    setup.disk.write(&sent_key(lease.descriptor), &[1]);

    setup.take_leases_away();
    let ended = setup.chain.edit(|world| world.heads.best_number);
    assert!(!setup.works());
    finalize(&setup, ended - 1);
    setup.next_block();
    assert!(!setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));

    finalize(&setup, ended);
    assert!(!setup.works());
    assert_eq!(setup.stored_trace(&lease), None);
    assert_eq!(setup.disk.read(&sent_key(lease.descriptor)), None);
    assert_eq!(setup.disk.read(DONE_KEY), Some(Vec::<H256>::new().encode()));
}

#[test]
fn a_lease_that_came_back_ends_anew() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    setup.take_leases_away();
    let ended = setup.chain.edit(|world| world.heads.best_number);
    assert!(!setup.works());

    setup.give(&lease);
    assert!(!setup.works());
    setup.take_leases_away();
    assert!(!setup.works());
    finalize(&setup, ended);
    assert!(!setup.works());
    assert!(setup.stored_trace(&lease).is_some(), "the later end isn't final");
    finalize(&setup, ended + 2);
    assert!(!setup.works());
    assert_eq!(setup.stored_trace(&lease), None);
}

#[test]
fn a_restart_cleans_up_what_ended_meanwhile() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    setup.take_leases_away();
    setup.restart();
    assert!(!setup.works());
    assert!(setup.stored_trace(&lease).is_some());
    let best = setup.chain.edit(|world| world.heads.best_number);
    finalize(&setup, best);
    assert!(!setup.works());
    assert_eq!(setup.stored_trace(&lease), None);
}
