//! What people are told: where a task stands, why it waits, how it ended, and what a batch would cost.

use frame_support::{assert_ok, traits::Get};
use millrace_inference::TraceError;
use millrace_primitives::{
    NoTaker, OpenTask, Quote, Taker, TaskEnd, TaskNext, TaskStanding, TaskView, Unpostable, Verdict,
};
use sp_runtime::Permill;

use super::submit::apply;
use crate::{mock::*, MaxInput, Prices, RefundReason, Requested};

fn open(task: u64) -> OpenTask<AccountId> {
    match Tasks::task(task) {
        Some(TaskView::Open(open)) => open,
        other => panic!("an open task, not {other:?}"),
    }
}

fn why(task: u64) -> NoTaker {
    match open(task).standing {
        TaskStanding::Waiting { why, .. } => why,
        other => panic!("a task that waits, not {other:?}"),
    }
}

fn quote(samples: u32, deadline: u32) -> Quote<AccountId> {
    Tasks::quote(model(), samples, deadline).expect("it can be posted")
}

fn numbers(page: Vec<TaskView<AccountId>>) -> Vec<u64> {
    page.iter().map(TaskView::task).collect()
}

#[test]
fn a_waiting_task_says_where_it_stands_and_what_comes_next() {
    on_chain(|| {
        let (first, second) = (post_until(1, 100), post_until(1, 100));
        pass(2);
        let view = open(second);
        assert_eq!(
            (view.requester, view.model, view.samples, view.work),
            (REQUESTER, model(), 1, WORK.into())
        );
        assert_eq!((view.ceiling, view.rent), (CEILING - 2 * RENT, 2 * RENT));
        assert_eq!(
            view.standing,
            TaskStanding::Waiting { before: 1, waiting: 2, rent_per_block: RENT, why: NoTaker::AllBusy }
        );
        assert_eq!(view.next, TaskNext::Refund { from: 101, why: RefundReason::Deadline });
        assert!(matches!(open(first).standing, TaskStanding::Waiting { before: 0, .. }));
    });
}

#[test]
fn a_ceiling_that_rent_will_eat_is_foretold_to_the_block() {
    on_chain(|| {
        let ceiling = 100 + 5 * RENT;
        assert_ok!(Tasks::post(
            RuntimeOrigin::signed(REQUESTER),
            model(),
            vec![7; SAMPLE],
            ceiling,
            900,
            None
        ));
        let TaskNext::Refund { from, why } = open(0).next else { panic!("it waits") };
        assert_eq!(why, RefundReason::RentSpent);
        let now = System::block_number();
        pass(from - now - 1);
        assert!(is_open(0));
        pass(2);
        assert!(!is_open(0), "the block's service comes before its rent");
    });
}

#[test]
fn each_reason_for_a_wait_is_told() {
    on_chain(|| {
        let task = post_until(1, 30);
        assert_eq!(why(task), NoTaker::AllBusy);
        world(|world| world.offered = false);
        assert_eq!(why(task), NoTaker::NobodyOffers);
        world(|world| world.offered = true);

        sell_slot(MINER, 0);
        assert_eq!(why(task), NoTaker::InTurn);
        world(|world| world.slots[0].ask = 3 * ASK);
        assert_eq!(why(task), NoTaker::TooDear { price: 3 * PRICE });
        world(|world| world.slots[0].ask = ASK);
        crate::Tasks::<Test>::mutate(task, |record| {
            record.as_mut().expect("it is open").failed.try_push(MINER).expect("there is room")
        });
        assert_eq!(why(task), NoTaker::AllRefused);
        sell_slot(OTHER_MINER, 0);
        assert_eq!(why(task), NoTaker::InTurn);
        assert_eq!(world(|world| (world.slots.len(), world.leased.len())), (2, 0), "looking leases nothing");
    });
}

#[test]
fn slots_that_are_too_slow_say_what_they_could_keep() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let Taker::Nobody { why } = quote(20, 24).taker else { panic!("nobody can") };
        assert_eq!(why, NoTaker::TooSlow { earliest: 2 + 3 + 20 });
        assert!(matches!(quote(20, 25).taker, Taker::Slot { due: 25, until: 25, .. }));
    });
}

