//! Capacity: what counts as having been on sale, at which ask, and what takes it.

use frame_support::assert_ok;
use millrace_primitives::{Balance, CapacityOnSale, Mac, MinerBond, Part, Served, SlotMarket, TakenCapacity};

use crate::mock::*;

const BLOCK: Mac = RATE as Mac;

fn take(work: Mac) -> (Mac, Balance) {
    let TakenCapacity { work, ask } = Miners::take(&MINER, model(), work);
    (work, ask)
}

/// Settles a task of so much work that a whole slot asked five for, ten blocks ago.
fn settle(work: Mac, due: u32, mining_pay: Balance) {
    let since = System::block_number() - 10;
    Miners::settle(&MINER, 0, WHOLE, Served { work, ask: 5, since, due, mining_pay });
}

#[test]
fn each_block_adds_what_was_on_sale_in_it() {
    on_chain(|| {
        selling(MINER, 5, 2);
        assert_eq!(take(Mac::MAX), (0, 5));
        pass(10);
        assert_eq!(take(7 * BLOCK), (7 * BLOCK, 5));
        assert_eq!(take(Mac::MAX), (13 * BLOCK, 5));
        assert_eq!(take(Mac::MAX), (0, 5), "it is used up");
        assert_eq!(Miners::take(&OTHER, model(), 1), TakenCapacity { work: 0, ask: Balance::MAX });
    });
}

#[test]
fn one_big_win_takes_what_many_small_ones_do() {
    on_chain(|| {
        selling(MINER, 5, 1);
        selling(OTHER, 5, 1);
        let small: Mac = (0..10)
            .map(|_| {
                pass(10);
                Miners::take(&OTHER, model(), 10 * BLOCK).work
            })
            .sum();
        assert_eq!((small, take(100 * BLOCK)), (100 * BLOCK, (100 * BLOCK, 5)));
    });
}

#[test]
fn what_isnt_used_waits_for_a_window_and_no_longer() {
    on_chain(|| {
        selling(MINER, 5, 2);
        pass(10 * WINDOW);
        assert_eq!(take(Mac::MAX), (2 * BLOCK * Mac::from(WINDOW), 5));
        pass(WINDOW);
        // A smaller offer has room for less.
        assert_ok!(offer(MINER, 5, vec![RATE], vec![model()]));
        begin_round();
        assert_eq!(take(Mac::MAX).0, BLOCK * Mac::from(WINDOW));
    });
}

#[test]
fn slots_added_just_before_a_win_add_nothing_to_it() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_ok!(offer(MINER, 5, vec![RATE; 16], vec![model()]));
        begin_round();
        // The old slot was on sale in the one block that passed.
        assert_eq!(take(Mac::MAX), (BLOCK, 5));
    });
}

#[test]
fn a_slot_leased_to_its_own_miner_wasnt_on_sale() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_eq!(lease(), Some((MINER, 0)));
        pass(50);
        assert_eq!(take(Mac::MAX), (0, 5));
        Miners::free(&MINER, 0, WHOLE);
        assert_eq!(take(Mac::MAX), (0, 5));
        pass(1);
        assert_eq!(take(Mac::MAX), (BLOCK, 5));
    });
}

#[test]
fn a_small_task_takes_no_capacity_from_who_serves_it_in_time() {
    on_chain(|| {
        selling(MINER, 5, 1);
        for (due, counted) in [(10, 10 * BLOCK), (1_000, 10 * BLOCK), (4, 4 * BLOCK), (0, 0)] {
            assert_eq!(lease(), Some((MINER, 0)));
            let due = System::block_number() + due;
            pass(10);
            assert_eq!(take(Mac::MAX), (0, 5), "nothing while it is leased");
            settle(0, due, 3);
            assert_eq!(book(), [(MINER, 0)]);
            assert_eq!(take(Mac::MAX), (counted, 5));
        }
    });
}

#[test]
fn settled_work_counts_as_far_as_the_slot_promised_it() {
    on_chain(|| {
        selling(MINER, 5, 1);
        for (work, counted) in [(3 * BLOCK, 3 * BLOCK), (1_000 * BLOCK, 10 * BLOCK)] {
            assert_eq!(lease(), Some((MINER, 0)));
            pass(10);
            settle(work, 0, 3);
            assert_eq!(take(Mac::MAX), (counted, 5));
        }
    });
}

