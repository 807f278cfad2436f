//! What blocks do on their own.

use frame_support::{traits::Hooks, BoundedVec};
use millrace_primitives::mill::MillKey;

use super::*;
use crate::{Difficulty, Event, Used, WeightInfo, Wins};

type Weights = crate::weights::SubstrateWeight<Test>;

fn block(number: u32) -> frame_support::weights::Weight {
    System::set_block_number(number);
    Sprints::on_initialize(number)
}

#[test]
fn the_difficulty_follows_the_load_once_a_round() {
    run(|| {
        // As much as ten blocks give sprints.
        let wanted = 2_500_000_000;
        Difficulty::<Test>::put(64);
        Used::<Test>::put(wanted);
        assert_eq!(block(3), Weights::stay_in_round());
        assert_eq!((Difficulty::<Test>::get(), Used::<Test>::get()), (64, wanted));

        begin_round(1);
        assert_eq!(block(4), Weights::stay_in_round() + Weights::retarget());
        assert_eq!((Difficulty::<Test>::get(), Used::<Test>::get()), (64, 0));
        System::assert_last_event(Event::Retargeted { difficulty: 64 }.into());
        assert_eq!(block(5), Weights::stay_in_round());
        assert_eq!(Difficulty::<Test>::get(), 64);

        begin_round(2);
        block(6);
        assert_eq!(Difficulty::<Test>::get(), 32, "nothing was used");
    });
}

#[test]
fn wins_on_old_anchors_are_forgotten() {
    run(|| {
        Wins::<Test>::insert(ANCHOR, BoundedVec::truncate_from(vec![[1; 32]]));
        block(ANCHOR + 8);
        assert_eq!(Wins::<Test>::get(ANCHOR).len(), 1);
        block(ANCHOR + 9);
        assert!(Wins::<Test>::get(ANCHOR).is_empty());
    });
}

#[test]
fn a_node_is_told_what_its_key_may_sprint_on() {
    run(|| {
        let terms = Sprints::sprint_terms(pair().public()).expect("its miner may sprint");
        assert_eq!((terms.miner, terms.anchor_number, terms.model), (MINER, ANCHOR, model()));
        assert_eq!((terms.samples, terms.difficulty), (SAMPLES, 1));
        assert!(Sprints::sprint_terms(MillKey::from(sp_core::sr25519::Public::from_raw([9; 32]))).is_none());
        suspend();
        assert!(Sprints::sprint_terms(pair().public()).is_none());
    });
}
