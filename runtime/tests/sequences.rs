//! Whatever is called in whatever order, nothing is created or lost, and only work earns.
#![allow(missing_docs)]

use millrace_primitives::{Balance, CreditWork, Mac, TaskId, Win};
use millrace_runtime::{Balances, Miners, Rewards, Runtime, RuntimeEvent, Tasks};
use millrace_runtime_tests::*;
use pallet_tasks::Event as TaskEvent;
use proptest::prelude::*;
use sp_keyring::Sr25519Keyring;

/// One step of a sequence; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Post { samples: usize, price: Balance, deadline: u32 },
    Cancel(u8),
    Poke(u8),
    Submit { task: u8, honest: bool },
    Offer { other: bool, ask: Balance, slots: usize },
    Register { slots: usize },
    Resume { other: bool },
    Withdraw { other: bool },
    Credit { other: bool, work: u32 },
    Claim { other: bool, back: u8 },
    Retire,
    Pass(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1usize..4, prop_oneof![Just(UNIT), 1_000_000u128..UNIT], 1u32..60)
            .prop_map(|(samples, price, deadline)| Step::Post { samples, price, deadline }),
        1 => any::<u8>().prop_map(Step::Cancel),
        1 => any::<u8>().prop_map(Step::Poke),
        4 => (any::<u8>(), prop::bool::weighted(0.7)).prop_map(|(task, honest)| Step::Submit { task, honest }),
        1 => (any::<bool>(), 0u128..UNIT, 0usize..4)
            .prop_map(|(other, ask, slots)| Step::Offer { other, ask, slots }),
        1 => (0usize..4).prop_map(|slots| Step::Register { slots }),
        2 => any::<bool>().prop_map(|other| Step::Resume { other }),
        1 => any::<bool>().prop_map(|other| Step::Withdraw { other }),
        2 => (any::<bool>(), any::<u32>()).prop_map(|(other, work)| Step::Credit { other, work }),
        2 => (any::<bool>(), 0u8..3).prop_map(|(other, back)| Step::Claim { other, back }),
        1 => Just(Step::Retire),
        5 => prop_oneof![1u32..4, 10u32..40].prop_map(Step::Pass),
    ]
}

fn miner(other: bool) -> Sr25519Keyring {
    if other {
        OTHER_MINER
    } else {
        MINER
    }
}

fn nth<T: Copy>(list: &[T], index: u8) -> Option<T> {
    list.get(usize::from(index) % list.len().max(1)).copied()
}

/// Refusals are as good as successes here: both must leave everything consistent.
fn take(step: Step) {
    let mut open: Vec<TaskId> = pallet_tasks::Tasks::<Runtime>::iter_keys().collect();
    open.sort_unstable();
    match step {
        Step::Post { samples, price, deadline } => {
            let _ = Tasks::post(
                signed(REQUESTER),
                digits(),
                HELD_OUT[..samples * 64].to_vec(),
                price,
                millrace_runtime::System::block_number() + deadline,
                None,
            );
        }
        Step::Cancel(task) => {
            let _ = nth(&open, task).map(|task| Tasks::cancel(signed(REQUESTER), task));
        }
        Step::Poke(task) => {
            let _ = nth(&open, task).map(|task| Tasks::poke(signed(REQUESTER), task));
        }
        Step::Submit { task, honest: right } => {
            let leased: Vec<TaskId> = open.into_iter().filter(|task| lease_of(*task).is_some()).collect();
            if let Some(task) = nth(&leased, task) {
                let lessee = lease_of(task).expect("filtered").miner;
                let key = if lessee == id(MINER) { MILL } else { OTHER_MILL };
                let mut trace = honest(task).trace;
                if !right {
                    trace[5] ^= 2;
                }
                apply(submission(task, descriptor(task), trace, key))
                    .expect("the lease is current and signed for")
                    .expect("a submission that is authorised succeeds");
            }
        }
        Step::Offer { other, ask, slots } => {
            let _ = Miners::offer(signed(miner(other)), ask, vec![1_000_000; slots], vec![digits()]);
        }
        Step::Register { slots } => {
            let (key, proof) = mill(OTHER_MILL, OTHER_MINER);
            let _ =
                Miners::register(signed(OTHER_MINER), key, proof, 7, vec![1_000_000; slots], vec![digits()]);
        }
        Step::Resume { other } => drop(Miners::resume(signed(miner(other)))),
        Step::Withdraw { other } => drop(Miners::withdraw(signed(miner(other)))),
        Step::Credit { other, work } => {
            if pallet_miners::Miners::<Runtime>::contains_key(id(miner(other))) {
                Rewards::credit(&id(miner(other)), Win::in_turn(digits(), Mac::from(work)), None);
            }
        }
        Step::Claim { other, back } => {
            let round = pallet_rewards::CurrentRound::<Runtime>::get().0.saturating_sub(back.into());
            let _ = Rewards::claim(signed(REQUESTER), round, id(miner(other)));
        }
        Step::Retire => drop(millrace_runtime::Models::retire(signed(Sr25519Keyring::Alice), digits())),
        Step::Pass(blocks) => pass(blocks),
    }
}

