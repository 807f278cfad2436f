//! The mill: watches the chain for leases of the keystore's mill keys, executes them, and hands the traces to the
//! off-chain worker through the node's offchain database. Sprints while idle.
//!
//! A trace that was finished is in the database before the lease counts as finished, so a restart computes nothing twice.
//! The chain never waits for the engine: its threads have a lower priority, attempts end where a lease waits, and a lease
//! that the chain gave away is abandoned.
//!
//! `chain` is all that the mill asks of the chain, so that tests put a fake in its place; `state` is what it remembers;
//! `step` is one turn of it, of `leases` or of `sprints`; `start` makes it a task of the node.

mod attempts;
mod chain;
mod database;
mod error;
mod failures;
mod finished;
mod follow;
mod keys;
mod leases;
mod memory;
mod metrics;
mod models;
mod sprints;
mod standing;
mod start;
mod state;
mod status;
mod step;
mod watch;
mod wins;

pub use keys::can_sign;
pub use start::{insert_mill_key, spawn, MillOptions};

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;
