//! What people and their programs ask the chain.

use alloc::vec::Vec;

use super::{
    MinerView, ModelView, Offer, OfferPlace, Quote, RaceView, TaskFate, TaskView, UnclaimedShare, Unpostable,
};
use crate::{BlockNumber, ModelId, RoundIndex, TaskId};

sp_api::decl_runtime_apis! {
    /// What people and their programs ask the chain. A page has 100 entries at most; the next one begins after the last
    /// entry of the one before.
    #[api_version(1)]
    pub trait MarketApi<AccountId> where AccountId: codec::Codec {
        /// A task, open or ended. None if there never was one, or its retention is over.
        fn task(task: TaskId) -> Option<TaskView<AccountId>>;
        /// The tasks of an account, newest first, those whose fate is still kept included; without their outputs.
        fn tasks_of(requester: AccountId, before: Option<TaskId>, count: u32) -> Vec<TaskView<AccountId>>;
        /// How a task ended. None while it is open, or if its retention is over.
        fn fate(task: TaskId) -> Option<TaskFate<AccountId>>;
        /// What a batch would cost now, and who would take it; or why it can't be posted.
        fn quote(
            model: ModelId,
            samples: u32,
            deadline: BlockNumber,
        ) -> Result<Quote<AccountId>, Unpostable>;
        /// The free slots that offer a model, in the order in which they would be taken.
        fn offers(
            model: ModelId,
            after: Option<OfferPlace<AccountId>>,
            count: u32,
        ) -> Vec<Offer<AccountId>>;
        /// A miner, with every reason why it doesn't earn. None if the account is no miner.
        fn miner(miner: AccountId) -> Option<MinerView<AccountId>>;
        /// A registered model.
        fn model_view(model: ModelId) -> Option<ModelView<AccountId>>;
        /// The registered models, by name.
        fn models(after: Option<ModelId>, count: u32) -> Vec<ModelView<AccountId>>;
        /// The shares of closed rounds that an account can claim, from this round on.
        fn unclaimed(account: AccountId, from: RoundIndex, count: u32) -> Vec<UnclaimedShare>;
        /// Round, emission, sprints, queue and leases.
        fn race() -> RaceView;
    }
}
