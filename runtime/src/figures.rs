//! Reading the chain's figures outside of the runtime: what a block did, from its events, and where the chain stands,
//! from its storage. A node shows them as metrics.

use codec::{Compact, Decode};
use frame_support::{traits::Get, weights::Weight};
use frame_system::{EventRecord, Phase};
use millrace_primitives::{Balance, Mac, ModelId, TaskId};
use pallet_tasks::{LeaseFailure, RefundReason};

use crate::{events::failure_label, Hash, Runtime, RuntimeEvent};

/// What one block did. Amounts are in planck.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockFigures {
    /// Tasks posted.
    pub posted: u64,
    /// Leases given.
    pub leased: u64,
    /// Tasks settled.
    pub settled: Vec<TaskId>,
    /// How each lease ended that was not settled, as metrics name it.
    pub failed: Vec<&'static str>,
    /// Why each task was refunded, as metrics name it.
    pub refunded: Vec<&'static str>,
    /// Sprints credited.
    pub won: u64,
    /// Sprints whose trace was wrong.
    pub rejected: u64,
    /// MAC credited to sprints.
    pub mined: Mac,
    /// What miners got for tasks.
    pub paid: Balance,
    /// What was burned of prices, rent and bonds.
    pub burned: Balance,
    /// What was taken of bonds for failures.
    pub slashed: Balance,
    /// Shares of emission that were minted.
    pub claimed: Balance,
    /// What the submissions that were verified were charged of the block.
    pub verified: Weight,
}

/// Where the chain stands after a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateFigures {
    /// Tasks that wait.
    pub queued: u32,
    /// Open leases.
    pub leases: u32,
    /// Emission of all closed rounds, planck.
    pub emitted: Balance,
    /// All the planck that there are.
    pub issuance: Balance,
    /// Emission per mined mega-MAC, planck.
    pub per_mega_mac: Balance,
    /// Attempts that a win takes on each listed model.
    pub difficulties: Vec<(ModelId, u64)>,
}

/// What a block did, from its encoded events; nothing if another runtime wrote them.
pub fn block_figures(events: &[u8]) -> BlockFigures {
    let records = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut &events[..]).unwrap_or_default();
    let mut figures = BlockFigures::default();
    // A transaction's outcome comes after its other events.
    let mut verification = None;
    for EventRecord { phase, event, .. } in records {
        if is_verdict(&event) {
            verification = Some(phase.clone());
        }
        figures.add(event, matches!(phase, Phase::ApplyExtrinsic(_)) && verification == Some(phase));
    }
    figures
}

/// Whether an event says what came of a verification.
fn is_verdict(event: &RuntimeEvent) -> bool {
    use pallet_sprints::Event::{SprintRejected, SprintWon};
    use pallet_tasks::Event::{LeaseFailed, TaskSettled};
    matches!(
        event,
        RuntimeEvent::Tasks(TaskSettled { .. } | LeaseFailed { reason: LeaseFailure::WrongTrace, .. })
            | RuntimeEvent::Sprints(SprintWon { .. } | SprintRejected { .. })
    )
}

impl BlockFigures {
    /// Adds an event; `verified` says whether it is of a transaction that had something verified.
    fn add(&mut self, event: RuntimeEvent, verified: bool) {
        use frame_system::Event::ExtrinsicSuccess;
        match event {
            RuntimeEvent::Tasks(event) => self.add_task(event),
            RuntimeEvent::Miners(event) => self.add_bond(event),
            RuntimeEvent::Sprints(pallet_sprints::Event::SprintWon { credited, .. }) => {
                self.won = self.won.saturating_add(1);
                self.mined = self.mined.saturating_add(credited);
            }
            RuntimeEvent::Sprints(pallet_sprints::Event::SprintRejected { .. }) => {
                self.rejected = self.rejected.saturating_add(1);
            }
            RuntimeEvent::Rewards(pallet_rewards::Event::Claimed { amount, .. }) => {
                self.claimed = self.claimed.saturating_add(amount);
            }
            RuntimeEvent::System(ExtrinsicSuccess { dispatch_info }) if verified => {
                self.verified = self.verified.saturating_add(dispatch_info.weight);
            }
            _ => {}
        }
    }

