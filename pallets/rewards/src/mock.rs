//! A runtime of this pallet and balances, whose other neighbours are fakes.

use core::cell::{Cell, RefCell};

use frame_support::{
    derive_impl, parameter_types,
    traits::{ConstU128, ConstU32, ConstU64, Hooks},
    weights::Weight,
};
use frame_system::{
    mocking::{MockBlockU32, MockUncheckedExtrinsic},
    offchain::{CreateAuthorizedTransaction, CreateTransaction, CreateTransactionBase},
};
use millrace_primitives::{
    mill::MillKey, Balance, CapacityOnSale, CreditWork, Mac, MillKeys, ModelId, OnRound, OnWork, RoundIndex,
    TakenCapacity, Win,
};
use sp_runtime::BuildStorage;

use crate as pallet_rewards;

pub(crate) type AccountId = u64;

pub(crate) const MINER: AccountId = 1;
pub(crate) const OTHER: AccountId = 2;
/// Blocks of a round.
pub(crate) const LENGTH: u32 = 10;
/// Rounds in which a share can be claimed.
pub(crate) const WINDOW: u32 = 3;
/// Emission of a block, of the first ones.
pub(crate) const EACH: Balance = 100_000;
/// Planck that an account needs to exist.
pub(crate) const EXISTENTIAL: Balance = 10;
/// Emission of one of the first rounds.
pub(crate) const EMISSION: Balance = EACH * LENGTH as Balance;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Rewards: pallet_rewards,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = MockBlockU32<Test>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL>;
    type AccountStore = System;
}

parameter_types! {
    pub const InitialEmission: Balance = EACH;
    pub const EmissionCap: Balance = 10 * EMISSION;
}

impl pallet_rewards::Config for Test {
    type Currency = Balances;
    type Keys = FakeMiners;
    type Capacity = FakeMiners;
    type OnWork = FakeDraw;
    type OnRound = FakeMiners;
    type InitialEmission = InitialEmission;
    type HalvingInterval = ConstU32<1_000>;
    type EmissionCap = EmissionCap;
    type ClaimWindow = ConstU32<WINDOW>;
    type Priority = ConstU64<0>;
    type WeightInfo = pallet_rewards::weights::SubstrateWeight<Test>;
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
    /// Capacity that all miners together had on sale, and its ask.
    static SOLD: Cell<(Mac, Balance)> = const { Cell::new((0, 0)) };
    /// The models for which it was taken.
    static ASKED: RefCell<Vec<ModelId>> = const { RefCell::new(Vec::new()) };
    /// The rounds that miners were told of.
    static TOLD: RefCell<Vec<RoundIndex>> = const { RefCell::new(Vec::new()) };
}

pub struct FakeMiners;

impl MillKeys<AccountId> for FakeMiners {
    fn mill_key(_: &AccountId) -> Option<MillKey> {
        None
    }

    fn miner_of(_: &MillKey) -> Option<AccountId> {
        None
    }
}

impl CapacityOnSale<AccountId> for FakeMiners {
    fn take(_: &AccountId, model: ModelId, work: Mac) -> TakenCapacity {
        ASKED.with_borrow_mut(|asked| asked.push(model));
        let (left, ask) = SOLD.get();
        let work = work.min(left);
        SOLD.set((left - work, ask));
        TakenCapacity { work, ask }
    }
}

impl OnRound for FakeMiners {
    fn on_round(round: RoundIndex) -> Weight {
        TOLD.with_borrow_mut(|told| told.push(round));
        Weight::from_parts(5, 0)
    }
}

pub(crate) fn listed_model() -> ModelId {
    ModelId::repeat_byte(1)
}

/// What is left of the capacity that miners had on sale from now on, MAC, and its ask.
pub(crate) fn sell(work: Mac, ask: Balance) {
    SOLD.set((work, ask));
}

/// What is left of it.
pub(crate) fn left_on_sale() -> Mac {
    SOLD.get().0
}

pub(crate) fn asked() -> Vec<ModelId> {
    ASKED.with_borrow(Clone::clone)
}

/// Credits work on the listed model, in a block of unknown author.
pub(crate) fn credit(miner: AccountId, work: Mac) {
    <Rewards as CreditWork<AccountId>>::credit(&miner, Win::in_turn(listed_model(), work), None);
}

pub(crate) fn told() -> Vec<RoundIndex> {
    TOLD.with_borrow(Clone::clone)
}

/// Lets blocks pass until this round runs.
pub(crate) fn pass_to(round: RoundIndex) {
    while pallet_rewards::CurrentRound::<Test>::get().0 < round {
        let number = System::block_number() + 1;
        System::set_block_number(number);
        Rewards::on_initialize(number);
    }
}

/// Runs a test in the first block and checks the pallet's properties afterwards.
pub(crate) fn run(test: impl FnOnce()) {
    SOLD.set((Mac::MAX, 0));
    ASKED.set(Vec::new());
    TOLD.set(Vec::new());
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    pallet_rewards::GenesisConfig::<Test> { round_length: LENGTH, ..Default::default() }
        .assimilate_storage(&mut storage)
        .expect("rounds");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(1);
        test();
        Rewards::do_try_state().expect("the pallet's properties hold");
    });
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

/// The work that the draw was told of since it was asked last.
pub(crate) fn worked() -> Vec<(AccountId, Mac)> {
    WORKED.take()
}
