//! What blocks do on their own.

use frame_support::{assert_ok, traits::Hooks, BoundedVec};

use super::*;
use crate::{target, AnchorTerms, WeightInfo, Wins};

#[test]
fn the_difficulty_of_the_model_in_turn_falls_in_each_block() {
    run(|| {
        register(other(), profile(), true);
        let both = vec![(model(), SAMPLES), (other(), SAMPLES)];
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), both));
        change_listing(model(), |listing| listing.difficulty = target::scaled(64));
        to_block(3);
        assert_eq!(listing(model()).difficulty, target::scaled(63));
        assert_eq!(listing(other()).difficulty, target::scaled(INITIAL_DIFFICULTY), "it isn't in turn");
        begin_round(1);
        to_block(4);
        assert_eq!(listing(model()).difficulty, target::scaled(63));
        assert_eq!(listing(other()).difficulty, target::fall(target::scaled(INITIAL_DIFFICULTY)));
    });
}

#[test]
fn a_block_has_one_weight() {
    run(|| {
        System::set_block_number(3);
        assert_eq!(Sprints::on_initialize(3), crate::weights::SubstrateWeight::<Test>::begin_block());
    });
}

#[test]
fn what_is_on_old_anchors_is_forgotten() {
    run(|| {
        Wins::<Test>::insert(ANCHOR, BoundedVec::truncate_from(vec![[1; 32]]));
        to_block(ANCHOR + 8);
        assert!(Sprints::anchor_hash(ANCHOR).is_some());
        assert!(AnchorTerms::<Test>::contains_key(ANCHOR));
        assert_eq!(Wins::<Test>::get(ANCHOR).len(), 1);
        to_block(ANCHOR + 9);
        assert!(Sprints::anchor_hash(ANCHOR).is_none());
        assert!(!AnchorTerms::<Test>::contains_key(ANCHOR));
        assert!(!Wins::<Test>::contains_key(ANCHOR));
        // The block itself, and eight before it.
        assert_eq!(AnchorTerms::<Test>::iter().count(), 9);
    });
}

#[test]
fn without_models_a_block_is_no_anchor() {
    run(|| {
        assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), vec![]));
        to_block(3);
        assert!(!AnchorTerms::<Test>::contains_key(3));
        assert!(AnchorTerms::<Test>::contains_key(2));
    });
}

#[test]
fn the_configuration_fits() {
    <Sprints as Hooks<u32>>::integrity_test();
}
