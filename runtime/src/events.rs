//! Reading events outside of the runtime: what a miner's node counts.

use codec::Decode;
use frame_system::EventRecord;
use pallet_tasks::{Event, LeaseFailure};

use crate::{AccountId, Hash, RuntimeEvent};

/// The storage key of a block's events.
pub fn system_events_key() -> Vec<u8> {
    frame_support::storage::storage_prefix(b"System", b"Events").to_vec()
}

/// The miners whose leases ended in a block, and how, from its encoded events; none if another runtime wrote them.
pub fn lease_ends(events: &[u8]) -> Vec<(AccountId, &'static str)> {
    let records = Vec::<EventRecord<RuntimeEvent, Hash>>::decode(&mut &events[..]).unwrap_or_default();
    records
        .into_iter()
        .filter_map(|record| match record.event {
            RuntimeEvent::Tasks(Event::TaskSettled { miner, .. }) => Some((miner, "settled")),
            RuntimeEvent::Tasks(Event::LeaseFailed { miner, reason, .. }) => Some((
                miner,
                match reason {
                    LeaseFailure::Expired => "expired",
                    LeaseFailure::WrongTrace => "wrong",
                    LeaseFailure::Declined => "declined",
                },
            )),
            _ => None,
        })
        .collect()
}
