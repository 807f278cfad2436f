//! What a share of the emission depends on, and how its rounding goes.

use frame_support::{
    storage::{with_transaction, TransactionOutcome},
    traits::Hooks,
};
use millrace_primitives::{Balance, CreditWork, Mac, Win};
use millrace_runtime::{Balances, Miners, Rewards, Runtime, RuntimeOrigin, System, Tasks};
use millrace_runtime_tests::*;
use proptest::prelude::*;
use sp_core::{sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::DispatchError;

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
    Rewards::credit(account, Win::in_turn(digits(), work), None);
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

/// Slots of the miner that is divided, and of its rival.
const SLOTS: usize = 12;
/// Blocks of a round on a chain of worth: an hour.
const HOUR: u32 = 600;
/// Rounds of a run.
const ROUNDS: u32 = 64;
/// Runs, each with luck of its own.
const RUNS: u64 = 200;

/// Ends a round of so many blocks at once.
fn pass_round(blocks: u32) {
    let number = System::block_number() + blocks;
    System::set_block_number(number);
    Rewards::on_initialize(number);
}

/// How many wins one round brings, of which there is one on average: each of a hundred tries wins one time in a
/// hundred.
fn wins(random: &mut Random) -> usize {
    (0..100).filter(|_| random.one_in(100)).count()
}

/// What a run pays to miners that hold these accounts' slots, beside a rival of the same luck on average. With one seed
/// the same slots win in the same rounds, whoever holds them.
fn play(accounts: &[Account], rival: &Account, win: Mac, seed: u64) -> Balance {
    let mut random = Random(seed);
    let first = round();
    for _ in 0..ROUNDS {
        for _ in 0..wins(&mut random) {
            credit(&accounts[random.below(SLOTS) * accounts.len() / SLOTS], win);
        }
        (0..wins(&mut random)).for_each(|_| credit(rival, win));
        pass_round(HOUR);
    }
    let shares = (first..round()).flat_map(|round| accounts.iter().map(move |account| (round, account)));
    let paid = shares.map(|(round, account)| claim(round, account)).sum();
    Miners::do_try_state().expect("miners");
    Rewards::do_try_state().expect("rewards");
    paid
}

/// The payouts of all runs of one miner whose slots are held by `parts` accounts and which sells `spare` times what it
/// mines.
fn payouts(parts: usize, spare: Mac) -> Vec<Balance> {
    // Blocks that pass at once leave anchors behind that sprints would have forgotten, so their properties aren't
    // checked here.
    chain("development").execute_with(|| {
        let accounts: Vec<_> =
            (0..parts).map(|part| join(10 + part as u32, 1_000 * UNIT, SLOTS / parts, RATE)).collect();
        let rival = join(1, 1_000 * UNIT, SLOTS, RATE);
        pass(2 * ROUND);
        // Everyone's capacity waits for wins, as much of it as ever does.
        pass_round(32 * HOUR);
        let win = Mac::from(RATE) * SLOTS as Mac * Mac::from(HOUR) / spare;
        (0..RUNS)
            .map(|seed| {
                // What a run does is undone, so that each begins with the same chain.
                with_transaction(|| {
                    TransactionOutcome::Rollback(Ok::<_, DispatchError>(play(&accounts, &rival, win, seed)))
                })
                .expect("a run returns what it paid")
            })
            .collect()
    })
}

fn mean_and_variance(payouts: &[Balance]) -> (f64, f64) {
    let count = payouts.len() as f64;
    let mean = payouts.iter().map(|paid| *paid as f64).sum::<f64>() / count;
    let variance = payouts.iter().map(|paid| (*paid as f64 - mean).powi(2)).sum::<f64>() / count;
    (mean, variance)
}

/// One miner, or the same slots and luck as two or six accounts. Their scores add up to the one's, and each share is
/// rounded down: so a run pays less than a planck a round less for each account, and never more. The sample is the same
/// luck, so neither mean nor variance has a statistical error.
#[test]
fn splitting_a_miner_or_merging_many_changes_its_payout_by_rounding_and_not_its_variance() {
    let one = payouts(1, 2);
    let (mean, variance) = mean_and_variance(&one);
    assert!(variance.sqrt() > mean / 100.0, "luck moves payouts: {mean} ± {}", variance.sqrt());
    for parts in [2, 6] {
        let divided = payouts(parts, 2);
        let dust = Balance::from(ROUNDS) * parts as Balance;
        // So their means differ by less than that, too.
        for (whole, sum) in one.iter().zip(&divided) {
            assert!(sum <= whole && whole - sum < dust, "{parts} accounts get {sum}, one gets {whole}");
        }
        let (mean_divided, variance_divided) = mean_and_variance(&divided);
        println!(
            "{parts} accounts: {mean_divided} ± {}, one: {mean} ± {}",
            variance_divided.sqrt(),
            variance.sqrt()
        );
        assert!((variance_divided / variance - 1.0).abs() < 0.01, "{variance_divided} and {variance}");
    }
}

/// Who sells no more than it mines has less to wait for rare wins with in each account: dividing it brings nothing and
/// costs little.
#[test]
fn splitting_a_miner_without_capacity_to_spare_gains_nothing() {
    let (one, _) = mean_and_variance(&payouts(1, 1));
    for parts in [2, 6] {
        let (divided, _) = mean_and_variance(&payouts(parts, 1));
        println!("{parts} accounts: {divided}, one: {one}");
        assert!(divided <= one && divided > one * 0.98, "{parts} accounts get {divided}, one gets {one}");
    }
}

/// What a miner does beside its sprints.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    /// As much work again, in sprints.
    Sprints,
    /// As much work again, in tasks that this account posts to its slots.
    Tasks(Sr25519Keyring),
}

