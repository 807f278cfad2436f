//! Feeds the subscriptions: the newest block, and the race in it, once for all of them.
//!
//! A watch channel holds one value, the newest. So nothing queues: a subscription that is behind misses what was
//! between.

use std::sync::Arc;

use futures::StreamExt;
use millrace_primitives::RaceView;
use sc_rpc::SubscriptionTaskExecutor;
use tokio::sync::watch;

use super::chain::Chain;
use crate::types::Hash;

/// What subscriptions follow.
#[derive(Default)]
pub struct Feed {
    blocks: watch::Sender<Option<Hash>>,
    races: watch::Sender<Option<RaceView>>,
}

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

    /// The newest block, from the next one on.
    pub fn blocks(&self) -> watch::Receiver<Option<Hash>> {
        self.blocks.subscribe()
    }

    /// The race in the newest block, from the next one on.
    pub fn races(&self) -> watch::Receiver<Option<RaceView>> {
        self.races.subscribe()
    }
}
