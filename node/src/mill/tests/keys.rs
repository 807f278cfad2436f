//! Which keys are worked for, and in which order they sprint.

use super::*;

#[test]
fn without_a_key_the_chain_is_asked_nothing() {
    let mut setup = Setup::with(&[], None);
    setup.give(&lease(1));
    assert!(!setup.works());
    assert!(setup.chain.edit(|world| world.asked.is_empty()));
}

#[test]
fn another_miners_key_is_not_worked_for() {
    let mut setup = Setup::with(&["//Ferdie"], Some(AccountId::new([2; 32])));
    setup.give(&lease(1));
    assert!(!setup.works());
    assert_eq!(setup.executions(), 0);

    let mut setup = Setup::with(&["//Ferdie"], Some(miner()));
    setup.give(&lease(1));
    assert!(setup.works());
    assert_eq!(setup.executions(), 1);
}

#[test]
fn keys_sprint_in_turn() {
    let mut setup = Setup::with(&["//Ferdie", "//Eve"], None);
    let keys = setup.keys.clone();
    setup.chain.edit(|world| {
        for key in &keys {
            world.terms.insert(key.clone(), terms(START, 1));
        }
    });
    let wins = |setup: &Setup| [setup.wins(&keys[0]).len(), setup.wins(&keys[1]).len()];
    assert!(setup.works());
    let [first, second] = wins(&setup);
    assert!(first > 0 && second == 0);
    assert!(setup.works());
    let [again, second] = wins(&setup);
    assert!(again == first && second > 0);
    assert!(setup.works());
    assert!(setup.wins(&keys[0]).len() > first);
}

#[test]
fn a_key_that_may_not_sprint_leaves_its_turn_to_the_other() {
    let mut setup = Setup::with(&["//Ferdie", "//Eve"], None);
    let keys = setup.keys.clone();
    setup.chain.edit(|world| world.terms.insert(keys[1].clone(), terms(START, 1)));
    assert!(setup.works());
    let first = setup.wins(&keys[1]).len();
    assert!(setup.works());
    assert!(first > 0 && setup.wins(&keys[1]).len() > first);
    assert!(setup.wins(&keys[0]).is_empty());
}
