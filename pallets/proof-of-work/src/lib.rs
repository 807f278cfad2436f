//! # Proof of work
//!
//! Verification of claims of work, and nothing else: that a registered model was executed on a batch, which a trace
//! proves. Whoever pays for a task, credits a sprint or slashes a forger asks here, through [`Verifier`].
//!
//! A claim is *proven* or *forged* by its trace alone. One that the chain itself can't check (its model is gone, its
//! batch is none of the model's) is *unavailable*, which is no fault of the miner.
//!
//! The pallet has no calls and keeps nothing. Its weights are those of the steps of a verification.
//!
//! [`Verifier`]: millrace_primitives::Verifier

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

pub use pallet::*;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod verifier;
pub mod weights;

pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use millrace_primitives::ModelRegistry;

    use super::WeightInfo;

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config {
        /// The registry of models.
        type Models: ModelRegistry;
        /// Weights of the steps of a verification.
        type WeightInfo: WeightInfo;
    }
}