#[test]
fn a_leased_task_says_by_when_it_is_answered() {
    on_chain(|| {
        let task = leased();
        let lease = lease_of(task).expect("it is leased");
        let slashed_from = lease.until + 6;
        let (due, until) = (lease.due, lease.until);
        assert_eq!(open(task).next, TaskNext::Answer { due, until, slashed_from });
        assert_eq!(
            open(task).standing,
            TaskStanding::Leased {
                miner: MINER,
                slot: 0,
                price: PRICE,
                price_now: PRICE,
                since: lease.since
            }
        );
        System::set_block_number(until);
        assert_eq!(open(task).next, TaskNext::LateAnswer { until, slashed_from });
        assert!(
            matches!(open(task).standing, TaskStanding::Leased { price_now, .. } if price_now == PRICE / 4)
        );
        System::set_block_number(1);
    });
}

#[test]
fn a_fate_is_kept_for_the_retention_with_price_miner_and_output() {
    on_chain(|| {
        let task = leased();
        let (fee, posting) = (record(task).fee, record(task).posting_cost);
        assert_eq!(Tasks::fate(task), None, "it is open");
        world(|world| world.verdict = Verdict::Proven { output: vec![1, 2, 3] });
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let ended = System::block_number();
        let Some(TaskView::Ended { fate, kept_until, output, .. }) = Tasks::task(task) else {
            panic!("it is over")
        };
        assert_eq!((fate.block, kept_until, output), (ended, ended + 50, Some(vec![1, 2, 3])));
        let cut = PRICE / 20;
        assert_eq!(
            fate.end,
            TaskEnd::Settled {
                miner: MINER,
                paid: PRICE - cut,
                burned: cut,
                fee,
                retention: RETENTION,
                returned: CEILING - PRICE,
                rent: 0,
                posting,
                compensation: 0,
            }
        );
        assert_eq!(Tasks::fate(task), Some(fate));
        pass(49);
        assert!(Tasks::fate(task).is_some());
        pass(1);
        assert_eq!((Tasks::fate(task), Tasks::task(task)), (None, None));
        assert_eq!(Requested::<Test>::iter().count(), 0);
    });
}

#[test]
fn refunds_and_failures_are_told_apart() {
    on_chain(|| {
        let cancelled = post(1);
        let posting = record(cancelled).posting_cost;
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), cancelled));
        let end = Tasks::fate(cancelled).expect("it is kept").end;
        let (why, retention) = (RefundReason::Cancelled, RECORD);
        assert_eq!(end, TaskEnd::Refunded { why, rent: 0, retention, posting, compensation: 0 });

        let task = leased();
        assert_ok!(apply(submission(task, vec![5], MINER)));
        let end = Tasks::fate(task).expect("it is kept").end;
        assert!(matches!(end, TaskEnd::Failed { why: RefundReason::Unverifiable, .. }));
    });
}

/// A bill lasts as long as a fate, and holds what earlier waits and a first lease in vain cost too.
#[test]
fn a_bill_is_whole() {
    on_chain(|| {
        let twice_leased = || {
            let task = post(1);
            pass(2);
            sell_slot(MINER, 0);
            pass(1);
            world(|world| world.verdict = Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
            assert_ok!(apply(submission(task, vec![5], MINER)));
            pass(3);
            task
        };
        let (before, task) = (total(REQUESTER), twice_leased());
        let posting_cost = record(task).posting_cost;
        assert!(posting_cost > SLASH, "a slash makes good a part");
        let view = open(task);
        assert_eq!((view.rent, view.posting, view.compensation), (5 * RENT, posting_cost, SLASH));
        sell_slot(OTHER_MINER, 0);
        pass(1);
        assert_eq!(open(task).rent, 5 * RENT, "a leased task has no less");
        world(|world| world.verdict = Verdict::Proven { output: vec![] });
        assert_ok!(apply(submission(task, vec![5], OTHER_MINER)));
        let end = Tasks::fate(task).expect("it is kept").end;
        let TaskEnd::Settled { paid, burned, fee, retention, rent, posting, compensation, .. } = end else {
            panic!("it was settled: {end:?}")
        };
        assert_eq!((rent, posting, compensation), (5 * RENT, posting_cost, SLASH), "of both waits");
        assert_eq!(total(REQUESTER), before - paid - burned - fee - retention - rent);

        world(|world| world.slots.clear());
        let task = twice_leased();
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), task));
        let end = Tasks::fate(task).expect("it is kept").end;
        assert!(matches!(end, TaskEnd::Refunded { rent, .. } if rent == 5 * RENT), "{end:?}");
    });
}

