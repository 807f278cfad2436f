//! Feeds the subscriptions: the newest block, and the race and the tasks in it, once for all of them.
//!
//! A watch channel holds one value, the newest. So nothing queues: a subscription that is behind misses what was
//! between.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use futures::StreamExt;
use millrace_primitives::{RaceView, TaskId, TaskView};
use millrace_runtime::AccountId;
use sc_rpc::SubscriptionTaskExecutor;
use sp_api::ApiError;
use tokio::sync::watch;

use super::chain::Chain;
use crate::types::Hash;

/// What subscriptions follow.
#[derive(Default)]
pub struct Feed {
    blocks: watch::Sender<Option<Hash>>,
    races: watch::Sender<Option<RaceView>>,
    /// The tasks that somebody asked for on one block, which all who watch them share.
    tasks: Mutex<(Hash, Tasks)>,
}

type Tasks = HashMap<TaskId, Option<TaskView<AccountId>>>;

impl Feed {
    /// Follows the chain from now on.
    pub fn start(chain: Arc<dyn Chain>, executor: &SubscriptionTaskExecutor) -> Arc<Self> {
        let feed = Arc::new(Self::default());
        let fed = feed.clone();
        let follow = async move {
            let mut blocks = chain.blocks();
            while let Some(block) = blocks.next().await {
                fed.feed(&*chain, block);
            }
        };
        executor.spawn("millrace-feed", Some("rpc"), Box::pin(follow));
        feed
    }

    /// Tells the subscriptions of a new best block.
    pub fn feed(&self, chain: &dyn Chain, block: Hash) {
        self.blocks.send_replace(Some(block));
        if self.races.receiver_count() == 0 {
            return;
        }
        match chain.race(block) {
            Ok(race) => {
                self.races.send_replace(Some(race));
            }
            Err(why) => {
                log::debug!(target: "rpc", "the runtime of {block:?} tells nothing of the race: {why}")
            }
        }
    }

    /// A task in a block. The runtime is asked once a block, however many watch the task.
    ///
    /// # Errors
    /// If the runtime of that block doesn't answer.
    pub fn task(
        &self,
        chain: &dyn Chain,
        block: Hash,
        task: TaskId,
    ) -> Result<Option<TaskView<AccountId>>, ApiError> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.0 != block {
            *tasks = (block, Tasks::new());
        }
        if let Some(known) = tasks.1.get(&task) {
            return Ok(known.clone());
        }
        let view = chain.task(block, task)?;
        tasks.1.insert(task, view.clone());
        Ok(view)
    }

    /// The newest block, from the next one on.
    pub fn blocks(&self) -> watch::Receiver<Option<Hash>> {
        self.blocks.subscribe()
    }

    /// The race in the newest block, from the next one on.
    pub fn races(&self) -> watch::Receiver<Option<RaceView>> {
        self.races.subscribe()
    }
}
