//! What people are told of tasks: where one stands, why it waits, how it ended, and what a batch would cost.
//!
//! Nothing here changes anything. A search for a slot is the one that leases go by, told that each slot is refused: so a
//! quote names the very slot that a lease in the next block would, unless an offer comes into force before.

use alloc::vec::Vec;
use core::cell::RefCell;

use frame_support::traits::Get;
use millrace_primitives::{
    price_of, Answer, Balance, BlockNumber, Demand, Mac, MarketView, ModelId, ModelInfo, ModelRegistry,
    NoTaker, OpenTask, Quote, RefundReason, SlotMarket, SlotOffer, Taker, TaskId, TaskNext, TaskStanding,
    TaskView, Unpostable, MAC_PER_ASK,
};

use crate::{
    calls::Submission,
    pricing::price_at,
    room::Room,
    terms::{least_rate, terms},
    Config, Lease, LeaseEntry, MaxInput, MaxLeases, MaxQueue, NextTask, Pallet, Prices, TaskRecordOf,
    TaskState, Tasks,
};

/// A batch that looks for a slot.
struct Wanted {
    model: ModelId,
    work: Mac,
    deadline: BlockNumber,
    /// The most that it may cost, planck.
    ceiling: Balance,
    /// What its submission takes; its `until` means nothing.
    entry: LeaseEntry,
}

/// A slot that would take a batch.
struct Found<AccountId> {
    offer: SlotOffer<AccountId>,
    price: Balance,
    due: BlockNumber,
    until: BlockNumber,
}

/// What a search met.
struct Seen<AccountId> {
    found: Option<Found<AccountId>>,
    /// The least price among those that were too dear.
    dear: Option<Balance>,
    no_room: bool,
    refused: bool,
}

impl<T: Config> Pallet<T> {
    /// A task, open or ended.
    pub(crate) fn view_task(task: TaskId) -> Option<TaskView<T::AccountId>> {
        match Tasks::<T>::get(task) {
            Some(record) => Some(TaskView::Open(Self::view_open(task, record, &Self::room()))),
            None => Self::view_ended(task, Self::output_of(task)),
        }
    }

    /// A page of an account's tasks, newest first.
    pub(crate) fn view_tasks_of(
        requester: &T::AccountId,
        before: Option<TaskId>,
        count: u32,
    ) -> Vec<TaskView<T::AccountId>> {
        let room = Self::room();
        Self::requested(requester, before, count)
            .into_iter()
            .filter_map(|task| match Tasks::<T>::get(task) {
                Some(record) => Some(TaskView::Open(Self::view_open(task, record, &room))),
                None => Self::view_ended(task, None),
            })
            .collect()
    }

    fn view_ended(task: TaskId, output: Option<Vec<u8>>) -> Option<TaskView<T::AccountId>> {
        let fate = Self::fate_of(task)?;
        let kept_until = Self::kept_until(&fate);
        Some(TaskView::Ended { task, fate, kept_until, output })
    }

    fn view_open(task: TaskId, record: TaskRecordOf<T>, room: &Room) -> OpenTask<T::AccountId> {
        let (standing, next) = match &record.state {
            TaskState::Queued => (Self::view_waiting(task, &record, room), Self::next_of_queued(&record)),
            TaskState::Leased(lease) => (Self::view_leased(&record, lease), Self::next_of_leased(lease)),
        };
        let rent = record.rent.saturating_add(Self::rent_due(&record));
        OpenTask {
            task,
            ceiling: Self::ceiling_left(&record),
            requester: record.requester,
            model: record.model,
            input_hash: record.input_hash,
            samples: record.samples,
            work: record.work,
            bid: record.bid,
            deposit: record.deposit,
            fee: record.fee,
            retention: record.retention_fee,
            rent,
            posting: record.posting_cost,
            compensation: record.compensation,
            deadline: record.deadline,
            standing,
            next,
            failed: record.failed.into_inner(),
            declined: record.declined.into_inner(),
        }
    }

    fn view_waiting(task: TaskId, record: &TaskRecordOf<T>, room: &Room) -> TaskStanding<T::AccountId> {
        let before = Self::queued().into_iter().take_while(|queued| *queued != task).count();
        let wanted = Wanted {
            model: record.model,
            work: record.work,
            deadline: record.deadline,
            ceiling: Self::ceiling_left(record),
            entry: LeaseEntry {
                until: 0,
                task,
                bytes: record.trace_bytes,
                time: record.submission_time,
                proof: record.submission_proof,
            },
        };
        let refuses = |miner: &T::AccountId| record.failed.contains(miner) || record.declined.contains(miner);
        TaskStanding::Waiting {
            before: u32::try_from(before).unwrap_or(u32::MAX),
            waiting: Self::queue_length(),
            rent_per_block: Self::rent_now(),
            why: Self::search(&wanted, refuses, room).err().unwrap_or(NoTaker::InTurn),
        }
    }

