//! What people are told of rounds and shares.

use frame_support::assert_ok;

use crate::mock::*;

#[test]
fn a_round_says_what_it_emits_and_when_that_halves() {
    run(|| {
        pass_to(1);
        credit(MINER, 3_000_000);
        let round = Rewards::round();
        let now = System::block_number();
        assert_eq!((round.round, round.first_block, round.ends_with), (1, now, now + LENGTH));
        assert_eq!((round.emission, round.emission_per_block), (EMISSION, EACH));
        assert_eq!(round.halves_at, Some(1_000));
        assert_eq!((round.mined, round.total_score), (3_000_000, 3_000_000));
        assert_eq!((round.emitted, round.emission_cap), (0, 10 * EMISSION), "nothing was mined in the first");
        pass_to(2);
        assert_eq!(Rewards::round().emitted, EMISSION);
    });
}

#[test]
fn the_cap_ends_emission() {
    run(|| {
        for round in 1..=10 {
            credit(MINER, 1);
            pass_to(round);
        }
        let round = Rewards::round();
        assert_eq!((round.emission, round.emission_per_block, round.halves_at), (0, 0, None));
    });
}

#[test]
fn a_share_waits_until_it_is_claimed_or_void() {
    run(|| {
        credit(MINER, 3_000_000);
        credit(OTHER, 1_000_000);
        assert!(Rewards::unclaimed(MINER, 0, 100).is_empty(), "the round runs");
        pass_to(1);
        credit(MINER, 1);
        pass_to(2);
        let shares = Rewards::unclaimed(MINER, 0, 100);
        let amounts: Vec<_> = shares.iter().map(|share| (share.round, share.amount)).collect();
        assert_eq!(amounts, [(0, EMISSION / 4 * 3), (1, EMISSION)]);
        assert_eq!(Rewards::unclaimed(MINER, 1, 100), shares[1..]);
        assert_eq!(Rewards::unclaimed(MINER, 0, 1), shares[..1]);
        assert_ok!(Rewards::claim(RuntimeOrigin::signed(OTHER), 0, MINER));
        assert_eq!(Rewards::unclaimed(MINER, 0, 100), shares[1..]);

        pass_to(shares[1].void_from - 1);
        assert_eq!(Rewards::unclaimed(MINER, 0, 100).len(), 1);
        pass_to(shares[1].void_from);
        assert!(Rewards::unclaimed(MINER, 0, 100).is_empty());
    });
}
