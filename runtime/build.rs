//! Builds the runtime's wasm blob beside its native form.

#[cfg(all(feature = "std", not(feature = "metadata-hash")))]
fn main() {
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
}

/// The same with the hash of the metadata in the blob, by which a hardware wallet knows that it shows what is signed.
/// The token and its decimals are part of the hash, and are those of the chain specifications.
#[cfg(all(feature = "std", feature = "metadata-hash"))]
fn main() {
    substrate_wasm_builder::WasmBuilder::init_with_defaults().enable_metadata_hash("MILL", 12).build();
}

#[cfg(not(feature = "std"))]
fn main() {}
