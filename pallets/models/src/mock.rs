//! A runtime of this pallet and balances.

use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use frame_system::mocking::MockBlockU32;
use millrace_inference::{Model, Node};
use millrace_primitives::{Balance, ModelId, ModelMetadata, TensorMetadata};
use sp_io::hashing::blake2_256;
use sp_runtime::BuildStorage;

use crate as pallet_models;

/// An account that can pay for models.
pub(crate) const OWNER: u64 = 1;
/// Another.
pub(crate) const OTHER: u64 = 2;
/// An account that can pay for none.
pub(crate) const POOR: u64 = 3;
/// Blocks that a retired model stays.
pub(crate) const DELAY: u32 = 8;
/// What each of the first two owns.
pub(crate) const FUNDS: Balance = 1_000_000_000;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Models: pallet_models,
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
    type AccountStore = System;
}

parameter_types! {
    pub const DepositBase: Balance = 1_000;
    pub const DepositPerByte: Balance = 10;
}

impl pallet_models::Config for Test {
    type Currency = Balances;
    type DepositBase = DepositBase;
    type DepositPerByte = DepositPerByte;
    type RemovalDelay = ConstU32<DELAY>;
    type WeightInfo = pallet_models::weights::SubstrateWeight<Test>;
}

/// A model of so many rows of two.
pub(crate) fn encoding(rows: u32) -> Vec<u8> {
    let parameters = vec![1; 2 * rows as usize];
    let nodes = vec![Node::Input { shape: vec![2] }, Node::Linear { input: 0, outputs: rows, parameters }];
    Model { nodes }.to_bytes()
}

pub(crate) fn name(encoding: &[u8]) -> ModelId {
    ModelId::from(blake2_256(encoding))
}

/// What such a model may be said to be.
pub(crate) fn metadata(rows: u32) -> ModelMetadata {
    let tensor = |shape, meaning: &str, scale: &str| TensorMetadata {
        shape: vec![shape],
        meaning: meaning.into(),
        scale: scale.into(),
        zero_point: -128,
    };
    ModelMetadata {
        name: "sum".into(),
        licence: "CC0-1.0".into(),
        input: tensor(2, "numbers", "0.5"),
        output: tensor(rows, "their sum", "1e-3"),
        labels: vec!["total".into(); rows as usize],
    }
}

/// Registers a model of so many rows for [`OWNER`].
pub(crate) fn registered(rows: u32) -> ModelId {
    let encoding = encoding(rows);
    let model = name(&encoding);
    Models::register(RuntimeOrigin::signed(OWNER), encoding, None).expect("the model is valid");
    model
}

/// Lets the delay pass after which what is retired in this block may go.
pub(crate) fn pass_delay() {
    System::set_block_number(System::block_number() + DELAY + 1);
}

/// Runs a test on a chain without models and checks the pallet's properties afterwards.
pub(crate) fn run(test: impl FnOnce()) {
    let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().expect("a genesis");
    pallet_balances::GenesisConfig::<Test> {
        balances: vec![(OWNER, FUNDS), (OTHER, FUNDS), (POOR, 10)],
        ..Default::default()
    }
    .assimilate_storage(&mut storage)
    .expect("balances");
    sp_io::TestExternalities::new(storage).execute_with(|| {
        System::set_block_number(1);
        test();
        Models::do_try_state().expect("the pallet's properties hold");
    });
}
