//! Attempts are made on the terms of their anchors, whatever the chain wants when they come.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::{meets_target, mill::MillKey, Mac, Win};

use super::*;
use crate::{target, AnchorTerms, Error, Event, Pace, Terms, WeightInfo};

fn set_listed(listed: Vec<(H256, u32)>) {
    assert_ok!(Sprints::set_listed(RuntimeOrigin::root(), listed));
}

/// The first nonce that wins on [`ANCHOR`] at this difficulty, but not at twice of it.
fn winner(difficulty: u64) -> u64 {
    let wins = |nonce: &u64, difficulty| meets_target(&digest_of(&attempt(*nonce)), difficulty);
    (0..).find(|nonce| wins(nonce, difficulty) && !wins(nonce, 2 * difficulty)).expect("a few dozen attempts")
}

#[test]
fn a_block_fixes_the_terms_of_attempts_on_it() {
    run(|| {
        change_listing(model(), |listing| listing.difficulty = target::scaled(64) + 70_000);
        to_block(3);
        let share = listing(model()).share;
        let terms = Terms { model: model(), samples: SAMPLES, share, difficulty: 64 };
        assert_eq!(AnchorTerms::<Test>::get(3), Some(terms));
    });
}

#[test]
fn the_genesis_is_an_anchor_too() {
    run(|| {
        let terms = AnchorTerms::<Test>::get(0).expect("the genesis lists a model");
        assert_eq!((terms.model, terms.samples, terms.difficulty), (model(), SAMPLES, 1));
    });
}

/// The audit's H3: what was attempted at 64 is worth 64, and only what wins at 64, once 32 are enough.
#[test]
fn an_easier_round_doesnt_make_losers_win() {
    run(|| {
        proven();
        set_anchor_difficulty(64);
        change_listing(model(), |listing| listing.difficulty = target::scaled(32));
        begin_round(1);
        to_block(4);
        assert!(AnchorTerms::<Test>::get(4).expect("terms").difficulty < 64);
        assert_noop!(sprint_on(ANCHOR, winner(32)), Error::<Test>::InvalidSprint);
        assert_ok!(sprint_on(ANCHOR, winner(64)));
        let credits: Vec<Mac> = credited().iter().map(|credit| credit.win.work).collect();
        assert_eq!(credits, [64 * Mac::from(profile().work(SAMPLES))]);
    });
}

/// And honest wins in flight aren't lost when it gets harder.
#[test]
fn a_harder_round_takes_no_win_back() {
    run(|| {
        proven();
        set_anchor_difficulty(32);
        change_listing(model(), |listing| listing.difficulty = target::scaled(1 << 20));
        begin_round(1);
        to_block(4);
        assert_ok!(sprint_on(ANCHOR, winner(32)));
        assert_eq!(credited()[0].win.work, 32 * Mac::from(profile().work(SAMPLES)));
    });
}

#[test]
fn a_change_of_models_takes_no_win_back() {
    run(|| {
        proven();
        register(other(), profile(), true);
        set_listed(vec![(model(), SAMPLES), (other(), 1)]);
        begin_round(1);
        to_block(3);
        assert_eq!(Sprints::sprint_model().map(|listing| listing.model), Some(other()));
        let before = (listing(model()).difficulty, listing(other()).difficulty);
        assert_ok!(sprint_on(ANCHOR, 0));
        let win = credited().pop().expect("it is credited").win;
        assert_eq!((win.model, win.work), (model(), Mac::from(profile().work(SAMPLES))));
        assert!(listing(model()).difficulty > before.0, "the model that it was on");
        assert_eq!(listing(other()).difficulty, before.1, "and no other");
    });
}