/// A slot is for sale but for what its leases take of it.
#[test]
fn what_a_lease_leaves_of_a_slot_is_on_sale() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let leased = lease_work(BLOCK / 4, 1).expect("it is on sale");
        assert_eq!((leased.rate, free_rates()), (RATE / 4, vec![RATE * 3 / 4]));
        let part = Part { rate: leased.rate, slash: leased.slash };
        let since = System::block_number();
        pass(10);
        assert_eq!(take(Mac::MAX), (10 * BLOCK * 3 / 4, 5));
        // It took ten blocks and could have done with one: what it promised beside the work counts as if mining's pay was asked.
        let served = Served { work: BLOCK / 4, ask: 5, since, due: 1_000, mining_pay: 15 };
        Miners::settle(&MINER, 0, part, served);
        assert_eq!((take(Mac::MAX), free_rates()), ((10 * BLOCK / 4, 14), vec![RATE]));
    });
}

/// Small tasks of a rival take no more than their work, and hide no more than that either, until they stake as much together
/// as the slot does.
#[test]
fn small_tasks_take_a_slot_only_together() {
    on_chain(|| {
        selling(MINER, 5, 1);
        let leases: Vec<_> = core::iter::from_fn(|| lease_work(1, 1)).collect();
        // Failing the slot costs 101, and failing one of these ten.
        assert_eq!(leases.len(), 11);
        assert!(leases[..10].iter().all(|lease| (lease.rate, lease.slash) == (1, 10)));
        assert_eq!((leases[10].rate, leases[10].slash), (RATE - 10, SLASH));
        assert_eq!(record(MINER).slots[0].leased.clone().map(|leased| leased.at_stake), Some(100 + SLASH));
        let since = System::block_number();
        pass(2);
        assert_eq!((take(Mac::MAX), book()), ((0, 5), vec![]));
        for lease in leases {
            let part = Part { rate: lease.rate, slash: lease.slash };
            Miners::settle(
                &MINER,
                0,
                part,
                Served { work: 1, ask: 5, since, due: since + 4, mining_pay: 15 },
            );
        }
        assert_eq!((take(Mac::MAX), free_rates()), ((2 * BLOCK, 15), vec![RATE]));
        assert_eq!(record(MINER).slots[0].leased, None);
    });
}

/// Nobody could test the ask of a slot that small tasks hide, so it counts as if what mining pays was asked.
#[test]
fn time_that_a_task_did_not_need_counts_at_what_mining_pays() {
    on_chain(|| {
        selling(MINER, 5, 1);
        assert_eq!(lease(), Some((MINER, 0)));
        pass(10);
        settle(4 * BLOCK, 1_000, 15);
        // Four blocks at five, six at fifteen: 110 / 10.
        assert_eq!(take(Mac::MAX), (10 * BLOCK, 11));
        // Only what the offered models are of the listed ones.
        list(&[model(), second_model()]);
        assert_eq!(lease(), Some((MINER, 0)));
        pass(10);
        settle(BLOCK, 1_000, 5);
        assert_eq!(take(Mac::MAX), (5 * BLOCK, 5));
    });
}

#[test]
fn a_dear_lease_counts_as_dear_whatever_is_offered_since() {
    on_chain(|| {
        selling(MINER, 900, 1);
        assert_eq!(lease(), Some((MINER, 0)));
        let since = System::block_number();
        assert_ok!(offer(MINER, 0, vec![RATE], vec![model()]));
        begin_round();
        pass(9);
        Miners::settle(&MINER, 0, WHOLE, Served { work: 10 * BLOCK, ask: 900, since, due: 0, mining_pay: 0 });
        assert_eq!(take(Mac::MAX), (10 * BLOCK, 900));
    });
}

#[test]
fn the_ask_is_an_average_over_the_work_rounded_up() {
    on_chain(|| {
        selling(MINER, 10, 1);
        pass(1);
        assert_ok!(offer(MINER, 1, vec![RATE], vec![model()]));
        begin_round();
        pass(1);
        // Two blocks at ten, one at one: 21 / 3.
        assert_eq!(take(BLOCK), (BLOCK, 7));
        pass(1);
        // What is left of them, and another at one: 15 / 3.
        assert_eq!(take(BLOCK), (BLOCK, 5));
        pass(4);
        // 2 · 5 + 4 · 1 = 14 for six.
        assert_eq!(take(Mac::MAX), (6 * BLOCK, 3));
    });
}

