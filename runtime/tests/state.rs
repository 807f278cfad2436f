//! This runtime on the state of a real chain: its migrations, then every pallet's properties. What the try-runtime
//! program does with a runtime built for it, in the build that there is. And the storage versions, which say what needs a
//! migration.
#![allow(missing_docs, reason = "the names say what a test asks for")]

use std::{fmt::Write, fs};

use codec::{Decode, Encode};
use frame_support::traits::{GetStorageVersion, PalletInfoAccess, StorageVersion};
use millrace_runtime::{
    configs::system::RuntimeBlockWeights, Balance, Balances, Collators, Executive, Miners, Models, Rewards,
    Runtime, Sprints, System, Tasks, VERSION,
};
use millrace_runtime_tests::{read_state, try_state, Layout};
use sp_core::{bytes::to_hex, storage::Storage};
use sp_crypto_hashing::twox_128;

const STATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/states");

/// A pallet of ours: its name, its storage version in the state and that in the code.
struct Pallet {
    name: &'static str,
    stored: StorageVersion,
    code: StorageVersion,
}

fn pallet<P: GetStorageVersion<InCodeStorageVersion = StorageVersion> + PalletInfoAccess>() -> Pallet {
    Pallet { name: P::name(), stored: P::on_chain_storage_version(), code: P::in_code_storage_version() }
}

fn pallets() -> [Pallet; 6] {
    [
        pallet::<Collators>(),
        pallet::<Miners>(),
        pallet::<Models>(),
        pallet::<Rewards>(),
        pallet::<Sprints>(),
        pallet::<Tasks>(),
    ]
}

/// Runs the migrations on a state and asks for all that must hold afterwards.
fn upgrade(state: Storage) {
    sp_io::TestExternalities::new(state).execute_with(|| {
        println!("state of block {}", System::block_number());
        let weight = Executive::execute_on_runtime_upgrade();
        println!("the migrations weigh {weight:?}");
        assert!(weight.all_lte(RuntimeBlockWeights::get().max_block), "the migrations don't fit a block");
        for Pallet { name, stored, code } in pallets() {
            assert_eq!(stored, code, "{name} needs a migration");
        }
        let read = Layout::of_runtime().decode_all().expect("all that is stored can be read");
        println!("{read} values can be read");
        try_state();
        let accounts = frame_system::Account::<Runtime>::iter_values();
        let held: Balance = accounts.map(|account| account.data.free + account.data.reserved).sum();
        assert_eq!(held, Balances::total_issuance(), "the issuance is what accounts have");
    });
}

#[test]
#[ignore = "needs a chain's state, which scripts/try-runtime.sh makes or takes"]
fn the_properties_hold_on_a_chains_state() {
    upgrade(read_state(std::env::var("STATE").expect("STATE names a file of `millrace-node export-state`")));
}

#[test]
fn a_state_of_the_spec_before_decodes() {
    let before = VERSION.spec_version - 1;
    let file = format!("{STATES}/{before}.json");
    assert!(
        fs::exists(&file).expect("the folder can be read"),
        "there is no state of spec {before} to upgrade from. At the last commit that has it, run\n  \
         MODEL_STEPS=400 MODEL_SEED=11 MODEL_STATE={file} cargo test --release --workspace --test model\n\
         and commit the file in place of the one before it"
    );
    upgrade(read_state(file));
}

#[test]
fn a_layout_changes_with_its_storage_version_only() {
    let now = sp_io::TestExternalities::default().execute_with(|| {
        let layout = Layout::of_runtime();
        pallets().iter().fold(String::new(), |mut text, Pallet { name, code, .. }| {
            let hash = to_hex(&twox_128(layout.describe(name).as_bytes()), false);
            let version = u16::decode(&mut &code.encode()[..]).expect("a version is a number");
            writeln!(text, "{name} {version} {hash}").expect("a string takes all");
            text
        })
    });
    let file = format!("{STATES}/layouts.txt");
    let noted = fs::read_to_string(&file).expect("the file can be read");
    for (noted, now) in noted.lines().zip(now.lines()) {
        let version = |line: &str| line.rsplit_once(' ').expect("three words").0.to_owned();
        assert!(
            noted == now || version(noted) != version(now),
            "this pallet's storage is laid out anew: raise its STORAGE_VERSION, and write the migration into its migrations.rs\n{now}"
        );
    }
    assert!(noted == now, "note in {file} what the new versions store:\n{now}");
}
