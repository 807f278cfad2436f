//! Integer models: their format, their exact semantics, the traces that executing them leaves, and how a
//! trace is verified for far less than executing the model again.
//!
//! Nothing here knows of a blockchain, and nothing here uses floats, platform-dependent integers or `std`:
//! every honest execution of a model is bit-identical on every machine.
//!
//! The path of a model through this crate:
//!
//! 1. [`Model`] is what is encoded and named by hash ([`model_id`]).
//! 2. [`CheckedModel`] is a model that passed every registration check; everything below takes only this.
//! 3. [`execute()`] runs it on a batch and returns the [`Execution`]: output and trace.
//! 4. [`Statement::seed`] draws the verifier's randomness from everything that is claimed.
//! 5. [`verify`] accepts a trace, and derives the output from it, or says where it is wrong.
//!
//! A model of one layer, executed and verified:
//!
//! ```
//! use millrace_inference::*;
//! use sp_crypto_hashing::blake2_256;
//!
//! let model = Model {
//!     nodes: vec![
//!         Node::Input { shape: vec![3] },
//!         Node::Linear { input: 0, outputs: 2, parameters: vec![1, 2, 3, 4, 5, 6] },
//!         Node::ArgMax { input: 1 },
//!     ],
//! };
//! let bytes = model.to_bytes();
//! let model = CheckedModel::from_bytes(&bytes).expect("it obeys every bound");
//!
//! // Two samples of three `i8`, one in each byte.
//! let input = [1, 1, 1, 0, 0, 0xff];
//! let Execution { output, trace } = execute(&model, &input).expect("whole samples");
//! assert_eq!(output, Values::I32(vec![1, 0]));
//!
//! let statement = Statement {
//!     domain: Domain::Lease,
//!     genesis_hash: [1; 32],
//!     subject: [2; 32],
//!     miner: &[3; 32],
//!     model: model_id(&bytes, blake2_256),
//!     input_hash: blake2_256(&input),
//!     samples: 2,
//! };
//! assert_eq!(verify(&model, &input, &trace, statement.seed(&trace, blake2_256)), Ok(output));
//!
//! let mut forged = trace;
//! forged[1] ^= 1;
//! assert!(verify(&model, &input, &forged, statement.seed(&forged, blake2_256)).is_err());
//! ```
//!
//! Models whose parameters are a blob are in [`rows`]; [`AnyCheckedModel`] reads both kinds.
//!
//! Rooms, each of which uses only those before it: [`limits`]; `format` (what is encoded); `error`; `trace` (how accumulators
//! are packed); `cost` (what is counted); `allocation`, `patches`, `tensor`, `linear` and `values` (what operators work on);
//! `operators` (one file each); `registration`; `walk`; `execute`; `verification`; and for programs with `std`
//! [`golden`], [`random`] and [`testing`].
//!
//! The normative text is `docs/inference-spec.md`; the golden vectors in `inference/vectors` bind both.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

mod allocation;
mod any;
mod cost;
mod error;
mod execute;
mod format;
#[cfg(feature = "std")]
pub mod golden;
pub mod limits;
mod linear;
mod operators;
mod patches;
#[cfg(feature = "std")]
pub mod random;
mod registration;
pub mod rows;
mod tensor;
#[cfg(feature = "std")]
pub mod testing;
mod trace;
mod values;
mod verification;
mod walk;

pub use any::{AnyCheckedModel, AnyModel};
pub use cost::{counts::LayerShape, linear_check::LinearCheck, profile::Profile, verification::Cost};
pub use error::{ExecutionError, TraceError};
pub use execute::{execute, Execution};
pub use format::{
    data_type::DataType,
    element_type::ElementType,
    error::ModelError,
    fault::ModelFault,
    id::{model_id, HashFunction, ModelId, FORMAT_VERSION},
    model::Model,
    node::{Node, Rescale, Window},
    operators::OPERATORS,
};
pub use linear::{Columns, Linear};
pub use patches::layout::Patches;
pub use registration::{checked::CheckedModel, memory::most_bytes_of_verifications};
pub use trace::join::Packed;
pub use values::{Output, Values};
pub use verification::{
    transcript::{expand, lanes, sprint_digest, Domain, Statement},
    verify::{check, verify},
};
pub use walk::{walk, LinearOperators};
