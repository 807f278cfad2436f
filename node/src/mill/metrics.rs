//! What the mill counts for Prometheus. Without a registry everything here does nothing.

use std::{collections::BTreeSet, time::Duration};

use millrace_runtime::LEASE_ENDS;
use prometheus_endpoint::{
    register, Counter, CounterVec, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64,
};

use super::status::Reason;

/// What the engine works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A leased task.
    Task,
    /// An attempt of a sprint.
    Attempt,
}

impl Work {
    fn label(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Attempt => "attempt",
        }
    }
}

/// The counters, if there is somewhere to show them.
#[derive(Clone, Default)]
pub struct Metrics(Option<Counters>);

#[derive(Clone)]
struct Counters {
    self_test: Gauge<U64>,
    keys: Gauge<U64>,
    leases: Gauge<U64>,
    executing: Gauge<U64>,
    waiting: Gauge<U64>,
    executed: CounterVec<U64>,
    busy: CounterVec<F64>,
    mac: CounterVec<F64>,
    failures: Counter<U64>,
    wins: Counter<U64>,
    lost: Counter<U64>,
    ended: CounterVec<U64>,
    idle: GaugeVec<U64>,
    unclaimed: Gauge<U64>,
}

impl Metrics {
    /// Registers every counter.
    ///
    /// # Errors
    /// If one of the names is taken.
    pub fn new(registry: Option<&Registry>) -> Result<Self, PrometheusError> {
        let Some(registry) = registry else { return Ok(Self(None)) };
        let gauge = |name: &str, help: &str| register(Gauge::<U64>::new(name, help)?, registry);
        let by = |name: &str, help: &str, label| {
            register(CounterVec::<U64>::new(Opts::new(name, help), &[label])?, registry)
        };
        let seconds = |name: &str, help: &str| {
            register(CounterVec::<F64>::new(Opts::new(name, help), &["work"])?, registry)
        };
        let counter = |name: &str, help: &str| register(Counter::<U64>::new(name, help)?, registry);
        let counters = Counters {
            self_test: gauge("millrace_engine_self_test", "1 if the engine's arithmetic is the reference's")?,
            keys: gauge("millrace_keys_usable", "Mill keys of this node's keystore that can sign")?,
            leases: gauge(
                "millrace_leases_open",
                "Leases of this node's mill keys that are not executed yet",
            )?,
            executing: gauge("millrace_executing", "1 while the engine executes")?,
            waiting: gauge("millrace_traces_waiting", "Finished traces that the chain isn't done with")?,
            executed: by("millrace_executions_total", "Batches executed, by kind of work", "work")?,
            busy: seconds("millrace_busy_seconds_total", "Time spent executing, by kind of work")?,
            mac: seconds("millrace_mac_total", "Multiply-adds executed, by kind of work")?,
            failures: counter("millrace_failures_total", "Leases that this node failed to execute")?,
            wins: counter(
                "millrace_wins_total",
                "Attempts that won and were handed to the off-chain worker",
            )?,
            lost: counter(
                "millrace_wins_lost_total",
                "Wins dropped unsent, because more were waiting than are kept",
            )?,
            unclaimed: gauge(
                "millrace_unclaimed_rounds",
                "Rounds with shares that this node's miners didn't claim, up to 100 for each miner",
            )?,
            idle: register(
                GaugeVec::<U64>::new(
                    Opts::new(
                        "millrace_idle_reasons",
                        "1 for each reason why this node earns nothing, or less, now",
                    ),
                    &["reason"],
                )?,
                registry,
            )?,
            ended: by(
                "millrace_leases_ended_total",
                "Finalized ends of this node's miners' leases: settled, or why they were slashed",
                "how",
            )?,
        };
        // Each label is shown at zero: an alert on an increase sees the first one only if there was something before
        // it.
        for how in LEASE_ENDS {
            counters.ended.with_label_values(&[how]);
        }
        Ok(Self(Some(counters)))
    }

    /// The engine passed its self-test.
    pub fn self_test_passed(&self) {
        self.with(|counters| counters.self_test.set(1));
    }

    /// How many of the keystore's mill keys can sign.
    pub fn keys(&self, usable: usize) {
        self.with(|counters| counters.keys.set(usable.try_into().unwrap_or(u64::MAX)));
    }

    /// How many leases wait for execution, and how many finished traces for the chain.
    pub fn queue(&self, leases: usize, waiting: usize) {
        self.with(|counters| {
            counters.leases.set(leases.try_into().unwrap_or(u64::MAX));
            counters.waiting.set(waiting.try_into().unwrap_or(u64::MAX));
        });
    }

    /// The engine starts or stops executing.
    pub fn executing(&self, is: bool) {
        self.with(|counters| counters.executing.set(is.into()));
    }

    /// Batches were executed, `mac` in all.
    pub fn executed(&self, work: Work, batches: u64, mac: u64, took: Duration) {
        self.with(|counters| {
            counters.executed.with_label_values(&[work.label()]).inc_by(batches);
            counters.busy.with_label_values(&[work.label()]).inc_by(took.as_secs_f64());
            counters.mac.with_label_values(&[work.label()]).inc_by(mac as f64);
        });
    }

    /// A lease could not be executed here.
    pub fn failed(&self) {
        self.with(|counters| counters.failures.inc());
    }

    /// An attempt won.
    pub fn won(&self) {
        self.with(|counters| counters.wins.inc());
    }

    /// Wins were dropped unsent.
    pub fn lost(&self, wins: u64) {
        self.with(|counters| counters.lost.inc_by(wins));
    }

    /// Why the node earns nothing, or less, now.
    pub fn idle(&self, reasons: &BTreeSet<Reason>) {
        self.with(|counters| {
            for reason in Reason::ALL {
                counters.idle.with_label_values(&[reason.label()]).set(reasons.contains(&reason).into());
            }
        });
    }

    /// How many rounds have shares that the node's miners didn't claim.
    pub fn unclaimed(&self, rounds: usize) {
        self.with(|counters| counters.unclaimed.set(rounds.try_into().unwrap_or(u64::MAX)));
    }

    /// A lease ended on the finalized chain.
    pub fn ended(&self, how: &str) {
        self.with(|counters| counters.ended.with_label_values(&[how]).inc());
    }

    fn with(&self, count: impl FnOnce(&Counters)) {
        if let Some(counters) = &self.0 {
            count(counters);
        }
    }
}