    fn view_leased(record: &TaskRecordOf<T>, lease: &Lease<T::AccountId>) -> TaskStanding<T::AccountId> {
        TaskStanding::Leased {
            miner: lease.miner.clone(),
            slot: lease.slot,
            price: lease.price,
            price_now: price_at(lease.price, Self::now(), lease.due, lease.until).min(record.max_price),
            since: lease.since,
        }
    }

    /// A queued task is refunded after its deadline, or once its ceiling can't pay the rent any more.
    fn next_of_queued(record: &TaskRecordOf<T>) -> TaskNext {
        if let Some(why) = Self::overdue(record) {
            return TaskNext::Refund { from: Self::now(), why };
        }
        let spare = Self::ceiling_left(record).saturating_sub(T::MinPrice::get());
        let blocks = spare
            .checked_div(Self::rent_now())
            .and_then(|blocks| u32::try_from(blocks).ok())
            .unwrap_or(u32::MAX);
        let spent = Self::now().saturating_add(blocks).saturating_add(1);
        let late = record.deadline.saturating_add(1);
        if spent < late {
            TaskNext::Refund { from: spent, why: RefundReason::RentSpent }
        } else {
            TaskNext::Refund { from: late, why: RefundReason::Deadline }
        }
    }

    fn next_of_leased(lease: &Lease<T::AccountId>) -> TaskNext {
        let until = lease.until;
        let slashed_from = until.saturating_add(T::GracePeriod::get()).saturating_add(1);
        if Self::now() > lease.due {
            TaskNext::LateAnswer { until, slashed_from }
        } else {
            TaskNext::Answer { due: lease.due, until, slashed_from }
        }
    }

    /// What a batch would cost now, and who would take it; or why it can't be posted.
    pub(crate) fn view_quote(
        model: ModelId,
        samples: u32,
        deadline: BlockNumber,
    ) -> Result<Quote<T::AccountId>, Unpostable> {
        let info = T::Models::find(model).ok_or(Unpostable::UnknownModel)?;
        let (input_bytes, submission) = Self::postable(&info, samples, deadline)?;
        let Submission { weight, trace_bytes, output_bytes } = submission;
        let work = Mac::from(info.profile.work(samples));
        let entry = LeaseEntry {
            until: 0,
            task: NextTask::<T>::get(),
            bytes: trace_bytes,
            time: weight.ref_time(),
            proof: submission.proof(),
        };
        let wanted = Wanted { model, work, deadline, ceiling: Balance::MAX, entry };
        let taker = match Self::search(&wanted, |_| false, &Self::room()) {
            Ok(Found { offer, price, due, until }) => Taker::Slot {
                miner: offer.miner,
                slot: offer.slot,
                ask: offer.ask,
                rate: offer.rate,
                price,
                blocks: due.saturating_sub(Self::next_block()),
                due,
                until,
            },
            Err(why) => Taker::Nobody { why },
        };
        Ok(Quote {
            model,
            samples,
            deadline,
            input_bytes,
            output_bytes,
            work,
            verification_fee: Self::verification_fee(weight, trace_bytes),
            retention_fee: Self::retention_fee(output_bytes),
            refund_fee: Self::record_fee(),
            posting_fee: Self::posting_cost(input_bytes, None),
            deposit: Self::input_deposit(input_bytes),
            rent_per_block: Self::rent_now(),
            waiting: Self::queue_length(),
            least_ceiling: Self::least_ceiling(),
            taker,
        })
    }

    /// Length of a batch's input and its submission, if it can be posted.
    fn postable(
        info: &ModelInfo,
        samples: u32,
        deadline: BlockNumber,
    ) -> Result<(u32, Submission), Unpostable> {
        if !info.open {
            return Err(Unpostable::RetiredModel);
        }
        if samples == 0 {
            return Err(Unpostable::NoSamples);
        }
        // What is asked now is posted in the next block at the earliest.
        let first = Self::next_block().saturating_add(T::LatencyFloor::get()).saturating_add(1);
        let last = Self::now().saturating_add(T::MaxDeadline::get());
        if deadline < first || deadline > last {
            return Err(Unpostable::Deadline { first, last });
        }
        if info.profile.work(samples) == 0 {
            return Err(Unpostable::ZeroWork);
        }
        if !info.profile.fits_memory() {
            return Err(Unpostable::VerificationMemory);
        }
        Self::fitting(info, samples)
            .ok_or_else(|| Unpostable::TooManySamples { most: Self::most_samples_of(info) })
    }

    /// Length of a batch's input and its submission, if neither is too long or too heavy.
    fn fitting(info: &ModelInfo, samples: u32) -> Option<(u32, Submission)> {
        let input_bytes = info.profile.sample_bytes.checked_mul(samples)?;
        let submission = Self::submission_of(info, samples).ok()?;
        (input_bytes <= <MaxInput as Get<u32>>::get()).then_some((input_bytes, submission))
    }

