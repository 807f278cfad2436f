//! What the chain itself does, for Prometheus: gauges of the best block, counters over the finalized ones since the
//! node started. Without a registry nothing here runs.

use std::{future, pin::pin, sync::Arc};

use futures::{stream, StreamExt};
use millrace_primitives::{Balance, Mac, TaskId};
use millrace_runtime::{
    block_figures, configs::monetary::UNIT, opaque::Block, state_figures, system_events_key, task_work,
    BlockFigures, StateFigures, LEASE_ENDS, REFUNDS,
};
use prometheus_endpoint::{
    register, Counter, CounterVec, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64,
};
use sc_client_api::{BlockchainEvents, StorageKey, StorageProvider};
use sc_service::TaskManager;
use sp_runtime::traits::Header as _;

use crate::types::{Hash, ParachainClient};

/// `ref_time` is in so many parts of a second.
const PARTS_OF_A_SECOND: f64 = 1e12;

/// The chain's metrics.
#[derive(Clone)]
pub(super) struct Figures {
    queue: Gauge<U64>,
    leases: Gauge<U64>,
    emitted: Gauge<F64>,
    issuance: Gauge<F64>,
    per_mega_mac: Gauge<F64>,
    difficulty: GaugeVec<U64>,
    posted: Counter<U64>,
    leased: Counter<U64>,
    ended: CounterVec<U64>,
    refunded: CounterVec<U64>,
    sprints: CounterVec<U64>,
    mac: CounterVec<F64>,
    paid: Counter<F64>,
    claimed: Counter<F64>,
    burned: Counter<F64>,
    slashed: Counter<F64>,
    time: Counter<F64>,
    proof: Counter<U64>,
}

impl Figures {
    /// Registers every metric.
    ///
    /// # Errors
    /// If one of the names is taken.
    pub fn new(registry: &Registry) -> Result<Self, PrometheusError> {
        let gauge = |name: &str, help: &str| register(Gauge::<U64>::new(name, help)?, registry);
        let amount = |name: &str, help: &str| register(Gauge::<F64>::new(name, help)?, registry);
        let counter = |name: &str, help: &str| register(Counter::<U64>::new(name, help)?, registry);
        let sum = |name: &str, help: &str| register(Counter::<F64>::new(name, help)?, registry);
        let by = |name: &str, help: &str, label| {
            register(CounterVec::<U64>::new(Opts::new(name, help), &[label])?, registry)
        };
        let figures = Self {
            queue: gauge("millrace_chain_queue_length", "Tasks that wait for a slot")?,
            leases: gauge("millrace_chain_leases_open", "Open leases of all miners")?,
            emitted: amount("millrace_chain_emitted_mill", "Emission of all closed rounds, MILL")?,
            issuance: amount("millrace_chain_issuance_mill", "All tokens that there are, MILL")?,
            per_mega_mac: amount(
                "millrace_chain_emission_per_megamac_planck",
                "Emission per mined mega-MAC, a moving average, planck",
            )?,
            difficulty: register(
                GaugeVec::<U64>::new(
                    Opts::new("millrace_chain_difficulty", "Attempts that a win takes, by listed model"),
                    &["model"],
                )?,
                registry,
            )?,
            posted: counter("millrace_chain_tasks_posted_total", "Tasks posted")?,
            leased: counter("millrace_chain_leases_given_total", "Leases given")?,
            ended: by(
                "millrace_chain_leases_ended_total",
                "Leases of all miners that ended: settled, or how they failed",
                "how",
            )?,
            refunded: by(
                "millrace_chain_tasks_refunded_total",
                "Tasks that nobody executed, by reason",
                "why",
            )?,
            sprints: by("millrace_chain_sprints_total", "Sprints of all miners: won, or wrong", "verdict")?,
            mac: register(
                CounterVec::<F64>::new(
                    Opts::new(
                        "millrace_chain_mac_total",
                        "Multiply-adds that the chain paid for, on tasks and as credited to sprints",
                    ),
                    &["work"],
                )?,
                registry,
            )?,
            paid: sum("millrace_chain_paid_mill_total", "What tasks paid to miners, MILL")?,
            claimed: sum("millrace_chain_claimed_mill_total", "Shares of emission that were claimed, MILL")?,
            burned: sum("millrace_chain_burned_mill_total", "Burned of prices, rent and bonds, MILL")?,
            slashed: sum("millrace_chain_slashed_mill_total", "Taken of bonds for failures, MILL")?,
            time: sum(
                "millrace_chain_verification_seconds_total",
                "Time of blocks that verified submissions were charged",
            )?,
            proof: counter(
                "millrace_chain_verification_proof_bytes_total",
                "Bytes of proof that verified submissions were charged",
            )?,
        };
        figures.begin();
        Ok(figures)
    }

    /// Shows every label at zero: an alert on an increase sees the first one only if there was something before it.
    fn begin(&self) {
        for how in LEASE_ENDS {
            self.ended.with_label_values(&[how]);
        }
        for why in REFUNDS {
            self.refunded.with_label_values(&[why]);
        }
        self.count(&BlockFigures::default(), 0);
    }

    /// Shows where the chain stands.
    fn show(&self, state: &StateFigures) {
        self.queue.set(state.queued.into());
        self.leases.set(state.leases.into());
        self.emitted.set(mill(state.emitted));
        self.issuance.set(mill(state.issuance));
        self.per_mega_mac.set(state.per_mega_mac as f64);
        // A model that isn't listed any more has no difficulty.
        self.difficulty.reset();
        for (model, attempts) in &state.difficulties {
            self.difficulty.with_label_values(&[&format!("{model:?}")]).set(*attempts);
        }
    }