/// What the events say was minted less what they say was burned.
fn minted_less_burned(events: &[RuntimeEvent]) -> i128 {
    events
        .iter()
        .map(|event| match event {
            RuntimeEvent::Tasks(TaskEvent::TaskSettled { burned, .. }) => -(*burned as i128),
            RuntimeEvent::Tasks(
                TaskEvent::TaskLeased { rent, .. } | TaskEvent::TaskRefunded { rent, .. },
            ) => -(*rent as i128),
            RuntimeEvent::Miners(pallet_miners::Event::Charged { amount, .. }) => -(*amount as i128),
            RuntimeEvent::Miners(pallet_miners::Event::Slashed { amount, compensation, .. }) => {
                -((amount - compensation) as i128)
            }
            RuntimeEvent::Rewards(pallet_rewards::Event::Claimed { amount, .. }) => *amount as i128,
            _ => 0,
        })
        .sum()
}

/// Brings the offers into force and forgets what miners had on sale before, at the ask of the genesis.
fn sell_anew() {
    pass(12);
    pallet_miners::Miners::<Runtime>::translate_values(|mut record: pallet_miners::MinerRecord| {
        let since = millrace_runtime::System::block_number();
        record.capacity = pallet_miners::Capacity { since, ..Default::default() };
        Some(record)
    });
    pass(3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Every planck that is not where it was stands in an event, and each pallet's properties hold after
    /// each step.
    #[test]
    fn no_sequence_of_calls_creates_or_loses_a_planck(steps in prop::collection::vec(step(), 1..60)) {
        on_preset("local_testnet", || {
            let before = issuance();
            let accounts = || [REQUESTER, MINER, OTHER_MINER].map(total).iter().sum::<Balance>();
            let others = before - accounts();
            for step in steps {
                take(step);
                try_state();
            }
            let events = market_events();
            assert_eq!(issuance() as i128, before as i128 + minted_less_burned(&events));
            // Nobody else gained anything but the collators their verification fees.
            let fees: Balance = events
                .iter()
                .map(|event| match event {
                    RuntimeEvent::Tasks(TaskEvent::TaskSettled { fee, retention, .. }) => *fee + *retention,
                    RuntimeEvent::Tasks(TaskEvent::TaskRefunded { retention, .. }) => *retention,
                    _ => 0,
                })
                .sum();
            assert_eq!(issuance() - accounts(), others + fees);
        });
    }

    /// A miner that pays itself for a task loses the protocol's cut and the fees, and gains no score.
    #[test]
    fn self_posted_tasks_earn_nothing(samples in 1usize..20, price in 1_000_000_000u128..UNIT) {
        on_dev(|| {
            let before = total(MINER);
            let task = pallet_tasks::NextTask::<Runtime>::get();
            let input = HELD_OUT[..samples * 64].to_vec();
            Tasks::post(signed(MINER), digits(), input, price, 100, None).expect("the task is fine");
            pass(1);
            if lease_of(task).is_some() {
                let call = submission(task, descriptor(task), honest(task).trace, MILL);
                apply(call).expect("authorised").expect("settled");
                assert!(total(MINER) < before);
            } else {
                assert!(total(MINER) <= before, "waiting costs rent");
            }
            assert!(pallet_rewards::Scores::<Runtime>::iter().next().is_none());
        });
    }

    /// Neither a larger bond or balance nor dividing the same slots among two accounts changes a share.
    #[test]
    fn shares_know_only_work_ask_and_capacity(
        parts in (0u64..1 << 40, 0u64..1 << 40),
        ask in 0u128..UNIT,
        rate in 1u64..1_000_000_000,
        gift in 0u128..100_000 * UNIT,
    ) {
        let (first, second) = (Mac::from(parts.0), Mac::from(parts.1));
        let score = |who: Sr25519Keyring| {
            pallet_rewards::Scores::<Runtime>::get(pallet_rewards::CurrentRound::<Runtime>::get().0, id(who))
                .map_or(0, |record| record.score)
        };
        let (mut one, mut two) = (0, 0);
        on_dev(|| {
            Miners::offer(signed(MINER), ask, vec![rate; 2], vec![digits()]).expect("a fine offer");
            sell_anew();
            Rewards::credit(&id(MINER), Win::in_turn(digits(), first), None);
            Rewards::credit(&id(MINER), Win::in_turn(digits(), second), None);
            one = score(MINER);
        });
        on_dev(|| {
            Balances::transfer_keep_alive(signed(REQUESTER), id(OTHER_MINER).into(), gift).expect("rich");
            Miners::offer(signed(MINER), ask, vec![rate], vec![digits()]).expect("a fine offer");
            let (key, proof) = mill(OTHER_MILL, OTHER_MINER);
            Miners::register(signed(OTHER_MINER), key, proof, ask, vec![rate], vec![digits()]).expect("new");
            sell_anew();
            Rewards::credit(&id(MINER), Win::in_turn(digits(), first), None);
            Rewards::credit(&id(OTHER_MINER), Win::in_turn(digits(), second), None);
            two = score(MINER) + score(OTHER_MINER);
        });
        // Divided, each half's capacity binds for itself, so it can only be worse. The asks that weigh it are whole planck, and
        // e is a million of them.
        prop_assert!(two <= one + 2 + one / 1_000_000, "{two} > {one}");
    }
}
