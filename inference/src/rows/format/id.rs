//! The version of the format.

/// First byte of every encoded model of rows.
pub const FORMAT_VERSION: u8 = 2;
