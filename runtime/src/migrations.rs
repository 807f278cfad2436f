//! How the storage of the spec before becomes that of this one, where that concerns more than one pallet.

use alloc::collections::BTreeMap;

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
    storage::unhashed,
    traits::{GetStorageVersion, OnRuntimeUpgrade, StorageVersion},
    weights::{constants::RocksDbWeight, Weight},
    BoundedVec,
};
use millrace_primitives::{mill::MillKey, Balance, BlockNumber, Mac, ModelId, SlotIndex};
use pallet_miners::{Capacity, Leased, MaxSlots, MinerRecord, Pending, Slot, Terms};
use pallet_tasks::{Lease, MaxDeclines, MaxFailures, TaskRecord, TaskState};
use sp_core::H256;

use crate::{AccountId, Miners, Runtime, Tasks};

/// Bytes of proof of the way to one record among a million: five branches with fifteen hashes each that lead elsewhere.
const WAY: u64 = 5 * 15 * 33;

/// A lease takes a part of a slot: tasks learn what theirs take, and at which ask; slots forget whatever leases know.
///
/// Only records with an open lease change, and the list of leases has a bound. A lease of before takes all of its slot, also of
/// one that promises more since: it stands in no book. What it promises more counts from the lease's beginning then, once.
pub struct LeaseParts;

impl OnRuntimeUpgrade for LeaseParts {
    fn on_runtime_upgrade() -> Weight {
        let before = StorageVersion::new(0);
        if Miners::on_chain_storage_version() != before || Tasks::on_chain_storage_version() != before {
            return RocksDbWeight::get().reads(2);
        }
        let mut miners = BTreeMap::new();
        let leases = pallet_tasks::Leases::<Runtime>::get();
        for entry in &leases {
            let key = pallet_tasks::Tasks::<Runtime>::hashed_key_for(entry.task);
            let Some(task) = unhashed::get::<OldTask>(&key) else { continue };
            let OldState::Leased(lease) = &task.state else { continue };
            let record = miners.entry(lease.miner.clone()).or_insert_with(|| {
                unhashed::get::<OldMiner>(&pallet_miners::Miners::<Runtime>::hashed_key_for(&lease.miner))
            });
            let leased = record.as_ref().and_then(|record| record.leased(lease.slot));
            if let Some((rate, ask)) = leased {
                pallet_tasks::Tasks::<Runtime>::insert(entry.task, task.with(rate, ask));
            }
        }
        for (miner, record) in &miners {
            if let Some(record) = record.clone() {
                pallet_miners::Miners::<Runtime>::insert(miner, MinerRecord::from(record));
            }
        }
        // It was a place in the queue, and is a task.
        pallet_tasks::QueueCursor::<Runtime>::kill();
        pallet_miners::STORAGE_VERSION.put::<Miners>();
        pallet_tasks::STORAGE_VERSION.put::<Tasks>();
        let (tasks, miners) = (leases.len() as u64, miners.len() as u64);
        let records = tasks.saturating_add(miners);
        let proof = |records: u64, longest: usize| records.saturating_mul(WAY.saturating_add(longest as u64));
        let proof = proof(tasks, OldTask::max_encoded_len())
            .saturating_add(proof(miners, OldMiner::max_encoded_len()))
            .saturating_add(proof(1, leases.encoded_size()));
        RocksDbWeight::get()
            .reads_writes(records.saturating_add(3), records.saturating_add(3))
            .saturating_add(Weight::from_parts(0, proof))
    }
}

/// The terms at which a whole slot was leased.
#[derive(Clone, Encode, Decode, MaxEncodedLen)]
struct OldLeased {
    rate: u64,
    ask: Balance,
    since: BlockNumber,
    slash: Balance,
}

#[derive(Clone, Encode, Decode, MaxEncodedLen)]
struct OldSlot {
    rate: u64,
    idle_since: BlockNumber,
    leased: Option<OldLeased>,
    suspended: bool,
    withdrawn: bool,
}

