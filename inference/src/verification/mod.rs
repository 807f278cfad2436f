//! How a trace is verified: with which randomness, and what is compared.

mod fold;
mod folded;
mod product;
pub(crate) mod transcript;
pub(crate) mod verify;
