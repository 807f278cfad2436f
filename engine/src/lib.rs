//! Executes integer models, bit-exact with `millrace-inference`, as fast as a machine can.
//!
//! ```
//! use millrace_engine::{Engine, EngineOptions};
//! use millrace_inference::{execute, Model, Node};
//!
//! let options = EngineOptions { threads: 1, ..EngineOptions::default() };
//! let engine = Engine::new(options, || Box::new(()))?;
//! let model = Model {
//!     nodes: vec![
//!         Node::Input { shape: vec![3] },
//!         Node::Linear { input: 0, outputs: 2, parameters: vec![1, 2, 3, 4, 5, 6] },
//!     ],
//! };
//! let model = engine.prepare(&model.to_bytes())?;
//! // Two samples of three `i8`, one in each byte.
//! let input = [1, 1, 1, 0, 0, 0xff];
//! assert_eq!(engine.execute(&model, &input)?, execute(model.checked(), &input)?);
//! # Ok::<(), millrace_engine::EngineError>(())
//! ```
//!
//! Linear operators and convolutions are matrix products. [`Kernel`] says who computes them:
//!
//! * On a processor, rten's byte kernel multiplies operators of up to 65,793 columns: nearly every model there is. It
//!   uses the processor's 8-bit multiply-add instructions where it has them. burn multiplies wider operators, in `f32`
//!   over [`CHUNK`] columns at a time.
//! * On a GPU, burn multiplies all of them, in `i32`.
//!
//! Everything else is `millrace-inference`'s own code. The only floats here are the `f32` of burn's chunks, where every
//! value is an integer of at most 2²⁴ and so an `f32`: nothing is rounded, in whatever order it is added.
//!
//! Models of rows have kernels of their own, see [`rows`]. Their softmax divides in `f64`, see there why that is exact.
//!
//! An [`Engine`] tests each kernel against the reference when it starts. It owns its threads, and a panic on them
//! becomes an [`EngineError::Panicked`].

mod backend;
mod error;
mod execution;
mod hash;
mod kernels;
mod memory;
mod model;
mod options;
pub mod rows;
mod self_test;
mod threads;
mod walk;

pub use backend::Backend;
pub use error::EngineError;
pub use execution::Engine;
pub use hash::{blake2_256_of_each, hashes_at_once};
pub use kernels::{floats::CHUNK, kernel::Kernel};
pub use model::PreparedModel;
pub use options::EngineOptions;
