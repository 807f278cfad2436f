//! What blocks do on their own.

use frame_support::{traits::Hooks, weights::Weight};

use crate::{
    mock::*, CurrentRound, EmissionPerMegaMac, Emitted, Event, OldestRound, Rounds, Scores, WeightInfo,
};

type Weights = crate::weights::SubstrateWeight<Test>;

#[test]
fn a_round_ends_after_its_blocks_and_the_miners_are_told() {
    run(|| {
        System::set_block_number(LENGTH - 1);
        assert_eq!(Rewards::on_initialize(LENGTH - 1), Weights::stay_in_round());
        System::set_block_number(LENGTH);
        let weight = Weights::stay_in_round() + Weights::close_round() + Weight::from_parts(5, 0);
        assert_eq!(Rewards::on_initialize(LENGTH), weight);
        assert_eq!(CurrentRound::<Test>::get(), (1, LENGTH));
        assert_eq!(told(), [1]);
    });
}

#[test]
fn only_rounds_in_which_something_was_mined_emit() {
    run(|| {
        pass_to(1);
        System::assert_last_event(Event::RoundClosed { round: 0, emission: 0, mined: 0 }.into());
        credit(MINER, 5);
        pass_to(2);
        System::assert_last_event(Event::RoundClosed { round: 1, emission: EMISSION, mined: 5 }.into());
        assert_eq!(Emitted::<Test>::get(), EMISSION);
    });
}

#[test]
fn emission_stops_at_the_cap() {
    run(|| {
        Emitted::<Test>::put(10 * EMISSION - 7);
        credit(MINER, 5);
        pass_to(1);
        System::assert_last_event(Event::RoundClosed { round: 0, emission: 7, mined: 5 }.into());
        assert_eq!(Emitted::<Test>::get(), 10 * EMISSION);
    });
}

#[test]
fn the_emission_per_mega_mac_follows_slowly() {
    run(|| {
        // These rounds emit a million planck, which is what is emitted for a mega-MAC.
        EmissionPerMegaMac::<Test>::put(1_000_000);
        credit(MINER, 1_000_000);
        pass_to(1);
        let steady = EmissionPerMegaMac::<Test>::get();
        assert_eq!(steady, 1_000_000);
        credit(MINER, 10_000_000);
        pass_to(2);
        let after = EmissionPerMegaMac::<Test>::get();
        assert!(after < steady && after * 100 > steady * 94, "{after}");
        pass_to(3);
        assert_eq!(EmissionPerMegaMac::<Test>::get(), after, "nothing was mined");
    });
}

#[test]
fn what_nobody_claims_expires_with_its_records() {
    run(|| {
        credit(MINER, 5);
        pass_to(1 + WINDOW);
        assert_eq!(Rewards::on_idle(1, Weight::zero()), Weight::zero());
        assert!(Rounds::<Test>::contains_key(0));
        assert!(Rewards::on_idle(1, Weight::MAX).all_gte(Weights::expire()));
        assert!(!Rounds::<Test>::contains_key(0) && !Scores::<Test>::contains_key(0, MINER));
        assert_eq!(OldestRound::<Test>::get(), 1);
        System::assert_last_event(Event::RoundExpired { round: 0, unclaimed: EMISSION }.into());
    });
}