    fn add_task(&mut self, event: pallet_tasks::Event<Runtime>) {
        use pallet_tasks::Event::{LeaseFailed, TaskLeased, TaskPosted, TaskRefunded, TaskSettled};
        match event {
            TaskPosted { .. } => self.posted = self.posted.saturating_add(1),
            TaskLeased { rent, .. } => {
                self.leased = self.leased.saturating_add(1);
                self.burned = self.burned.saturating_add(rent);
            }
            TaskSettled { task, paid, burned, .. } => {
                self.settled.push(task);
                self.paid = self.paid.saturating_add(paid);
                self.burned = self.burned.saturating_add(burned);
            }
            LeaseFailed { reason, .. } => self.failed.push(failure_label(reason)),
            TaskRefunded { rent, why, .. } => {
                self.refunded.push(refund_label(why));
                self.burned = self.burned.saturating_add(rent);
            }
            _ => {}
        }
    }

    fn add_bond(&mut self, event: pallet_miners::Event<Runtime>) {
        match event {
            pallet_miners::Event::Slashed { amount, compensation, .. } => {
                self.slashed = self.slashed.saturating_add(amount);
                self.burned = self.burned.saturating_add(amount.saturating_sub(compensation));
            }
            pallet_miners::Event::Charged { amount, .. } => {
                self.burned = self.burned.saturating_add(amount);
            }
            _ => {}
        }
    }
}

/// All that metrics call reasons of refunds.
pub const REFUNDS: [&str; 7] =
    ["deadline", "cancelled", "displaced", "rent_spent", "too_many_failures", "unverifiable", "forced"];

fn refund_label(why: RefundReason) -> &'static str {
    match why {
        RefundReason::Deadline => "deadline",
        RefundReason::Cancelled => "cancelled",
        RefundReason::Displaced => "displaced",
        RefundReason::RentSpent => "rent_spent",
        RefundReason::TooManyFailures => "too_many_failures",
        RefundReason::Unverifiable => "unverifiable",
        RefundReason::Forced => "forced",
    }
}

/// Where the chain stands, from the storage that `read` gives by key. What isn't there, or what another runtime wrote,
/// counts as its default.
pub fn state_figures(read: impl Fn(&[u8]) -> Option<Vec<u8>>) -> StateFigures {
    // A list's encoding begins with its length.
    let length = |key: [u8; 32]| decoded::<Compact<u32>>(read(&key)).map_or(0, |length| length.0);
    let listed = read(&pallet_sprints::Listed::<Runtime>::hashed_key());
    let difficulty = |listing: pallet_sprints::Listing| {
        (listing.model, pallet_sprints::target::attempts(listing.difficulty))
    };
    StateFigures {
        queued: length(pallet_tasks::Queue::<Runtime>::hashed_key()),
        leases: length(pallet_tasks::Leases::<Runtime>::hashed_key()),
        emitted: decoded(read(&pallet_rewards::Emitted::<Runtime>::hashed_key())).unwrap_or_default(),
        issuance: decoded(read(&pallet_balances::TotalIssuance::<Runtime>::hashed_key())).unwrap_or_default(),
        per_mega_mac: decoded(read(&pallet_rewards::EmissionPerMegaMac::<Runtime>::hashed_key()))
            .unwrap_or_else(<pallet_rewards::InitialRate as Get<Balance>>::get),
        difficulties: decoded::<Vec<_>>(listed).unwrap_or_default().into_iter().map(difficulty).collect(),
    }
}

