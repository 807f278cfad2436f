//! Patches of an image under a window.

mod gather;
pub(crate) mod layout;
pub(crate) mod sweep;
