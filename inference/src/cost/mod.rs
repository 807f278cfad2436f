//! What executing and verifying takes, counted before it begins.

pub(crate) mod counts;
pub(crate) mod linear_check;
pub(crate) mod profile;
pub(crate) mod verification;
