//! What a share of the emission depends on, and how its rounding goes.

use millrace_primitives::{Balance, CreditWork, Mac};
use millrace_runtime::{Balances, Miners, Rewards, Runtime, RuntimeOrigin, Tasks};
use millrace_runtime_tests::*;
use proptest::prelude::*;
use sp_core::{sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_keyring::Sr25519Keyring;

use crate::steps::Random;

type Account = millrace_runtime::AccountId;

const RATE: u64 = 1_000_000;
const ASK: Balance = 50_000_000;
/// Blocks of a round on the test networks.
const ROUND: u32 = 10;

/// An account that owns this much, and its mill key.
fn newcomer(number: u32, funds: Balance) -> (Account, sr25519::Pair) {
    let account = Account::from(blake2_256(&number.to_le_bytes()));
    Balances::force_set_balance(RuntimeOrigin::root(), account.clone().into(), funds).expect("root may");
    (account, sr25519::Pair::from_seed(&blake2_256(&(number + 1_000_000).to_le_bytes())))
}

/// Makes an account a miner with so many slots.
fn join(number: u32, funds: Balance, slots: usize, rate: u64) -> Account {
    use millrace_primitives::{genesis_hash, ownership_message};
    let (account, key) = newcomer(number, funds);
    let proof = key.sign(&ownership_message(genesis_hash::<Runtime>(), &account)).into();
    let origin = RuntimeOrigin::signed(account.clone());
    Miners::register(origin, key.public().into(), proof, ASK, vec![rate; slots], vec![digits()])
        .expect("it can pay its bond");
    account
}

/// What claiming a round pays an account.
fn claim(round: u32, account: &Account) -> Balance {
    let before = Balances::free_balance(account);
    let _ = Rewards::claim(signed(REQUESTER), round, account.clone());
    Balances::free_balance(account) - before
}

fn credit(account: &Account, work: Mac) {
    Rewards::credit(account, digits(), work, None);
}

fn round() -> u32 {
    pallet_rewards::CurrentRound::<Runtime>::get().0
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// Two miners with the same slots and work get the same, whatever else each of them owns, has on hold, or since when it
    /// is a miner.
    #[test]
    fn shares_know_nothing_of_bond_balance_or_age(
        works in prop::collection::vec(1u64 << 20..1 << 36, 1..6),
        wealth in 0u128..900_000 * UNIT,
        rounds_apart in 0u32..6,
        reserve in 0usize..8,
    ) {
        on_dev(|| {
            let old = join(1, 1_000 * UNIT + wealth, 2, RATE);
            // Bond beyond what its slots need: that of more slots, offered and given up again, can't be withdrawn at once.
            let origin = || RuntimeOrigin::signed(old.clone());
            Miners::offer(origin(), ASK, vec![RATE; 2 + reserve], vec![digits()]).expect("rich");
            Miners::offer(origin(), ASK, vec![RATE; 2], vec![digits()]).expect("fewer slots");
            pass(ROUND * rounds_apart);
            let young = join(2, 1_000 * UNIT, 2, RATE);
            pass(2 * ROUND);
            // Age brings capacity that nobody has used yet; take it, so that the same is on sale of both.
            for account in [&old, &young] {
                credit(account, Mac::MAX >> 40);
            }
            pass(ROUND);
            let played = round();
            for work in &works {
                credit(&old, Mac::from(*work));
                credit(&young, Mac::from(*work));
            }
            pass(ROUND);
            let (one, other) = (claim(played, &old), claim(played, &young));
            assert!(one == other && one > 0, "{one} and {other}");
        });
    }
}

/// The payout of so many blocks in which one miner's slots and wins are divided among `parts` accounts, beside a rival.
fn payout_of(parts: usize, seed: u64) -> Balance {
    let mut paid = 0;
    on_dev(|| {
        let slots = 12;
        let accounts: Vec<_> =
            (0..parts).map(|part| join(10 + part as u32, 1_000 * UNIT, slots / parts, RATE)).collect();
        let rival = join(1, 1_000 * UNIT, slots, RATE);
        // So long that luck doesn't bring more work than is on sale, by which the parts would differ.
        pass(10 * ROUND);
        let mut random = Random(seed);
        let first = round();
        // A quarter of the work that is on sale, in few wins: one in some eight blocks.
        let win = Mac::from(RATE) * slots as u128 * 2;
        for _ in 0..30 * ROUND {
            if random.one_in(8) {
                credit(&accounts[random.below(parts)], win);
            }
            if random.one_in(8) {
                credit(&rival, win);
            }
            pass(1);
        }
        paid = (first..round())
            .flat_map(|round| accounts.iter().map(move |account| (round, account)))
            .map(|(round, account)| claim(round, account))
            .sum();
    });
    paid
}

/// One miner, or the same slots and luck as two, three or six.
#[test]
fn splitting_a_miner_or_merging_many_changes_its_payout_by_less_than_a_hundredth() {
    let (mut merged, mut split) = (0, [0; 3]);
    for seed in 1..=2 {
        merged += payout_of(1, seed);
        for (sum, parts) in split.iter_mut().zip([2, 3, 6]) {
            *sum += payout_of(parts, seed);
        }
    }
    for (parts, sum) in [2, 3, 6].into_iter().zip(split) {
        let change = sum.abs_diff(merged) * 10_000 / merged;
        println!("{parts} accounts instead of one: {change} of 10,000 parts");
        assert!(change < 100, "{parts} accounts get {sum}, one gets {merged}");
    }
}

/// Posting tasks to oneself brings no score and no capacity, so whoever does the same work as a sprint earns more.
#[test]
fn self_posting_earns_no_more_than_sprinting_with_the_same_work() {
    let run = |posts: bool| {
        let mut gained = 0;
        on_dev(|| {
            let before = total(MINER);
            pass(2);
            for number in 0..3 {
                let input = HELD_OUT[number * 64..(number + 1) * 64].to_vec();
                let work = millrace_inference::CheckedModel::from_bytes(DIGITS)
                    .expect("the digits")
                    .profile()
                    .work(1);
                if posts {
                    let task = pallet_tasks::NextTask::<Runtime>::get();
                    let deadline = millrace_runtime::System::block_number() + 50;
                    Tasks::post(signed(MINER), digits(), input, UNIT, deadline).expect("a fine task");
                    pass(1);
                    let call = submission(task, descriptor(task), honest(task).trace, MILL);
                    apply(call).expect("authorised").expect("settled");
                } else {
                    credit(&id(MINER), Mac::from(work));
                    pass(1);
                }
            }
            pass(ROUND);
            for played in 0..round() {
                claim(played, &id(MINER));
            }
            gained = total(MINER) as i128 - before as i128;
        });
        gained
    };
    let (posting, sprinting) = (run(true), run(false));
    assert!(posting < 0, "posting to oneself earns {posting}");
    assert!(sprinting > 0, "sprinting earns {sprinting}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    /// However a round is divided, no more than its emission is paid, and less than a planck for each share stays behind.
    #[test]
    fn shares_round_down_and_leave_less_than_a_planck_each(
        works in prop::collection::vec(1u64..1 << 50, 1..12),
    ) {
        on_dev(|| {
            let accounts: Vec<_> =
                (0..works.len()).map(|number| join(10 + number as u32, 1_000 * UNIT, 1, RATE)).collect();
            pass(2 * ROUND);
            let played = round();
            for (account, work) in accounts.iter().zip(&works) {
                credit(account, Mac::from(*work));
            }
            pass(ROUND);
            let emission = pallet_rewards::Rounds::<Runtime>::get(played).expect("it was played").emission;
            let paid: Balance = accounts.iter().map(|account| claim(played, account)).sum();
            assert!(paid <= emission, "{paid} of {emission}");
            assert!(emission - paid < works.len() as u128, "{} planck of dust", emission - paid);
        });
    }

    /// Prices round up, what miners get of them down; the two parts add up, so nothing is created or lost.
    #[test]
    fn a_payment_favours_the_protocol_by_less_than_a_planck(ask in 1u128..1 << 60) {
        on_dev(|| {
            Miners::offer(signed(MINER), ask, vec![RATE; 2], vec![digits()]).expect("a fine offer");
            pass(ROUND + 1);
            let task = post(1, 100_000 * UNIT, millrace_runtime::System::block_number() + 50);
            pass(1);
            let Some(lease) = lease_of(task) else { return };
            let work = pallet_tasks::Tasks::<Runtime>::get(task).expect("open").work;
            assert!(lease.price * 1_000_000 >= ask * work && (lease.price - 1) * 1_000_000 < ask * work);
            let (before, supply) = (total(MINER), issuance());
            let call = submission(task, descriptor(task), honest(task).trace, MILL);
            apply(call).expect("authorised").expect("settled");
            let (paid, burned) = (total(MINER) - before, supply - issuance());
            assert_eq!(paid + burned, lease.price);
            assert!(burned * 20 >= lease.price && (burned - 1) * 20 < lease.price);
        });
    }
}

#[test]
fn work_on_a_model_that_its_miner_does_not_offer_counts_little() {
    on_dev(|| {
        pass(2);
        Rewards::credit(&id(Sr25519Keyring::Charlie), H256::zero(), 16 << 30, None);
        let other = pallet_rewards::Scores::<Runtime>::get(round(), id(MINER)).expect("credited").score;
        Rewards::credit(&id(Sr25519Keyring::Charlie), digits(), 1 << 30, None);
        let all = pallet_rewards::Scores::<Runtime>::get(round(), id(MINER)).expect("credited").score;
        assert!(all - other >= other, "{other} off sale, {} on sale", all - other);
    });
}
