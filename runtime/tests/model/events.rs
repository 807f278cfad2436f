//! What the runtime's events say, in the reference's words.

use millrace_runtime::{AccountId, Runtime, RuntimeEvent, System};
use millrace_runtime_tests::*;
use pallet_collators::Event::{CandidateLeaving, CandidateLeft, SeatsDrawn};
use pallet_miners::Event::Slashed;
use pallet_sprints::Event::SprintWon;
use pallet_tasks::{LeaseFailure, RefundReason};

use crate::{
    reference::{Bill, Departure, Fact, Failure, Lease, Refund, TaskId},
    world::World,
};

impl World {
    /// Tells the reference what the events say, and forgets them.
    pub fn observe(&mut self) {
        let facts: Vec<_> = self.take_events().into_iter().filter_map(|event| self.fact(event)).collect();
        self.learn(facts);
    }

    /// As [`Self::observe`], of a sprint: a slash is for itself, not for a lease.
    pub fn observe_sprint(&mut self) {
        let facts: Vec<_> = self
            .take_events()
            .into_iter()
            .filter_map(|event| match event {
                RuntimeEvent::Miners(Slashed { miner, slot, amount, compensation }) => {
                    assert_eq!(compensation, 0, "a wrong sprint has no victim");
                    Some(Fact::Rejected { miner: self.position(&miner), slot: slot as usize, amount })
                }
                event => self.fact(event),
            })
            .collect();
        self.learn(facts);
    }

    /// As [`Self::observe`], of a block in which a session may begin.
    pub fn observe_session(&mut self) {
        let (mut left, mut drawn, mut began) = (Vec::new(), None, false);
        for event in self.take_events() {
            match event {
                RuntimeEvent::Collators(CandidateLeft { candidate, why }) => {
                    left.push((self.position(&candidate), departure(why)));
                }
                RuntimeEvent::Collators(SeatsDrawn { session, holders }) => {
                    drawn = Some((session, holders.iter().map(|holder| self.position(holder)).collect()));
                }
                RuntimeEvent::Session(pallet_session::Event::NewSession { .. }) => began = true,
                event => assert!(self.fact(event).is_none(), "nothing else happens here"),
            }
        }
        if began {
            self.learn(vec![Fact::SessionBegan { left, drawn }]);
        } else {
            assert!(left.is_empty() && drawn.is_none());
        }
    }

    fn take_events(&self) -> Vec<RuntimeEvent> {
        let events = market_events();
        System::reset_events();
        events
    }

    fn learn(&mut self, facts: Vec<Fact>) {
        for fact in facts {
            self.seen.fact(&fact);
            let leased = if let Fact::Leased { lease, .. } = &fact { Some(lease.clone()) } else { None };
            self.reference.learn(fact);
            if let Some(Lease { miner, slot, .. }) = leased {
                self.seen.lease_of(&self.reference.miners[&miner].slots[slot]);
            }
        }
    }

    fn fact(&self, event: RuntimeEvent) -> Option<Fact> {
        use pallet_models::Event as Model;
        use pallet_rewards::Event as Reward;
        Some(match event {
            RuntimeEvent::Rewards(Reward::RoundClosed { emission, mined, .. }) => {
                Fact::RoundClosed { emission, mined }
            }
            RuntimeEvent::Rewards(Reward::Claimed { round, miner, amount }) => {
                Fact::Claimed { round, account: self.position(&miner), amount }
            }
            RuntimeEvent::Models(Model::ModelRetired { model }) => Fact::ModelRetired { model: model.0 },
            RuntimeEvent::Models(Model::ModelRemoved { model }) => Fact::ModelRemoved { model: model.0 },
            RuntimeEvent::Sprints(SprintWon { miner, credited, author, model }) => {
                let round = self.reference.round;
                let has_part = |author: &AccountId| {
                    *author != miner && pallet_rewards::Scores::<Runtime>::contains_key(round, author)
                };
                let author = author.filter(has_part).map(|author| self.position(&author));
                let listed = pallet_sprints::Listed::<Runtime>::get();
                let own = listed.iter().find(|listing| listing.model == model).map(|listing| listing.share);
                let share = own.zip(listed.iter().map(|listing| listing.share).max());
                Fact::Won { miner: self.position(&miner), work: credited, author, share }
            }
            RuntimeEvent::Collators(CandidateLeaving { candidate }) => {
                Fact::Leaving { who: self.position(&candidate) }
            }
            RuntimeEvent::Collators(CandidateLeft { candidate, why }) => {
                Fact::Left { who: self.position(&candidate), why: departure(why) }
            }
            RuntimeEvent::Miners(event) => return self.fact_of_miner(event),
            RuntimeEvent::Tasks(event) => return self.fact_of_task(event),
            _ => return None,
        })
    }

