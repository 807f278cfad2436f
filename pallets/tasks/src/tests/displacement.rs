//! A full queue: it can't be closed to whoever bids more, and who gives way is refunded.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_primitives::{Balance, TaskId};
use sp_runtime::{traits::Dispatchable, DispatchResult};

use crate::{mock::*, Error, Event, LeaseFailure, RefundReason};

/// Rent of a block in a full queue: what a place costs.
const PLACE: Balance = RENT_BASE + RENT_PEAK;

fn attempt(ceiling: Balance, deadline: u32) -> DispatchResult {
    Tasks::post(RuntimeOrigin::signed(REQUESTER), model(), vec![7; SAMPLE], ceiling, deadline, None)
}

fn was_displaced(task: TaskId) -> bool {
    let refunded: RuntimeEvent =
        Event::TaskRefunded { task, rent: 0, retention: RECORD, why: RefundReason::Displaced }.into();
    System::events().iter().any(|record| record.event == refunded)
}

/// Gives a leased task back, as its miner's signature would.
fn give_back(task: TaskId) {
    let (descriptor, signer) = (descriptor(task), lease_of(task).expect("leased").miner);
    let RuntimeCall::Tasks(crate::Call::submit { signature, .. }) = submission(task, vec![], signer) else {
        unreachable!("it is a submission")
    };
    let call = RuntimeCall::from(crate::Call::decline { task, descriptor, signature });
    assert_ok!(call.dispatch(RawOrigin::Authorized.into()));
}

#[test]
fn a_higher_bid_displaces_the_youngest_of_the_lowest() {
    on_chain(|| {
        let tasks = fill_queue(CEILING, 201);
        let youngest = tasks[1_023];
        assert_noop!(attempt(CEILING, 201), Error::<Test>::QueueFull);
        assert_noop!(attempt(CEILING, 1_001), Error::<Test>::QueueFull);
        // A planck more for each block will do, and so will fewer blocks.
        assert_ok!(attempt(CEILING + 200, 201));
        assert!(was_displaced(youngest) && !is_open(youngest) && is_open(tasks[1_022]));
        assert_ok!(attempt(CEILING, 101));
        assert!(was_displaced(tasks[1_022]) && is_open(tasks[1_021]));
        assert_eq!(queue().len(), 1_024);
        assert_eq!(queue()[1_022..], [1_024, 1_025], "a new task is the last, whatever it bids");
    });
}

#[test]
fn who_gives_way_gets_everything_back() {
    on_chain(|| {
        assert_ok!(attempt(100, 1_001));
        let task = 0;
        assert!(free(REQUESTER) < ENDOWMENT);
        fill_queue(CEILING, 201);
        assert_ok!(Tasks::post(
            RuntimeOrigin::signed(STRANGER),
            model(),
            vec![7; SAMPLE],
            CEILING,
            201,
            None
        ));
        assert!(was_displaced(task) && !is_open(task));
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_eq!(world(|world| world.references), 1_024);
    });
}

/// Tasks for next to nothing that wait as long as they may used to keep everyone else out for as long.
#[test]
fn cheap_tasks_keep_nobody_out() {
    on_chain(|| {
        let attack = fill_queue(100, 1_001);
        assert_eq!(attack.len(), 1_024);
        assert_ok!(attempt(2 * CEILING, 201));
        let task = attack[1_023] + 1;
        assert!(was_displaced(attack[1_023]));
        sell_slot(MINER, 0);
        pass(1);
        assert_eq!(lease_of(task).expect("leased").miner, MINER);
        // The others waited for one block, for the rent of a nearly full queue: more than any of them offers.
        let before = total(STRANGER);
        pass(1);
        assert!(queue().is_empty());
        assert_eq!(total(STRANGER), before - 1_023 * (100 + RECORD));
        let (rent, retention, why) = (100, RECORD, RefundReason::RentSpent);
        let spent = Event::TaskRefunded { task: attack[0], rent, retention, why };
        System::assert_has_event(spent.into());
        assert_eq!(free(STRANGER), total(STRANGER));
    });
}

#[test]
fn a_task_that_comes_back_to_a_full_queue_displaces_a_lower_bid() {
    on_chain(|| {
        let task = leased();
        let others = fill_queue(CEILING, 203);
        give_back(task);
        assert!(was_displaced(others[1_023]));
        assert_eq!(queue()[..2], [task, others[0]]);
    });
}

/// Both bid as much for a block; the one that came back is older.
#[test]
fn on_ties_the_youngest_gives_way() {
    on_chain(|| {
        let task = leased();
        let others = fill_queue(CEILING, 202);
        assert_eq!(record(others[0]).bid, record(task).bid);
        give_back(task);
        assert!(is_open(task) && was_displaced(others[1_023]));
    });
}

