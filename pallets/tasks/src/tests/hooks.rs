//! What each block does: leases, the walk through the queue, expiry, refunds and the pruning of outputs.

use frame_support::{assert_ok, weights::Weight, BoundedVec};
use millrace_primitives::{Demand, Looked, SlotMarket, SlotOffer, TaskId, Verdict};

use super::submit::apply;
use crate::{
    mock::*, Event, LeaseEntry, LeaseFailure, Leases, Outputs, Prunable, QueueCursor, RefundReason,
    WeightInfo,
};

type Weights = crate::weights::SubstrateWeight<Test>;

#[test]
fn the_oldest_task_goes_first() {
    on_chain(|| {
        let tasks: Vec<TaskId> = (0..3).map(|_| post(1)).collect();
        sell_slot(MINER, 0);
        sell_slot(MINER, 1);
        pass(1);
        assert_eq!(lease_of(tasks[0]).map(|lease| lease.slot), Some(0));
        assert_eq!(lease_of(tasks[1]).map(|lease| lease.slot), Some(1));
        assert_eq!(queue(), [tasks[2]]);
        assert_eq!(Tasks::leases_of(&[MINER]).len(), 2);
        assert!(Tasks::leases_of(&[OTHER_MINER]).is_empty());
    });
}

#[test]
fn a_lease_says_when_it_is_due_and_when_it_runs_out() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let task = post(2);
        pass(1);
        let lease = lease_of(task).expect("leased");
        assert_eq!((lease.since, lease.due, lease.until), (2, 7, 22));
        assert_eq!((lease.price, lease.slash), (2 * PRICE, SLASH));
        System::assert_last_event(
            Event::TaskLeased { task, miner: MINER, price: 2 * PRICE, rent: 0, due: 7, until: 22 }.into(),
        );
        // 16 MAC in the 196 blocks from block 5 to the deadline 201. An answer that doesn't come keeps its part for 16 blocks
        // and five of grace, a decline for three.
        let record = record(task);
        let least_slash = record.posting_cost + 7 * record.fee;
        let demand = Demand { work: record.work, least_rate: 1, least_slash };
        assert_eq!(world(|world| world.demand), Some(demand));
        let open = Tasks::leases_of(&[MINER]).remove(0);
        assert_eq!((open.descriptor, open.declinable_until), (descriptor(task), 5));
        assert_eq!(Tasks::leases(MINER), [open]);
        assert_eq!(Tasks::leases(OTHER_MINER), []);
    });
}

#[test]
fn a_slot_that_is_too_dear_or_too_slow_gets_no_task() {
    on_chain(|| {
        sell_slot(MINER, 0);
        world(|world| world.slots[0].ask = 2 * ASK + 1_000_000);
        // Four blocks are too few: the floor and one for the work, after the block in which it is leased.
        let (dear, slow) = (post(1), post_until(1, 5));
        pass(1);
        assert!(lease_of(dear).is_none());
        assert_eq!(
            world(|world| world.demand.map(|demand| demand.least_rate)),
            Some(1),
            "for what no slot can do in time none is sought"
        );
        world(|world| world.slots[0].ask = ASK);
        assert!(lease_of(slow).is_none());
        pass(1);
        assert!(lease_of(dear).is_some());
        assert!(lease_of(slow).is_none());
    });
}

#[test]
fn a_walk_goes_on_where_the_weight_ended_the_last() {
    on_chain(|| {
        let tasks: Vec<TaskId> = (0..5).map(|_| post(1)).collect();
        let step = Weights::search_slot(0, 0);
        // Enough for two tasks that wait: before the third, the dearest step doesn't fit.
        let limit = Weights::service_base().saturating_add(step).saturating_add(Tasks::most_served());
        Tasks::service(limit);
        assert_eq!(QueueCursor::<Test>::get(), tasks[2]);
        // The next walk begins at the third task, which gets the only slot.
        sell_slot(MINER, 0);
        Tasks::service(Weight::MAX);
        assert!(lease_of(tasks[2]).is_some());
        assert_eq!(QueueCursor::<Test>::get(), 0, "a walk that went round begins at the oldest again");
        assert_eq!(queue(), [tasks[0], tasks[1], tasks[3], tasks[4]]);
        assert_eq!(Tasks::service(Weight::zero()), Weight::zero());
    });
}

