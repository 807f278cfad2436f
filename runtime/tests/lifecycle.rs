//! A task's whole life on the real runtime.
#![allow(missing_docs)]

use frame_support::{assert_noop, assert_ok, traits::Authorize};
use millrace_primitives::{Answer, Balance, Demand, SlotMarket, TaskId};
use millrace_runtime::{
    configs::market::ProtocolCut, AccountId, Miners, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    System, Tasks,
};
use millrace_runtime_tests::*;
use pallet_tasks::{Error, Event, LeaseFailure, RefundReason};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{InvalidTransaction, TransactionSource},
};

/// Who was paid for the first settled task, and what: paid, burned, fees, returned; and its output.
fn settled() -> Option<(AccountId, Balance, Balance, Balance, Balance, Vec<u8>)> {
    market_events().into_iter().find_map(|event| match event {
        RuntimeEvent::Tasks(Event::TaskSettled {
            miner,
            paid,
            burned,
            fee,
            retention,
            returned,
            output,
            ..
        }) => Some((miner, paid, burned, fee + retention, returned, output)),
        _ => None,
    })
}

/// Why a task was refunded, the rent that its last wait cost, and the fee for the record of its end.
fn refunded(task: TaskId) -> Option<(RefundReason, Balance, Balance)> {
    market_events().into_iter().find_map(|event| match event {
        RuntimeEvent::Tasks(Event::TaskRefunded { task: refunded, rent, retention, why })
            if refunded == task =>
        {
            Some((why, rent, retention))
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
        let (leased, _) =
            Miners::lease(digits(), Demand { work: 1, least_rate: 1, least_slash: 0 }, |_| Answer::Take);
        assert_eq!(leased, None, "all slots of the miner are suspended");
        pass(61 - System::block_number());
        let (why, rent, fee) = refunded(task).expect("its deadline is past");
        assert_eq!(why, RefundReason::Deadline);
        assert_eq!(free(REQUESTER), total(REQUESTER));
        assert!(
            total(REQUESTER) + rent + fee >= requester,
            "a failed task costs its requester nothing but the wait and the record"
        );
    });
}

/// The first block says of the digits model what the file beside it says.
#[test]
fn a_chain_says_what_its_model_is() {
    on_preset("development", || {
        let metadata = millrace_runtime::Models::model(digits())
            .expect("the genesis has it")
            .metadata
            .expect("and says what it is");
        let file = include_str!("../../models/digits/digits.metadata.json");
        let file: serde_json::Value = serde_json::from_str(file).expect("it is JSON");
        assert_eq!(serde_json::to_value(metadata).expect("it is JSON"), file);
    });
}

#[test]
fn a_declined_lease_costs_its_room_and_goes_to_another_miner() {
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
        let trace_hash = H256(blake2_256(&[]));
        let empty =
            pallet_tasks::Call::submit { task, descriptor: name, trace_hash, trace: vec![], signature };
        assert_eq!(refused(empty.into()), InvalidTransaction::BadProof.into());

        let offer = pallet_miners::Miners::<Runtime>::get(&first.miner).expect("a miner").terms;
        let room = pallet_tasks::Tasks::<Runtime>::get(task).expect("open").fee;
        assert_ok!(apply(decline(task, name, key)).expect("authorised"));
        assert_eq!(total(owner), bond - room, "what its verification would have cost: mining brings less");
        System::assert_has_event(
            Event::LeaseFailed { task, miner: first.miner.clone(), reason: LeaseFailure::Declined }.into(),
        );
        try_state();
        assert_eq!(refused(decline(task, name, key)), InvalidTransaction::Stale.into());
        let record = pallet_miners::Miners::<Runtime>::get(&first.miner).expect("still a miner");
        assert!(record.slots.iter().all(|slot| slot.is_on_sale()));
        assert_eq!(record.terms, offer, "the offer stays as it is");

        pass(1);
        let second = lease_of(task).expect("leased again");
        assert_ne!(second.miner, first.miner);
        // The other miner declines too: the task comes back to neither.
        assert_ok!(apply(decline(task, descriptor(task), other_key)).expect("authorised"));
        pass(3);
        assert!(lease_of(task).is_none());
        assert_ok!(Tasks::cancel(signed(REQUESTER), task));
        // Another task goes to them as before.
        let again = post(2, UNIT, 200);
        pass(1);
        assert!(lease_of(again).is_some());
    });
}

