//! What the pallets, the runtime and the node share: units and ids, the mill key, the traits through which
//! pallets know each other, the runtime API, and the hand-over of finished work to the off-chain worker.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

mod api;
mod attempt;
#[cfg(feature = "runtime-benchmarks")]
pub mod benchmarking;
mod chain;
mod claims;
pub mod handover;
#[cfg(feature = "std")]
mod json;
mod metadata;
pub mod mill;
pub mod queue;
mod traits;
mod units;

pub use api::*;
pub use attempt::*;
pub use chain::*;
pub use claims::*;
pub use metadata::*;
pub use traits::*;
pub use units::*;
