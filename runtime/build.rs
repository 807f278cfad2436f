//! Builds the runtime's wasm blob beside its native form.

fn main() {
    #[cfg(all(feature = "std", not(feature = "metadata-hash")))]
    substrate_wasm_builder::WasmBuilder::build_using_defaults();
    // The hash of the metadata goes into the blob. A hardware wallet knows by it that it shows what is signed. Token and
    // decimals are hashed, too, and are those of the chain specifications.
    #[cfg(all(feature = "std", feature = "metadata-hash"))]
    substrate_wasm_builder::WasmBuilder::init_with_defaults().enable_metadata_hash("MILL", 12).build();
}
