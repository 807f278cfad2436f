//! The subscriptions to a task and to the race. Whoever reads slowly misses messages in between, and gets the newest.

use std::sync::Arc;

use futures::{
    stream::{self, BoxStream},
    StreamExt,
};
use jsonrpsee::{core::RegisterMethodError, types::ErrorObjectOwned, PendingSubscriptionSink, RpcModule};
use millrace_primitives::{RaceView, TaskView};
use millrace_runtime::AccountId;
use sc_rpc::utils::{PendingSubscription, RingBuffer};
use serde::Serialize;
use tokio::sync::watch;

use super::{
    arguments::{read, NoArguments, TaskArguments},
    chain::Chain,
    error::{no_task, runtime_failed},
    feed::Feed,
};
use crate::types::Hash;

/// Messages that wait for a slow reader; a newer one takes the place of the oldest.
const WAITING_MESSAGES: usize = 1;

/// Blocks in a row that don't know a task until a subscription to it ends: no fork is that long.
const MOST_UNKNOWN: u32 = 64;

/// What subscriptions are made of.
pub struct Sources {
    chain: Arc<dyn Chain>,
    feed: Arc<Feed>,
}

/// The subscriptions.
///
/// # Errors
/// None; each name is registered once.
pub fn module(chain: Arc<dyn Chain>, feed: Arc<Feed>) -> Result<RpcModule<Sources>, RegisterMethodError> {
    let mut module = RpcModule::new(Sources { chain, feed });
    module.register_subscription(
        "millrace_subscribeTask",
        "millrace_taskChanged",
        "millrace_unsubscribeTask",
        |params, pending, sources, _| async move {
            let watched = read(&params).and_then(|TaskArguments { task }| Watched::new(&sources, task));
            serve(pending, watched.map(Watched::views)).await
        },
    )?;
    module.register_subscription(
        "millrace_subscribeRace",
        "millrace_raceChanged",
        "millrace_unsubscribeRace",
        |params, pending, sources, _| async move {
            let races = read(&params).and_then(|NoArguments {}| races(&sources));
            serve(pending, races).await
        },
    )?;
    Ok(module)
}

/// Serves a subscription until its messages end, or says why there is none.
async fn serve<T: Serialize + Send + 'static>(
    pending: PendingSubscriptionSink,
    messages: Result<BoxStream<'static, T>, ErrorObjectOwned>,
) {
    match messages {
        Ok(messages) => {
            let buffer = RingBuffer::new(WAITING_MESSAGES);
            PendingSubscription::from(pending).pipe_from_stream(messages, buffer).await;
        }
        Err(why) => pending.reject(why).await,
    }
}

/// The race now, and in each block from now on.
fn races(sources: &Sources) -> Result<BoxStream<'static, RaceView>, ErrorObjectOwned> {
    let races = sources.feed.races();
    let now = sources.chain.race(sources.chain.newest().0).map_err(runtime_failed)?;
    let next = |mut races: watch::Receiver<Option<RaceView>>| async move {
        races.changed().await.ok()?;
        let race = races.borrow_and_update().clone()?;
        Some((race, races))
    };
    Ok(stream::iter([now]).chain(stream::unfold(races, next)).boxed())
}

/// A task that somebody watches.
struct Watched {
    chain: Arc<dyn Chain>,
    feed: Arc<Feed>,
    blocks: watch::Receiver<Option<Hash>>,
    /// What was told last.
    last: TaskView<AccountId>,
    /// Blocks since, in a row, that don't know the task.
    unknown: u32,
}

impl Watched {
    fn new(sources: &Sources, task: u64) -> Result<Self, ErrorObjectOwned> {
        let feed = sources.feed.clone();
        let blocks = feed.blocks();
        let chain = sources.chain.clone();
        let now = feed.task(&*chain, chain.newest().0, task).map_err(runtime_failed)?;
        Ok(Self { chain, feed, blocks, last: now.ok_or_else(|| no_task(task))?, unknown: 0 })
    }

    /// The task now, and whenever something changed; ends when the task does.
    fn views(self) -> BoxStream<'static, TaskView<AccountId>> {
        let now = stream::iter([self.last.clone()]);
        let next = |mut watched: Self| async move { watched.next().await.map(|view| (view, watched)) };
        now.chain(stream::unfold(self, next)).boxed()
    }

    async fn next(&mut self) -> Option<TaskView<AccountId>> {
        while let TaskView::Open(open) = &self.last {
            self.blocks.changed().await.ok()?;
            let block = *self.blocks.borrow_and_update();
            match self.feed.task(&*self.chain, block?, open.task) {
                Ok(Some(view)) => {
                    self.unknown = 0;
                    if view != self.last {
                        self.last = view;
                        return Some(self.last.clone());
                    }
                }
                // A fork in which it isn't posted yet may be best for a while. Or it ended while this node was behind, and
                // its retention is over.
                Ok(None) => {
                    self.unknown = self.unknown.saturating_add(1);
                    if self.unknown > MOST_UNKNOWN {
                        return None;
                    }
                }
                Err(why) => {
                    log::debug!(target: "rpc", "the runtime tells nothing of task {}: {why}", open.task)
                }
            }
        }
        None
    }
}