/// So that nobody goes on with the model of the round before, on which more MAC are made in the same time.
#[test]
fn a_win_after_its_turn_counts_by_the_time_that_it_takes() {
    run(|| {
        proven();
        register(other(), profile(), true);
        set_listed(vec![(model(), SAMPLES), (other(), 1)]);
        let work = Mac::from(profile().work(SAMPLES));
        let paces = |fast: Mac, slow: Mac| {
            for (model, work) in [(model(), fast), (other(), slow)] {
                change_listing(model, |listing| listing.pace = Pace { work, blocks: 100 * target::ONE });
            }
        };
        paces(9_000 * work, 1_000 * work);
        assert_ok!(sprint_on(ANCHOR, 0));
        assert_eq!(credited()[0].win, Win::in_turn(model(), work), "all of it in its turn");
        begin_round(1);
        to_block(3);
        paces(9_000 * work - work, 1_000 * work);
        assert_ok!(sprint_on(ANCHOR, 1));
        assert_eq!(credited()[1].win, Win { model: model(), work, counts: work / 9 });
        assert_eq!(listing(model()).pace.work, 9_000 * work, "it belongs to the blocks of its own turn");
        to_block(4);
        paces(1_000 * work, 9_000 * work);
        assert_ok!(sprint_on(ANCHOR, 2));
        assert_eq!(credited()[2].win, Win::in_turn(model(), work), "and never for more than it is");
    });
}

/// It isn't known then how much is won on it, but for what the difficulty of its anchor says.
#[test]
fn a_win_on_a_model_that_is_listed_no_more_counts_by_the_difficulty_of_its_anchor() {
    run(|| {
        proven();
        register(other(), profile(), true);
        set_listed(vec![(other(), SAMPLES)]);
        set_anchor_difficulty(64);
        let share = listing(other()).share;
        let work = Mac::from(profile().work(SAMPLES));
        let wanted = target::wanted(SprintShare::get().deconstruct(), share);
        let fast = Pace::expected(64, work, share, wanted);
        let slow = Pace { work: fast.work / 2, ..fast };
        change_listing(other(), |listing| listing.pace = slow);
        assert_ok!(sprint_on(ANCHOR, winner(64)));
        let Win { work: all, counts, .. } = credited()[0].win;
        assert_eq!(all, 64 * work);
        assert!(counts.abs_diff(all / 2) < all / 50, "{counts} of {all}");
    });
}

#[test]
fn a_win_on_a_model_that_is_listed_no_more_is_credited_and_changes_no_difficulty() {
    run(|| {
        proven();
        register(other(), profile(), true);
        set_listed(vec![(other(), SAMPLES)]);
        let before = listing(other());
        assert_ok!(sprint_on(ANCHOR, 0));
        let event = Event::SprintWon {
            miner: MINER,
            model: model(),
            credited: profile().work(SAMPLES).into(),
            author: None,
        };
        System::assert_last_event(event.into());
        assert_eq!(listing(other()), before);
    });
}

#[test]
fn a_node_is_told_the_terms_of_the_anchor_that_it_shall_take() {
    run(|| {
        register(other(), profile(), true);
        set_listed(vec![(model(), SAMPLES), (other(), 1)]);
        begin_round(1);
        to_block(3);
        to_block(4);
        set_listed(vec![(model(), 7)]);
        let terms = Sprints::sprint_terms(pair().public()).expect("its miner may sprint");
        assert_eq!((terms.miner, terms.anchor_number, terms.anchor), (MINER, 3, hash(3)));
        assert_eq!((terms.model, terms.samples), (other(), 1));
        assert_eq!(terms.difficulty, 2 * INITIAL_DIFFICULTY - 1, "of half the samples");
        assert!(Sprints::sprint_terms(MillKey::from(sp_core::sr25519::Public::from_raw([9; 32]))).is_none());
        suspend();
        assert!(Sprints::sprint_terms(pair().public()).is_none());
    });
}

/// What a listing says of a win's share is what its weights and its longest trace come to.
#[test]
fn a_share_is_that_of_the_scarcest_limit() {
    run(|| {
        type Weights = crate::weights::SubstrateWeight<Test>;
        let cost = profile().cost(SAMPLES);
        let bytes = |bytes: u64| u32::try_from(bytes).expect("few");
        let time = 10
            + Weights::sprint_base(bytes(cost.input_bytes)).ref_time()
            + Weights::authorize_sprint(bytes(cost.trace_bytes)).ref_time();
        // Of three quarters of a second.
        assert_eq!(u64::from(listing(model()).share), time / 750);
        // Nothing is as scarce as length where traces are long.
        let mut long = profile();
        long.layers.iter_mut().for_each(|layer| layer.n = 70_000);
        let length = long.max_trace_bytes(SAMPLES);
        let limit = 5 * 1024 * 1024 * 3 / 4;
        assert_eq!(u64::from(Sprints::share_of(&long, SAMPLES)), length * 1_000_000_000 / limit);
    });
}
