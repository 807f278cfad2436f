//! How a node is put together: database, network, off-chain workers, relay chain, collator and mill.

mod collator;
mod follower;
mod machine;
mod network;
mod node;
mod partial;
mod parts;

pub use machine::watch_disk;
pub use node::{start_node, NodeArgs};
pub use partial::{is_dev, new_partial, para_id};
pub use parts::Parts;
