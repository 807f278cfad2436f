//! All that our methods ask of the chain: a trait, with a fake for tests.

use std::sync::Arc;

use futures::{future, stream::BoxStream, StreamExt};
use millrace_primitives::{
    BlockNumber, MarketApi, MillApi, MinerView, ModelId, ModelView, Offer, OfferPlace, Quote, RaceView,
    RoundIndex, TaskId, TaskView, UnclaimedShare, Unpostable,
};
use millrace_runtime::{opaque::Block, AccountId};
use sc_client_api::{BlockImportNotification, BlockchainEvents};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_core::H256;

use crate::types::{Hash, ParachainClient};

/// What the runtime of a block answers, if it does.
pub type Answer<T> = Result<T, ApiError>;

/// A chain, asked on top of a block `at`.
pub trait Chain: Send + Sync {
    /// The best block and its number.
    fn newest(&self) -> (Hash, BlockNumber);
    /// The best blocks from now on.
    fn blocks(&self) -> BoxStream<'static, Hash>;
    /// Hash of the first block, as what a mill key signs has it.
    fn genesis_hash(&self, at: Hash) -> Answer<H256>;
    /// A task, open or ended.
    fn task(&self, at: Hash, task: TaskId) -> Answer<Option<TaskView<AccountId>>>;
    /// A page of an account's tasks, newest first.
    fn tasks_of(
        &self,
        at: Hash,
        requester: AccountId,
        before: Option<TaskId>,
        count: u32,
    ) -> Answer<Vec<TaskView<AccountId>>>;
    /// What a batch would cost; or why it can't be posted.
    fn quote(
        &self,
        at: Hash,
        model: ModelId,
        samples: u32,
        deadline: BlockNumber,
    ) -> Answer<Result<Quote<AccountId>, Unpostable>>;
    /// A page of a model's offers.
    fn offers(
        &self,
        at: Hash,
        model: ModelId,
        after: Option<OfferPlace<AccountId>>,
        count: u32,
    ) -> Answer<Vec<Offer<AccountId>>>;
    /// A miner.
    fn miner(&self, at: Hash, miner: AccountId) -> Answer<Option<MinerView<AccountId>>>;
    /// A page of the shares that an account can claim, from a round on.
    fn unclaimed(
        &self,
        at: Hash,
        account: AccountId,
        from: RoundIndex,
        count: u32,
    ) -> Answer<Vec<UnclaimedShare>>;
    /// A registered model.
    fn model(&self, at: Hash, model: ModelId) -> Answer<Option<ModelView<AccountId>>>;
    /// A page of the models.
    fn models(&self, at: Hash, after: Option<ModelId>, count: u32) -> Answer<Vec<ModelView<AccountId>>>;
    /// Round, emission, sprints, queue and leases.
    fn race(&self, at: Hash) -> Answer<RaceView>;
}

impl Chain for Arc<ParachainClient> {
    fn newest(&self) -> (Hash, BlockNumber) {
        let info = self.chain_info();
        (info.best_hash, info.best_number)
    }

    fn blocks(&self) -> BoxStream<'static, Hash> {
        // The notification keeps its block from being pruned, so it isn't passed on.
        let best = |notification: BlockImportNotification<Block>| {
            future::ready(notification.is_new_best.then_some(notification.hash))
        };
        self.import_notification_stream().filter_map(best).boxed()
    }

    fn genesis_hash(&self, at: Hash) -> Answer<H256> {
        self.runtime_api().genesis_hash(at)
    }

    fn task(&self, at: Hash, task: TaskId) -> Answer<Option<TaskView<AccountId>>> {
        self.runtime_api().task(at, task)
    }

    fn tasks_of(
        &self,
        at: Hash,
        requester: AccountId,
        before: Option<TaskId>,
        count: u32,
    ) -> Answer<Vec<TaskView<AccountId>>> {
        self.runtime_api().tasks_of(at, requester, before, count)
    }

    fn quote(
        &self,
        at: Hash,
        model: ModelId,
        samples: u32,
        deadline: BlockNumber,
    ) -> Answer<Result<Quote<AccountId>, Unpostable>> {
        self.runtime_api().quote(at, model, samples, deadline)
    }

    fn offers(
        &self,
        at: Hash,
        model: ModelId,
        after: Option<OfferPlace<AccountId>>,
        count: u32,
    ) -> Answer<Vec<Offer<AccountId>>> {
        self.runtime_api().offers(at, model, after, count)
    }

    fn miner(&self, at: Hash, miner: AccountId) -> Answer<Option<MinerView<AccountId>>> {
        self.runtime_api().miner(at, miner)
    }

    fn unclaimed(
        &self,
        at: Hash,
        account: AccountId,
        from: RoundIndex,
        count: u32,
    ) -> Answer<Vec<UnclaimedShare>> {
        self.runtime_api().unclaimed(at, account, from, count)
    }

    fn model(&self, at: Hash, model: ModelId) -> Answer<Option<ModelView<AccountId>>> {
        self.runtime_api().model_view(at, model)
    }

    fn models(&self, at: Hash, after: Option<ModelId>, count: u32) -> Answer<Vec<ModelView<AccountId>>> {
        self.runtime_api().models(at, after, count)
    }

    fn race(&self, at: Hash) -> Answer<RaceView> {
        self.runtime_api().race(at)
    }
}
