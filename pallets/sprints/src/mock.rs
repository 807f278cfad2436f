//! A runtime of this pallet whose neighbours are fakes: tests say what they answer, and read what they were told.

use core::{
    cell::{Cell, RefCell},
    ops::Range,
};

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, ConstU32, ConstU64, Get, Hooks},
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
    Balance, BlockNumber, CreditWork, ListedFor, MillKeys, MinerBond, ModelId, ModelInfo, ModelRegistry,
    RoundIndex, Rounds, SlotIndex, Verdict, Verifier, Win, WorkClaim,
};
use sp_core::{Pair, H256};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult, Perbill};

use crate as pallet_sprints;

pub(crate) type AccountId = u64;

/// The miner that [`pair`] signs for.
pub(crate) const MINER: AccountId = 7;
/// The block whose hash attempts take.
pub(crate) const ANCHOR: u32 = 1;
/// Attempts that a win takes on a new model, with the batch of the listed one.
pub(crate) const INITIAL_DIFFICULTY: u64 = 16;
/// What they come to, MAC: eight a sample.
pub(crate) const INITIAL_WORK: u128 = 256;
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
    type Author = FakeAuthor;
    type ListOrigin = EnsureRoot<AccountId>;
    type MaxAnchorAge = ConstU32<8>;
    type SprintShare = SprintShare;
    type InitialWork = ConstU128<INITIAL_WORK>;
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
    static CREDITED: RefCell<Vec<Credit>> = const { RefCell::new(Vec::new()) };
    static AUTHOR: Cell<Option<AccountId>> = const { Cell::new(None) };
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

    fn listed_over(_: Range<BlockNumber>) -> Vec<ListedFor> {
        unreachable!("only miners ask what was listed")
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(_: Vec<u8>) -> ModelId {
        model()
    }
}

pub struct FakeMiners;

impl MinerBond<AccountId> for FakeMiners {
    fn slash(_: &AccountId, _: SlotIndex, _: Balance, _: &AccountId, _: Balance) -> Balance {
        unreachable!("sprints slash miners only")
    }

    fn slash_miner(miner: &AccountId) -> Balance {
        SLASHED.with_borrow_mut(|slashed| slashed.push(*miner));
        1
    }

    fn charge(_: &AccountId, amount: Balance) -> Balance {
        amount
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
    const MOST: millrace_primitives::Looked =
        millrace_primitives::Looked { entries: 0, proof: 0, applied: 0 };

    fn is_offered(_: ModelId) -> bool {
        false
    }

    fn lease(
        _: ModelId,
        _: millrace_primitives::Demand,
        _: impl Fn(&millrace_primitives::SlotOffer<AccountId>) -> millrace_primitives::Answer,
    ) -> (Option<millrace_primitives::SlotOffer<AccountId>>, millrace_primitives::Looked) {
        (None, Default::default())
    }

    fn free(_: &AccountId, _: SlotIndex, _: millrace_primitives::Part) {}

    fn settle(_: &AccountId, _: SlotIndex, _: millrace_primitives::Part, _: millrace_primitives::Served) {}

    fn benchmark_miner(_: ModelId, _: MillKey) -> AccountId {
        MINER
    }

    fn benchmark_search(_: ModelId, _: u32, _: u32) {}
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
    fn credit(miner: &AccountId, win: Win, author: Option<&AccountId>) {
        let credit = Credit { miner: *miner, win, author: author.copied() };
        CREDITED.with_borrow_mut(|credited| credited.push(credit));
    }
}

/// What the rewards were told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credit {
    pub miner: AccountId,
    pub win: Win,
    pub author: Option<AccountId>,
}

pub struct FakeAuthor;

impl Get<Option<AccountId>> for FakeAuthor {
    fn get() -> Option<AccountId> {
        AUTHOR.get()
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

/// Makes this account the author of the blocks to come.
pub(crate) fn author(author: AccountId) {
    AUTHOR.set(Some(author));
}

pub(crate) fn begin_round(round: RoundIndex) {
    ROUND.set(round);
}

pub(crate) fn slashed() -> Vec<AccountId> {
    SLASHED.with_borrow(Clone::clone)
}

pub(crate) fn credited() -> Vec<Credit> {
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

/// Hash of a block that is an anchor.
pub(crate) fn hash(number: u32) -> H256 {
    H256::from_low_u64_be(0x5000 + u64::from(number))
}

/// Lets blocks begin up to this one.
pub(crate) fn to_block(number: u32) {
    for next in System::block_number() + 1..=number {
        if next > 1 {
            frame_system::BlockHash::<Test>::insert(next - 1, hash(next - 1));
        }
        System::set_block_number(next);
        Sprints::on_initialize(next);
    }
}

/// The terms of attempts on [`ANCHOR`] change to this difficulty.
pub(crate) fn set_anchor_difficulty(difficulty: u64) {
    crate::AnchorTerms::<Test>::mutate(ANCHOR, |terms| {
        terms.as_mut().expect("it has terms").difficulty = difficulty;
    });
}

/// The listing of a model changes.
pub(crate) fn change_listing(model: ModelId, change: impl FnOnce(&mut crate::Listing)) {
    crate::Listed::<Test>::mutate(|listed| {
        change(listed.iter_mut().find(|listing| listing.model == model).expect("it is listed"));
    });
}

/// What stands in the list for a model.
pub(crate) fn listing(model: ModelId) -> crate::Listing {
    crate::Listed::<Test>::get().into_iter().find(|listing| listing.model == model).expect("it is listed")
}

/// Runs a test in the block after [`ANCHOR`], with [`model`] listed, and checks the pallet's properties afterwards.
pub(crate) fn run(test: impl FnOnce()) {
    MODELS.set(Vec::new());
    LISTED.set(Vec::new());
    SLASHED.set(Vec::new());
    CREDITED.set(Vec::new());
    SUSPENDED.set(false);
    AUTHOR.set(None);
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
        to_block(ANCHOR + 1);
        test();
        Sprints::do_try_state().expect("the pallet's properties hold");
    });
}
