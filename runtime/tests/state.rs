//! This runtime on the state of a real chain: its migrations, then every pallet's properties. What the try-runtime
//! program does with a runtime built for it, in the build that there is.
#![allow(missing_docs, reason = "the names say what a test asks for")]

use std::{collections::BTreeMap, fs};

use frame_support::traits::{GetStorageVersion, StorageVersion};
use millrace_runtime::{
    configs::system::RuntimeBlockWeights, Balance, Balances, Collators, Executive, Miners, Models, Rewards,
    Runtime, Sprints, System, Tasks,
};
use millrace_runtime_tests::try_state;
use sp_core::{bytes::from_hex, storage::Storage};

/// The state in a file of `millrace-node export-state`.
fn state(file: &str) -> Storage {
    let text = fs::read_to_string(file).expect("the file can be read");
    let specification: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    let raw = &specification["genesis"]["raw"];
    assert!(
        raw["childrenDefault"].as_object().is_none_or(|tries| tries.is_empty()),
        "this chain has no child tries"
    );
    let top: BTreeMap<String, String> =
        serde_json::from_value(raw["top"].clone()).expect("a raw specification has keys and values");
    let bytes = |hex: &String| from_hex(hex).expect("keys and values are hex");
    Storage { top: top.iter().map(|(key, value)| (bytes(key), bytes(value))).collect(), ..Default::default() }
}

fn ensure_version<P: GetStorageVersion<InCodeStorageVersion = StorageVersion>>(name: &str) {
    assert_eq!(P::on_chain_storage_version(), P::in_code_storage_version(), "{name} needs a migration");
}

#[test]
#[ignore = "needs a chain's state, which scripts/try-runtime.sh makes or takes"]
fn the_properties_hold_on_a_chains_state() {
    let file = std::env::var("STATE").expect("STATE names a file of `millrace-node export-state`");
    sp_io::TestExternalities::new(state(&file)).execute_with(|| {
        println!("state of block {}", System::block_number());
        let weight = Executive::execute_on_runtime_upgrade();
        println!("the migrations weigh {weight:?}");
        assert!(weight.all_lte(RuntimeBlockWeights::get().max_block), "the migrations don't fit a block");
        ensure_version::<Models>("Models");
        ensure_version::<Miners>("Miners");
        ensure_version::<Tasks>("Tasks");
        ensure_version::<Sprints>("Sprints");
        ensure_version::<Rewards>("Rewards");
        ensure_version::<Collators>("Collators");
        try_state();
        Collators::do_try_state().expect("collators");
        let accounts = frame_system::Account::<Runtime>::iter_values();
        let held: Balance = accounts.map(|account| account.data.free + account.data.reserved).sum();
        assert_eq!(held, Balances::total_issuance(), "the issuance is what accounts have");
    });
}
