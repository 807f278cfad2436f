//! The bond: what a slash takes, who gets it, and what it suspends.

use frame_support::{assert_noop, assert_ok};
use millrace_primitives::{
    Answer, Balance, CapacityOnSale, Demand, IdleReason, Mac, MinerBond, Part, SlotMarket, SlotOffer,
};
use proptest::prelude::*;
use sp_runtime::{Permill, TokenError};

use crate::{mock::*, Event};

#[test]
fn a_failed_lease_compensates_and_burns_the_rest() {
    on_chain(|| {
        selling(MINER, 5, 2);
        let leased = lease_at(RATE).expect("it is on sale");
        let issuance = Balances::total_issuance();
        assert_eq!(Miners::slash(&MINER, leased.slot, SLASH, &REQUESTER, 30), 30);
        assert_eq!(free(REQUESTER), ENDOWMENT + 30);
        assert_eq!(held(MINER), 2 * BOND - SLASH);
        assert_eq!(Balances::total_issuance(), issuance - (SLASH - 30));
        System::assert_last_event(
            Event::Slashed { miner: MINER, slot: leased.slot, amount: SLASH, compensation: 30 }.into(),
        );
        Miners::free(&MINER, leased.slot, Part { rate: leased.rate, slash: leased.slash });
        assert_eq!(book(), [(MINER, 1)], "the slashed slot is off the market");
        assert!(!Miners::may_sprint(&MINER));
    });
}

#[test]
fn no_more_is_taken_than_there_is() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_eq!(Miners::slash(&MINER, 0, 2 * BOND, &REQUESTER, 2 * BOND), BOND);
        assert_eq!((held(MINER), free(REQUESTER)), (0, ENDOWMENT + BOND));
        assert_eq!(Miners::slash(&OTHER, 0, SLASH, &REQUESTER, 0), 0, "no miner, no bond");
    });
}

#[test]
fn a_wrong_sprint_suspends_the_miner_until_it_resumes() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert!(Miners::may_sprint(&MINER));
        assert_eq!(Miners::slash_miner(&MINER), SLASH);
        assert!(!Miners::may_sprint(&MINER) && book().is_empty());
        System::assert_last_event(Event::Suspended { miner: MINER }.into());
        assert_ok!(Miners::resume(RuntimeOrigin::signed(MINER)));
        assert!(Miners::may_sprint(&MINER));
        assert_eq!(book().len(), 2);
    });
}

#[test]
fn a_suspended_miner_keeps_its_bond_and_sells_nothing() {
    on_chain(|| {
        selling(MINER, 5, 2);
        Miners::suspend(&MINER);
        assert!(book().is_empty());
        assert_eq!(held(MINER), 2 * BOND);
        pass(10);
        assert_eq!(Miners::take(&MINER, model(), 1).work, 0);
        let status = Miners::status_of(&key(MINER), vec![model(), second_model()]).expect("a miner");
        assert!(status.suspended && !status.bond_short && !status.scheduled);
        assert_eq!((status.slots, status.listed, status.missing), (2, 2, vec![second_model()]));
    });
}

#[test]
fn a_charge_burns_bond_and_suspends_only_who_cant_pay_for_failing() {
    on_chain(|| {
        selling(MINER, 5, 2);
        let issuance = Balances::total_issuance();
        assert_eq!(Miners::charge(&MINER, 30), 30);
        System::assert_last_event(Event::Charged { miner: MINER, amount: 30 }.into());
        assert_eq!((held(MINER), Balances::total_issuance()), (2 * BOND - 30, issuance - 30));
        assert!(Miners::may_sprint(&MINER) && book().len() == 2);
        // All leases of a slot stake twice what failing the slot costs, at most.
        assert_eq!(Miners::charge(&MINER, 2 * BOND - 30 - 4 * SLASH), 2 * BOND - 30 - 4 * SLASH);
        assert_eq!(book().len(), 2, "both slots can still fail");
        assert_eq!(Miners::charge(&MINER, 1), 1);
        assert!(book().is_empty() && record(MINER).is_suspended());
        assert_eq!(Miners::charge(&MINER, BOND), 4 * SLASH - 1, "no more than there is");
        assert_eq!(Miners::charge(&OTHER, 1), 0, "no miner, no bond");
    });
}

