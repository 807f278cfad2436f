//! A runtime of this pallet and nothing else of ours: its neighbours are fakes whose answers a test sets.

use std::{cell::RefCell, collections::BTreeMap, ops::Range};

use codec::Decode;
use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{Balanced, Credit, Inspect},
        ConstU128, ConstU32, ConstU64, Hooks, OnUnbalanced,
    },
    weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight},
};
use frame_system::offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase};
use millrace_inference::{Cost, LayerShape, Profile};
use millrace_primitives::{
    genesis_hash,
    mill::{MillKey, KEY_TYPE},
    price_of, submission_message, Answer, Balance, BlockNumber, Demand, ListedFor, Looked, Mac, MillKeys,
    MinerBond, MiningPay, ModelId, ModelInfo, ModelRegistry, OnWork, Part, Served, SlotIndex, SlotMarket,
    SlotOffer, TaskId, Verdict, Verifier, WorkClaim,
};
use sp_core::{
    offchain::{
        testing::{TestOffchainExt, TestTransactionPoolExt},
        OffchainDbExt, OffchainWorkerExt, TransactionPoolExt,
    },
    H256,
};
use sp_io::hashing::blake2_256;
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{
    traits::Convert, BuildStorage, DispatchError, DispatchResult, Perbill, Permill, RuntimeAppPublic,
};

use crate::{self as pallet_tasks, pricing::RECORD_BYTES, Lease, TaskRecordOf, TaskState};

pub type AccountId = u64;
type Block = frame_system::mocking::MockBlockU32<Test>;
type Extrinsic = frame_system::mocking::MockUncheckedExtrinsic<Test>;

pub const REQUESTER: AccountId = 1;
pub const STRANGER: AccountId = 2;
pub const MINER: AccountId = 10;
pub const OTHER_MINER: AccountId = 11;
/// Gets the verification fees.
pub const COLLATOR: AccountId = 99;
pub const ENDOWMENT: Balance = 1_000_000_000_000;

/// MAC of one sample of [`model`], and MAC per block of each slot.
pub const WORK: u64 = 8;
/// Planck per mega-MAC at which one sample costs [`PRICE`].
pub const ASK: Balance = 1_000_000_000;
pub const PRICE: Balance = 8_000;
/// What [`post`] offers at most for a sample: twice its price, so that some of it may go into rent.
pub const CEILING: Balance = 2 * PRICE;
/// Planck that a block's wait costs while the queue is short: [`RENT_BASE`] and what the fourth power rounds up to.
pub const RENT: Balance = RENT_BASE + 1;
pub const RENT_BASE: Balance = 10;
/// What a full queue adds to it.
pub const RENT_PEAK: Balance = 10_000;
/// Planck for keeping the record of a task's end: all that is kept of a refunded task's fee.
pub const RECORD: Balance = 3 * RECORD_BYTES as Balance;
/// Planck for keeping that and the 8 bytes of one sample's output.
pub const RETENTION: Balance = RECORD + 24;
/// What a slot loses for a failed lease, planck.
pub const SLASH: Balance = 500;
/// Bytes of one sample of [`model`].
pub const SAMPLE: usize = 4;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Tasks: pallet_tasks,
    }
);

parameter_types! {
    pub BlockWeights: frame_system::limits::BlockWeights =
        frame_system::limits::BlockWeights::with_sensible_defaults(
            Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, 8 * 1024 * 1024),
            Perbill::from_percent(75),
        );
    pub const ProtocolCut: Permill = Permill::from_percent(5);
    pub const MaxVerificationWeight: Weight = Weight::from_parts(1_000_000, 1024 * 1024);
    pub const ServiceWeight: Weight = Weight::MAX;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
    type BlockWeights = BlockWeights;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<1>;
    type AccountStore = System;
}

