//! Every `impl Config for Runtime`, by subject.

pub mod consensus;
pub mod market;
pub mod monetary;
pub mod parameters;
pub mod system;
pub mod time;
