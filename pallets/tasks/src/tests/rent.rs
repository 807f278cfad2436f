//! Rent: who waits pays for it, out of its ceiling, and nothing is lost on the way.

use frame_support::{assert_noop, assert_ok};
use millrace_inference::TraceError;
use millrace_primitives::{Balance, Verdict};
use proptest::prelude::*;

use super::submit::apply;
use crate::{mock::*, Error, Event, RefundReason, RentIndex};

#[test]
fn the_rent_of_a_wait_is_burned_when_it_ends() {
    on_chain(|| {
        let issuance = Balances::total_issuance();
        let task = post(1);
        pass(3);
        assert_eq!(total(REQUESTER), ENDOWMENT, "nothing is burned before");
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        let rent = 3 * RENT;
        System::assert_last_event(
            Event::TaskRefunded { task, rent, retention: RECORD, why: RefundReason::Cancelled }.into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - rent - RECORD);
        assert_eq!(Balances::total_issuance(), issuance - rent);
    });
}

#[test]
fn who_finds_a_slot_at_once_pays_none() {
    on_chain(|| {
        pass(5);
        let task = leased();
        assert_eq!(record(task).max_price, CEILING);
    });
}

#[test]
fn no_rent_is_due_while_a_slot_executes() {
    on_chain(|| {
        let task = post(1);
        pass(2);
        sell_slot(MINER, 0);
        pass(1);
        let leased_with = CEILING - 2 * RENT;
        assert_eq!(record(task).max_price, leased_with);
        pass(2);
        world(|world| world.verdict = Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let from = record(task).rent_from;
        assert_eq!(from, RentIndex::<Test>::get());
        assert_eq!(record(task).max_price, leased_with, "the lease cost nothing");
        pass(3);
        assert_eq!(Tasks::rent_due(&record(task)), 3 * RENT);
        assert_eq!(record(task).rent_from, from);
    });
}

/// What is left must pay the slot: the rent isn't paid twice from one ceiling.
#[test]
fn a_ceiling_that_went_into_rent_buys_no_slot() {
    on_chain(|| {
        let task = crate::NextTask::<Test>::get();
        assert_ok!(Tasks::post(
            RuntimeOrigin::signed(REQUESTER),
            model(),
            vec![7; SAMPLE],
            PRICE + RENT,
            200,
            None
        ));
        pass(2);
        sell_slot(MINER, 0);
        pass(1);
        assert!(lease_of(task).is_none(), "two blocks' rent are owed, and one was to spare");
        assert_eq!(world(|world| world.slots.len()), 1);
    });
}

#[test]
fn a_task_whose_rent_has_eaten_its_ceiling_is_refunded() {
    on_chain(|| {
        let post = |ceiling| {
            let task = crate::NextTask::<Test>::get();
            let posted =
                Tasks::post(RuntimeOrigin::signed(REQUESTER), model(), vec![7; SAMPLE], ceiling, 200, None);
            assert_ok!(posted);
            task
        };
        // The least price, and the rent of two blocks.
        let task = post(100 + 2 * RENT);
        pass(2);
        assert_noop!(Tasks::poke(RuntimeOrigin::signed(STRANGER), task), Error::<Test>::NotOverdue);
        pass(1);
        assert!(is_open(task));
        let rent = 3 * RENT;
        pass(1);
        System::assert_last_event(
            Event::TaskRefunded { task, rent, retention: RECORD, why: RefundReason::RentSpent }.into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - rent - RECORD);
        // Anyone may ask for it before the walk comes by.
        let task = post(100);
        pass(1);
        assert_ok!(Tasks::poke(RuntimeOrigin::signed(STRANGER), task));
        let why = RefundReason::RentSpent;
        System::assert_last_event(Event::TaskRefunded { task, rent: RENT, retention: RECORD, why }.into());
    });
}

#[test]
fn a_full_queue_costs_the_peak() {
    on_chain(|| {
        fill_queue(10 * CEILING, 201);
        let index = RentIndex::<Test>::get();
        pass(1);
        assert_eq!(RentIndex::<Test>::get() - index, RENT_BASE + RENT_PEAK);
        assert_eq!(Tasks::rent_due(&record(0)), RENT_BASE + RENT_PEAK);
    });
}

proptest! {
    /// What was on hold is paid, burned or returned, whatever the wait and the ceiling.
    #[test]
    fn every_planck_of_a_ceiling_is_accounted_for(wait in 0u32..30, spare in 0u128..1_000, late in 0u32..20) {
        on_chain(|| {
            let (issuance, ceiling) = (Balances::total_issuance(), PRICE + spare);
            let task = crate::NextTask::<Test>::get();
            let origin = RuntimeOrigin::signed(REQUESTER);
            Tasks::post(origin.clone(), model(), vec![7; SAMPLE], ceiling, 200, None).expect("the task is fine");
            pass(wait);
            sell_slot(MINER, 0);
            pass(1);
            let due = Balance::from(wait) * RENT;
            if lease_of(task).is_none() {
                assert!(due > spare, "only rent is in the way");
                Tasks::cancel(origin, task).expect("it waits");
                // The block in which no slot could be had is paid too.
                assert_eq!(total(REQUESTER), ENDOWMENT - due - RENT - RECORD);
                assert_eq!(Balances::total_issuance(), issuance - due - RENT);
                return;
            }
            assert_eq!(record(task).max_price, ceiling - due);
            System::set_block_number(System::block_number() + late);
            world(|world| world.verdict = Verdict::Proven { output: vec![] });
            apply(submission(task, vec![5], MINER)).expect("the lease is open");
            let settled = System::events().into_iter().find_map(|record| match record.event {
                RuntimeEvent::Tasks(Event::TaskSettled { paid, burned, returned, .. }) => {
                    Some((paid, burned, returned))
                }
                _ => None,
            });
            let (paid, burned, returned) = settled.expect("it was settled");
            assert_eq!(due + paid + burned + returned, ceiling);
            assert_eq!(Balances::total_issuance(), issuance - due - burned);
            assert_eq!(free(REQUESTER), total(REQUESTER));
        });
    }
}
