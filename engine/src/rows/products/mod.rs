//! Sums of products of bytes: rows of `u8` times panels of `i8`, on whatever instructions the processor has.
//!
//! A row of `i8` is shifted by 128 to be `u8`, and a row of `i16` is two rows: its high bytes, shifted, and its low bytes. Who
//! reads the sums takes off what the shift adds. No kernel saturates: every sum is exact, since 2¹⁴ products of a `u8` and an
//! `i8` stay within 2²⁹.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod kernel;
mod panels;
mod portable;
#[cfg(test)]
mod tests;
mod tile;
#[cfg(target_arch = "x86_64")]
mod vnni;
mod words;

pub use kernel::Kernel;
pub(super) use panels::Panels;
pub(super) use tile::{Tile, COLUMNS, LANES, PANELS, ROWS, TERMS};
pub(super) use words::Words;
