//! A chain whose answers a test sets.

use std::{collections::BTreeMap, sync::Mutex};

use futures::{stream, stream::BoxStream, StreamExt};
use millrace_primitives::{
    BlockNumber, IdleReason, MarketView, MinerView, ModelId, ModelMetadata, ModelSizes, ModelView, NoTaker,
    Offer, OfferPlace, OpenTask, Quote, RaceView, RefundReason, RoundIndex, RoundView, Taker, TaskEnd,
    TaskFate, TaskId, TaskNext, TaskStanding, TaskView, TensorMetadata, UnclaimedShare, Unpostable,
};
use millrace_runtime::AccountId;
use sp_api::ApiError;
use sp_core::H256;

use crate::{
    rpc::chain::{Answer, Chain},
    types::Hash,
};

/// More than JavaScript's numbers hold.
pub const LARGE: u128 = u128::MAX;

pub fn model() -> ModelId {
    H256::repeat_byte(1)
}

pub fn miner() -> AccountId {
    AccountId::from([7; 32])
}

#[derive(Default)]
pub struct State {
    pub number: BlockNumber,
    pub tasks: BTreeMap<TaskId, TaskView<AccountId>>,
    /// Whether the runtime doesn't answer.
    pub silent: bool,
}

#[derive(Default)]
pub struct Fake(Mutex<State>);

impl Fake {
    pub fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.0.lock().expect("no test panics within"))
    }

    fn answer<T>(&self, value: T) -> Answer<T> {
        match self.with(|state| state.silent) {
            true => Err(ApiError::StateBackendIsNotTrie),
            false => Ok(value),
        }
    }
}

pub fn ended(task: TaskId, block: BlockNumber) -> TaskView<AccountId> {
    let end = TaskEnd::Refunded {
        why: RefundReason::Deadline,
        rent: LARGE,
        retention: 4,
        posting: 5,
        compensation: 2,
    };
    let fate = TaskFate { requester: miner(), model: model(), samples: 3, block, end };
    TaskView::Ended { task, fate, kept_until: block + 9, output: Some(vec![1, 0xab]) }
}

pub fn open(task: TaskId, ceiling: u128) -> TaskView<AccountId> {
    TaskView::Open(OpenTask {
        task,
        requester: miner(),
        model: model(),
        input_hash: H256::zero(),
        samples: 1,
        work: LARGE,
        ceiling,
        bid: 1,
        deposit: 2,
        fee: 3,
        retention: 4,
        deadline: 99,
        rent: 5,
        posting: 6,
        compensation: 0,
        standing: TaskStanding::Waiting {
            before: 0,
            waiting: 1,
            rent_per_block: 6,
            why: NoTaker::TooDear { price: LARGE },
        },
        next: TaskNext::Refund { from: 100, why: RefundReason::Deadline },
        failed: Vec::new(),
        declined: Vec::new(),
    })
}

pub fn offer(slot: u32) -> Offer<AccountId> {
    Offer { miner: miner(), slot, ask: LARGE, rate: u64::MAX, idle_since: 1 }
}