#[test]
fn an_account_finds_its_tasks_newest_first() {
    on_chain(|| {
        let tasks: Vec<u64> = (0..5).map(|_| post(1)).collect();
        assert_ok!(Tasks::post(
            RuntimeOrigin::signed(STRANGER),
            model(),
            vec![7; SAMPLE],
            CEILING,
            100,
            None
        ));
        assert_ok!(Tasks::cancel(RuntimeOrigin::signed(REQUESTER), tasks[2]));
        assert_eq!(numbers(Tasks::tasks_of(REQUESTER, None, 100)), [4, 3, 2, 1, 0]);
        assert_eq!(numbers(Tasks::tasks_of(REQUESTER, None, 2)), [4, 3]);
        assert_eq!(numbers(Tasks::tasks_of(REQUESTER, Some(3), 2)), [2, 1]);
        assert!(Tasks::tasks_of(REQUESTER, Some(0), 2).is_empty());
        assert!(matches!(Tasks::tasks_of(REQUESTER, Some(3), 1)[..], [TaskView::Ended { output: None, .. }]));
        assert_eq!(numbers(Tasks::tasks_of(STRANGER, None, 7)), [5]);
        assert!(Tasks::tasks_of(MINER, None, 7).is_empty());
    });
}

#[test]
fn a_page_has_a_hundred_tasks_at_most() {
    on_chain(|| {
        for _ in 0..120 {
            post(1);
        }
        assert_eq!(Tasks::tasks_of(REQUESTER, None, u32::MAX).len(), 100);
    });
}

#[test]
fn a_quote_is_what_posting_then_costs() {
    on_chain(|| {
        sell_slot(MINER, 0);
        let quoted = quote(2, 200);
        let task = post_until(2, 200);
        let posted = record(task);
        assert_eq!(
            (quoted.verification_fee, quoted.retention_fee, quoted.deposit, quoted.posting_fee, quoted.work),
            (posted.fee, posted.retention_fee, posted.deposit, posted.posting_cost, posted.work)
        );
        assert_eq!((quoted.input_bytes, quoted.output_bytes, quoted.least_ceiling), (8, 16, 100));
        assert_eq!(quoted.refund_fee, RECORD);
        let Taker::Slot { miner, price, due, until, blocks, .. } = quoted.taker else {
            panic!("a slot is free")
        };
        assert_eq!(blocks, due - (System::block_number() + 1));
        pass(1);
        let lease = lease_of(task).expect("the slot is free");
        assert_eq!((miner, price), (lease.miner, lease.price));
        assert_eq!((due, until), (lease.due, lease.until));
    });
}

#[test]
fn what_cant_be_posted_says_why() {
    on_chain(|| {
        let unpostable = |samples, deadline| Tasks::quote(model(), samples, deadline).err();
        assert_eq!(unpostable(0, 100), Some(Unpostable::NoSamples));
        let deadline = Unpostable::Deadline { first: 6, last: 1_001 };
        assert_eq!(unpostable(1, 5), Some(deadline.clone()));
        assert_eq!(unpostable(1, 6), None);
        assert_eq!(unpostable(1, 1_002), Some(deadline));
        let most = Tasks::most_samples(model()).expect("it is registered");
        assert_eq!(unpostable(most, 100), None);
        assert_eq!(unpostable(most + 1, 100), Some(Unpostable::TooManySamples { most }));
        assert!(most as usize * SAMPLE <= <MaxInput as Get<u32>>::get() as usize);
        world(|world| world.models.get_mut(&model()).expect("it is registered").open = false);
        assert_eq!(unpostable(1, 100), Some(Unpostable::RetiredModel));
        world(|world| world.models.clear());
        assert_eq!(unpostable(1, 100), Some(Unpostable::UnknownModel));
    });
}

#[test]
fn the_prices_in_force() {
    on_chain(|| {
        let prices = Prices {
            output_fee_per_byte: 3,
            rent_base: RENT_BASE,
            rent_peak: RENT_PEAK,
            min_price: 100,
            protocol_cut: Permill::from_percent(5),
        };
        assert_eq!(Tasks::prices(), prices);
    });
}

#[test]
fn the_market_as_a_whole() {
    on_chain(|| {
        let market = Tasks::market();
        assert_eq!((market.waiting, market.most_waiting, market.leases, market.posted), (0, 1_024, 0, 0));
        assert_eq!((market.rent_per_block, market.bid_to_exceed), (RENT_BASE, None));
        assert_eq!(Tasks::highest_ask(&[model()]), None);
        post(1);
        assert_eq!(Tasks::highest_ask(&[model()]), Some(2 * ASK));
        assert_eq!(Tasks::highest_ask(&[]), None);
        fill_queue(CEILING, 401);
        assert_eq!(Tasks::market().bid_to_exceed, Some(CEILING / 400));
    });
}
