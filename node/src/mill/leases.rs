//! Leases: executed once, or declined if they can't be; traces are kept in the offchain database until the chain is done
//! with them.

use std::{
    collections::{HashMap, HashSet},
    time::Instant,
};

use codec::Encode;
use millrace_engine::EngineError;
use millrace_primitives::{
    handover::{declined_key, sent_key, trace_key},
    mill::MillKey,
    BlockNumber, MillApi, OpenLease,
};
use millrace_runtime::{configs::monetary::UNIT, miner_events, system_events_key, AccountId, MinerEvent};
use sc_client_api::{StorageKey, StorageProvider};
use sp_api::ProvideRuntimeApi;
use sp_blockchain::HeaderBackend;
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};

use super::{metrics::Work, watch::Watch, Mill, MillError, DONE_KEY};
use crate::types::Hash;

/// Blocks whose leases' ends are counted at once.
const COUNTED_AT_ONCE: u32 = 64;

/// How often a lease that fails is tried before it is declined, while that is possible.
const TRIES: u32 = 3;
/// Blocks between further tries of a lease that can't be declined any more.
const REST: BlockNumber = 2;

/// Leases that failed here: how often, and in which block the last time.
#[derive(Default)]
pub(super) struct Failures(HashMap<H256, (u32, BlockNumber)>);

impl Failures {
    /// Whether a lease isn't tried now, so that it doesn't keep the others waiting.
    pub fn rests(&self, descriptor: &H256, now: BlockNumber) -> bool {
        self.0.get(descriptor).is_some_and(|(count, last)| *count >= TRIES && now < last.saturating_add(REST))
    }

    /// Whether a lease failed.
    pub fn contains(&self, descriptor: &H256) -> bool {
        self.0.contains_key(descriptor)
    }

    /// Counts a failure; whether the lease should be declined now, because it was tried often enough or can't be declined
    /// later. After that time it is tried until it ends: a slash is certain otherwise.
    pub fn add(&mut self, descriptor: H256, now: BlockNumber, declinable_until: BlockNumber) -> bool {
        let (count, last) = self.0.entry(descriptor).or_default();
        *count = count.saturating_add(1);
        *last = now;
        // A transaction sent now is in the next block at the earliest.
        let in_time = now < declinable_until;
        in_time && (*count >= TRIES || now.saturating_add(1) >= declinable_until)
    }

    /// Forgets leases that have ended.
    pub fn keep(&mut self, open: &HashSet<H256>) {
        self.0.retain(|descriptor, _| open.contains(descriptor));
    }
}

impl Mill {
    /// Removes the traces of leases that the chain has settled or given away, once that is final: a re-org
    /// must find finished work again.
    pub(super) fn forget_ended(&mut self, leases: &[OpenLease<AccountId>]) {
        let open: HashSet<H256> = leases.iter().map(|lease| lease.descriptor).collect();
        let info = self.client.chain_info();
        let database = &mut self.database;
        let before = self.done.len();
        self.done.retain(|descriptor, ended| {
            if open.contains(descriptor) {
                *ended = None;
                return true;
            }
            let ended = *ended.get_or_insert(info.best_number);
            let keep = info.finalized_number < ended;
            if !keep {
                database.remove(STORAGE_PREFIX, &trace_key(*descriptor));
                database.remove(STORAGE_PREFIX, &declined_key(*descriptor));
                database.remove(STORAGE_PREFIX, &sent_key(*descriptor));
            }
            keep
        });
        if self.done.len() != before {
            self.remember_done();
        }
        self.failures.keep(&open);
    }

    fn remember_done(&mut self) {
        let descriptors: Vec<H256> = self.done.keys().copied().collect();
        self.database.set(STORAGE_PREFIX, DONE_KEY, &descriptors.encode());
    }

    /// Counts and says what happened to the node's miners on the chain's finalized blocks since the last call; after a long
    /// absence only on the newest.
    pub(super) fn follow_chain(&mut self) {
        let info = self.client.chain_info();
        let newest = info.finalized_number;
        let from = self.counted.replace(newest).unwrap_or(newest).max(newest.saturating_sub(COUNTED_AT_ONCE));
        for number in from.saturating_add(1)..=newest {
            let events =
                self.client.hash(number).ok().flatten().and_then(|hash| {
                    self.client.storage(hash, &StorageKey(system_events_key())).ok().flatten()
                });
            let events = events.map(|events| miner_events(&events.0)).unwrap_or_default();
            let (mut sprints, mut credited) = (0u32, 0);
            for (miner, event) in events.into_iter().filter(|(miner, _)| self.miners.contains(miner)) {
                match event {
                    MinerEvent::LeaseEnded(how) => {
                        self.metrics.ended(how);
                        if matches!(how, "expired" | "wrong") {
                            log::warn!(target: "millrace", "{miner} was slashed in block {number}: a lease ended as {how}");
                        }
                    }
                    MinerEvent::SprintAccepted(work) => {
                        sprints = sprints.saturating_add(1);
                        credited += work;
                    }
                    MinerEvent::SprintRejected => {
                        log::warn!(target: "millrace", "{miner} was slashed in block {number}: a sprint's trace was wrong");
                    }
                    MinerEvent::Claimed(round, amount) => {
                        let mill = amount as f64 / UNIT as f64;
                        log::info!(target: "millrace", "💰 {miner} was paid {mill:.6} MILL for round {round}");
                    }
                }
            }
            if sprints > 0 {
                log::info!(target: "millrace", "🏁 block {number} accepted {sprints} sprints: {credited} MAC credited");
            }
        }
    }

