//! Leases: each is executed once, or declined if it can't be.

use std::time::Instant;

use millrace_engine::EngineError;
use millrace_primitives::{mill::MillKey, BlockNumber};
use sp_core::offchain::OffchainStorage;

use super::{
    chain::{Chain, Heads, Lease},
    error::MillError,
    metrics::Work,
    state::Mill,
    watch::Watch,
};
use crate::types::Hash;

impl<C: Chain, S: OffchainStorage> Mill<C, S> {
    /// Executes a lease. One that fails here is tried a few times and then declined, as long as that is possible; later it
    /// is tried until it ends.
    pub(super) fn execute(&mut self, heads: Heads, lease: &Lease, keys: &[MillKey]) -> Result<(), MillError> {
        let descriptor = lease.descriptor;
        if self.finished.finds_trace(&self.database, descriptor) {
            log::info!(target: "millrace", "task {} was executed before the restart", lease.task);
            return Ok(());
        }
        match self.compute(heads.best, lease, keys) {
            Ok(trace) => self.finished.leave_trace(&mut self.database, descriptor, &trace),
            Err(error @ MillError::Api(_)) => Err(error),
            Err(MillError::Engine(EngineError::Stopped)) => {
                log::info!(target: "millrace", "task {} was given away; its execution is abandoned", lease.task);
                Ok(())
            }
            Err(error) => self.fail(heads.best_number, lease, &error),
        }
    }

    /// Counts that a lease failed here, and declines it if it is time to.
    fn fail(&mut self, now: BlockNumber, lease: &Lease, error: &MillError) -> Result<(), MillError> {
        log::error!(target: "millrace", "task {} of model {:?} failed here: {error}", lease.task, lease.model);
        self.metrics.failed();
        let tried_enough = self.failures.add(lease.descriptor, now, lease.declinable_until);
        if error.is_final() && now >= lease.declinable_until {
            log::error!(
                target: "millrace",
                "task {} can't be declined after block {}, and not be executed here: its slash is due after block {}",
                lease.task, lease.declinable_until, lease.until
            );
        } else if error.is_final() || tried_enough {
            log::warn!(target: "millrace", "task {} is declined; nothing is slashed", lease.task);
            return self.finished.leave_declined(&mut self.database, lease.descriptor);
        }
        Ok(())
    }

    /// Executes a lease's task on the engine; its trace.
    fn compute(&mut self, best: Hash, lease: &Lease, keys: &[MillKey]) -> Result<Vec<u8>, MillError> {
        let started = Instant::now();
        let input = self.chain.input(best, lease.task)?.ok_or(MillError::NoInput(lease.task))?;
        let model = self.models.get(&*self.chain, &self.engine, best, lease.model)?;
        let descriptor = lease.descriptor;
        let watch = Watch::new(&*self.chain, best, keys, move |leases| {
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
