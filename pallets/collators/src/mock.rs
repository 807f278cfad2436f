//! A runtime of this pallet, balances and sessions, so that the tests see which authors a session really gets.

use std::collections::BTreeMap;

use frame_support::{
    derive_impl, parameter_types,
    traits::{
        fungible::{InspectHold, Mutate},
        ConstU128, ConstU32,
    },
    PalletId,
};
use frame_system::EnsureRoot;
use millrace_primitives::{Balance, Mac, MinedWork, OnWork};
use pallet_authorship::EventHandler;
use sp_runtime::{testing::UintAuthorityId, traits::ConvertInto, BuildStorage};

use crate::{self as pallet_collators, HoldReason, SessionIndex};

pub(crate) type AccountId = u64;

/// The appointed of the genesis.
pub(crate) const APPOINTED: [AccountId; 2] = [1, 2];
/// Accounts from here on can stand.
pub(crate) const CANDIDATE: AccountId = 10;
pub(crate) const OTHER: AccountId = 11;
/// It has funds, but no session keys.
pub(crate) const KEYLESS: AccountId = 99;
/// It has session keys, but no funds.
pub(crate) const POOR: AccountId = 98;
pub(crate) const ENDOWMENT: Balance = 1_000_000;
pub(crate) const DEPOSIT: Balance = 1_000;
/// The least that an account needs.
pub(crate) const LEAST: Balance = 10;
/// Seats of the genesis.
pub(crate) const SEATS: u32 = 4;
pub(crate) const MAX_CANDIDATES: u32 = 4;
/// Blocks of a session: more than two turns for each seat.
pub(crate) const LENGTH: u32 = 20;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Collators: pallet_collators,
        Session: pallet_session,
    }
);

parameter_types! {
    pub const PotId: PalletId = PalletId(*b"PotStake");
    /// What the draws are mixed with.
    pub static Seed: [u8; 32] = [1; 32];
    /// What the accounts mined in the running round.
    pub static Mined: BTreeMap<AccountId, Mac> = BTreeMap::new();
    pub const Offset: u32 = 0;
    pub const Period: u32 = LENGTH;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = frame_system::mocking::MockBlockU32<Test>;
    type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<LEAST>;
    type AccountStore = System;
}

impl pallet_session::Config for Test {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = pallet_session::PeriodicSessions<Period, Offset>;
    type NextSessionRotation = pallet_session::PeriodicSessions<Period, Offset>;
    type SessionManager = Collators;
    type SessionHandler = pallet_session::TestSessionHandler;
    type Keys = UintAuthorityId;
    type DisablingStrategy = ();
    type WeightInfo = ();
    type Currency = Balances;
    type KeyDeposit = ();
}

impl pallet_collators::Config for Test {
    type Currency = Balances;
    type UpdateOrigin = EnsureRoot<AccountId>;
    type ValidatorRegistration = Session;
    type Randomness = Seed;
    type Mined = FakeRound;
    type PotId = PotId;
    type CandidacyDeposit = ConstU128<DEPOSIT>;
    type MaxAppointed = ConstU32<3>;
    type MaxCandidates = ConstU32<MAX_CANDIDATES>;
    type MaxSeats = ConstU32<6>;
    type WeightInfo = pallet_collators::weights::SubstrateWeight<Test>;
}

/// The round, as the tests want it.
pub struct FakeRound;

impl MinedWork<AccountId> for FakeRound {
    fn mined(account: &AccountId) -> Mac {
        Mined::get().get(account).copied().unwrap_or_default()
    }

    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_mined(account: &AccountId, work: Mac) {
        mine(*account, work);
    }
}

/// Lets an account mine so much in the running round, which counts for a candidate at once.
pub(crate) fn mine(who: AccountId, work: Mac) {
    Mined::mutate(|mined| *mined.entry(who).or_default() += work);
    <Collators as OnWork<AccountId>>::worked(&who, work);
}

/// What an account has on hold for its candidacy.
pub(crate) fn deposit_of(who: AccountId) -> Balance {
    Balances::balance_on_hold(&HoldReason::Candidacy.into(), &who)
}

pub(crate) fn stand(who: AccountId) {
    frame_support::assert_ok!(Collators::stand(RuntimeOrigin::signed(who)));
}

/// Lets a session pass in which these accounts author, and the next begin.
pub(crate) fn pass_session(authors: &[AccountId]) {
    for author in authors {
        System::set_block_number(System::block_number() + 1);
        note_author(*author);
    }
    let start = pallet_collators::CurrentSession::<Test>::get().1;
    System::set_block_number(start + LENGTH);
    // A round lasts as long.
    Mined::set(BTreeMap::new());
    Session::rotate_session();
}

/// Lets sessions pass until this one runs; all authors do their part.
pub(crate) fn pass_to(session: SessionIndex) {
    while pallet_collators::CurrentSession::<Test>::get().0 < session {
        pass_session(&Session::validators());
    }
}

pub(crate) fn note_author(author: AccountId) {
    <Collators as EventHandler<AccountId, u32>>::note_author(author);
}

/// How many seats an account has in the running session.
pub(crate) fn seats_of(who: AccountId) -> usize {
    Session::validators().into_iter().filter(|author| *author == who).count()
}

/// Gives the pot so much.
pub(crate) fn fill_pot(amount: Balance) {
    Balances::set_balance(&Collators::pot(), amount);
}

/// Runs a test in the first block and checks the pallet's properties afterwards.
pub(crate) fn run(test: impl FnOnce()) {
    Seed::set([1; 32]);
    Mined::set(BTreeMap::new());
    let accounts: Vec<AccountId> = (1..20).chain([KEYLESS]).collect();
    let keyed = (1..20).chain([POOR]);
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    pallet_balances::GenesisConfig::<Test> {
        balances: accounts.iter().map(|who| (*who, ENDOWMENT)).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances");
    pallet_collators::GenesisConfig::<Test> { appointed: APPOINTED.to_vec(), seats: SEATS }
        .assimilate_storage(&mut storage)
        .expect("collators");
    pallet_session::GenesisConfig::<Test> {
        keys: keyed.map(|who| (who, who, UintAuthorityId(who))).collect(),
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("session keys");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(1);
        test();
        Collators::do_try_state().expect("the pallet's properties hold");
    });
}
