//! What is encoded, stored and named by hash. Nothing here checks more than that the bytes decode.

pub(crate) mod id;
pub(crate) mod image;
pub(crate) mod model;
pub(crate) mod node;
pub(crate) mod window;
