//! What a model of rows must pass to be registered, and what is known of it from then on.

pub(crate) mod checked;
mod graph;
mod paid;
mod trunk;