#[test]
fn only_listed_models_count_and_each_for_its_part() {
    on_chain(|| {
        list(&[model(), second_model()]);
        selling(MINER, 5, 1);
        pass(10);
        assert_eq!(Miners::take(&MINER, second_model(), 1).work, 0, "it doesn't offer that one");
        assert_eq!(take(Mac::MAX), (5 * BLOCK, 5));
        list(&[]);
        pass(10);
        assert_eq!(take(Mac::MAX), (0, 5));
    });
}

#[test]
fn a_new_list_counts_from_its_block_on() {
    on_chain(|| {
        selling(MINER, 5, 1);
        // It offers the first of them, or half of what is listed, or nothing of it.
        for (listed, blocks) in
            [(vec![model(), second_model()], 10), (vec![second_model()], 3), (vec![model()], 4)]
        {
            pass(blocks);
            list(&listed);
        }
        pass(6);
        assert_eq!(take(Mac::MAX), (17 * BLOCK + BLOCK / 2, 5));
        // A task's time counts by the lists of its blocks, too.
        let slot = lease_at(1).expect("it is on sale").slot;
        pass(2);
        list(&[second_model()]);
        pass(2);
        let (since, due) = (System::block_number() - 4, System::block_number());
        Miners::settle(&MINER, slot, WHOLE, Served { work: 0, ask: 5, since, due, mining_pay: 0 });
        assert_eq!(take(Mac::MAX), (2 * BLOCK, 5));
    });
}

#[test]
fn a_suspended_slot_adds_nothing() {
    on_chain(|| {
        selling(MINER, 5, 2);
        pass(3);
        Miners::suspend(&MINER);
        pass(50);
        assert_eq!(take(Mac::MAX), (0, 5), "nothing is credited while it is suspended");
        assert_ok!(Miners::resume(RuntimeOrigin::signed(MINER)));
        assert_eq!(take(Mac::MAX), (6 * BLOCK, 5));
    });
}

/// Luck that a seed determines (SplitMix64).
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// What counts of a miner's work, per 10,000, on an average of so many runs: in ten windows from an empty store on, and in the
/// last five of them. In each block it tries its luck so many times, and wins with a chance of so many in 1,000. It sells `spare`
/// quarters of what it mines.
fn counted(runs: u64, (tries, chance): (u64, u64), spare: Mac) -> [u128; 2] {
    let (mut mined, mut counts) = ([0, 0], [0, 0]);
    for seed in 0..runs {
        on_chain(|| {
            selling(MINER, 5, 1);
            let mut random = Random(seed);
            let win = BLOCK * 1_000 * 4 / Mac::from(tries * chance) / spare;
            for block in 0..10 * WINDOW {
                System::set_block_number(System::block_number() + 1);
                for _ in (0..tries).filter(|_| random.draw() % 1_000 < chance) {
                    let on_sale = take(win).0;
                    let half = usize::from(block >= 5 * WINDOW);
                    mined[half] += win;
                    counts[half] += on_sale + (win - on_sale) / 16;
                }
            }
        });
    }
    [(counts[0] + counts[1]) * 10_000 / (mined[0] + mined[1]), counts[1] * 10_000 / mined[1]]
}

/// The runtime's window is 128 rounds. So miners with ten wins in a round, with one in ten rounds and one in 32 rounds, over
/// 1,280 rounds: they score nearly the same for the same work, if they have some capacity to spare. Who sells just what it
/// mines loses what chance brings at once. One win in 40 rounds has of 128 what one in ten had of 32.
#[test]
fn rare_wins_score_nearly_what_frequent_ones_do() {
    for (spare, tenth, thirtieth) in [(8, 990, 980), (5, 970, 920), (4, 920, 800)] {
        // A block is 1.28 rounds here.
        let [frequent, later] = counted(2, (128, 100), spare);
        println!("of 10,000 with {spare}/4 of the capacity: {frequent}, later {later}");
        for (rounds, chance, least) in [(10, 128, tenth), (32, 40, thirtieth), (40, 32, 700)] {
            let [rare, later] = counted(100, (1, chance), spare);
            println!("a win in {rounds} rounds: {rare}, later {later}");
            assert!(rare * 1_000 >= frequent * least, "{rare} against {frequent}");
            assert!(rare <= frequent, "rare wins gain nothing either: {rare} against {frequent}");
        }
    }
}