/// A lease can't be kept from others until it nearly ends and then be given back for nothing.
#[test]
fn a_lease_is_declined_in_its_first_blocks_or_not_at_all() {
    on_dev(|| {
        let task = post(8, UNIT, 100);
        pass(1);
        let lease = lease_of(task).expect("leased");
        let name = descriptor(task);
        let last = Tasks::leases_of(&[id(MINER)])[0].declinable_until;
        assert_eq!(last, lease.since + 3);
        pass(last - System::block_number());
        assert!(decline(task, name, MILL).authorize(TransactionSource::External).expect("it can be").is_ok());
        pass(1);
        assert_eq!(apply(decline(task, name, MILL)).expect_err("late"), InvalidTransaction::Stale.into());
        // Nor by whoever gets past the authorization.
        assert_noop!(
            decline(task, name, MILL).dispatch(frame_system::RawOrigin::Authorized.into()),
            Error::<Runtime>::TooLateToDecline
        );
        assert_eq!(lease_of(task), Some(lease));
    });
}

/// A slot that promises next to nothing gets no more time than the requester gave.
#[test]
fn a_task_is_over_by_its_deadline() {
    on_dev(|| {
        assert_ok!(Miners::offer(signed(MINER), 0, vec![10_000], vec![digits()]));
        pass(10);
        let before = total(REQUESTER);
        let deadline = System::block_number() + 100;
        let task = post(64, UNIT, deadline);
        pass(1);
        let lease = lease_of(task).expect("leased");
        assert!(lease.due <= deadline && lease.until == deadline, "{lease:?}");
        pass(deadline + 5 - System::block_number());
        assert!(lease_of(task).is_some(), "the grace period isn't over");
        pass(1);
        let (why, rent, fee) = refunded(task).expect("its deadline is past");
        assert_eq!((why, rent), (RefundReason::Deadline, 0));
        assert_eq!(free(REQUESTER), total(REQUESTER));
        assert!(total(REQUESTER) + fee >= before);
    });
}

/// An offer that comes into force during a lease changes nothing of what failing it costs, nor frees the bond for it.
#[test]
fn the_slash_is_what_the_lease_says() {
    on_dev(|| {
        let withdraw = || {
            pallet_miners::Miners::<Runtime>::mutate(id(MINER), |record| {
                record.as_mut().expect("a miner").withdrawable_from = 0;
            });
            Miners::withdraw(signed(MINER))
        };
        // Half of that and more is leased, so all of it is.
        let rate = 4_000_000;
        assert_ok!(Miners::offer(signed(MINER), 50_000_000, vec![rate], vec![digits()]));
        pass(10);
        assert_ok!(withdraw());
        let promised = Miners::bond_of_rate(rate).expect("a bond") / 10;
        let task = post(450, UNIT, 2_000);
        pass(1);
        let lease = lease_of(task).expect("leased");
        assert_eq!(lease.slash, promised);
        assert_ok!(Miners::offer(signed(MINER), 50_000_000, vec![1], vec![digits()]));
        pass(11);
        assert!(lease_of(task).is_some());
        assert_eq!(withdraw(), Err(pallet_miners::Error::<Runtime>::NothingToWithdraw.into()));
        let mut trace = honest(task).trace;
        trace[17] ^= 0x40;
        let before = total(MINER);
        assert_ok!(apply(submission(task, descriptor(task), trace, MILL)).expect("authorised"));
        assert_eq!(before - total(MINER), promised);
        // Only now the slot needs less.
        assert_ok!(Miners::resume(signed(MINER)));
        let bond = pallet_miners::Miners::<Runtime>::get(id(MINER)).map(|record| record.bond);
        assert_eq!(bond, Miners::bond_of_rate(1));
    });
}

/// What the chain itself lost costs nobody anything.
#[test]
fn what_the_chain_cant_verify_is_no_fault_of_the_miner() {
    on_dev(|| {
        let (requester, miner) = (total(REQUESTER), total(MINER));
        let task = post(8, UNIT, 100);
        pass(1);
        let call = submission(task, descriptor(task), honest(task).trace, MILL);
        let retention = RECORD_FEE;
        let encoding = pallet_models::Encodings::<Runtime>::take(digits()).expect("registered");
        assert_ok!(apply(call).expect("authorised"));
        System::assert_has_event(
            Event::LeaseFailed { task, miner: id(MINER), reason: LeaseFailure::Unverifiable }.into(),
        );
        System::assert_has_event(
            Event::TaskRefunded { task, rent: 0, retention, why: RefundReason::Unverifiable }.into(),
        );
        assert_eq!((total(REQUESTER), total(MINER)), (requester - retention, miner));
        assert_eq!(free(REQUESTER), requester - retention);
        pallet_models::Encodings::<Runtime>::insert(digits(), encoding);
    });
}

