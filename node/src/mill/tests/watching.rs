//! While the engine executes, the mill watches whether the lease is still there.

use super::*;
use crate::mill::watch::Watch;

#[test]
fn an_execution_ends_when_its_lease_is_gone() {
    let mut setup = Setup::new();
    let lease = lease(1);
    setup.give(&lease);
    setup.meanwhile(|world| {
        world.leases.clear();
        world.next_block();
    });
    assert!(setup.works());
    assert_eq!((setup.stored_trace(&lease), setup.is_declined(&lease)), (None, false));
    assert!(!setup.works());

    setup.give(&lease);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
}

#[test]
fn an_execution_goes_on_while_other_leases_change() {
    let mut setup = Setup::new();
    let first = lease(1);
    setup.give(&first);
    setup.give(&lease(2));
    setup.meanwhile(|world| {
        world.leases.truncate(1);
        world.next_block();
    });
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&first), Some(trace(1)));
}

#[test]
fn the_chain_is_asked_once_a_block_and_its_silence_ends_nothing() {
    let setup = Setup::new();
    let asked = || setup.chain.times_asked("leases");
    let best = setup.chain.edit(|world| world.heads.best);
    let watch = Watch::new(&*setup.chain, best, &setup.keys, |leases| leases.is_empty());
    assert!(!watch.is_over());
    assert_eq!(asked(), 0, "the leases of its first block are known");

    setup.give(&lease(1));
    assert!(!watch.is_over() && !watch.is_over());
    assert_eq!(asked(), 1);

    setup.chain.edit(|world| world.broken = Some("leases"));
    setup.take_leases_away();
    assert!(!watch.is_over());

    setup.chain.edit(|world| world.broken = None);
    setup.next_block();
    assert!(watch.is_over() && watch.is_over());
    assert_eq!(asked(), 3);
}
