//! The real runtime from its development preset, driven call by call; every test ends with try-state.
#![allow(missing_docs, reason = "the names say what a test asks for")]

mod layout;
mod random;
mod state;

use std::collections::BTreeMap;

use frame_support::{
    dispatch::DispatchResultWithPostInfo,
    traits::{fungible::Inspect, Authorize, Hooks},
    weights::Weight,
};
use millrace_inference::{execute, CheckedModel};
use millrace_primitives::{
    decline_message, genesis_hash,
    mill::{MillKey, MillSignature},
    ownership_message, submission_message, Balance, BlockNumber, ModelId, TaskId,
};
use millrace_runtime::{
    genesis_config_presets::get_preset, AccountId, Collators, Miners, Models, Rewards, Runtime, RuntimeCall,
    RuntimeEvent, RuntimeGenesisConfig, RuntimeOrigin, Sprints, System, Tasks,
};
use sp_core::{Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
    traits::Dispatchable,
    transaction_validity::{TransactionSource, TransactionValidityError},
};

pub use layout::Layout;
pub use random::Random;
pub use state::{read_state, write_state};

pub const UNIT: Balance = millrace_runtime::configs::monetary::UNIT;
/// What keeping the record of a task's end costs: a millionth of a MILL for each byte of it.
pub const RECORD_FEE: Balance = 425 * UNIT / 1_000_000;
pub const DIGITS: &[u8] = include_bytes!("../../../models/digits/digits.millrace");
pub const HELD_OUT: &[u8] = include_bytes!("../../../models/digits/heldout.bin");
pub const LABELS: &[u8] = include_bytes!("../../../models/digits/heldout-labels.bin");

pub const PREDICTIONS: &[u8] = include_bytes!("../../../models/digits/heldout-predictions.bin");

pub const REQUESTER: Sr25519Keyring = Sr25519Keyring::Bob;
pub const MINER: Sr25519Keyring = Sr25519Keyring::Charlie;
pub const MILL: Sr25519Keyring = Sr25519Keyring::Ferdie;
pub const OTHER_MINER: Sr25519Keyring = Sr25519Keyring::Dave;
pub const OTHER_MILL: Sr25519Keyring = Sr25519Keyring::Eve;