impl crate::Config for Test {
    type Currency = Balances;
    type Models = FakeModels;
    type Miners = FakeMiners;
    type Verifier = FakeVerifier;
    type OnWork = FakeDraw;
    type Mining = FakeMining;
    type WeightToFee = FakeFee;
    type LengthToFee = FakeFee;
    type TransactionFee = FakeFee;
    type FeeHandler = FakeFee;
    type DepositPerByte = ConstU128<10>;
    type OutputFeePerByte = ConstU128<3>;
    type RentBase = ConstU128<RENT_BASE>;
    type RentPeak = ConstU128<RENT_PEAK>;
    type MinPrice = ConstU128<100>;
    type ProtocolCut = ProtocolCut;
    type LatencyFloor = ConstU32<3>;
    type GracePeriod = ConstU32<5>;
    type MaxDeadline = ConstU32<1_000>;
    type Retention = ConstU32<50>;
    type MaxTrace = ConstU32<{ 64 * 1024 }>;
    type MaxVerificationWeight = MaxVerificationWeight;
    type ServiceWeight = ServiceWeight;
    type Priority = ConstU64<7>;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

impl<C> CreateTransactionBase<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extrinsic = Extrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    type Extension = ();

    fn create_transaction(call: RuntimeCall, (): ()) -> Extrinsic {
        Extrinsic::new_transaction(call, ())
    }
}

impl<C> CreateAuthorizedTransaction<C> for Test
where
    RuntimeCall: From<C>,
{
    fn create_extension() {}
}

/// What the neighbours know and were told.
pub struct World {
    pub models: BTreeMap<ModelId, ModelInfo>,
    /// Those that sprints run on.
    pub listed: Vec<ModelId>,
    /// Open uses of models.
    pub references: i32,
    /// Whether any slot offers the model.
    pub offered: bool,
    /// The slots on sale, in the order in which they are sold.
    pub slots: Vec<SlotOffer<AccountId>>,
    /// The slots that were leased and are not free yet.
    pub leased: Vec<SlotOffer<AccountId>>,
    /// Miner, slot, amount, victim and compensation of each slash.
    pub slashes: Vec<(AccountId, SlotIndex, Balance, AccountId, Balance)>,
    pub suspended: Vec<AccountId>,
    /// Miner and amount of each charge.
    pub charges: Vec<(AccountId, Balance)>,
    /// What mining pays, planck per mega-MAC.
    pub emission: Balance,
    /// Miner, slot and service of each lease that was settled for another.
    pub settled: Vec<(AccountId, SlotIndex, Served)>,
    /// The least rate of the last search.
    pub demand: Option<Demand>,
    /// The miners that the last search was told to pass over.
    pub refused: Vec<AccountId>,
    /// What each search says that it looked at.
    pub looked: Looked,
    pub keys: BTreeMap<AccountId, MillKey>,
    /// What the next verification comes to.
    pub verdict: Verdict<Vec<u8>>,
    /// The seed of the last verification.
    pub seed: Option<[u8; 32]>,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::new());
}

impl World {
    fn new() -> Self {
        Self {
            models: BTreeMap::from([(model(), ModelInfo { profile: profile(), open: true })]),
            listed: vec![model()],
            references: 0,
            offered: true,
            slots: Vec::new(),
            leased: Vec::new(),
            slashes: Vec::new(),
            suspended: Vec::new(),
            charges: Vec::new(),
            emission: 1,
            settled: Vec::new(),
            demand: None,
            refused: Vec::new(),
            looked: Looked::default(),
            keys: BTreeMap::new(),
            verdict: Verdict::Unavailable,
            seed: None,
        }
    }
}

/// Reads or changes what the neighbours know.
pub fn world<R>(with: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with(|world| with(&mut world.borrow_mut()))
}

pub struct FakeModels;

