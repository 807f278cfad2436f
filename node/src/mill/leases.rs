//! Leases: executed once, or declined if they can't be; traces are kept in the offchain database until the chain is done
//! with them.

use std::{collections::HashSet, time::Instant};

use millrace_engine::EngineError;
use millrace_primitives::{
    handover::{declined_key, sent_key, trace_key},
    mill::MillKey,
    BlockNumber, OpenLease,
};
use millrace_runtime::AccountId;
use sp_core::{
    offchain::{OffchainStorage, STORAGE_PREFIX},
    H256,
};

use super::{chain::Chain, error::MillError, metrics::Work, state::Mill, watch::Watch};
use crate::types::Hash;

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Removes the traces of leases that the chain has settled or given away, once that is final: a re-org
    /// must find finished work again.
    pub fn forget_ended(&mut self, leases: &[OpenLease<AccountId>]) {
        let open: HashSet<H256> = leases.iter().map(|lease| lease.descriptor).collect();
        let heads = self.chain.heads();
        let database = &mut self.database;
        let before = self.done.len();
        self.done.retain(|descriptor, ended| {
            if open.contains(descriptor) {
                *ended = None;
                return true;
            }
            let ended = *ended.get_or_insert(heads.best_number);
            let keep = heads.finalized_number < ended;
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

    /// Executes a lease. One that fails here is tried a few times and then declined, as long as that is possible; later it
    /// is tried until it ends.
    pub fn execute(
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
            self.remember_done();
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
                    log::warn!(target: "millrace", "task {} is declined: that costs the fee of its verification, or what mining its work brings if that is more, out of the bond, and no slash", lease.task);
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
        let input = self.chain.input(best, lease.task)?.ok_or(MillError::NoInput(lease.task))?;
        let model = self.model(best, lease.model)?;
        let descriptor = lease.descriptor;
        let watch = Watch::new(&self.chain, best, keys, move |leases| {
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
}
