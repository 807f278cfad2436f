//! The relay chain's runtime for local test networks; `zombienet/network.sh` compiles it to wasm.
#![no_std]

pub use rococo_runtime::*;
