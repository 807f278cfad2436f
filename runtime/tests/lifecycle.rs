//! A task's whole life on the real runtime.
#![allow(missing_docs)]

mod common;

use common::*;
use frame_support::{assert_noop, assert_ok};
use millrace_primitives::{mill::MillKey, Balance, CapacityMarket};
use millrace_runtime::{
    configs::market::ProtocolCut, AccountId, Miners, Runtime, RuntimeCall, RuntimeEvent, System, Tasks,
};
use pallet_tasks::{Error, Event, LeaseFailure};
use sp_runtime::transaction_validity::InvalidTransaction;

fn settled() -> Option<(AccountId, Balance, Balance, Balance, Balance, Vec<u8>)> {
    market_events().into_iter().find_map(|event| match event {
        RuntimeEvent::Tasks(Event::TaskSettled { miner, paid, burned, fee, returned, output, .. }) => {
            Some((miner, paid, burned, fee, returned, output))
        }
        _ => None,
    })
}

#[test]
fn a_task_is_posted_leased_executed_verified_and_paid() {
    on_dev(|| {
        let (requester, miner, supply) = (total(REQUESTER), total(MINER), issuance());
        let task = post(450, UNIT, 100);
        assert!(free(REQUESTER) < requester - UNIT, "ceiling, deposit and fee are on hold");
        pass(1);
        let lease = lease_of(task).expect("a slot is free");
        assert_eq!(lease.miner, id(MINER));

        let execution = honest(task);
        let outcome = apply(submission(task, descriptor(task), execution.trace.clone(), MILL));
        assert!(outcome.expect("authorised").is_ok());

        let (paid_to, paid, burned, fee, returned, output) = settled().expect("settled");
        assert_eq!(paid_to, id(MINER));
        assert_eq!(output, execution.output.to_bytes());
        assert_eq!(burned, ProtocolCut::get().mul_ceil(lease.price));
        assert_eq!(paid + burned, lease.price);
        assert_eq!(returned, UNIT - lease.price);
        assert!(fee > 0);
        assert_eq!(total(MINER), miner + paid);
        assert_eq!(total(REQUESTER), requester - paid - burned - fee);
        assert_eq!(free(REQUESTER), total(REQUESTER), "nothing stays on hold");
        assert_eq!(issuance(), supply - burned, "only the cut is gone");
        assert!(pallet_tasks::Outputs::<Runtime>::contains_key(task));

        let predictions: Vec<u8> = output.chunks(4).map(|prediction| prediction[0]).collect();
        assert_eq!(predictions, PREDICTIONS, "the training script quantized what the chain computes");
        // ≥ 97 % of the held-out digits are right.
        let right =
            output.chunks(4).zip(LABELS).filter(|(prediction, label)| prediction[0] == **label).count();
        assert!(right * 100 >= 97 * 450, "{right} of 450");
    });
}

#[test]
fn a_second_submission_or_anothers_is_refused_and_nobody_is_slashed() {
    on_dev(|| {
        let task = post(3, UNIT, 100);
        pass(1);
        let (name, trace) = (descriptor(task), honest(task).trace);
        let bond = total(MINER);
        let refused = |call| apply(call).expect_err("refused before any dispatch");
        assert_eq!(
            refused(submission(task, name, trace.clone(), OTHER_MILL)),
            InvalidTransaction::BadProof.into()
        );
        assert_eq!(
            refused(submission(task, digits(), trace.clone(), MILL)),
            InvalidTransaction::Stale.into()
        );
        let longest = pallet_tasks::Tasks::<Runtime>::get(task).expect("open").trace_bytes as usize;
        assert_eq!(
            refused(submission(task, name, vec![0; longest + 5], MILL)),
            InvalidTransaction::ExhaustsResources.into()
        );
        assert_eq!(total(MINER), bond);
        assert_ok!(apply(submission(task, name, trace.clone(), MILL)).expect("authorised"));
        assert_eq!(refused(submission(task, name, trace, MILL)), InvalidTransaction::Stale.into());
    });
}