/// MAC of an open task, from the storage that `read` gives by key.
pub fn task_work(task: TaskId, read: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Mac> {
    let record = read(&pallet_tasks::Tasks::<Runtime>::hashed_key_for(task));
    decoded::<pallet_tasks::TaskRecordOf<Runtime>>(record).map(|record| record.work)
}

fn decoded<V: Decode>(bytes: Option<Vec<u8>>) -> Option<V> {
    bytes.and_then(|bytes| V::decode(&mut &bytes[..]).ok())
}

#[cfg(test)]
mod tests {
    use codec::Encode;
    use frame_system::DispatchEventInfo;

    use super::*;
    use crate::AccountId;

    const MINER: AccountId = AccountId::new([1; 32]);

    fn encoded(events: Vec<(Phase, RuntimeEvent)>) -> Vec<u8> {
        let record = |(phase, event)| EventRecord::<RuntimeEvent, Hash> { phase, event, topics: vec![] };
        events.into_iter().map(record).collect::<Vec<_>>().encode()
    }

    fn success(time: u64) -> RuntimeEvent {
        let weight = Weight::from_parts(time, 10);
        frame_system::Event::<Runtime>::ExtrinsicSuccess {
            dispatch_info: DispatchEventInfo { weight, ..Default::default() },
        }
        .into()
    }

    #[test]
    fn a_block_without_events_did_nothing() {
        assert_eq!(block_figures(&[]), BlockFigures::default());
        assert_eq!(block_figures(&[255; 40]), BlockFigures::default());
    }

    #[test]
    fn only_the_weight_of_verifications_counts() {
        let won = pallet_sprints::Event::<Runtime>::SprintWon {
            miner: MINER,
            model: ModelId::zero(),
            credited: 7,
            author: None,
        };
        let events = encoded(vec![
            (Phase::ApplyExtrinsic(0), success(1)),
            (Phase::ApplyExtrinsic(1), won.into()),
            (Phase::ApplyExtrinsic(1), success(100)),
            (Phase::ApplyExtrinsic(2), success(1_000)),
        ]);
        let figures = block_figures(&events);
        assert_eq!(figures.verified, Weight::from_parts(100, 10));
        assert_eq!((figures.won, figures.mined), (1, 7));
    }

    #[test]
    fn what_is_burned_is_the_sum_over_its_causes() {
        let settled = pallet_tasks::Event::<Runtime>::TaskSettled {
            task: 5,
            miner: MINER,
            paid: 95,
            burned: 5,
            fee: 1,
            retention: 1,
            returned: 1,
            output: vec![],
        };
        let refunded = pallet_tasks::Event::<Runtime>::TaskRefunded {
            task: 6,
            rent: 10,
            retention: 1,
            why: RefundReason::RentSpent,
        };
        let expired = pallet_tasks::Event::<Runtime>::LeaseFailed {
            task: 7,
            miner: MINER,
            reason: LeaseFailure::Expired,
        };
        let slashed = pallet_miners::Event::<Runtime>::Slashed {
            miner: MINER,
            slot: 0,
            amount: 400,
            compensation: 100,
        };
        let charged = pallet_miners::Event::<Runtime>::Charged { miner: MINER, amount: 1_000 };
        let figures = block_figures(&encoded(vec![
            (Phase::ApplyExtrinsic(0), settled.into()),
            (Phase::Initialization, refunded.into()),
            (Phase::Initialization, expired.into()),
            (Phase::Initialization, slashed.into()),
            (Phase::ApplyExtrinsic(1), charged.into()),
        ]));
        assert_eq!(figures.burned, 5 + 10 + 300 + 1_000);
        assert_eq!((figures.settled, figures.paid, figures.slashed), (vec![5], 95, 400));
        assert_eq!((figures.failed, figures.refunded), (vec!["expired"], vec!["rent_spent"]));
    }

    #[test]
    fn every_label_is_listed() {
        use LeaseFailure::{Declined, Expired, Unverifiable, WrongTrace};
        for reason in [Expired, WrongTrace, Declined, Unverifiable, LeaseFailure::Forced] {
            assert!(crate::events::LEASE_ENDS.contains(&failure_label(reason)));
        }
        use RefundReason::{Cancelled, Deadline, Displaced, Forced, RentSpent, TooManyFailures};
        for why in
            [Deadline, Cancelled, Displaced, RentSpent, TooManyFailures, RefundReason::Unverifiable, Forced]
        {
            assert!(REFUNDS.contains(&refund_label(why)));
        }
    }

    #[test]
    fn the_state_is_read_by_key() {
        let mut chain = sp_io::TestExternalities::default();
        chain.execute_with(|| {
            pallet_rewards::Emitted::<Runtime>::put(9);
            pallet_tasks::Queue::<Runtime>::try_append(pallet_tasks::QueueEntry { task: 1, bid: 2 })
                .expect("it has room");
            pallet_sprints::Listed::<Runtime>::try_append(pallet_sprints::Listing {
                model: ModelId::repeat_byte(1),
                samples: 1,
                share: 1,
                difficulty: pallet_sprints::target::scaled(50),
                pace: pallet_sprints::Pace::default(),
            })
            .expect("it has room");
            let figures = state_figures(|key| sp_io::storage::get(key).map(|bytes| bytes.to_vec()));
            let expected = StateFigures {
                queued: 1,
                leases: 0,
                emitted: 9,
                issuance: 0,
                per_mega_mac: 64_000_000,
                difficulties: vec![(ModelId::repeat_byte(1), 50)],
            };
            assert_eq!(figures, expected);
            assert_eq!(task_work(1, |_| None), None);
        });
    }
}
