//! What each call and each step of the hooks takes in the worst case.

use alloc::{vec, vec::Vec};

use frame_benchmarking::v2::*;
use frame_support::{
    traits::{fungible::Mutate, Get},
    weights::WeightMeter,
    BoundedVec,
};
use frame_system::RawOrigin;
use millrace_primitives::{
    benchmarking::{bound, linear, zero_trace},
    decline_message, genesis_hash,
    mill::{MillKey, KEY_TYPE},
    submission_message, Balance, ModelId, ModelRegistry, SlotMarket, TaskId,
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{transaction_validity::TransactionSource, RuntimeAppPublic, SaturatedConversion};

use crate::{
    hooks::Served, Call, Config, LeaseEntry, Leases, MaxDeclines, MaxFailures, MaxLeases, MaxOutput,
    MaxQueue, NextTask, Outputs, Pallet, Queue, QueueEntry, RefundReason, RentIndex, TaskState, Tasks,
    WeightInfo,
};

const PRICE: u128 = 1 << 70;
const DEADLINE: u32 = 1_000;

fn at_block<T: Config>(number: u32) {
    frame_system::Pallet::<T>::set_block_number(number.saturated_into());
}

fn requester<T: Config>() -> T::AccountId {
    let account: T::AccountId = account("requester", 0, 0);
    T::Currency::mint_into(&account, 1 << 80).expect("the account is new; qed");
    account
}

/// A model with `rows` accumulators as its output.
fn model<T: Config>(rows: u32) -> ModelId {
    T::Models::benchmark_model(linear(1, rows).to_bytes())
}

fn busy_miner<T: Config>(model: ModelId) -> (T::AccountId, MillKey) {
    let key: MillKey = sp_io::crypto::sr25519_generate(KEY_TYPE, Some(b"//Mill".to_vec())).into();
    (T::Miners::benchmark_miner(model, key.clone()), key)
}

/// A queue in which one place is free, before all others, whose bids nobody tops.
fn crowd_queue<T: Config>() {
    let entry = |task| QueueEntry { task, bid: Balance::MAX };
    let others: Vec<QueueEntry> =
        (1..u64::from(bound::<MaxQueue>())).map(|task| entry(1_000_000 + task)).collect();
    Queue::<T>::put(BoundedVec::truncate_from(others));
}

/// A full queue with one task that gives way to any other: another requester's, on a model of its own, which owes rent.
fn fill_queue<T: Config>(model: ModelId) -> TaskId {
    let victim: T::AccountId = account("victim", 0, 0);
    T::Currency::mint_into(&victim, 1 << 80).expect("the account is new; qed");
    Queue::<T>::kill();
    let task = NextTask::<T>::get();
    let price = T::MinPrice::get();
    Pallet::<T>::do_post(victim, model, vec![0; sample::<T>(model)], price, DEADLINE, None)
        .expect("the task is fine; qed");
    let own = T::Models::benchmark_model(linear(1, 2).to_bytes());
    T::Models::acquire(own).expect("it was registered; qed");
    T::Models::release(model);
    Tasks::<T>::mutate(task, |record| record.as_mut().expect("it was posted; qed").model = own);
    RentIndex::<T>::mutate(|index| *index += 1 << 60);
    crowd_queue::<T>();
    Queue::<T>::mutate(|queue| {
        queue.try_insert(0, QueueEntry { task, bid: 0 }).expect("a place is free; qed")
    });
    task
}

/// Bytes of a sample.
fn sample<T: Config>(model: ModelId) -> usize {
    let profile = T::Models::profile(model).expect("it is registered; qed");
    usize::try_from(profile.sample_bytes).expect("the target has 32 bits; qed")
}

/// Open leases that take no room of a block, one place is free.
fn crowd_leases<T: Config>() {
    let entry = |task| LeaseEntry { until: u32::MAX, task, bytes: 0, time: 0, proof: 0 };
    let others: Vec<LeaseEntry> =
        (1..u64::from(bound::<MaxLeases>())).map(|task| entry(1_000_000 + task)).collect();
    Leases::<T>::put(BoundedVec::truncate_from(others));
}

/// A queued task with one sample, which owes rent and which as many miners failed as it can remember, but for one.
fn queued<T: Config>(model: ModelId) -> TaskId {
    at_block::<T>(1);
    let task = NextTask::<T>::get();
    Pallet::<T>::do_post(requester::<T>(), model, vec![0], PRICE, DEADLINE, None)
        .expect("the task is fine; qed");
    Tasks::<T>::mutate(task, |record| {
        let record = record.as_mut().expect("it was posted; qed");
        for index in 1..bound::<MaxFailures>() {
            record.failed.try_push(account("failed", index, 0)).expect("there is room; qed");
        }
        for index in 1..bound::<MaxDeclines>() {
            record.declined.try_push(account("declined", index, 0)).expect("there is room; qed");
        }
    });
    RentIndex::<T>::mutate(|index| *index += 1 << 60);
    task
}

/// A task that was leased a block ago to a miner with as many slots and models as it may have, in full lists.
fn leased<T: Config>(model: ModelId) -> (TaskId, MillKey) {
    let (_, key) = busy_miner::<T>(model);
    let task = queued::<T>(model);
    let served = Pallet::<T>::serve_task(task, &mut Pallet::<T>::room());
    assert!(matches!(served, Served::Leased(_)));
    let own = Leases::<T>::get();
    crowd_leases::<T>();
    Leases::<T>::mutate(|leases| {
        for entry in own {
            leases.try_insert(0, entry).expect("there is room; qed");
        }
    });
    fill_queue::<T>(model);
    at_block::<T>(2);
    (task, key)
}

fn descriptor<T: Config>(task: TaskId) -> H256 {
    let record = Tasks::<T>::get(task).expect("the task is open; qed");
    match &record.state {
        TaskState::Leased(lease) => Pallet::<T>::descriptor(task, &record, lease),
        TaskState::Queued => H256::zero(),
    }
}

/// The trace that an honest execution of a task's model of zeros leaves.
fn trace<T: Config>(task: TaskId) -> Vec<u8> {
    let record = Tasks::<T>::get(task).expect("the task is open; qed");
    zero_trace(&T::Models::find(record.model).expect("it is registered; qed").profile, record.samples)
}

fn expire<T: Config>(task: TaskId) {
    let record = Tasks::<T>::get(task).expect("the task is open; qed");
    if let TaskState::Leased(lease) = record.state {
        at_block::<T>(lease.until + T::GracePeriod::get() + 1);
    }
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// A task that displaces another, on an input whose hash was sent along.
    ///
    /// `b`: bytes of the input.
    #[benchmark]
    fn post(b: Linear<64, { 512 * 1024 }>) {
        at_block::<T>(1);
        let requester = requester::<T>();
        // Whole samples, with an output that fits whatever the input.
        let model = T::Models::benchmark_model(linear(64, 1).to_bytes());
        busy_miner::<T>(model);
        let displaced = fill_queue::<T>(model);
        let input = vec![0; usize::try_from(b - b % 64).expect("the target has 32 bits; qed")];
        let input_hash = Some(H256(blake2_256(&input)));

        #[extrinsic_call]
        _(RawOrigin::Signed(requester), model, input, PRICE, DEADLINE, input_hash);

        assert_eq!(Queue::<T>::get().len() as u32, bound::<MaxQueue>());
        assert!(!Tasks::<T>::contains_key(displaced));
    }

    #[benchmark]
    fn cancel() {
        let model = model::<T>(1);
        busy_miner::<T>(model);
        crowd_queue::<T>();
        let task = queued::<T>(model);

        #[extrinsic_call]
        _(RawOrigin::Signed(account("requester", 0, 0)), task);

        assert!(!Tasks::<T>::contains_key(task));
    }

    /// The dearer of the two things that a poke does: it ends an expired lease, and the task displaces another.
    #[benchmark(pov_mode = Measured)]
    fn poke() {
        let (task, _) = leased::<T>(model::<T>(1));
        expire::<T>(task);

        #[extrinsic_call]
        _(RawOrigin::Signed(whitelisted_caller()), task);

        assert!(Tasks::<T>::get(task).is_some_and(|record| record.state == TaskState::Queued));
    }

    /// A submission that settles its task, with the verification of a model that is nothing but its output.
    ///
    /// `o`: bytes of the output.
    #[benchmark(pov_mode = MaxEncodedLen { Models::Encodings: Measured, Tasks::Inputs: Measured })]
    fn submit_right(o: Linear<4, { 64 * 1024 }>) {
        let rows = o / 4;
        let (task, _) = leased::<T>(model::<T>(rows));
        let trace = trace::<T>(task);
        let descriptor = descriptor::<T>(task);

        #[block]
        {
            Pallet::<T>::do_submit(task, descriptor, H256(blake2_256(&trace)), &trace)
                .expect("the lease is current; qed");
        }

        assert!(Outputs::<T>::contains_key(task));
    }

    #[benchmark(pov_mode = MaxEncodedLen { Models::Encodings: Measured, Tasks::Inputs: Measured })]
    fn submit_wrong() {
        let (task, _) = leased::<T>(model::<T>(1));
        let descriptor = descriptor::<T>(task);

        #[block]
        {
            Pallet::<T>::do_submit(task, descriptor, H256::zero(), &[1, 0, 0, 0])
                .expect("the lease is current; qed");
        }

        assert!(Tasks::<T>::get(task).is_some_and(|record| record.state == TaskState::Queued));
    }

    /// `b`: bytes of the trace.
    #[benchmark]
    fn authorize_submit(b: Linear<4, { 3 * 1024 * 1024 }>) {
        let (task, key) = leased::<T>(model::<T>(1));
        Tasks::<T>::mutate(task, |record| {
            if let Some(record) = record {
                record.trace_bytes = b;
            }
        });
        let trace = vec![0; usize::try_from(b).expect("the target has 32 bits; qed")];
        let descriptor = descriptor::<T>(task);
        let trace_hash = H256(blake2_256(&trace));
        let message = submission_message(genesis_hash::<T>(), descriptor, trace_hash.0);
        let signature = key.sign(&message).expect("the key is in the keystore; qed");

        #[block]
        {
            Pallet::<T>::authorize_submit(
                TransactionSource::External,
                &task,
                &descriptor,
                &trace_hash,
                &trace,
                &signature,
            )
            .expect("the lease is current and signed for; qed");
        }
    }

    /// The lease's room costs the miner its whole bond, so that all of its slots are suspended.
    #[benchmark(pov_mode = Measured)]
    fn decline() {
        let (task, _) = leased::<T>(model::<T>(1));
        Tasks::<T>::mutate(task, |record| {
            let record = record.as_mut().expect("the task is open; qed");
            record.fee = Balance::MAX;
            if let TaskState::Leased(lease) = &mut record.state {
                lease.slash = Balance::MAX;
            }
        });
        let descriptor = descriptor::<T>(task);

        #[block]
        {
            Pallet::<T>::do_decline(task, descriptor).expect("the lease is current; qed");
        }

        assert!(Tasks::<T>::get(task).is_some_and(|record| record.state == TaskState::Queued));
    }

    #[benchmark]
    fn authorize_decline() {
        let (task, key) = leased::<T>(model::<T>(1));
        let descriptor = descriptor::<T>(task);
        let message = decline_message(genesis_hash::<T>(), descriptor);
        let signature = key.sign(&message).expect("the key is in the keystore; qed");

        #[block]
        {
            Pallet::<T>::authorize_decline(TransactionSource::External, &task, &descriptor, &signature)
                .expect("the lease is current and signed for; qed");
        }
    }

    /// The lists that every service reads, and the rent of a block.
    #[benchmark(pov_mode = Measured)]
    fn service_base() {
        at_block::<T>(1);
        crowd_queue::<T>();
        crowd_leases::<T>();

        #[block]
        {
            Pallet::<T>::service(T::WeightInfo::service_base());
            Pallet::<T>::accrue_rent();
        }

        assert!(RentIndex::<T>::exists());
    }

    // What follows happens within a service, whose base counts the proof of both lists.

    /// A queued task for which there is no slot after all: the search brings offers into force that are due and take
    /// their slots away, and what is left is too dear. What the books add to the proof, each search says itself.
    ///
    /// `l`: entries of the book that it looks at.
    /// `a`: offers that it brings into force.
    #[benchmark(pov_mode = MaxEncodedLen { Miners::Book: Ignored, Tasks::Leases: Ignored, Tasks::Queue: Ignored })]
    fn search_slot(l: Linear<0, { T::Miners::MOST.entries }>, a: Linear<0, { T::Miners::MOST.applied }>) {
        let model = model::<T>(1);
        T::Miners::benchmark_search(model, l, a);
        let task = queued::<T>(model);
        Tasks::<T>::mutate(task, |record| {
            let failed = &mut record.as_mut().expect("it was posted; qed").failed;
            failed.try_push(account("other", 0, 0)).expect("one place was left; qed");
        });
        at_block::<T>(2);
        crowd_leases::<T>();
        let mut room = Pallet::<T>::room();
        let served;

        #[block]
        {
            served = Pallet::<T>::serve_task(task, &mut room);
        }

        assert!(matches!(served, Served::Waits(looked) if looked.entries >= l && looked.applied == a));
    }

    /// A queued task that gets the first slot that it is shown; how long the search was is counted apart.
    #[benchmark(pov_mode = MaxEncodedLen { Tasks::Leases: Ignored, Tasks::Queue: Ignored })]
    fn give_lease() {
        let model = model::<T>(1);
        busy_miner::<T>(model);
        crowd_queue::<T>();
        let task = queued::<T>(model);
        at_block::<T>(2);
        crowd_leases::<T>();
        let mut room = Pallet::<T>::room();
        let served;

        #[block]
        {
            served = Pallet::<T>::serve_task(task, &mut room);
        }

        assert!(matches!(served, Served::Leased(_)));
    }

    /// A lease that ran out, of a task that displaces another.
    #[benchmark(pov_mode = MaxEncodedLen { Tasks::Leases: Ignored, Tasks::Queue: Ignored })]
    fn end_lease() {
        let (task, _) = leased::<T>(model::<T>(1));
        expire::<T>(task);

        #[block]
        {
            Pallet::<T>::end_lease(task);
        }

        assert!(Tasks::<T>::get(task).is_some_and(|record| record.state == TaskState::Queued));
    }

    /// A queued task past its deadline.
    #[benchmark(pov_mode = MaxEncodedLen { Tasks::Leases: Ignored, Tasks::Queue: Ignored })]
    fn refund_task() {
        let model = model::<T>(1);
        busy_miner::<T>(model);
        crowd_queue::<T>();
        let task = queued::<T>(model);
        at_block::<T>(DEADLINE + 1);

        #[block]
        {
            assert_eq!(Pallet::<T>::serve_task(task, &mut Pallet::<T>::room()), Served::Refunded);
        }

        assert!(!Tasks::<T>::contains_key(task));
    }

    #[benchmark]
    fn prune_output() {
        let output = vec![7; usize::try_from(bound::<MaxOutput>()).expect("the target has 32 bits; qed")];
        let model = model::<T>(1);
        busy_miner::<T>(model);
        let task = queued::<T>(model);
        let record = Tasks::<T>::get(task).expect("it was posted; qed");
        Pallet::<T>::refund(task, record, RefundReason::Cancelled);
        Pallet::<T>::keep_output(task, output);
        at_block::<T>(1 + T::Retention::get());

        #[block]
        {
            Pallet::<T>::prune_outputs(&mut WeightMeter::new());
        }

        assert!(!Outputs::<T>::contains_key(task) && Pallet::<T>::fate_of(task).is_none());
    }

    /// The dearer of a task's two states: a leased one, in full lists.
    #[benchmark(pov_mode = Measured)]
    fn force_refund() {
        let (task, _) = leased::<T>(model::<T>(1));

        #[extrinsic_call]
        _(RawOrigin::Root, task);

        assert!(!Tasks::<T>::contains_key(task));
    }
}