#[test]
fn a_task_that_comes_back_with_the_lowest_bid_is_refunded() {
    on_chain(|| {
        let task = leased();
        let others = fill_queue(2 * CEILING, 202);
        give_back(task);
        assert!(was_displaced(task) && !is_open(task));
        System::assert_has_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Declined }.into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_eq!(queue(), others);
    });
}

#[test]
fn who_takes_a_place_owes_a_block_of_rent_at_once() {
    on_chain(|| {
        fill_queue(CEILING, 201);
        let (task, issuance) = (1_024, Balances::total_issuance());
        assert_ok!(attempt(2 * CEILING, 201));
        assert_eq!(Tasks::rent_due(&record(task)), PLACE);
        assert_eq!(total(REQUESTER), ENDOWMENT, "it is burned when the wait ends");
        pass(1);
        assert_eq!(Tasks::rent_due(&record(task)), 2 * PLACE);
        assert_eq!(Tasks::rent_due(&record(0)), PLACE, "who had a place owes for its wait alone");
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), ENDOWMENT - 2 * PLACE - RECORD);
        assert_eq!(Balances::total_issuance(), issuance - 2 * PLACE);
    });
}

#[test]
fn a_place_is_paid_for_even_if_a_slot_is_free_at_once() {
    on_chain(|| {
        // Too cheap for the slot.
        fill_queue(PRICE - 1, 201);
        let issuance = Balances::total_issuance();
        assert_ok!(attempt(PRICE + PLACE, 201));
        sell_slot(MINER, 0);
        pass(1);
        let task = 1_024;
        assert_eq!(lease_of(task).expect("what is left pays the slot").price, PRICE);
        assert_eq!(record(task).max_price, PRICE);
        assert_eq!(Balances::total_issuance(), issuance - PLACE);
    });
}

/// Two accounts that take each other's place within one block.
#[test]
fn displacing_to_and_fro_costs_a_block_of_rent_each_time() {
    on_chain(|| {
        // What they fight for is the place of the least bid.
        let others = fill_queue(1_000 * CEILING, 201);
        let cancelled = Tasks::cancel(RuntimeOrigin::signed(STRANGER), others[0]);
        assert_ok!(cancelled);
        assert_ok!(attempt(CEILING, 201));
        let issuance = Balances::total_issuance();
        let rounds = 10;
        for round in 1..=rounds {
            let who = if round % 2 == 0 { REQUESTER } else { OTHER_MINER };
            let ceiling = CEILING + 200 * round;
            assert_ok!(Tasks::post(RuntimeOrigin::signed(who), model(), vec![7; SAMPLE], ceiling, 201, None));
        }
        // The last of them still has the place.
        assert_eq!(Balances::total_issuance(), issuance - (rounds - 1) * PLACE);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), *queue().last().expect("it is full")));
        assert_eq!(Balances::total_issuance(), issuance - rounds * PLACE);
        assert_eq!(free(OTHER_MINER), ENDOWMENT - 5 * (PLACE + RECORD));
        // It had the first task, too, which took a free place.
        assert_eq!(free(REQUESTER), ENDOWMENT - 5 * PLACE - 6 * RECORD);
        assert_eq!(queue(), others[1..]);
    });
}

#[test]
fn a_place_must_be_paid_for() {
    on_chain(|| {
        fill_queue(CEILING, 201);
        // The highest bids of all, but too little for the place and the least price.
        assert_noop!(attempt(PLACE + 99, 5), Error::<Test>::QueueFull);
        assert_eq!(Tasks::quote(model(), 1, 6).expect("it can be posted").least_ceiling, PLACE + 100);
        assert_ok!(attempt(PLACE + 100, 5));
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(STRANGER), 0));
        assert_eq!(Tasks::quote(model(), 1, 6).expect("it can be posted").least_ceiling, 100);
        assert_ok!(attempt(100, 5));
        assert_eq!(Tasks::rent_due(&record(1_025)), 0, "a free place costs nothing");
    });
}

#[test]
fn a_task_that_comes_back_pays_for_the_place_too() {
    on_chain(|| {
        let task = leased();
        fill_queue(CEILING, 203);
        give_back(task);
        assert_eq!(Tasks::rent_due(&record(task)), PLACE);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), ENDOWMENT - PLACE - RECORD);
    });
}

/// However high its bid: it gives way itself, and nobody else.
#[test]
fn a_task_that_comes_back_and_cant_pay_for_a_place_is_refunded() {
    on_chain(|| {
        sell_slot(MINER, 0);
        assert_ok!(attempt(PRICE, 60));
        pass(1);
        let others = fill_queue(CEILING, 1_001);
        assert!(record(0).bid > record(others[0]).bid);
        give_back(0);
        assert!(was_displaced(0) && !is_open(0));
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_eq!(queue(), others);
    });
}
