//! A runtime of this pallet whose neighbours are fakes: tests say what they answer, and read what they were told.

use core::cell::{Cell, RefCell};

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU32, ConstU64},
    weights::Weight,
};
use frame_system::{
    mocking::{MockBlockU32, MockUncheckedExtrinsic},
    offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
    EnsureRoot,
};
use millrace_inference::{CheckedModel, Cost, Model, Node, Profile, TraceError};
use millrace_primitives::{
    mill::{MillKey, MillPair},
    Balance, CreditWork, Mac, MillKeys, MinerBond, ModelId, ModelInfo, ModelRegistry, RoundIndex, Rounds,
    SlotIndex, Verdict, Verifier, WorkClaim,
};
use sp_core::{Pair, H256};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult, Perbill};

use crate as pallet_sprints;

pub(crate) type AccountId = u64;

/// The miner that [`pair`] signs for.
pub(crate) const MINER: AccountId = 7;
/// The block whose hash attempts take.
pub(crate) const ANCHOR: u32 = 1;
/// Samples of the listed batch.
pub(crate) const SAMPLES: u32 = 2;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Sprints: pallet_sprints,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = MockBlockU32<Test>;
}

parameter_types! {
    pub const SprintShare: Perbill = Perbill::from_percent(25);
    pub const MaxVerificationWeight: Weight = Weight::from_parts(1_000, 1_000);
}

impl pallet_sprints::Config for Test {
    type Models = FakeModels;
    type Miners = FakeMiners;
    type Verifier = FakeVerifier;
    type Rewards = FakeRewards;
    type Rounds = FakeRounds;
    type ListOrigin = EnsureRoot<AccountId>;
    type MaxAnchorAge = ConstU32<8>;
    type SprintShare = SprintShare;
    type MaxVerificationWeight = MaxVerificationWeight;
    type MaxSprintTrace = ConstU32<1024>;
    type Priority = ConstU64<5>;
    type WeightInfo = pallet_sprints::weights::SubstrateWeight<Test>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkMarket = FakeMiners;
}

impl<LocalCall> CreateTransactionBase<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extrinsic = MockUncheckedExtrinsic<Test>;
    type RuntimeCall = RuntimeCall;
}

impl<LocalCall> CreateTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    type Extension = ();

    fn create_transaction(call: RuntimeCall, extension: ()) -> Self::Extrinsic {
        MockUncheckedExtrinsic::<Test>::new_transaction(call, extension)
    }
}

impl<LocalCall> CreateAuthorizedTransaction<LocalCall> for Test
where
    RuntimeCall: From<LocalCall>,
{
    fn create_extension() -> Self::Extension {}
}

thread_local! {
    /// What the verifier says of every claim.
    static VERDICT: RefCell<Verdict<()>> = const { RefCell::new(Verdict::Unavailable) };
    /// What it says a verification weighs.
    static WEIGHT: Cell<Weight> = const { Cell::new(Weight::from_parts(10, 10)) };
    static MODELS: RefCell<Vec<(ModelId, ModelInfo)>> = const { RefCell::new(Vec::new()) };
    static LISTED: RefCell<Vec<ModelId>> = const { RefCell::new(Vec::new()) };
    static SUSPENDED: Cell<bool> = const { Cell::new(false) };
    static SLASHED: RefCell<Vec<AccountId>> = const { RefCell::new(Vec::new()) };
    static CREDITED: RefCell<Vec<(AccountId, Mac)>> = const { RefCell::new(Vec::new()) };
    static ROUND: Cell<RoundIndex> = const { Cell::new(0) };
}

pub struct FakeModels;

impl ModelRegistry for FakeModels {
    fn find(model: ModelId) -> Option<ModelInfo> {
        MODELS.with_borrow(|models| {
            models.iter().find(|(name, _)| *name == model).map(|(_, info)| info.clone())
        })
    }

    fn encoding(_: ModelId) -> Option<Vec<u8>> {
        None
    }

    fn acquire(_: ModelId) -> DispatchResult {
        Ok(())
    }

    fn release(_: ModelId) {}

    fn set_listed(models: Vec<ModelId>) -> DispatchResult {
        if models.iter().any(|model| !Self::find(*model).is_some_and(|info| info.open)) {
            return Err(DispatchError::Other("retired"));
        }
        LISTED.set(models);
        Ok(())
    }

    fn listed() -> Vec<ModelId> {
        LISTED.with_borrow(Clone::clone)
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(_: Vec<u8>) -> ModelId {
        model()
    }
}

pub struct FakeMiners;

impl MinerBond<AccountId> for FakeMiners {
    fn slash(_: &AccountId, _: SlotIndex, amount: Balance, _: &AccountId, _: Balance) -> Balance {
        amount
    }

