//! What is encoded, stored and named by hash. Nothing here checks more than that the bytes decode.

pub(crate) mod data_type;
pub(crate) mod element_type;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod id;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod operators;
pub(crate) mod read;