#[test]
fn a_wrong_trace_is_slashed_and_the_next_miner_gets_the_task() {
    on_preset("local_testnet", || {
        let task = post(8, UNIT, 200);
        pass(1);
        let first = lease_of(task).expect("leased");
        let (key, next_key) = if first.miner == id(MINER) { (MILL, OTHER_MILL) } else { (OTHER_MILL, MILL) };
        let supply = issuance();
        let requester = total(REQUESTER);
        let mut trace = honest(task).trace;
        trace[17] ^= 0x40;
        assert_ok!(apply(submission(task, descriptor(task), trace, key)).expect("authorised"));

        let (amount, compensation) = market_events()
            .into_iter()
            .find_map(|event| match event {
                RuntimeEvent::Miners(pallet_miners::Event::Slashed {
                    miner, amount, compensation, ..
                }) if miner == first.miner => Some((amount, compensation)),
                _ => None,
            })
            .expect("slashed");
        assert!(amount > 0 && compensation <= amount);
        assert_eq!(issuance(), supply - (amount - compensation));
        assert_eq!(total(REQUESTER), requester + compensation);
        System::assert_has_event(
            Event::LeaseFailed { task, miner: first.miner.clone(), reason: LeaseFailure::WrongTrace }.into(),
        );

        pass(1);
        let second = lease_of(task).expect("leased again");
        assert_ne!(second.miner, first.miner);
        assert_ok!(
            apply(submission(task, descriptor(task), honest(task).trace, next_key)).expect("authorised")
        );
        assert_eq!(settled().expect("settled").0, second.miner);
        // The slashed slot is off the market until its miner resumes it.
        let owner = if key == MILL { MINER } else { OTHER_MINER };
        assert_ok!(Miners::resume(signed(owner)));
    });
}

#[test]
fn an_expired_lease_is_slashed_and_the_task_refunded_at_its_deadline() {
    on_dev(|| {
        let requester = total(REQUESTER);
        let task = post(8, UNIT, 60);
        pass(1);
        let lease = lease_of(task).expect("leased");
        pass(lease.until + 5 - System::block_number());
        assert!(lease_of(task).is_some(), "the grace period isn't over");
        pass(1);
        System::assert_has_event(
            Event::LeaseFailed { task, miner: id(MINER), reason: LeaseFailure::Expired }.into(),
        );
        assert!(Miners::lease(digits(), |_| true).is_none(), "all slots of the miner are suspended");
        pass(61 - System::block_number());
        System::assert_has_event(Event::TaskRefunded { task }.into());
        assert_eq!(free(REQUESTER), total(REQUESTER));
        assert!(total(REQUESTER) >= requester, "a failed task costs its requester nothing");
    });
}

#[test]
fn a_declined_lease_costs_nothing_and_takes_the_model_off_sale() {
    on_preset("local_testnet", || {
        let task = post(8, UNIT, 200);
        pass(1);
        let first = lease_of(task).expect("leased");
        let (key, other_key, owner) = if first.miner == id(MINER) {
            (MILL, OTHER_MILL, MINER)
        } else {
            (OTHER_MILL, MILL, OTHER_MINER)
        };
        let bond = total(owner);
        let name = descriptor(task);
        let refused = |call| apply(call).expect_err("refused before any dispatch");
        assert_eq!(refused(decline(task, name, other_key)), InvalidTransaction::BadProof.into());
        assert_eq!(refused(decline(task, digits(), key)), InvalidTransaction::Stale.into());
        // Who declines must not be made to have submitted nothing.
        let RuntimeCall::Tasks(pallet_tasks::Call::decline { signature, .. }) = decline(task, name, key)
        else {
            unreachable!("it was made above")
        };
        let empty = pallet_tasks::Call::submit { task, descriptor: name, trace: vec![], signature };
        assert_eq!(refused(empty.into()), InvalidTransaction::BadProof.into());

        assert_ok!(apply(decline(task, name, key)).expect("authorised"));
        assert_eq!(total(owner), bond, "nothing is slashed");
        System::assert_has_event(
            Event::LeaseFailed { task, miner: first.miner.clone(), reason: LeaseFailure::Declined }.into(),
        );
        System::assert_has_event(
            pallet_miners::Event::ModelWithdrawn { miner: first.miner.clone(), model: digits() }.into(),
        );
        try_state();
        assert_eq!(refused(decline(task, name, key)), InvalidTransaction::Stale.into());
        let record = pallet_miners::Miners::<Runtime>::get(&first.miner).expect("still a miner");
        assert!(record.slots.iter().all(|slot| !slot.suspended), "its other models stay on sale");

        pass(1);
        let second = lease_of(task).expect("leased again");
        assert_ne!(second.miner, first.miner);
        assert_ok!(
            apply(submission(task, descriptor(task), honest(task).trace, other_key)).expect("authorised")
        );
        assert_eq!(settled().expect("settled").0, second.miner);

        // The next offer that names the model puts it on sale again.
        assert_ok!(Miners::offer(signed(owner), 1, vec![1_000_000_000], vec![digits()]));
        pass(11);
        let again = post(8, UNIT, 400);
        pass(1);
        assert_eq!(lease_of(again).expect("leased").miner, first.miner);
    });
}

#[test]
fn late_work_is_paid_less() {
    on_dev(|| {
        let task = post(8, UNIT, 100);
        pass(1);
        let lease = lease_of(task).expect("leased");
        pass(lease.until - System::block_number());
        assert_ok!(apply(submission(task, descriptor(task), honest(task).trace, MILL)).expect("authorised"));
        let (_, paid, burned, ..) = settled().expect("settled");
        assert_eq!(paid + burned, lease.price / 4);
    });
}