impl Chain for Fake {
    fn newest(&self) -> (Hash, BlockNumber) {
        (Hash::zero(), self.with(|state| state.number))
    }
    fn blocks(&self) -> BoxStream<'static, Hash> {
        stream::empty().boxed()
    }
    fn genesis_hash(&self, _: Hash) -> Answer<H256> {
        self.answer(H256::zero())
    }
    fn task(&self, _: Hash, task: TaskId) -> Answer<Option<TaskView<AccountId>>> {
        self.answer(self.with(|state| state.tasks.get(&task).cloned()))
    }
    fn tasks_of(
        &self,
        _: Hash,
        _: AccountId,
        before: Option<TaskId>,
        count: u32,
    ) -> Answer<Vec<TaskView<AccountId>>> {
        let older = |task: &TaskId| before.is_none_or(|before| *task < before);
        let tasks = self.with(|state| {
            let tasks = state.tasks.iter().rev().filter(|(task, _)| older(task));
            tasks.take(count as usize).map(|(_, view)| view.clone()).collect()
        });
        self.answer(tasks)
    }
    fn quote(
        &self,
        _: Hash,
        model: ModelId,
        samples: u32,
        deadline: BlockNumber,
    ) -> Answer<Result<Quote<AccountId>, Unpostable>> {
        self.answer(match samples {
            0 => Err(Unpostable::NoSamples),
            1..=10 => Ok(Quote {
                model,
                samples,
                deadline,
                input_bytes: 1,
                output_bytes: 2,
                work: LARGE,
                verification_fee: 3,
                retention_fee: 4,
                refund_fee: 4,
                posting_fee: 5,
                deposit: 6,
                rent_per_block: 7,
                waiting: 8,
                least_ceiling: 9,
                taker: Taker::Slot {
                    miner: miner(),
                    slot: 0,
                    ask: 1,
                    rate: 2,
                    price: LARGE,
                    blocks: 3,
                    due: 4,
                    until: 5,
                },
            }),
            _ => Err(Unpostable::TooManySamples { most: 10 }),
        })
    }
    fn offers(
        &self,
        _: Hash,
        _: ModelId,
        after: Option<OfferPlace<AccountId>>,
        count: u32,
    ) -> Answer<Vec<Offer<AccountId>>> {
        let first = after.map_or(0, |place| place.slot + 1);
        self.answer((first..5).take(count as usize).map(offer).collect())
    }
    fn miner(&self, _: Hash, account: AccountId) -> Answer<Option<MinerView<AccountId>>> {
        self.answer((account == miner()).then(|| MinerView {
            miner: account,
            mill: sp_core::sr25519::Public::from_raw([9; 32]).into(),
            ask: LARGE,
            models: vec![model()],
            slots: Vec::new(),
            next: None,
            bond: 1,
            needed_bond: 2,
            withdrawable_from: 3,
            unused_capacity: 4,
            may_sprint: false,
            leases: Some(Vec::new()),
            idle: vec![IdleReason::BondShort { missing: LARGE }],
        }))
    }
    /// The miner has a share of each of 150 rounds.
    fn unclaimed(
        &self,
        _: Hash,
        account: AccountId,
        from: RoundIndex,
        count: u32,
    ) -> Answer<Vec<UnclaimedShare>> {
        let rounds = (from..150).filter(|_| account == miner()).take(count as usize);
        self.answer(rounds.map(|round| UnclaimedShare { round, amount: LARGE, void_from: 900 }).collect())
    }
    fn model(&self, _: Hash, wanted: ModelId) -> Answer<Option<ModelView<AccountId>>> {
        self.answer((wanted == model()).then(|| ModelView {
            model: wanted,
            owner: miner(),
            deposit: LARGE,
            retired: false,
            removable_from: None,
            listed: true,
            open_tasks: 0,
            slots: Some(1),
            most_samples: Some(2),
            sizes: ModelSizes {
                encoded_bytes: 1,
                sample_bytes: 2,
                output_bytes: 3,
                trace_bytes: 4,
                work: u64::MAX,
                layers: 5,
            },
            metadata: Some(ModelMetadata {
                name: b"model".to_vec(),
                labels: vec!["ähnlich".into()],
                output: TensorMetadata { scale: b"0.5".to_vec(), zero_point: -1, ..Default::default() },
                ..Default::default()
            }),
        }))
    }
    fn models(&self, at: Hash, after: Option<ModelId>, _: u32) -> Answer<Vec<ModelView<AccountId>>> {
        Ok(if after.is_none() { self.model(at, model())?.into_iter().collect() } else { Vec::new() })
    }
    fn race(&self, _: Hash) -> Answer<RaceView> {
        self.answer(RaceView {
            block: self.with(|state| state.number),
            round: RoundView {
                round: 1,
                first_block: 2,
                ends_with: 3,
                emission: LARGE,
                emission_per_block: 4,
                halves_at: None,
                mined: 5,
                total_score: 6,
                emission_per_mega_mac: 7,
                emitted: 8,
                emission_cap: 9,
                first_claimable: 0,
            },
            sprints: Vec::new(),
            market: MarketView {
                waiting: 1,
                most_waiting: 2,
                leases: 3,
                rent_per_block: 4,
                bid_to_exceed: Some(LARGE),
                posted: 5,
            },
        })
    }
}