/// A signature of another's trace authorises no other bytes.
#[test]
fn a_submission_is_the_trace_that_was_signed() {
    on_dev(|| {
        let task = post(3, UNIT, 100);
        pass(1);
        let RuntimeCall::Tasks(pallet_tasks::Call::submit {
            descriptor,
            trace_hash,
            mut trace,
            signature,
            ..
        }) = submission(task, descriptor(task), honest(task).trace, MILL)
        else {
            unreachable!("it is a submission")
        };
        trace[5] ^= 1;
        let other = pallet_tasks::Call::submit { task, descriptor, trace_hash, trace, signature };
        assert_eq!(apply(other.into()).expect_err("other bytes"), InvalidTransaction::BadProof.into());
    });
}

/// One sample of a model that takes more memory than any verification may is refused when it is posted.
#[test]
fn a_task_whose_verification_takes_too_much_memory_is_refused() {
    use millrace_inference::{Model, Node, Window};
    on_dev(|| {
        let window = |kernel, stride, padding| Window {
            kernel: [kernel; 2],
            stride: [stride; 2],
            padding: [padding; 4],
        };
        let mut nodes = vec![Node::Input { shape: vec![1, 1, 1] }];
        nodes.extend((0..40).map(|input| Node::Lookup { input, table: vec![0; 256] }));
        nodes.extend((0..60).map(|_| Node::MaxPool2d { input: 40, window: window(182, 1, 181) }));
        nodes.extend((0..60).map(|copy| Node::MaxPool2d { input: 41 + copy, window: window(1, 182, 0) }));
        nodes.push(Node::Concat { inputs: (101..161).collect(), axis: 0 });
        nodes.push(Node::Flatten { input: 161 });
        nodes.push(Node::Linear { input: 162, outputs: 1, parameters: vec![1; 60] });
        let encoding = Model { nodes }.to_bytes();
        let model = H256(blake2_256(&encoding));
        assert_ok!(millrace_runtime::Models::register(signed(REQUESTER), encoding, None));
        assert_noop!(
            Tasks::post(signed(REQUESTER), model, vec![0], UNIT, 100, None),
            Error::<Runtime>::VerificationMemory
        );
        assert_noop!(
            millrace_runtime::Sprints::set_listed(RuntimeOrigin::root(), vec![(model, 1)]),
            pallet_sprints::Error::<Runtime>::VerificationMemory
        );
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
        let task = post(450, 100_000_000, 100);
        pass(3);
        assert!(lease_of(task).is_none());
        assert_noop!(Tasks::cancel(signed(MINER), task), Error::<Runtime>::NotAuthorized);
        assert_ok!(Tasks::cancel(signed(REQUESTER), task));
        let (why, rent, fee) = refunded(task).expect("cancelled");
        assert_eq!(why, RefundReason::Cancelled);
        assert!(rent > 0, "waiting isn't free");
        assert_eq!(fee, RECORD_FEE, "of the fee for record and output");
        assert_eq!(free(REQUESTER) + rent + fee, before);
        assert_noop!(Tasks::cancel(signed(REQUESTER), task), Error::<Runtime>::NotFound);
    });
}