#[test]
fn a_price_below_every_ask_waits_and_can_be_cancelled() {
    on_dev(|| {
        let before = total(REQUESTER);
        let task = post(450, 1_000_000, 100);
        pass(3);
        assert!(lease_of(task).is_none());
        assert_noop!(Tasks::cancel(signed(MINER), task), Error::<Runtime>::NotAuthorized);
        assert_ok!(Tasks::cancel(signed(REQUESTER), task));
        assert_eq!(free(REQUESTER), before);
        assert_noop!(Tasks::cancel(signed(REQUESTER), task), Error::<Runtime>::NotFound);
    });
}

#[test]
fn the_oldest_task_goes_first_when_slots_are_short() {
    on_dev(|| {
        let tasks: Vec<_> = (0..4).map(|_| post(2, UNIT, 500)).collect();
        pass(1);
        let leased: Vec<_> = tasks.iter().map(|task| lease_of(*task).is_some()).collect();
        assert_eq!(leased, [true, true, false, false]);
        assert_ok!(
            apply(submission(tasks[1], descriptor(tasks[1]), honest(tasks[1]).trace, MILL)).expect("ok")
        );
        pass(1);
        assert!(lease_of(tasks[2]).is_some() && lease_of(tasks[3]).is_none());
        assert_noop!(Tasks::cancel(signed(REQUESTER), tasks[2]), Error::<Runtime>::NotQueued);
        assert_noop!(Tasks::poke(signed(REQUESTER), tasks[2]), Error::<Runtime>::NotOverdue);
    });
}

#[test]
fn two_slots_of_one_account_settle_in_one_block() {
    on_dev(|| {
        let (a, b) = (post(2, UNIT, 500), post(3, UNIT, 500));
        pass(1);
        for task in [a, b] {
            assert_ok!(apply(submission(task, descriptor(task), honest(task).trace, MILL)).expect("ok"));
        }
        assert!(pallet_tasks::Tasks::<Runtime>::iter().next().is_none());
    });
}

#[test]
fn bad_tasks_get_named_errors_and_cost_nothing() {
    on_dev(|| {
        let before = free(REQUESTER);
        let input = || HELD_OUT[..64].to_vec();
        let attempt =
            |model, input, price, deadline| Tasks::post(signed(REQUESTER), model, input, price, deadline);
        assert_noop!(attempt(Default::default(), input(), UNIT, 50), Error::<Runtime>::UnknownModel);
        assert_noop!(attempt(digits(), vec![0; 63], UNIT, 50), Error::<Runtime>::InputLength);
        assert_noop!(attempt(digits(), vec![], UNIT, 50), Error::<Runtime>::InputLength);
        assert_noop!(attempt(digits(), vec![0; 512 * 1024 + 1], UNIT, 50), Error::<Runtime>::InputTooLong);
        assert_noop!(attempt(digits(), input(), 0, 50), Error::<Runtime>::PriceTooLow);
        assert_noop!(attempt(digits(), input(), UNIT, 1), Error::<Runtime>::InvalidDeadline);
        assert_noop!(attempt(digits(), input(), UNIT, u32::MAX), Error::<Runtime>::InvalidDeadline);
        assert_eq!(free(REQUESTER), before);
    });
}

#[test]
fn offers_act_from_the_next_round_and_the_lowest_ask_wins() {
    on_preset("local_testnet", || {
        assert_ok!(Miners::offer(signed(OTHER_MINER), 1, vec![1_000_000_000], vec![digits()]));
        let before = post(2, UNIT, 500);
        pass(1);
        let ask = |task| lease_of(task).expect("leased").price;
        let old = ask(before);
        pass(10);
        let after = post(2, UNIT, 500);
        pass(1);
        assert!(ask(after) < old);
        assert_eq!(lease_of(after).expect("leased").miner, id(OTHER_MINER));
    });
}

#[test]
fn a_miner_leaves_with_its_whole_bond() {
    on_dev(|| {
        let key = MillKey::from(OTHER_MILL.public());
        let before = free(OTHER_MINER);
        assert_ok!(Miners::register(signed(OTHER_MINER), key, 5, vec![1_000], vec![digits()]));
        assert!(free(OTHER_MINER) < before);
        assert_noop!(
            Miners::register(signed(REQUESTER), MillKey::from(MILL.public()), 5, vec![1], vec![]),
            pallet_miners::Error::<Runtime>::AlreadyExists
        );
        pass(11);
        assert_ok!(Miners::offer(signed(OTHER_MINER), 5, vec![], vec![]));
        pass(11);
        assert_noop!(
            Miners::withdraw(signed(OTHER_MINER)),
            pallet_miners::Error::<Runtime>::NothingToWithdraw
        );
        pass(601);
        assert_ok!(Miners::withdraw(signed(OTHER_MINER)));
        assert_eq!(free(OTHER_MINER), before);
        assert!(pallet_miners::Miners::<Runtime>::get(id(OTHER_MINER)).is_none());
    });
}
