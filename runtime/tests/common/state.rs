//! A chain's state as a file: what `millrace-node export-state` writes, or its keys and values alone.

use std::{collections::BTreeMap, fs, path::Path};

use frame_support::storage::StoragePrefixedMap;
use millrace_runtime::Runtime;
use sp_core::{
    bytes::{from_hex, to_hex},
    storage::{well_known_keys::CODE, Storage},
};

/// The state in a file.
pub fn read_state(file: impl AsRef<Path>) -> Storage {
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

/// Writes the state of the chain on which this runs, a key a line: without its code and the hashes of its blocks, which are
/// most of it and tell nothing.
pub fn write_state(file: impl AsRef<Path>) {
    let hashes = frame_system::BlockHash::<Runtime>::final_prefix();
    let mut top = BTreeMap::new();
    let mut next = sp_io::storage::next_key(&[]);
    while let Some(key) = next {
        if key != CODE && !key.starts_with(&hashes) {
            let value = sp_io::storage::get(&key).expect("the key is there");
            top.insert(to_hex(&key, false), to_hex(&value, false));
        }
        next = sp_io::storage::next_key(&key);
    }
    let specification = serde_json::json!({ "genesis": { "raw": { "top": top } } });
    let text = serde_json::to_string_pretty(&specification).expect("it is text");
    fs::write(file, text + "\n").expect("the file can be written");
}