    fn slash_miner(miner: &AccountId) -> Balance {
        SLASHED.with_borrow_mut(|slashed| slashed.push(*miner));
        1
    }

    fn suspend(_: &AccountId) {
        suspend();
    }

    fn may_sprint(_: &AccountId) -> bool {
        !SUSPENDED.get()
    }
}

impl MillKeys<AccountId> for FakeMiners {
    fn mill_key(miner: &AccountId) -> Option<MillKey> {
        (*miner == MINER).then(|| pair().public())
    }

    fn miner_of(key: &MillKey) -> Option<AccountId> {
        (*key == pair().public()).then_some(MINER)
    }
}

#[cfg(feature = "runtime-benchmarks")]
impl millrace_primitives::SlotMarket<AccountId> for FakeMiners {
    fn lease(
        _: ModelId,
        _: impl Fn(&millrace_primitives::SlotOffer<AccountId>) -> bool,
    ) -> Option<millrace_primitives::SlotOffer<AccountId>> {
        None
    }

    fn free(_: &AccountId, _: SlotIndex) {}

    fn benchmark_miner(_: ModelId, _: MillKey) -> AccountId {
        MINER
    }
}

pub struct FakeVerifier;

impl Verifier for FakeVerifier {
    fn weight(_: &Cost) -> Weight {
        WEIGHT.get()
    }

    fn memory() -> u64 {
        0
    }

    fn verify(_: &WorkClaim<'_>) -> Verdict<Vec<u8>> {
        Verdict::Unavailable
    }

    fn check(_: &WorkClaim<'_>) -> Verdict<()> {
        VERDICT.with_borrow(Clone::clone)
    }
}

pub struct FakeRewards;

impl CreditWork<AccountId> for FakeRewards {
    fn credit(miner: &AccountId, work: Mac) {
        CREDITED.with_borrow_mut(|credited| credited.push((*miner, work)));
    }
}

pub struct FakeRounds;

impl Rounds for FakeRounds {
    fn current() -> RoundIndex {
        ROUND.get()
    }

    fn length() -> u32 {
        10
    }
}

pub(crate) fn proven() {
    VERDICT.set(Verdict::Proven { output: () });
}

pub(crate) fn forged() {
    VERDICT.set(Verdict::Forged { why: TraceError::LeftOver { got: 1 } });
}

pub(crate) fn unavailable() {
    VERDICT.set(Verdict::Unavailable);
}

/// Makes every verification weigh so much.
pub(crate) fn weigh(weight: Weight) {
    WEIGHT.set(weight);
}

pub(crate) fn suspend() {
    SUSPENDED.set(true);
}

pub(crate) fn begin_round(round: RoundIndex) {
    ROUND.set(round);
}

pub(crate) fn slashed() -> Vec<AccountId> {
    SLASHED.with_borrow(Clone::clone)
}

pub(crate) fn credited() -> Vec<(AccountId, Mac)> {
    CREDITED.with_borrow(Clone::clone)
}

pub(crate) fn registered() -> Vec<ModelId> {
    MODELS.with_borrow(|models| models.iter().map(|(name, _)| *name).collect())
}

pub(crate) fn pair() -> MillPair {
    MillPair::from_string("//Mill", None).expect("a development key")
}

/// The listed model.
pub(crate) fn model() -> ModelId {
    H256::repeat_byte(1)
}

/// The sizes of a model of two rows of four.
pub(crate) fn profile() -> Profile {
    let nodes =
        vec![Node::Input { shape: vec![4] }, Node::Linear { input: 0, outputs: 2, parameters: vec![1; 8] }];
    CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("a valid model").profile().clone()
}

/// Registers a further model.
pub(crate) fn register(model: ModelId, profile: Profile, open: bool) {
    MODELS.with_borrow_mut(|models| models.push((model, ModelInfo { profile, open })));
}

/// Runs a test in the block after [`ANCHOR`], with [`model`] listed, and checks the pallet's properties afterwards.
pub(crate) fn run(test: impl FnOnce()) {
    MODELS.set(Vec::new());
    LISTED.set(Vec::new());
    SLASHED.set(Vec::new());
    CREDITED.set(Vec::new());
    SUSPENDED.set(false);
    ROUND.set(0);
    WEIGHT.set(Weight::from_parts(10, 10));
    unavailable();
    register(model(), profile(), true);
    let genesis = RuntimeGenesisConfig {
        system: Default::default(),
        sprints: pallet_sprints::GenesisConfig {
            listed: vec![(model(), SAMPLES)],
            difficulty: 1,
            ..Default::default()
        },
    };
    let storage = genesis.build_storage().expect("a genesis");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(ANCHOR + 1);
        frame_system::BlockHash::<Test>::insert(ANCHOR, H256::repeat_byte(5));
        test();
        Sprints::do_try_state().expect("the pallet's properties hold");
    });
}