    /// Counts what a block did; `settled` is the work of the tasks that it settled.
    fn count(&self, block: &BlockFigures, settled: Mac) {
        self.posted.inc_by(block.posted);
        self.leased.inc_by(block.leased);
        self.ended.with_label_values(&["settled"]).inc_by(block.settled.len().try_into().unwrap_or(u64::MAX));
        for how in &block.failed {
            self.ended.with_label_values(&[how]).inc();
        }
        for why in &block.refunded {
            self.refunded.with_label_values(&[why]).inc();
        }
        self.sprints.with_label_values(&["won"]).inc_by(block.won);
        self.sprints.with_label_values(&["wrong"]).inc_by(block.rejected);
        self.mac.with_label_values(&["task"]).inc_by(settled as f64);
        self.mac.with_label_values(&["sprint"]).inc_by(block.mined as f64);
        self.paid.inc_by(mill(block.paid));
        self.claimed.inc_by(mill(block.claimed));
        self.burned.inc_by(mill(block.burned));
        self.slashed.inc_by(mill(block.slashed));
        self.time.inc_by(block.verified.ref_time() as f64 / PARTS_OF_A_SECOND);
        self.proof.inc_by(block.verified.proof_size());
    }
}

fn mill(planck: Balance) -> f64 {
    planck as f64 / UNIT as f64
}

/// What a node learns of its chain.
enum News {
    Best(Hash),
    /// These are final now.
    Final(Vec<Hash>),
}

/// Keeps the chain's metrics, if there is somewhere to show them.
///
/// # Errors
/// If one of the names is taken.
pub fn spawn(
    tasks: &TaskManager,
    client: &Arc<ParachainClient>,
    registry: Option<&Registry>,
) -> Result<(), PrometheusError> {
    if let Some(registry) = registry {
        let figures = Figures::new(registry)?;
        tasks.spawn_handle().spawn("chain-figures", None, follow(client.clone(), figures));
    }
    Ok(())
}

async fn follow(client: Arc<ParachainClient>, figures: Figures) {
    let best = client
        .import_notification_stream()
        .filter_map(|block| future::ready(block.is_new_best.then_some(News::Best(block.hash))));
    let last = client.finality_notification_stream().map(|block| {
        News::Final(block.tree_route.iter().copied().chain(std::iter::once(block.hash)).collect())
    });
    let mut news = pin!(stream::select(best, last));
    while let Some(news) = news.next().await {
        match news {
            News::Best(hash) => figures.show(&state_figures(|key| read(&client, hash, key))),
            News::Final(blocks) => blocks.into_iter().for_each(|block| count(&client, block, &figures)),
        }
    }
}

/// Counts a final block. One whose state is gone, as after a long sync, counts as if nothing had happened in it.
fn count(client: &ParachainClient, block: Hash, figures: &Figures) {
    let Some(events) = read(client, block, &system_events_key()) else { return };
    let did = block_figures(&events);
    let parent = client.header(block).ok().flatten().map(|header| *header.parent_hash());
    // A settled task is forgotten; the block before still knows it.
    let work = |task: &TaskId| task_work(*task, |key| parent.and_then(|parent| read(client, parent, key)));
    let settled = did.settled.iter().filter_map(work).fold(0, Mac::saturating_add);
    figures.count(&did, settled);
}

fn read(client: &ParachainClient, at: Hash, key: &[u8]) -> Option<Vec<u8>> {
    let key = StorageKey(key.to_vec());
    StorageProvider::<Block, _>::storage(client, at, &key).ok().flatten().map(|value| value.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_primitives::ModelId;

    /// The sum of a metric over its labels; none if no such metric is shown.
    fn shown(registry: &Registry, name: &str) -> Option<f64> {
        let families = registry.gather();
        let family = families.iter().find(|family| family.get_name() == name)?;
        let values = family.get_metric().iter();
        Some(values.map(|metric| metric.get_counter().get_value() + metric.get_gauge().get_value()).sum())
    }

    #[test]
    fn a_block_is_counted_and_the_state_shown() {
        let registry = Registry::new();
        let figures = Figures::new(&registry).expect("no name is taken");
        assert!(Figures::new(&registry).is_err(), "names are taken once");
        let block = BlockFigures {
            settled: vec![1, 2],
            failed: vec!["expired"],
            mined: 30,
            burned: UNIT / 2,
            ..Default::default()
        };
        figures.count(&block, 70);
        figures.count(&block, 70);
        assert_eq!(shown(&registry, "millrace_chain_leases_ended_total"), Some(6.0));
        assert_eq!(shown(&registry, "millrace_chain_mac_total"), Some(200.0));
        assert_eq!(shown(&registry, "millrace_chain_burned_mill_total"), Some(1.0));
        let mut state = StateFigures {
            queued: 3,
            leases: 2,
            emitted: 5 * UNIT,
            issuance: 7 * UNIT,
            per_mega_mac: 11,
            difficulties: vec![(ModelId::repeat_byte(1), 50), (ModelId::repeat_byte(2), 60)],
        };
        figures.show(&state);
        assert_eq!(shown(&registry, "millrace_chain_queue_length"), Some(3.0));
        assert_eq!(shown(&registry, "millrace_chain_emitted_mill"), Some(5.0));
        assert_eq!(shown(&registry, "millrace_chain_difficulty"), Some(110.0));
        state.difficulties.pop();
        figures.show(&state);
        assert_eq!(
            shown(&registry, "millrace_chain_difficulty"),
            Some(50.0),
            "a model that isn't listed is forgotten"
        );
    }
}
