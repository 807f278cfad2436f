//! A runtime of this pallet and nothing else of ours: the registry of models is a fake that a test fills.

use std::{cell::RefCell, collections::BTreeMap, ops::Range};

use frame_support::{
    derive_impl, parameter_types,
    traits::{fungible::InspectHold, ConstU128, ConstU32},
};
use frame_system::{
    mocking::MockUncheckedExtrinsic,
    offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
};
use millrace_primitives::{
    genesis_hash,
    mill::{MillKey, MillSignature, KEY_TYPE},
    ownership_message, Answer, Balance, BlockNumber, Demand, ListedFor, Mac, ModelId, ModelInfo,
    ModelRegistry, OnRound, Part, SlotIndex, SlotMarket, SlotOffer,
};
use sp_keystore::{testing::MemoryKeystore, KeystoreExt};
use sp_runtime::{BuildStorage, DispatchError, DispatchResult, Permill, RuntimeAppPublic};

use crate::{self as pallet_miners, HoldReason, MinerRecord};

pub type AccountId = u64;
type Block = frame_system::mocking::MockBlockU32<Test>;

pub const MINER: AccountId = 10;
pub const OTHER: AccountId = 11;
pub const REQUESTER: AccountId = 1;
pub const ENDOWMENT: Balance = 1_000_000_000;
/// MAC per block that tests promise for each slot: one mega-MAC.
pub const RATE: u64 = 1_000_000;
/// Bond of a slot of [`RATE`], planck.
pub const BOND: Balance = 1_010;
/// What a slot of [`RATE`] loses for a failed lease, planck.
pub const SLASH: Balance = 101;
/// Deposit of a record, planck.
pub const DEPOSIT: Balance = 50;
/// Blocks for which unused capacity waits.
pub const WINDOW: u32 = 100;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Miners: pallet_miners,
    }
);

parameter_types! {
    pub static SlashRatio: Permill = Permill::from_percent(10);
    pub static SlotBond: Balance = 1_000;
    pub static BondPerMegaMac: Balance = 10;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
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
    type SlotBond = SlotBond;
    type BondPerMegaMac = BondPerMegaMac;
    type SlashRatio = SlashRatio;
    type UnbondingPeriod = ConstU32<20>;
    type RecordDeposit = ConstU128<DEPOSIT>;
    type CapacityWindow = ConstU32<WINDOW>;
    type WeightInfo = crate::weights::SubstrateWeight<Test>;
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
    static MODELS: RefCell<BTreeMap<ModelId, ModelInfo>> = const { RefCell::new(BTreeMap::new()) };
    /// Each list with its block.
    static LISTED: RefCell<Vec<(BlockNumber, Vec<ModelId>)>> = const { RefCell::new(Vec::new()) };
}

pub struct FakeModels;

impl ModelRegistry for FakeModels {
    fn find(model: ModelId) -> Option<ModelInfo> {
        MODELS.with(|models| models.borrow().get(&model).cloned())
    }
    fn encoding(_: ModelId) -> Option<Vec<u8>> {
        None
    }
    fn acquire(_: ModelId) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }
    fn release(_: ModelId) {
        unreachable!("miners keep no model from being removed")
    }
    fn set_listed(_: Vec<ModelId>) -> DispatchResult {
        Err(DispatchError::Unavailable)
    }
    fn listed() -> Vec<ModelId> {
        LISTED.with_borrow(|lists| lists.last().map_or(Vec::new(), |(_, models)| models.clone()))
    }
    fn listed_over(blocks: Range<BlockNumber>) -> Vec<ListedFor> {
        let in_block = |block| {
            LISTED.with_borrow(|lists| lists.iter().rev().find(|(since, _)| *since <= block).cloned())
        };
        let of_each = blocks.filter_map(in_block).map(|(_, models)| ListedFor { blocks: 1, models });
        of_each.collect()
    }
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(_: Vec<u8>) -> ModelId {
        unreachable!("no benchmark runs on this runtime")
    }
}

/// Lets the registry know a model.
pub fn set_model(model: ModelId, open: bool) {
    MODELS.with(|models| {
        models.borrow_mut().insert(model, ModelInfo { profile: Default::default(), open });
    });
}

/// Lists these models.
pub fn list(models: &[ModelId]) {
    LISTED.with_borrow_mut(|lists| lists.push((System::block_number(), models.to_vec())));
}

/// An open model; listed.
pub fn model() -> ModelId {
    ModelId::repeat_byte(1)
}

/// Another open model.
pub fn second_model() -> ModelId {
    ModelId::repeat_byte(2)
}

