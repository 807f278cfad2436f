//! The engine service: watches the chain for leases of the keystore's mill keys, executes them, and hands
//! the traces to the off-chain worker through the node's offchain database. Sprints while idle.
//!
//! A trace that was finished is in the database before the lease counts as done, so a restart computes
//! nothing twice. The chain never waits for the engine: its threads have a lower priority, attempts end where
//! a lease waits, and a lease that the chain gave away is abandoned.

mod chain;
mod error;
mod events;
mod failures;
mod figures;
mod keys;
mod leases;
mod metrics;
mod run;
mod sprints;
mod standing;
mod state;
mod status;
mod watch;

#[cfg(test)]
mod tests;

pub use keys::{can_sign, insert_mill_key};
pub use run::{spawn, MillOptions};