impl From<OldSlot> for Slot {
    fn from(old: OldSlot) -> Self {
        let OldSlot { rate, idle_since, leased, suspended, withdrawn } = old;
        let leased = leased.map(|leased| Leased { rate: leased.rate.max(rate), at_stake: leased.slash });
        Self { rate, idle_since, leased, suspended, withdrawn }
    }
}

#[derive(Clone, Encode, Decode, MaxEncodedLen)]
struct OldMiner {
    mill: MillKey,
    terms: Terms,
    next: Option<Pending>,
    slots: BoundedVec<OldSlot, MaxSlots>,
    rejected: bool,
    bond: Balance,
    deposit: Balance,
    withdrawable_from: BlockNumber,
    capacity: Capacity,
}

impl OldMiner {
    /// What the lease of a slot takes of it, MAC per block, and its ask, planck per mega-MAC.
    fn leased(&self, slot: SlotIndex) -> Option<(u64, Balance)> {
        let slot = self.slots.get(usize::try_from(slot).ok()?)?;
        slot.leased.as_ref().map(|leased| (leased.rate.max(slot.rate), leased.ask))
    }
}

impl From<OldMiner> for MinerRecord {
    fn from(old: OldMiner) -> Self {
        let OldMiner { mill, terms, next, slots, rejected, bond, deposit, withdrawable_from, capacity } = old;
        // Both lists have the same bound.
        let slots = BoundedVec::truncate_from(slots.into_iter().map(Slot::from).collect());
        Self { mill, terms, next, slots, rejected, bond, deposit, withdrawable_from, capacity }
    }
}

#[derive(Encode, Decode, MaxEncodedLen)]
struct OldLease {
    miner: AccountId,
    slot: SlotIndex,
    price: Balance,
    slash: Balance,
    since: BlockNumber,
    due: BlockNumber,
    until: BlockNumber,
}

#[derive(Encode, Decode, MaxEncodedLen)]
enum OldState {
    Queued,
    Leased(OldLease),
}

#[derive(Encode, Decode, MaxEncodedLen)]
struct OldTask {
    requester: AccountId,
    model: ModelId,
    input_hash: H256,
    samples: u32,
    work: Mac,
    trace_bytes: u32,
    submission_time: u64,
    submission_proof: u64,
    /// `max_price`, `bid`, `rent_from`, `deposit`, `fee`, `retention_fee`, `record_fee`, `rent`, `posting_cost` and
    /// `compensation`.
    planck: [Balance; 10],
    deadline: BlockNumber,
    state: OldState,
    failed: BoundedVec<AccountId, MaxFailures>,
    declined: BoundedVec<AccountId, MaxDeclines>,
}

impl OldTask {
    /// The record of a task whose lease takes a rate in MAC per block at an ask in planck per mega-MAC.
    fn with(self, rate: u64, ask: Balance) -> TaskRecord<AccountId> {
        let [max_price, bid, rent_from, deposit, fee, retention_fee, record_fee, rent, posting_cost, compensation] =
            self.planck;
        let state = match self.state {
            OldState::Queued => TaskState::Queued,
            OldState::Leased(OldLease { miner, slot, price, slash, since, due, until }) => {
                TaskState::Leased(Lease { miner, slot, rate, ask, price, slash, since, due, until })
            }
        };
        TaskRecord {
            requester: self.requester,
            model: self.model,
            input_hash: self.input_hash,
            samples: self.samples,
            work: self.work,
            trace_bytes: self.trace_bytes,
            submission_time: self.submission_time,
            submission_proof: self.submission_proof,
            max_price,
            bid,
            rent_from,
            deposit,
            fee,
            retention_fee,
            record_fee,
            rent,
            posting_cost,
            compensation,
            deadline: self.deadline,
            state,
            failed: self.failed,
            declined: self.declined,
        }
    }
}
