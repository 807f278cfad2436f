//! The schedule: offers come into force in the order in which they came, a few in each block after a round began.

use frame_support::assert_ok;

use crate::mock::*;

#[test]
fn a_few_offers_come_into_force_in_each_block() {
    on_chain(|| {
        for who in 20..25 {
            assert_ok!(register(who, 1, vec![RATE], vec![model()]));
        }
        pass(3);
        assert!(book().is_empty(), "no round began");
        begin_round();
        assert_eq!(book(), [(20, 0), (21, 0)]);
        // Who comes now waits for the next round.
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        pass(5);
        assert_eq!(book().len(), 5);
        assert!(record(MINER).next.is_some());
        begin_round();
        assert!(record(MINER).next.is_none());
    });
}

#[test]
fn a_newer_offer_takes_the_place_of_the_one_that_waits() {
    on_chain(|| {
        assert_ok!(register(MINER, 1, vec![RATE], vec![model()]));
        assert_ok!(offer(MINER, 9, vec![RATE; 2], vec![second_model()]));
        begin_round();
        assert_eq!((record(MINER).terms.ask, record(MINER).slots.len()), (9, 2));
        assert!(book().is_empty());
    });
}