/// Otherwise who has old tasks ends them whenever another's turn comes, and has the walk pass that one over.
#[test]
fn a_walk_passes_nobody_over_for_tasks_that_ended_meanwhile() {
    on_chain(|| {
        let tasks: Vec<TaskId> = (0..6).map(|_| post(1)).collect();
        let step = Weights::search_slot(0, 0);
        let two = Weights::service_base().saturating_add(step).saturating_add(Tasks::most_served());
        Tasks::service(two);
        for task in &tasks[..2] {
            assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), *task));
        }
        sell_slot(MINER, 0);
        Tasks::service(two);
        assert!(lease_of(tasks[2]).is_some(), "it was its turn");
        // And where the next one itself is gone, the next younger is.
        Tasks::service(two);
        assert_eq!(QueueCursor::<Test>::get(), tasks[5]);
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), tasks[5]));
        sell_slot(OTHER_MINER, 0);
        Tasks::service(two);
        assert!(lease_of(tasks[3]).is_some(), "behind the youngest comes the oldest");
    });
}

#[test]
fn a_search_is_charged_for_what_it_looked_at() {
    on_chain(|| {
        let task = post(1);
        let used = |looked| {
            world(|world| world.looked = looked);
            Tasks::service(Weight::MAX).saturating_sub(Weights::service_base())
        };
        assert_eq!(used(Looked::default()), Weights::search_slot(0, 0));
        let search = |looked: Looked| {
            Weights::search_slot(looked.entries, looked.applied)
                .saturating_add(Weight::from_parts(0, looked.proof))
        };
        let looked = Looked { entries: 7, proof: 300, applied: 1 };
        assert_eq!(used(looked), search(looked));
        let most = <FakeMiners as SlotMarket<_>>::MOST;
        assert!(used(most).all_lte(Tasks::most_served()));
        sell_slot(MINER, 0);
        assert_eq!(used(looked), search(looked).saturating_add(Weights::give_lease()));
        assert!(lease_of(task).is_some());
    });
}

#[test]
fn nothing_is_sought_when_there_are_as_many_leases_as_may_be() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let task = post(1);
        let entry = |task| LeaseEntry { until: 1_000, task, bytes: 0, time: 0, proof: 0 };
        let mut full = (1_000..2_024).map(entry).collect::<Vec<_>>();
        Leases::<Test>::put(BoundedVec::truncate_from(full.clone()));
        Tasks::service(Weight::MAX);
        assert_eq!(
            (lease_of(task), world(|world| world.demand.map(|demand| demand.least_rate))),
            (None, None)
        );
        full.pop();
        Leases::<Test>::put(BoundedVec::truncate_from(full));
        Tasks::service(Weight::MAX);
        assert!(lease_of(task).is_some());
        Leases::<Test>::mutate(|leases| leases.retain(|entry| entry.task == task));
    });
}

#[test]
fn who_failed_or_declined_a_task_is_passed_over_as_a_miner() {
    on_chain(|| {
        let task = post(1);
        crate::Tasks::<Test>::mutate(task, |record| {
            let record = record.as_mut().expect("it was posted");
            record.failed = vec![MINER].try_into().expect("one is few");
            record.declined = vec![OTHER_MINER].try_into().expect("one is few");
        });
        for miner in [MINER, OTHER_MINER, STRANGER] {
            sell_slot(miner, 0);
        }
        world(|world| world.slots[2].ask = ASK * ASK);
        pass(1);
        assert!(lease_of(task).is_none());
        assert_eq!(world(|world| world.refused.clone()), [MINER, OTHER_MINER], "the third is too dear");
    });
}

#[test]
fn a_walk_passes_nobody_over_for_those_that_it_leased() {
    on_chain(|| {
        let tasks: Vec<TaskId> = (0..4).map(|_| post(1)).collect();
        sell_slot(MINER, 0);
        // One lease and then no weight for another visit.
        Tasks::service(Weights::service_base().saturating_add(Tasks::most_served()));
        assert!(lease_of(tasks[0]).is_some());
        assert_eq!(queue(), tasks[1..]);
        assert_eq!(QueueCursor::<Test>::get(), tasks[1], "the next walk begins at the next task");
    });
}

