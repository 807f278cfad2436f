//! How many bits accumulators need, and how many bytes that makes.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

/// Narrowest packing.
pub(super) const MIN_WIDTH: u8 = 2;
/// Widest packing: the accumulators as they are.
pub(crate) const MAX_WIDTH: u8 = 32;

/// Bits that hold every number of absolute value `bound` or less, in two's complement, at least 2.
pub(crate) fn width_of_bound(bound: u64) -> u8 {
    let bits = u8::try_from(u64::BITS - bound.leading_zeros() + 1).unwrap_or(MAX_WIDTH);
    bits.clamp(MIN_WIDTH, MAX_WIDTH)
}

/// A number or its complement, whichever isn't negative; both need the same width. The bitwise or of these, their *union*,
/// needs as many bits as the widest of them.
#[inline(always)]
pub(super) fn signless(value: i32) -> u32 {
    (value ^ (value >> 31)).cast_unsigned()
}

pub(super) fn width_of_union(union: u32) -> u8 {
    width_of_bound(union.into())
}

/// Bits that hold all of these numbers.
pub(super) fn width_of(values: &[i32]) -> u8 {
    width_of_union(values.iter().fold(0, |union, value| union | signless(*value)))
}

/// Bytes of `count` accumulators of `width` bits, with their header.
pub(crate) fn packed_bytes(count: u64, width: u8) -> u64 {
    count.saturating_mul(width.into()).div_ceil(8).saturating_add(1)
}

/// Values whose packed bits are whole bytes, whatever their width.
pub(super) const GROUP: usize = 8;
/// Bytes that a group takes at most.
pub(super) const GROUP_BYTES: usize = GROUP * 4;

/// An array of `$function`, indexed by its constant, the width; none is less than 2.
macro_rules! by_width {
    ($function:ident) => { by_width!($function: 2 2 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32) };
    ($function:ident: $($width:literal)*) => { [$($function::<$width>),*] };
}
pub(super) use by_width;
