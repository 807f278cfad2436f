//! Starts a node: database, network, off-chain workers, relay chain, collator and mill.
//!
//! `partial` is what every command needs of a node; `parts` what every running node starts, the development node in
//! `dev.rs` included; `network` starts a node of a network, and `collator` its block production.

mod collator;
mod network;
mod para;
mod partial;
mod parts;

pub use network::{start_node, NodeArgs};
pub use para::para_id;
pub use partial::{is_dev, new_partial, Extra};
pub use parts::{watch_disk, Parts};
