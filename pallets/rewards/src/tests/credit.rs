//! What crediting work comes to.

use millrace_primitives::{CreditWork, Rounds as _};

use crate::{mock::*, Rounds, Scores};

#[test]
fn work_beyond_the_capacity_on_sale_counts_a_sixteenth() {
    run(|| {
        sell(100);
        // 100 MAC in each of ten blocks are on sale.
        Rewards::credit(&MINER, 600);
        Rewards::credit(&MINER, 400 + 1_600);
        let own = Scores::<Test>::get(0, MINER).expect("it was credited");
        assert_eq!((own.mined, own.score), (2_600, 1_000 + 100));
        let round = Rounds::<Test>::get(0).expect("something was mined");
        assert_eq!((round.mined, round.total_score), (2_600, 1_100));
        assert_eq!(asked(), [listed_model()], "capacity counts for all that is listed");
    });
}

#[test]
fn each_round_has_scores_of_its_own() {
    run(|| {
        Rewards::credit(&MINER, 10);
        pass_to(1);
        assert_eq!((Rewards::current(), Rewards::length()), (1, LENGTH));
        Rewards::credit(&MINER, 20);
        assert_eq!(Scores::<Test>::get(0, MINER).map(|own| own.mined), Some(10));
        assert_eq!(Scores::<Test>::get(1, MINER).map(|own| own.mined), Some(20));
    });
}
