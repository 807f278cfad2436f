//! Sprints: wins are kept as long as the chain takes them, and leases come first.

use millrace_primitives::handover::{sent_key, win_key, Win};

use super::*;

/// A mill whose key may sprint on these terms.
fn sprinter(terms: Terms) -> (Setup, MillKey) {
    let setup = Setup::new();
    let key = setup.keys[0].clone();
    setup.chain.edit(|world| world.terms.insert(key.clone(), terms));
    (setup, key)
}

#[test]
fn a_win_waits_with_the_trace_of_its_attempt() {
    let (mut setup, key) = sprinter(terms(START, 1));
    assert!(setup.works());
    let wins = setup.wins(&key);
    let (anchor, subject) = wins[0];
    assert_eq!(anchor, START);
    let stored = setup.disk.read(&win_key(&key, subject)).expect("it is in the list");
    let win = Win::<AccountId>::decode(&mut &stored[..]).expect("a win");
    let attempt = &win.attempt;
    assert_eq!((&attempt.miner, attempt.model, attempt.samples), (&miner(), model(), SAMPLES));
    assert_eq!((attempt.anchor, win.anchor_number), (terms(START, 1).anchor, START));
    let input = attempt.input(checked().profile().sample_bytes);
    assert_eq!(win.trace, execute(&checked(), &input).expect("whole samples").trace);
}

#[test]
fn an_attempt_that_does_not_win_leaves_nothing() {
    let (mut setup, key) = sprinter(terms(START, u64::MAX));
    assert!(setup.works());
    assert_eq!(setup.disk.read(&wins_key(&key)), None);
}

#[test]
fn wins_are_kept_until_their_anchor_is_too_old() {
    let (mut setup, key) = sprinter(terms(START, 1));
    assert!(setup.works());
    let wins = setup.wins(&key);
    let subject = wins[0].1;
    setup.disk.write(&sent_key(subject), &[1]);

    // Anchors may be four blocks old.
    for (anchor, kept) in [(START + 4, true), (START + 5, false)] {
        setup.chain.edit(|world| {
            world.terms.insert(key.clone(), terms(anchor, u64::MAX));
            world.next_block();
        });
        assert!(setup.works());
        assert_eq!(!setup.wins(&key).is_empty(), kept);
        assert_eq!(setup.disk.read(&win_key(&key, subject)).is_some(), kept);
        assert_eq!(setup.disk.read(&sent_key(subject)).is_some(), kept);
    }
}

#[test]
fn a_lease_is_executed_before_any_sprint() {
    let (mut setup, key) = sprinter(terms(START, 1));
    let lease = lease(1);
    setup.give(&lease);
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
    assert!(setup.wins(&key).is_empty());
    assert!(setup.works());
    assert!(!setup.wins(&key).is_empty());
}

#[test]
fn a_new_lease_ends_a_series() {
    let (mut setup, key) = sprinter(terms(START, 1));
    let lease = lease(1);
    let given = lease.clone();
    setup.meanwhile(|world| {
        world.inputs.insert(given.task, input(given.task));
        world.leases.push(given);
        world.next_block();
    });
    assert!(setup.works());
    assert!(setup.wins(&key).is_empty(), "every attempt wins, and none was finished");
    assert!(setup.works());
    assert_eq!(setup.stored_trace(&lease), Some(trace(1)));
}

#[test]
fn a_model_that_the_engine_can_not_prepare_is_not_sprinted_on() {
    let (mut setup, _) = sprinter(terms(START, 1));
    setup.chain.edit(|world| world.models.insert(model(), b"no model".to_vec()));
    assert!(!setup.works());
    setup.next_block();
    assert!(!setup.works());
    assert_eq!(setup.chain.times_asked("model"), 1);
}