/// What ends beside a lease of the rest would stake more each time that it is leased again.
#[test]
fn what_a_lease_of_the_rest_leaves_is_on_sale_once_that_ends() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let part = |lease: SlotOffer<_>| Part { rate: lease.rate, slash: lease.slash };
        let small = part(lease_work(1, 1).expect("it is on sale"));
        let rest = part(lease_work(Mac::MAX, 1).expect("it is on sale"));
        Miners::free(&MINER, 0, small);
        assert_eq!((free_rates(), lease_work(1, 1)), (vec![], None));
        assert_eq!(
            Miners::miner(MINER).expect("a miner").idle,
            [IdleReason::SlotsLeased { leased: 1, of: 1 }]
        );
        Miners::free(&MINER, 0, rest);
        assert_eq!(free_rates(), [RATE]);
    });
}

proptest! {
    /// Whatever tasks ask for, and in whatever order they end.
    #[test]
    fn all_leases_of_a_slot_stake_twice_its_slash_at_most(
        steps in prop::collection::vec(
            (
                prop_oneof![8 => 0..RATE / 100, 1 => Just(RATE / 2), 1 => 0..RATE * 2],
                prop_oneof![0..SLASH / 10, 0..2 * SLASH],
                any::<Option<prop::sample::Index>>(),
            ),
            1..80,
        ),
    ) {
        on_chain(|| {
            selling(MINER, 5, 1);
            let mut leases = Vec::new();
            for (work, least_slash, ended) in steps {
                match ended {
                    Some(at) if !leases.is_empty() => {
                        Miners::free(&MINER, 0, leases.swap_remove(at.index(leases.len())));
                    }
                    _ => {
                        let demand = Demand { work: work.into(), least_rate: 1, least_slash };
                        let lease = Miners::lease(model(), demand, |_| Answer::Take).0;
                        leases.extend(lease.map(|lease| Part { rate: lease.rate, slash: lease.slash }));
                    }
                }
                let at_stake: Balance = leases.iter().map(|part| part.slash).sum();
                assert!(at_stake <= 2 * SLASH, "{leases:?} stake {at_stake}");
            }
        });
    }
}

#[test]
fn who_sprints_can_pay_for_a_wrong_one_by_the_parameters_in_force() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let status = || Miners::status_of(&key(MINER), vec![]).expect("a miner");
        // Failing costs 501 of 1010 now, though a new slot's bond would be more.
        SlotBond::set(5_000);
        assert!(Miners::may_sprint(&MINER) && !status().bond_short);
        // And here 2100, though a slot of the lowest rate would need less than there is.
        SlotBond::set(1_000);
        BondPerMegaMac::set(20_000);
        assert!(!Miners::may_sprint(&MINER) && status().bond_short);
        let short = IdleReason::BondShort { missing: 2_100 - BOND };
        assert_eq!(Miners::miner(MINER).expect("a miner").idle, [short]);
        assert_ok!(Miners::resume(RuntimeOrigin::signed(MINER)));
        assert_eq!(held(MINER), 21_000);
        assert!(Miners::may_sprint(&MINER) && !status().bond_short);
        // A slash is by the parameters in force, and no more than there is.
        SlashRatio::set(Permill::from_percent(50));
        assert_eq!(Miners::slash_miner(&MINER), 10_500);
    });
}

#[test]
fn whoever_slots_grew_too_dear_for_can_leave() {
    on_chain(|| {
        selling(MINER, 5, 2);
        SlotBond::set(ENDOWMENT);
        let larger = offer(MINER, 5, vec![RATE; 3], vec![model()]);
        assert_noop!(larger, TokenError::FundsUnavailable);
        assert_ok!(offer(MINER, 5, vec![], vec![model()]));
        begin_round();
        pass(20);
        assert_ok!(Miners::withdraw(RuntimeOrigin::signed(MINER)));
        assert_eq!((held(MINER), Miners::miner(MINER)), (0, None));
    });
}

#[test]
fn a_lease_stays_covered_when_slots_need_less() {
    on_chain(|| {
        SlashRatio::set(Permill::from_percent(50));
        selling(MINER, 5, 2);
        pass(20);
        let slash = lease_at(1).expect("a free slot").slash;
        assert_eq!(slash, BOND / 2);
        SlotBond::set(1);
        assert_ok!(Miners::withdraw(RuntimeOrigin::signed(MINER)));
        assert_eq!(held(MINER), slash + 11, "of the leased slot and the free one");
        assert_eq!(Miners::slash(&MINER, 0, slash, &REQUESTER, slash), slash);
    });
}