#[test]
fn a_task_that_comes_back_takes_its_old_place() {
    on_chain(|| {
        let task = leased();
        let younger = post(1);
        let until = lease_of(task).expect("leased").until;
        world(|world| world.slots.clear());
        pass(until + 6 - System::block_number());
        System::assert_has_event(
            Event::LeaseFailed { task, miner: MINER, reason: LeaseFailure::Expired }.into(),
        );
        world(|world| world.slots.clear());
        // The slot that was freed went to the younger one, which the miner hasn't failed.
        assert!(lease_of(younger).is_some());
        assert_eq!(queue(), [task]);
        let third = post(1);
        Tasks::dequeue(task);
        assert_ok!(Tasks::enqueue(task, &mut record(task)));
        assert_eq!(queue(), [task, third]);
    });
}

#[test]
fn an_expired_lease_suspends_its_miner() {
    on_chain(|| {
        let task = leased();
        let until = lease_of(task).expect("leased").until;
        pass(until + 5 - System::block_number());
        assert!(lease_of(task).is_some(), "the grace period isn't over");
        pass(1);
        assert!(lease_of(task).is_none());
        world(|world| {
            assert_eq!(world.suspended, [MINER]);
            assert_eq!(world.slashes.len(), 1);
        });
    });
}

#[test]
fn a_task_past_its_deadline_is_refunded() {
    on_chain(|| {
        let task = post_until(1, 10);
        pass(9);
        assert!(is_open(task));
        pass(1);
        assert!(!is_open(task));
        // It waited from block 2 through block 10.
        System::assert_last_event(
            Event::TaskRefunded { task, rent: 9 * RENT, retention: RECORD, why: RefundReason::Deadline }
                .into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - 9 * RENT - RECORD);
    });
}

/// A lease that fails after the task's deadline is no reason to wait any longer.
#[test]
fn a_failed_lease_past_the_deadline_refunds() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let task = post_until(1, 8);
        pass(1);
        assert_eq!(lease_of(task).map(|lease| lease.until), Some(8));
        pass(14 - System::block_number());
        assert!(!is_open(task));
        System::assert_has_event(
            Event::TaskRefunded { task, rent: 0, retention: RECORD, why: RefundReason::Deadline }.into(),
        );
        assert_eq!(free(REQUESTER), ENDOWMENT - RECORD);
        assert_eq!(world(|world| world.slashes.len()), 1);
    });
}

#[test]
fn outputs_are_kept_for_the_retention_and_no_longer() {
    on_chain(|| {
        world(|world| world.verdict = Verdict::Proven { output: vec![1] });
        let first = leased();
        assert!(apply(submission(first, vec![], MINER)).is_ok());
        let second = post(1);
        pass(1);
        assert!(apply(submission(second, vec![], MINER)).is_ok());
        pass(52 - System::block_number());
        assert!(!Outputs::<Test>::contains_key(first), "it was settled in block 2");
        assert!(Outputs::<Test>::contains_key(second), "it was settled in block 3");
        pass(1);
        assert!(!Outputs::<Test>::contains_key(second));
        assert_eq!(Prunable::<Test>::iter().count(), 0);
    });
}

/// One's own tasks on one's own slow slots can't take all places of the list for as long as a task may last.
#[test]
fn long_leases_of_ones_own_keep_nobody_out() {
    on_chain(|| {
        let slot = |slot, rate| SlotOffer { miner: MINER, slot, ask: ASK, rate, slash: SLASH };
        let long: Vec<_> = (0..60).map(|_| post_until(20, 1_000)).collect();
        world(|world| world.slots = (0..60).map(|number| slot(number, 1)).collect());
        pass(2);
        let leased = long.iter().filter(|task| lease_of(**task).is_some()).count();
        assert_eq!(leased, 50, "of 1,024 leases those of 652 blocks may be 32 in 652");
        let short = post_until(1, 1_000);
        world(|world| world.slots.insert(0, slot(60, WORK)));
        pass(2);
        assert!(lease_of(short).is_some());
    });
}