/// What the miner and the requester, who are one owner's here, earn together in three rounds.
fn earned(beside: Beside) -> i128 {
    let mut gained = 0;
    on_dev(|| {
        // Slots so slow that what they have on sale limits what counts, and cheaper than the rival's.
        Miners::offer(signed(MINER), ASK / 50, vec![RATE / 10; 2], vec![digits()]).expect("a fine offer");
        let rival = join(1, 1_000 * UNIT, 2, RATE / 10);
        pass(2 * ROUND);
        // What was on sale before the rounds that count is used up.
        for account in [&id(MINER), &rival] {
            credit(account, Mac::MAX >> 40);
        }
        pass(ROUND);
        let first = round();
        let before = total(MINER) + total(REQUESTER);
        for number in 0..3 {
            credit(&id(MINER), Mac::from(10 * RATE));
            credit(&rival, Mac::from(10 * RATE));
            work_beside(beside, HELD_OUT[number * 4_096..][..4_096].to_vec());
            pass(ROUND);
        }
        for played in first..round() {
            claim(played, &id(MINER));
        }
        gained = (total(MINER) + total(REQUESTER)) as i128 - before as i128;
    });
    gained
}

/// Executes one batch for whom it is, in five blocks.
fn work_beside(beside: Beside, input: Vec<u8>) {
    match beside {
        Beside::Tasks(poster) => {
            let task = pallet_tasks::NextTask::<Runtime>::get();
            let deadline = System::block_number() + 50;
            Tasks::post(signed(poster), digits(), input, UNIT, deadline, None).expect("a fine task");
            // The slot is off sale for as long as the batch takes by its rate.
            pass(5);
            let call = submission(task, descriptor(task), honest(task).trace, MILL);
            apply(call).expect("the miner's slot was the cheapest").expect("settled");
        }
        Beside::Sprints => {
            let model = millrace_inference::CheckedModel::from_bytes(DIGITS).expect("the digits");
            credit(&id(MINER), Mac::from(model.profile().work(64)));
            pass(5);
        }
        Beside::Nothing => pass(5),
    }
}

/// Posting tasks to oneself on a listed model, under one's own name or a second one, brings no score and no more
/// capacity than free slots do. So whoever does the same work as a sprint earns more, and whoever does nothing at all
/// as well.
#[test]
fn self_posting_earns_no_more_than_sprinting_with_the_same_work() {
    let (nothing, sprinting) = (earned(Beside::Nothing), earned(Beside::Sprints));
    assert!(0 < nothing && nothing < sprinting, "{sprinting} with more sprints, {nothing} without");
    for poster in [MINER, REQUESTER] {
        let posting = earned(Beside::Tasks(poster));
        assert!(posting < nothing, "{poster:?} posts: {posting} against {nothing}");
    }
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
            let task = post(1, 100_000 * UNIT, System::block_number() + 50);
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
        Rewards::credit(&id(Sr25519Keyring::Charlie), Win::in_turn(H256::zero(), 16 << 30), None);
        let other = pallet_rewards::Scores::<Runtime>::get(round(), id(MINER)).expect("credited").score;
        Rewards::credit(&id(Sr25519Keyring::Charlie), Win::in_turn(digits(), 1 << 30), None);
        let all = pallet_rewards::Scores::<Runtime>::get(round(), id(MINER)).expect("credited").score;
        assert!(all - other >= other, "{other} off sale, {} on sale", all - other);
    });
}
