//! What crediting work comes to.

use millrace_primitives::{CreditWork, Rounds as _, Win};

use crate::{emission::author_part, mock::*, EmissionPerMegaMac, Rounds, ScoreRecord, Scores};

fn score(account: AccountId) -> Option<ScoreRecord> {
    Scores::<Test>::get(0, account)
}

#[test]
fn work_beyond_the_capacity_on_sale_counts_a_sixteenth() {
    run(|| {
        sell(1_000, 0);
        credit(MINER, 600);
        credit(MINER, 400 + 1_600);
        assert_eq!(score(MINER), Some(ScoreRecord { mined: 2_600, score: 1_000 + 100 }));
        let round = Rounds::<Test>::get(0).expect("something was mined");
        assert_eq!((round.mined, round.total_score), (2_600, 1_100));
        assert_eq!(asked(), [listed_model(); 2], "capacity is taken for the model of the work");
        assert_eq!(worked(), [(MINER, 600), (MINER, 2_000)], "a seat goes by all of it");
    });
}

#[test]
fn the_ask_at_which_capacity_was_on_sale_weighs_the_score() {
    run(|| {
        sell(1_000, EmissionPerMegaMac::<Test>::get());
        credit(MINER, 1_000);
        assert_eq!(score(MINER).map(|own| own.score), Some(500));
    });
}

/// A round that is another model's already shares its emission by that model's MAC.
#[test]
fn of_a_late_win_only_what_counts_scores() {
    run(|| {
        sell(1_000, 0);
        Rewards::credit(&MINER, Win { model: listed_model(), work: 1_000, counts: 109 }, Some(&OTHER));
        assert_eq!(score(MINER), Some(ScoreRecord { mined: 1_000, score: 108 }));
        assert_eq!(score(OTHER), Some(ScoreRecord { mined: 0, score: 1 }), "the author's part too");
        let round = Rounds::<Test>::get(0).expect("something was mined");
        assert_eq!((round.mined, round.total_score), (1_000, 109));
        assert_eq!(worked(), [(MINER, 1_000)], "a seat goes by all of it");
        assert_eq!(left_on_sale(), 891, "and capacity is taken for that");
        sell(0, 0);
        Rewards::credit(&OTHER, Win { model: listed_model(), work: 1_600, counts: 160 }, None);
        assert_eq!(score(OTHER), Some(ScoreRecord { mined: 1_600, score: 1 + 10 }), "off sale");
    });
}

#[test]
fn the_author_of_the_block_gets_a_hundredth() {
    run(|| {
        Rewards::credit(&MINER, Win::in_turn(listed_model(), 12_345), Some(&OTHER));
        assert_eq!(score(OTHER), Some(ScoreRecord { mined: 0, score: 123 }));
        assert_eq!(score(MINER), Some(ScoreRecord { mined: 12_345, score: 12_345 - 123 }));
        let round = Rounds::<Test>::get(0).expect("something was mined");
        assert_eq!((round.mined, round.total_score), (12_345, 12_345));
    });
}

#[test]
fn an_author_gains_nothing_by_its_own_wins_or_by_tiny_ones() {
    run(|| {
        Rewards::credit(&MINER, Win::in_turn(listed_model(), 1_000), Some(&MINER));
        assert_eq!(score(MINER), Some(ScoreRecord { mined: 1_000, score: 1_000 }));
        assert_eq!(author_part(99), 0);
        Rewards::credit(&MINER, Win::in_turn(listed_model(), 99), Some(&OTHER));
        assert_eq!((score(OTHER), score(MINER).map(|own| own.score)), (None, Some(1_099)));
    });
}

#[test]
fn each_round_has_scores_of_its_own() {
    run(|| {
        credit(MINER, 10);
        pass_to(1);
        assert_eq!((Rewards::current(), Rewards::length()), (1, LENGTH));
        credit(MINER, 20);
        assert_eq!(Scores::<Test>::get(0, MINER).map(|own| own.mined), Some(10));
        assert_eq!(Scores::<Test>::get(1, MINER).map(|own| own.mined), Some(20));
    });
}