    fn fact_of_miner(&self, event: pallet_miners::Event<Runtime>) -> Option<Fact> {
        use pallet_miners::Event;
        let at = |miner: &AccountId| self.position(miner);
        Some(match event {
            Event::OfferInForce { miner } => Fact::OfferInForce { miner: at(&miner) },
            Event::BondWithdrawn { miner, amount } => Fact::Withdrawn { miner: at(&miner), amount },
            Event::MinerRemoved { miner } => Fact::MinerRemoved { miner: at(&miner) },
            Event::Suspended { miner } => Fact::Suspended { miner: at(&miner) },
            Event::Charged { miner, amount } => Fact::Charged { miner: at(&miner), amount },
            Event::Slashed { miner, slot, amount, compensation } => {
                Fact::Slashed { miner: at(&miner), slot: slot as usize, amount, compensation }
            }
            _ => return None,
        })
    }

    fn fact_of_task(&self, event: pallet_tasks::Event<Runtime>) -> Option<Fact> {
        use pallet_tasks::Event;
        let at = |miner: &AccountId| self.position(miner);
        Some(match event {
            Event::TaskLeased { task, miner, price, rent, due, until } => {
                let lease = lease_of(task).expect("it was just given");
                assert_eq!((&lease.miner, lease.price), (&miner, price));
                let pallet_tasks::Lease { slot, rate, slash, since, .. } = lease;
                let slot = slot as usize;
                let lease = Lease { miner: at(&miner), slot, rate, price, slash, since, due, until };
                Fact::Leased { task, lease, rent }
            }
            Event::LeaseFailed { task, miner, reason } => {
                let why = match reason {
                    LeaseFailure::Expired => Failure::Expired,
                    LeaseFailure::WrongTrace => Failure::WrongTrace,
                    LeaseFailure::Declined => Failure::Declined,
                    LeaseFailure::Forced => Failure::Forced,
                    LeaseFailure::Unverifiable => panic!("the chain has all that it needs"),
                };
                Fact::LeaseFailed { task, miner: at(&miner), why }
            }
            Event::TaskRefunded { task, rent, retention, why } => {
                let bill = bill_of(task);
                let why = match why {
                    RefundReason::Deadline => Refund::Deadline,
                    RefundReason::Cancelled => Refund::Cancelled,
                    RefundReason::RentSpent => Refund::RentSpent,
                    RefundReason::TooManyFailures => Refund::TooManyFailures,
                    RefundReason::Displaced => Refund::Displaced,
                    RefundReason::Forced => Refund::Forced,
                    why => panic!("no reason to refund: {why:?}"),
                };
                Fact::Refunded { task, rent, retention, why, bill }
            }
            Event::TaskSettled { task, miner, paid, burned, fee, retention, returned, .. } => {
                let fees = fee + retention;
                let bill = bill_of(task);
                Fact::Settled { task, miner: at(&miner), paid, burned, fees, returned, bill }
            }
            _ => return None,
        })
    }
}

/// What an ended task's fate says that it cost.
fn bill_of(task: TaskId) -> Bill {
    use millrace_primitives::TaskEnd;
    let fate = pallet_tasks::Fates::<Runtime>::get(task).expect("it ended just now");
    let (TaskEnd::Settled { rent, posting, compensation, .. }
    | TaskEnd::Refunded { rent, posting, compensation, .. }
    | TaskEnd::Failed { rent, posting, compensation, .. }) = fate.end;
    Bill { rent, posting, compensation }
}

fn departure(why: pallet_collators::Departure) -> Departure {
    use pallet_collators::Departure as Why;
    match why {
        Why::StoodDown => Departure::StoodDown,
        Why::Idle => Departure::Idle,
        Why::MadeWay => Departure::MadeWay,
    }
}