    /// Executes a lease. One that fails here is tried a few times and then declined, as long as that is possible; later it
    /// is tried until it ends.
    pub(super) fn execute(
        &mut self,
        best: Hash,
        now: BlockNumber,
        lease: &OpenLease<AccountId>,
        keys: &[MillKey],
    ) -> Result<(), MillError> {
        let descriptor = lease.descriptor;
        if self.database.get(STORAGE_PREFIX, &trace_key(descriptor)).is_some() {
            log::info!(target: "millrace", "task {} was executed before the restart", lease.task);
            self.done.insert(descriptor, None);
            return Ok(());
        }
        let trace = match self.compute(best, lease, keys) {
            Ok(trace) => trace,
            Err(error @ MillError::Api(_)) => return Err(error),
            Err(MillError::Engine(EngineError::Stopped)) => {
                log::info!(target: "millrace", "task {} was given away; its execution is abandoned", lease.task);
                return Ok(());
            }
            Err(error) => {
                log::error!(target: "millrace", "task {} of model {:?} failed here: {error}", lease.task, lease.model);
                self.metrics.failed();
                let tried_enough = self.failures.add(descriptor, now, lease.declinable_until);
                if error.is_final() && now >= lease.declinable_until {
                    log::error!(
                        target: "millrace",
                        "task {} can't be declined after block {}, and not be executed here: its slash is due after block {}",
                        lease.task, lease.declinable_until, lease.until
                    );
                } else if error.is_final() || tried_enough {
                    log::warn!(target: "millrace", "task {} is declined; nothing is slashed", lease.task);
                    return self.finish(descriptor, &declined_key(descriptor), &[1]);
                }
                return Ok(());
            }
        };
        self.finish(descriptor, &trace_key(descriptor), &trace)
    }

    /// Leaves a lease's answer for the off-chain worker.
    fn finish(&mut self, descriptor: H256, key: &[u8], answer: &[u8]) -> Result<(), MillError> {
        self.store(key, answer)?;
        self.done.insert(descriptor, None);
        self.remember_done();
        Ok(())
    }

    fn compute(
        &mut self,
        best: Hash,
        lease: &OpenLease<AccountId>,
        keys: &[MillKey],
    ) -> Result<Vec<u8>, MillError> {
        let started = Instant::now();
        let input =
            self.client.runtime_api().input(best, lease.task)?.ok_or(MillError::NoInput(lease.task))?;
        let model = self.model(best, lease.model)?;
        let descriptor = lease.descriptor;
        let watch = Watch::new(&self.client, best, keys, move |leases| {
            leases.iter().all(|lease| lease.descriptor != descriptor)
        });
        let begun = Instant::now();
        self.metrics.executing(true);
        let execution = self.engine.execute_unless(&model, &input, &|| watch.is_over());
        self.metrics.executing(false);
        self.metrics.executed(Work::Task, 1, model.checked().profile().work(lease.samples), begun.elapsed());
        let trace = execution?.trace;
        log::info!(
            target: "millrace",
            "executed task {}: model {:?}, {} samples, {} bytes of trace, {} ms",
            lease.task, lease.model, lease.samples, trace.len(), started.elapsed().as_millis()
        );
        Ok(trace)
    }

    /// The database only logs its errors, so what was written is read back.
    pub(super) fn store(&mut self, key: &[u8], value: &[u8]) -> Result<(), MillError> {
        self.database.set(STORAGE_PREFIX, key, value);
        match self.database.get(STORAGE_PREFIX, key) {
            Some(stored) if stored == value => Ok(()),
            _ => Err(MillError::NotStored),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_that_fails_is_declined_while_it_can_be() {
        let lease = H256::repeat_byte(1);
        let mut failures = Failures::default();
        assert!(!failures.add(lease, 10, 14) && !failures.add(lease, 10, 14));
        assert!(!failures.rests(&lease, 10));
        assert!(failures.add(lease, 10, 14), "it was tried often enough");
        assert!(failures.rests(&lease, 11) && !failures.rests(&lease, 12));
        let mut failures = Failures::default();
        assert!(failures.add(lease, 13, 14), "there is no later block for it");
        let mut failures = Failures::default();
        assert!((0..9).all(|_| !failures.add(lease, 14, 14)), "it is too late");
    }
}
