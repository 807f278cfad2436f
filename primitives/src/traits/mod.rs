//! Through these traits, and only these, the pallets know each other. Each is named after what its caller asks for, so that
//! a pallet can do with a neighbour no more than it needs.

mod miners;
mod models;
mod rounds;
mod verification;

pub use miners::*;
pub use models::*;
pub use rounds::*;
pub use verification::*;