#[test]
fn the_oldest_task_goes_first_when_slots_are_short() {
    on_dev(|| {
        // A task takes all of such a slot.
        assert_ok!(Miners::offer(signed(MINER), 50_000_000, vec![5_000; 2], vec![digits()]));
        pass(10);
        let tasks: Vec<_> = (0..4).map(|_| post(2, UNIT, 500)).collect();
        pass(1);
        let leased: Vec<_> = tasks.iter().map(|task| lease_of(*task).is_some()).collect();
        assert_eq!(leased, [true, true, false, false]);
        assert_ok!(
            apply(submission(tasks[1], descriptor(tasks[1]), honest(tasks[1]).trace, MILL)).expect("ok")
        );
        pass(1);
        let leased: Vec<_> = tasks[2..].iter().map(|task| lease_of(*task).is_some()).collect();
        assert_eq!(leased, [true, false]);
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

/// Each of the preset's two slots stakes 2 MILL for all its small tasks, and 2 for the last, which takes all that is free.
/// Whoever fails one is slashed for that alone, and its other tasks stay its own.
#[test]
fn a_slot_executes_small_tasks_until_they_stake_what_it_does() {
    on_dev(|| {
        let tasks: Vec<_> = (0..80).map(|_| post(1, UNIT, 500)).collect();
        let record = pallet_tasks::Tasks::<Runtime>::get(tasks[0]).expect("it is open");
        // Declining is possible for three blocks, and an unanswered lease lasts 16, with five of grace.
        let slash = record.posting_cost + record.fee * 21 / 3;
        let small = 2 * UNIT / slash;
        println!("failing a digit costs {slash} planck, and {small} of them fit a slot beside one that takes the rest");
        pass(12);
        let leased: Vec<_> = tasks.iter().copied().filter(|task| lease_of(*task).is_some()).collect();
        assert_eq!(leased, tasks[..2 * (small as usize + 1)]);
        let part = |task: TaskId| lease_of(task).map(|lease| (lease.rate, lease.slash));
        assert_eq!(part(tasks[0]), Some((4_958, slash)));
        let last = leased.iter().filter_map(|task| part(*task)).max().expect("some are leased");
        let rest = 1_000_000_000 - 4_958 * small as u64;
        assert_eq!(last, (rest, (2 * UNIT * u128::from(rest)).div_ceil(1_000_000_000)));
        let before = total(MINER);
        let mut wrong = honest(tasks[0]).trace;
        wrong[17] ^= 0x40;
        assert_ok!(apply(submission(tasks[0], descriptor(tasks[0]), wrong, MILL)).expect("authorised"));
        assert_eq!(before - total(MINER), slash);
        for task in &leased[1..] {
            assert_ok!(apply(submission(*task, descriptor(*task), honest(*task).trace, MILL)).expect("ok"));
        }
        try_state();
    });
}

#[test]
fn bad_tasks_get_named_errors_and_cost_nothing() {
    on_dev(|| {
        let before = free(REQUESTER);
        let input = || HELD_OUT[..64].to_vec();
        let attempt = |model, input, price, deadline| {
            Tasks::post(signed(REQUESTER), model, input, price, deadline, None)
        };
        assert_noop!(attempt(Default::default(), input(), UNIT, 50), Error::<Runtime>::UnknownModel);
        assert_noop!(attempt(digits(), vec![0; 63], UNIT, 50), Error::<Runtime>::InputLength);
        assert_noop!(attempt(digits(), vec![], UNIT, 50), Error::<Runtime>::InputLength);
        assert_noop!(attempt(digits(), vec![0; 512 * 1024 + 1], UNIT, 50), Error::<Runtime>::InputTooLong);
        // As @polkadot/api reads an array of bytes that begins with 1, 1: the 64 behind a length.
        let shifted = || HELD_OUT[2..66].to_vec();
        let hash = Some(H256(blake2_256(&HELD_OUT[..128])));
        let post = || Tasks::post(signed(REQUESTER), digits(), shifted(), UNIT, 50, hash);
        assert_noop!(post(), Error::<Runtime>::InputHash);
        assert_noop!(attempt(digits(), input(), 0, 50), Error::<Runtime>::PriceTooLow);
        assert_noop!(attempt(digits(), input(), UNIT, 1), Error::<Runtime>::InvalidDeadline);
        assert_noop!(attempt(digits(), input(), UNIT, u32::MAX), Error::<Runtime>::InvalidDeadline);
        assert_eq!(free(REQUESTER), before);
    });
}

#[test]
fn offers_act_from_the_next_round_and_the_lowest_ask_wins() {
    on_preset("local_testnet", || {
        // Two slots, because the first task may go to one of them.
        assert_ok!(Miners::offer(signed(OTHER_MINER), 1, vec![1_000_000_000; 2], vec![digits()]));
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
        let (key, proof) = mill(OTHER_MILL, OTHER_MINER);
        let before = free(OTHER_MINER);
        assert_ok!(Miners::register(signed(OTHER_MINER), key, proof, 5, vec![1_000], vec![digits()]));
        assert!(free(OTHER_MINER) < before);
        let (key, proof) = mill(MILL, REQUESTER);
        assert_noop!(
            Miners::register(signed(REQUESTER), key, proof, 5, vec![1], vec![]),
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

/// Whose key it is, its owner says: a stranger that registers it would have the owner's node mine for the stranger.
#[test]
fn a_mill_key_is_registered_with_its_own_signature() {
    on_dev(|| {
        let error = || pallet_miners::Error::<Runtime>::InvalidProof;
        let (key, proof) = mill(OTHER_MILL, OTHER_MINER);
        let register =
            |who, key, proof| Miners::register(signed(who), key, proof, 5, vec![1_000], vec![digits()]);
        // The signature for another account, and another key's.
        assert_noop!(register(REQUESTER, key.clone(), proof.clone()), error());
        let (_, others) = mill(MILL, OTHER_MINER);
        assert_noop!(register(OTHER_MINER, key.clone(), others.clone()), error());
        assert_noop!(Miners::set_mill(signed(MINER), key.clone(), proof.clone()), error());
        assert_ok!(register(OTHER_MINER, key, proof));
        let (key, proof) = mill(REQUESTER, MINER);
        assert_ok!(Miners::set_mill(signed(MINER), key, proof));
    });
}

/// A list is bounded before it is looked through.
#[test]
fn an_offer_of_too_many_models_is_refused_by_their_number() {
    on_dev(|| {
        let models = vec![digits(); 100_000];
        assert_noop!(
            Miners::offer(signed(MINER), 1, vec![1], models),
            pallet_miners::Error::<Runtime>::TooManyModels
        );
    });
}
