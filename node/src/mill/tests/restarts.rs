//! A mill that starts again goes on where the last one ended.

use super::*;
use crate::mill::finished::DONE_KEY;

#[test]
fn what_was_executed_before_a_restart_is_not_executed_again() {
    let mut setup = Setup::new();
    let (first, second) = (lease(1), lease(2));
    setup.give(&first);
    assert!(setup.works());
    setup.restart();
    assert!(!setup.works());
    assert_eq!(setup.executions(), 1);

    setup.give(&second);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&first), Some(trace(1)));
    assert_eq!(setup.stored_trace(&second), Some(trace(2)));
    assert_eq!(setup.executions(), 2);
}

#[test]
fn a_trace_counts_though_the_node_ended_before_its_list_was_written() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    setup.disk.erase(DONE_KEY);
    setup.restart();
    assert!(setup.works(), "it takes the trace for done");
    assert!(!setup.works());
    assert_eq!(setup.executions(), 1);
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
}

#[test]
fn a_declined_lease_stays_declined() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    setup.chain.edit(|world| world.models.insert(model(), b"no model".to_vec()));
    assert!(setup.works());
    setup.restart();
    setup.chain.edit(|world| world.models.insert(model(), ENCODING.to_vec()));
    assert!(!setup.works());
    assert!(setup.is_declined(&lease));
}
