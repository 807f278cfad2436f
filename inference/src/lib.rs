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
//! 3. [`execute`] runs it on a batch and returns the [`Execution`]: output and trace.
//! 4. [`Statement::seed`] draws the verifier's randomness from everything that is claimed.
//! 5. [`verify`] accepts a trace, and derives the output from it, or says where it is wrong.
//!
//! The normative text is `docs/inference-spec.md`; the golden vectors in `inference/vectors` bind both.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

mod bounds;
mod check;
mod counts;
mod error;
mod execute;
mod fold;
mod kernels;
pub mod limits;
mod memory;
mod model;
mod patches;
mod profile;
mod shapes;
#[cfg(feature = "std")]
pub mod testing;
mod trace;
mod transcript;
mod verify;
mod walk;

pub use check::CheckedModel;
pub use error::{ExecutionError, ModelError, ModelFault, TraceError};
pub use execute::{execute, Execution};
pub use memory::most_bytes_of_verifications;
pub use model::{model_id, DataType, Model, ModelId, Node, Rescale, Window, FORMAT_VERSION};
pub use patches::Patches;
pub use profile::{Cost, LayerShape, Profile};
pub use trace::Packed;
pub use transcript::{expand, lanes, sprint_digest, Domain, HashFunction, Statement};
pub use verify::{check, verify, LinearCheck};
pub use walk::{walk, Columns, Linear, LinearOperators, Output, Values};
