//! Reading events outside of the runtime: what a miner's node counts and says.

use codec::Decode;
use frame_system::EventRecord;
use millrace_primitives::{Balance, Mac, RoundIndex};
use pallet_tasks::{Event, LeaseFailure};

use crate::{AccountId, Hash, RuntimeEvent};

/// What happened to a miner in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinerEvent {
    /// A lease ended; how, as metrics name it.
    LeaseEnded(&'static str),
    /// A sprint was verified and credited, MAC.
    SprintAccepted(Mac),
    /// A sprint's trace was wrong.
    SprintRejected,
    /// A share of a round was paid, planck.
    Claimed(RoundIndex, Balance),
}

/// The storage key of a block's events.
pub fn system_events_key() -> Vec<u8> {
    frame_support::storage::storage_prefix(b"System", b"Events").to_vec()
}

/// What happened to miners in a block, from its encoded events; none if another runtime wrote them.
pub fn miner_events(events: &[u8]) -> Vec<(AccountId, MinerEvent)> {
    let records = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut &events[..]).unwrap_or_default();
    records.into_iter().filter_map(|record| miner_event(record.event)).collect()
}

/// All that metrics call ends of leases.
pub const LEASE_ENDS: [&str; 6] = ["settled", "expired", "wrong", "declined", "unverifiable", "forced"];

/// What metrics call the end of a lease without payment.
pub(crate) fn failure_label(reason: LeaseFailure) -> &'static str {
    match reason {
        LeaseFailure::Expired => "expired",
        LeaseFailure::WrongTrace => "wrong",
        LeaseFailure::Declined => "declined",
        LeaseFailure::Unverifiable => "unverifiable",
        LeaseFailure::Forced => "forced",
    }
}

fn miner_event(event: RuntimeEvent) -> Option<(AccountId, MinerEvent)> {
    use pallet_sprints::Event::{SprintRejected, SprintWon};
    Some(match event {
        RuntimeEvent::Tasks(Event::TaskSettled { miner, .. }) => (miner, MinerEvent::LeaseEnded("settled")),
        RuntimeEvent::Tasks(Event::LeaseFailed { miner, reason, .. }) => {
            (miner, MinerEvent::LeaseEnded(failure_label(reason)))
        }
        RuntimeEvent::Sprints(SprintWon { miner, credited, .. }) => {
            (miner, MinerEvent::SprintAccepted(credited))
        }
        RuntimeEvent::Sprints(SprintRejected { miner }) => (miner, MinerEvent::SprintRejected),
        RuntimeEvent::Rewards(pallet_rewards::Event::Claimed { miner, round, amount }) => {
            (miner, MinerEvent::Claimed(round, amount))
        }
        _ => return None,
    })
}
