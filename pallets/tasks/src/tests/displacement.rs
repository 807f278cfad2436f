//! A full queue: it can't be closed to whoever bids more, and who gives way is refunded.

use frame_support::{assert_noop, assert_ok};
use frame_system::RawOrigin;
use millrace_primitives::{Balance, TaskId};
use sp_runtime::{traits::Dispatchable, DispatchResult};

use crate::{mock::*, Error, Event, LeaseFailure, RefundReason};

fn attempt(ceiling: Balance, deadline: u32) -> DispatchResult {
    Tasks::post(RuntimeOrigin::signed(REQUESTER), model(), vec![7; SAMPLE], ceiling, deadline)
}

fn was_displaced(task: TaskId) -> bool {
    let refunded: RuntimeEvent = Event::TaskRefunded { task, rent: 0, why: RefundReason::Displaced }.into();
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
        assert_ok!(Tasks::post(RuntimeOrigin::signed(STRANGER), model(), vec![7; SAMPLE], CEILING, 201));
        assert!(was_displaced(task) && !is_open(task));
        assert_eq!(free(REQUESTER), ENDOWMENT);
        assert_eq!(world(|world| world.references), 1_024);
    });
}

/// Tasks for next to nothing that wait as long as they may used to keep everyone else out for as long.
#[test]
fn cheap_tasks_keep_nobody_out() {
    on_chain(|| {
        let attack = fill_queue(100, 1_001);
        assert_eq!(attack.len(), 1_024);
        assert_ok!(attempt(CEILING, 201));
        let task = attack[1_023] + 1;
        assert!(was_displaced(attack[1_023]));
        sell_slot(MINER, 0);
        pass(1);
        assert_eq!(lease_of(task).expect("leased").miner, MINER);
        // The others waited for one block, for the rent of a nearly full queue: more than any of them offers.
        let before = total(STRANGER);
        pass(1);
        assert!(queue().is_empty());
        assert_eq!(total(STRANGER), before - 1_023 * 100);
        let spent = Event::TaskRefunded { task: attack[0], rent: 100, why: RefundReason::RentSpent };
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
        assert_eq!(free(REQUESTER), ENDOWMENT);
        assert_eq!(queue(), others);
    });
}
