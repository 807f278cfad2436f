//! What a model must pass to be registered, and what is known of it from then on.

mod accumulators;
pub(crate) mod checked;
mod graph;
pub(crate) mod memory;
mod tracing;