    /// Most samples of a model that can be posted at once.
    pub fn most_samples(model: ModelId) -> Option<u32> {
        T::Models::find(model).map(|info| Self::most_samples_of(&info))
    }

    fn most_samples_of(info: &ModelInfo) -> u32 {
        let longest = <MaxInput as Get<u32>>::get().checked_div(info.profile.sample_bytes).unwrap_or(0);
        let (mut fits, mut most) = (0, longest);
        // Halves what is between them: 20 times at most.
        while fits < most {
            let middle = fits.saturating_add(most.saturating_sub(fits).div_ceil(2));
            if Self::fitting(info, middle).is_some() {
                fits = middle;
            } else {
                most = middle.saturating_sub(1);
            }
        }
        fits
    }

    /// The slot that a lease given now would go to; or why none.
    fn search(
        wanted: &Wanted,
        refuses: impl Fn(&T::AccountId) -> bool,
        room: &Room,
    ) -> Result<Found<T::AccountId>, NoTaker> {
        if !T::Miners::is_offered(wanted.model) {
            return Err(NoTaker::NobodyOffers);
        }
        let (since, floor) = (Self::next_block(), T::LatencyFloor::get());
        let full = Self::lease_count() >= <MaxLeases as Get<u32>>::get();
        let seen = RefCell::new(Seen { found: None, dear: None, no_room: false, refused: false });
        let look = |offer: &SlotOffer<T::AccountId>| {
            let Some((due, until)) = terms(since, floor, wanted.work, offer.rate, wanted.deadline) else {
                return;
            };
            let mut seen = seen.borrow_mut();
            let price = price_of(offer.ask, wanted.work).unwrap_or(Balance::MAX);
            if refuses(&offer.miner) {
                seen.refused = true;
            } else if price > wanted.ceiling {
                seen.dear = Some(seen.dear.map_or(price, |least| least.min(price)));
            } else if full || !room.fits(&LeaseEntry { until, ..wanted.entry }) {
                seen.no_room = true;
            } else if seen.found.is_none() {
                seen.found = Some(Found { offer: offer.clone(), price, due, until });
            }
        };
        if let Some(least_rate) = least_rate(since, floor, wanted.work, wanted.deadline) {
            let demand = Demand { work: wanted.work, least_rate, least_slash: 0 };
            T::Miners::lease(wanted.model, demand, |offer| {
                look(offer);
                if refuses(&offer.miner) {
                    Answer::RefuseMiner
                } else {
                    Answer::Refuse
                }
            });
        }
        let Seen { found, dear, no_room, refused } = seen.into_inner();
        found.ok_or_else(|| match dear {
            _ if no_room => NoTaker::NoRoom,
            Some(price) => NoTaker::TooDear { price },
            None if refused => NoTaker::AllRefused,
            None => Self::too_slow(wanted),
        })
    }

    /// Why no free slot is fast enough: there is none, or they are slow.
    fn too_slow(wanted: &Wanted) -> NoTaker {
        let fastest = RefCell::new(0);
        let demand = Demand { work: wanted.work, least_rate: 1, least_slash: 0 };
        T::Miners::lease(wanted.model, demand, |offer| {
            let mut fastest = fastest.borrow_mut();
            *fastest = offer.rate.max(*fastest);
            Answer::Refuse
        });
        let floor = T::LatencyFloor::get();
        match terms(Self::next_block(), floor, wanted.work, fastest.into_inner(), BlockNumber::MAX) {
            Some((earliest, _)) => NoTaker::TooSlow { earliest },
            None => NoTaker::AllBusy,
        }
    }

    /// The first block in which anything can happen to what is asked about.
    fn next_block() -> BlockNumber {
        Self::now().saturating_add(1)
    }

    /// The prices in force.
    pub(crate) fn view_prices() -> Prices {
        Prices {
            output_fee_per_byte: T::OutputFeePerByte::get(),
            rent_base: T::RentBase::get(),
            rent_peak: T::RentPeak::get(),
            min_price: T::MinPrice::get(),
            protocol_cut: T::ProtocolCut::get(),
        }
    }

    /// The queue and the leases as a whole.
    pub(crate) fn view_market() -> MarketView {
        MarketView {
            waiting: Self::queue_length(),
            most_waiting: <MaxQueue as Get<u32>>::get(),
            leases: Self::lease_count(),
            rent_per_block: Self::rent_now(),
            bid_to_exceed: Self::weakest_bid(),
            posted: NextTask::<T>::get(),
        }
    }

    /// The highest ask, in planck per mega-MAC, that a waiting task for one of these models can pay.
    pub fn highest_ask(models: &[ModelId]) -> Option<Balance> {
        Self::queued()
            .into_iter()
            .filter_map(Tasks::<T>::get)
            .filter(|record| models.contains(&record.model))
            .filter_map(|record| {
                Self::ceiling_left(&record).saturating_mul(MAC_PER_ASK).checked_div(record.work)
            })
            .max()
    }
}