fn merge(base: &mut serde_json::Value, patch: serde_json::Value) {
    match (base, patch) {
        (serde_json::Value::Object(base), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                merge(base.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (base, patch) => *base = patch,
    }
}

/// Runs a test on the chain of a preset and checks every pallet's properties afterwards.
pub fn on_preset(preset: &str, test: impl FnOnce()) {
    chain(preset).execute_with(|| {
        test();
        try_state();
    });
}

/// The chain of a preset, in its first block.
pub fn chain(preset: &str) -> sp_io::TestExternalities {
    let patch = get_preset(&preset.into()).expect("the preset exists");
    let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("plain JSON");
    merge(&mut config, serde_json::from_slice(&patch).expect("a JSON patch"));
    let mut externalities = sp_io::TestExternalities::default();
    externalities.execute_with(|| {
        frame_support::genesis_builder_helper::build_state::<RuntimeGenesisConfig>(
            config.to_string().into_bytes(),
        )
        .expect("the preset builds");
        System::set_block_number(1);
        // So that tests find wins quickly.
        set_difficulty(64);
    });
    externalities
}

/// Has a win take so many attempts from the next block on, whichever model is in turn.
pub fn set_difficulty(attempts: u64) {
    pallet_sprints::Listed::<Runtime>::mutate(|listed| {
        // Each block takes a 64th away before it counts.
        listed.iter_mut().for_each(|listing| listing.difficulty = attempts * 65_536 * 64 / 63 + 64);
    });
}

pub fn on_dev(test: impl FnOnce()) {
    on_preset("development", test);
}

pub fn try_state() {
    Models::do_try_state().expect("models");
    Miners::do_try_state().expect("miners");
    Tasks::do_try_state().expect("tasks");
    Sprints::do_try_state().expect("sprints");
    Rewards::do_try_state().expect("rewards");
    Collators::do_try_state().expect("collators");
    leases_agree();
}

/// What slots say that their leases take is what the open leases take.
fn leases_agree() {
    let mut taken = BTreeMap::new();
    for task in pallet_tasks::Tasks::<Runtime>::iter_values() {
        let pallet_tasks::TaskState::Leased(lease) = task.state else { continue };
        let leased: &mut pallet_miners::Leased = taken.entry((lease.miner, lease.slot)).or_default();
        leased.rate += lease.rate;
        leased.at_stake += lease.slash;
    }
    let mut said = BTreeMap::new();
    for (miner, record) in pallet_miners::Miners::<Runtime>::iter() {
        let leased = (0u32..).zip(record.slots).filter_map(|(slot, state)| Some((slot, state.leased?)));
        said.extend(leased.map(|(slot, leased)| ((miner.clone(), slot), leased)));
    }
    assert_eq!(said, taken, "slots know other leases than there are");
}

/// Lets blocks pass: the market's hooks run as they do on chain.
pub fn pass(blocks: u32) {
    for _ in 0..blocks {
        Tasks::on_idle(System::block_number(), Weight::MAX);
        Rewards::on_idle(System::block_number(), Weight::MAX);
        let number = System::block_number() + 1;
        frame_system::BlockHash::<Runtime>::insert(number - 1, H256(blake2_256(&number.to_le_bytes())));
        System::set_block_number(number);
        Rewards::on_initialize(number);
        Tasks::on_initialize(number);
        Sprints::on_initialize(number);
        apply_offers();
        try_state();
    }
}

/// Brings all offers that are due into force, as their miners' nodes do.
fn apply_offers() {
    for miner in pallet_miners::Miners::<Runtime>::iter_keys().collect::<Vec<_>>() {
        let _ = apply(pallet_miners::Call::apply_offer { miner }.into());
    }
}

pub fn id(key: Sr25519Keyring) -> AccountId {
    key.to_account_id()
}
pub fn signed(key: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(id(key))
}
/// What an account registers to have `key` sign for it.
pub fn mill(key: Sr25519Keyring, account: Sr25519Keyring) -> (MillKey, MillSignature) {
    let message = ownership_message(genesis_hash::<Runtime>(), &id(account));
    (key.public().into(), key.pair().sign(&message).into())
}
pub fn digits() -> ModelId {
    H256(blake2_256(DIGITS))
}
pub fn free(key: Sr25519Keyring) -> Balance {
    millrace_runtime::Balances::balance(&id(key))
}
pub fn total(key: Sr25519Keyring) -> Balance {
    millrace_runtime::Balances::total_balance(&id(key))
}
pub fn issuance() -> Balance {
    millrace_runtime::Balances::total_issuance()
}
pub fn market_events() -> Vec<RuntimeEvent> {
    System::events().into_iter().map(|record| record.event).collect()
}

/// Posts some held-out digits and returns the task.
pub fn post(samples: usize, max_price: Balance, deadline: BlockNumber) -> TaskId {
    let task = pallet_tasks::NextTask::<Runtime>::get();
    Tasks::post(signed(REQUESTER), digits(), HELD_OUT[..samples * 64].to_vec(), max_price, deadline, None)
        .expect("the task is fine");
    task
}

pub fn lease_of(task: TaskId) -> Option<pallet_tasks::Lease<AccountId>> {
    match pallet_tasks::Tasks::<Runtime>::get(task)?.state {
        pallet_tasks::TaskState::Leased(lease) => Some(lease),
        pallet_tasks::TaskState::Queued => None,
    }
}

pub fn descriptor(task: TaskId) -> H256 {
    let record = pallet_tasks::Tasks::<Runtime>::get(task).expect("an open task");
    Tasks::descriptor(task, &record, &lease_of(task).expect("a leased task"))
}

/// The reference's execution of a task.
pub fn honest(task: TaskId) -> millrace_inference::Execution {
    let input = pallet_tasks::Inputs::<Runtime>::get(task).expect("an open task");
    execute(&CheckedModel::from_bytes(DIGITS).expect("the digits"), &input).expect("whole samples")
}

pub fn submission(task: TaskId, descriptor: H256, trace: Vec<u8>, key: Sr25519Keyring) -> RuntimeCall {
    let trace_hash = H256(blake2_256(&trace));
    let message = submission_message(genesis_hash::<Runtime>(), descriptor, trace_hash.0);
    let signature: MillSignature = key.pair().sign(&message).into();
    pallet_tasks::Call::submit { task, descriptor, trace_hash, trace, signature }.into()
}

pub fn decline(task: TaskId, descriptor: H256, key: Sr25519Keyring) -> RuntimeCall {
    let signature: MillSignature =
        key.pair().sign(&decline_message(genesis_hash::<Runtime>(), descriptor)).into();
    pallet_tasks::Call::decline { task, descriptor, signature }.into()
}

/// What the pool and every block do with an authorised call.
pub fn apply(call: RuntimeCall) -> Result<DispatchResultWithPostInfo, TransactionValidityError> {
    call.authorize(TransactionSource::External).expect("the call can be authorised")?;
    Ok(call.dispatch(frame_system::RawOrigin::Authorized.into()))
}