impl ModelRegistry for FakeModels {
    fn find(model: ModelId) -> Option<ModelInfo> {
        world(|world| world.models.get(&model).cloned())
    }
    fn encoding(_: ModelId) -> Option<Vec<u8>> {
        None
    }
    fn acquire(_: ModelId) -> DispatchResult {
        world(|world| world.references += 1);
        Ok(())
    }
    fn release(_: ModelId) {
        world(|world| world.references -= 1);
    }
    fn set_listed(_: Vec<ModelId>) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }
    fn listed() -> Vec<ModelId> {
        world(|world| world.listed.clone())
    }

    fn listed_over(_: Range<BlockNumber>) -> Vec<ListedFor> {
        unreachable!("only miners ask what was listed")
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(_: Vec<u8>) -> ModelId {
        unreachable!("no benchmark runs on this runtime")
    }
}

pub struct FakeMiners;

impl SlotMarket<AccountId> for FakeMiners {
    const MOST: Looked = Looked { entries: 100, proof: 10_000, applied: 2 };

    fn is_offered(_: ModelId) -> bool {
        world(|world| world.offered)
    }
    fn lease(
        _: ModelId,
        demand: Demand,
        answer: impl Fn(&SlotOffer<AccountId>) -> Answer,
    ) -> (Option<SlotOffer<AccountId>>, Looked) {
        world(|world| {
            world.demand = Some(demand);
            world.refused.clear();
            let takes = |offer: &SlotOffer<_>| {
                let answer = answer(offer);
                world.refused.extend((answer == Answer::RefuseMiner).then_some(offer.miner));
                offer.rate >= demand.least_rate && answer == Answer::Take
            };
            let leased = world.slots.iter().position(takes).map(|at| world.slots.remove(at));
            world.leased.extend(leased.clone());
            (leased, world.looked)
        })
    }
    fn free(miner: &AccountId, slot: SlotIndex, part: Part) {
        world(|world| {
            let at = world.leased.iter().position(|offer| (offer.miner, offer.slot) == (*miner, slot));
            let offer = world.leased.remove(at.expect("only a leased slot is freed"));
            assert_eq!(part, Part { rate: offer.rate, slash: offer.slash });
            world.slots.push(offer);
        });
    }
    fn settle(miner: &AccountId, slot: SlotIndex, part: Part, served: Served) {
        Self::free(miner, slot, part);
        world(|world| world.settled.push((*miner, slot, served)));
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_miner(_: ModelId, _: MillKey) -> AccountId {
        unreachable!("no benchmark runs on this runtime")
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_search(_: ModelId, _: u32, _: u32) {
        unreachable!("no benchmark runs on this runtime")
    }
}

impl MinerBond<AccountId> for FakeMiners {
    fn slash(
        miner: &AccountId,
        slot: SlotIndex,
        amount: Balance,
        victim: &AccountId,
        compensation: Balance,
    ) -> Balance {
        world(|world| world.slashes.push((*miner, slot, amount, *victim, compensation)));
        compensation.min(amount)
    }
    fn slash_miner(_: &AccountId) -> Balance {
        unreachable!("tasks slash slots only")
    }
    fn charge(miner: &AccountId, amount: Balance) -> Balance {
        world(|world| world.charges.push((*miner, amount)));
        amount
    }
    fn suspend(miner: &AccountId) {
        world(|world| world.suspended.push(*miner));
    }
    fn may_sprint(_: &AccountId) -> bool {
        unreachable!("tasks have no sprints")
    }
}

impl MillKeys<AccountId> for FakeMiners {
    fn mill_key(miner: &AccountId) -> Option<MillKey> {
        world(|world| world.keys.get(miner).cloned())
    }
    fn miner_of(key: &MillKey) -> Option<AccountId> {
        world(|world| world.keys.iter().find(|(_, other)| *other == key).map(|(miner, _)| *miner))
    }
}

pub struct FakeVerifier;

impl Verifier for FakeVerifier {
    /// Grows with the input, so that a test can make a batch too heavy.
    fn weight(cost: &Cost) -> Weight {
        Weight::from_parts(cost.input_bytes * 10_000, cost.model_bytes)
    }
    fn memory() -> u64 {
        0
    }
    fn verify(claim: &WorkClaim<'_>) -> Verdict<Vec<u8>> {
        world(|world| {
            world.seed = Some(claim.seed);
            world.verdict.clone()
        })
    }
    fn check(_: &WorkClaim<'_>) -> Verdict<()> {
        unreachable!("tasks need the output")
    }
}

pub struct FakeFee;

impl Convert<Weight, Balance> for FakeFee {
    fn convert(weight: Weight) -> Balance {
        Balance::from(weight.ref_time() / 1_000_000)
    }
}

impl Convert<u32, Balance> for FakeFee {
    fn convert(bytes: u32) -> Balance {
        bytes.into()
    }
}

impl Convert<(Weight, u32), Balance> for FakeFee {
    fn convert((weight, bytes): (Weight, u32)) -> Balance {
        let (weight, bytes): (Balance, Balance) = (Self::convert(weight), Self::convert(bytes));
        weight + bytes
    }
}

impl OnUnbalanced<Credit<AccountId, Balances>> for FakeFee {
    fn on_nonzero_unbalanced(credit: Credit<AccountId, Balances>) {
        assert!(Balances::resolve(&COLLATOR, credit).is_ok(), "the collator has an account");
    }
}

pub fn model() -> ModelId {
    ModelId::repeat_byte(1)
}

/// A model of one linear operator, 2 × 4.
pub fn profile() -> Profile {
    Profile {
        encoded_bytes: 100,
        sample_bytes: 4,
        output_bytes: 8,
        layers: vec![LayerShape { n: 2, m: 4, columns: 1, width: 16 }],
        slice_samples: 1,
        ..Profile::default()
    }
}

/// Runs a test in the first block of a chain and checks the pallet's properties afterwards. The test is given a function
/// that takes the calls which the off-chain worker sent.
pub fn on_chain_with_pool(test: impl FnOnce(&dyn Fn() -> Vec<RuntimeCall>)) {
    world(|world| *world = World::new());
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("it is empty");
    pallet_balances::GenesisConfig::<Test> {
        balances: [REQUESTER, STRANGER, MINER, OTHER_MINER, COLLATOR].map(|who| (who, ENDOWMENT)).to_vec(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("the accounts differ");
    let mut externalities = sp_io::TestExternalities::new(storage);
    let (offchain, _) = TestOffchainExt::new();
    let (pool, pool_state) = TestTransactionPoolExt::new();
    externalities.register_extension(OffchainDbExt::new(offchain.clone()));
    externalities.register_extension(OffchainWorkerExt::new(offchain));
    externalities.register_extension(TransactionPoolExt::new(pool));
    externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    externalities.execute_with(|| {
        System::set_block_number(1);
        for miner in [MINER, OTHER_MINER] {
            let seed = format!("//{miner}").into_bytes();
            let key: MillKey = sp_io::crypto::sr25519_generate(KEY_TYPE, Some(seed)).into();
            world(|world| world.keys.insert(miner, key));
        }
        test(&|| {
            let sent = core::mem::take(&mut pool_state.write().transactions);
            sent.iter()
                .map(|bytes| Extrinsic::decode(&mut &bytes[..]).expect("the worker encoded it").function)
                .collect()
        });
        Tasks::do_try_state().expect("the pallet's properties hold");
    });
}

/// As [`on_chain_with_pool`], for tests without an off-chain worker.
pub fn on_chain(test: impl FnOnce()) {
    on_chain_with_pool(|_| test());
}

/// Puts a slot on sale after the others.
pub fn sell_slot(miner: AccountId, slot: SlotIndex) {
    world(|world| world.slots.push(SlotOffer { miner, slot, ask: ASK, rate: WORK, slash: SLASH }));
}

/// Lets blocks pass with what the pallet does in each.
pub fn pass(blocks: u32) {
    for _ in 0..blocks {
        let number = System::block_number() + 1;
        System::set_block_number(number);
        Tasks::on_initialize(number);
        Tasks::do_try_state().expect("the pallet's properties hold");
    }
}

/// Posts samples for the requester, for [`CEILING`] each until the deadline.
pub fn post_until(samples: usize, deadline: BlockNumber) -> TaskId {
    let task = crate::NextTask::<Test>::get();
    let ceiling = CEILING * samples as Balance;
    Tasks::post(
        RuntimeOrigin::signed(REQUESTER),
        model(),
        vec![7; samples * SAMPLE],
        ceiling,
        deadline,
        None,
    )
    .expect("the task is fine");
    task
}

/// Fills the queue with tasks of the stranger, of one sample each, and returns them.
pub fn fill_queue(ceiling: Balance, deadline: BlockNumber) -> Vec<TaskId> {
    let first = crate::NextTask::<Test>::get();
    while !crate::Queue::<Test>::get().is_full() {
        Tasks::post(RuntimeOrigin::signed(STRANGER), model(), vec![7; SAMPLE], ceiling, deadline, None)
            .expect("there is room");
    }
    (first..crate::NextTask::<Test>::get()).collect()
}

/// The tasks that wait, in the queue's order.
pub fn queue() -> Vec<TaskId> {
    crate::Queue::<Test>::get().iter().map(|entry| entry.task).collect()
}

pub fn post(samples: usize) -> TaskId {
    post_until(samples, System::block_number() + 200)
}

pub fn record(task: TaskId) -> TaskRecordOf<Test> {
    crate::Tasks::<Test>::get(task).expect("an open task")
}

pub fn is_open(task: TaskId) -> bool {
    crate::Tasks::<Test>::contains_key(task)
}

pub fn lease_of(task: TaskId) -> Option<Lease<AccountId>> {
    match record(task).state {
        TaskState::Leased(lease) => Some(lease),
        TaskState::Queued => None,
    }
}

pub fn descriptor(task: TaskId) -> H256 {
    Tasks::descriptor(task, &record(task), &lease_of(task).expect("a leased task"))
}

/// A task with one sample, leased to the first slot of [`MINER`].
pub fn leased() -> TaskId {
    sell_slot(MINER, 0);
    let task = post(1);
    pass(1);
    assert_eq!(lease_of(task).expect("the slot is free").miner, MINER);
    task
}

/// The submission of a trace for a task's lease, signed with a miner's key.
pub fn submission(task: TaskId, trace: Vec<u8>, signer: AccountId) -> RuntimeCall {
    let (descriptor, trace_hash) = (descriptor(task), H256(blake2_256(&trace)));
    let message = submission_message(genesis_hash::<Test>(), descriptor, trace_hash.0);
    let signature = world(|world| world.keys[&signer].clone()).sign(&message).expect("the key is at hand");
    crate::Call::submit { task, descriptor, trace_hash, trace, signature }.into()
}

pub fn free(who: AccountId) -> Balance {
    pallet_balances::Pallet::<Test>::free_balance(who)
}

pub fn total(who: AccountId) -> Balance {
    <Balances as Inspect<AccountId>>::total_balance(&who)
}

thread_local! {
    static WORKED: RefCell<Vec<(AccountId, Mac)>> = const { RefCell::new(Vec::new()) };
}

/// The draw of collators' seats.
pub struct FakeDraw;
impl OnWork<AccountId> for FakeDraw {
    fn worked(account: &AccountId, work: Mac) {
        WORKED.with_borrow_mut(|worked| worked.push((*account, work)));
    }
}

/// A network that pays [`World::emission`] for each mega-MAC.
pub struct FakeMining;
impl MiningPay for FakeMining {
    fn pay_of(work: Mac) -> Balance {
        price_of(world(|world| world.emission), work).expect("little work")
    }
}

/// The work that the draw was told of since it was asked last.
pub fn worked() -> Vec<(AccountId, Mac)> {
    WORKED.take()
}