/// A chain with accounts and models.
pub fn new_chain() -> sp_io::TestExternalities {
    MODELS.with(|models| models.borrow_mut().clear());
    SlashRatio::set(Permill::from_percent(10));
    SlotBond::set(1_000);
    BondPerMegaMac::set(10);
    set_model(model(), true);
    set_model(second_model(), true);
    LISTED.set(vec![(0, vec![model()])]);
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("it is empty");
    pallet_balances::GenesisConfig::<Test> {
        balances: (1..100).map(|who| (who, ENDOWMENT)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("the accounts differ");
    let mut externalities = sp_io::TestExternalities::new(storage);
    externalities.register_extension(KeystoreExt::new(MemoryKeystore::new()));
    externalities
}

/// Runs a test in the first block of a chain and checks the pallet's properties afterwards.
pub fn on_chain(test: impl FnOnce()) {
    new_chain().execute_with(|| {
        System::set_block_number(1);
        test();
        Miners::do_try_state().expect("the pallet's properties hold");
    });
}

/// The mill key of an account's node.
pub fn key(of: AccountId) -> MillKey {
    sp_io::crypto::sr25519_generate(KEY_TYPE, Some(format!("//{of}").into_bytes())).into()
}

/// The signature by which a mill key agrees to sign for an account.
pub fn proof(mill: &MillKey, account: AccountId) -> MillSignature {
    mill.sign(&ownership_message(genesis_hash::<Test>(), &account)).expect("the key is at hand")
}

/// Registers an account with its own mill key.
pub fn register(who: AccountId, ask: Balance, rates: Vec<u64>, models: Vec<ModelId>) -> DispatchResult {
    let proof = proof(&key(who), who);
    Miners::register(RuntimeOrigin::signed(who), key(who), proof, ask, rates, models)
}

pub fn offer(who: AccountId, ask: Balance, rates: Vec<u64>, models: Vec<ModelId>) -> DispatchResult {
    Miners::offer(RuntimeOrigin::signed(who), ask, rates, models)
}

/// A miner whose slots of [`RATE`] are on sale for the first model.
pub fn selling(who: AccountId, ask: Balance, slots: usize) {
    register(who, ask, vec![RATE; slots], vec![model()]).expect("the offer is fine");
    begin_round();
}

/// Begins a round, and brings every offer that is due into force in the next block.
pub fn begin_round() {
    next_round();
    pass(1);
    let miners: Vec<_> = crate::Miners::<Test>::iter_keys().collect();
    for miner in miners.into_iter().filter(|miner| record(*miner).next.is_some()) {
        apply(miner).expect("every offer is due");
    }
    Miners::do_try_state().expect("the pallet's properties hold");
}

/// Begins a round, and nothing else.
pub fn next_round() {
    Miners::on_round(crate::Round::<Test>::get() + 1);
}

/// Lets blocks pass.
pub fn pass(blocks: u32) {
    System::set_block_number(System::block_number() + blocks);
    Miners::do_try_state().expect("the pallet's properties hold");
}

/// Brings an account's offer into force, by another's hand.
pub fn apply(who: AccountId) -> DispatchResult {
    Miners::apply_offer(RuntimeOrigin::signed(REQUESTER), who)
}

/// What a lease of a slot of [`RATE`] takes that takes all of it.
pub const WHOLE: Part = Part { rate: RATE, slash: SLASH };

/// Leases so much work to a slot of the first model that promises a rate.
pub fn lease_work(work: Mac, least_rate: u64) -> Option<SlotOffer<AccountId>> {
    Miners::lease(model(), Demand { work, least_rate, least_slash: 10 }, |_| Answer::Take).0
}

/// Leases a whole slot of the first model that promises a rate.
pub fn lease_at(least_rate: u64) -> Option<SlotOffer<AccountId>> {
    lease_work(Mac::MAX, least_rate)
}

/// Leases a whole slot of the first model; its miner and name.
pub fn lease() -> Option<(AccountId, SlotIndex)> {
    lease_at(1).map(|offer| (offer.miner, offer.slot))
}

pub fn record(who: AccountId) -> MinerRecord {
    crate::Miners::<Test>::get(who).expect("a miner")
}

/// Miner and slot of each entry of the first model's book, class by class.
pub fn book() -> Vec<(AccountId, SlotIndex)> {
    let class = |class: u8| crate::Book::<Test>::iter_prefix((model(), class));
    (0..32).flat_map(class).map(|(place, _)| (*place.miner(), place.slot())).collect()
}

/// What is free of each slot in the first model's book, MAC per block, class by class.
pub fn free_rates() -> Vec<u64> {
    let class = |class: u8| crate::Book::<Test>::iter_prefix((model(), class));
    (0..32).flat_map(class).map(|(_, rate)| rate).collect()
}

/// The bond on hold.
pub fn held(who: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::Bond.into(), &who)
}

pub fn free(who: AccountId) -> Balance {
    pallet_balances::Pallet::<Test>::free_balance(who)
}
