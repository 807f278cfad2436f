//! The arithmetic of every operator, once, for execution and verification alike. All of it wraps or widens
//! explicitly; [`crate::CheckedModel`]'s checks are why nothing is ever lost.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "every operation below is bounded by registration; the bound stands beside it"
)]

use alloc::vec::Vec;

use crate::model::Rescale;

/// `Σ_k row[k]·column[k]`. Registration bounds the sum's absolute value below 2³¹.
pub(crate) fn dot(row: &[i8], column: &[i8]) -> i32 {
    row.iter().zip(column).fold(0i32, |sum, (w, x)| sum.wrapping_add(i32::from(*w) * i32::from(*x)))
}

/// Rounds half up after the shift: `(value + 2^(s−1)) >> s`; |value| ≤ 2⁶² and s ≤ 62, so the sum fits.
fn round_shift(value: i64, shift: u8) -> i64 {
    (value + (1i64 << (shift - 1))) >> shift
}

fn clamp_to_i8(value: i64, min: i8, max: i8) -> i8 {
    // Between two `i8`, so the conversion is exact.
    i8::try_from(value.clamp(min.into(), max.into())).unwrap_or(max)
}

/// |acc + bias| ≤ 2³² − 1 for any pair of `i32` and M < 2³¹: the product stays below 2⁶³; for registered
/// models |acc + bias| < 2³¹, which leaves room for the rounding term.
pub(crate) fn requantize(acc: i32, channel: &Rescale, zero_point: i8, min: i8, max: i8) -> i8 {
    let sum = i64::from(acc) + i64::from(channel.bias);
    let scaled = sum * i64::from(channel.multiplier);
    clamp_to_i8(round_shift(scaled, channel.shift) + i64::from(zero_point), min, max)
}

pub(crate) fn lookup(x: i8, table: &[i8]) -> i8 {
    let index = i16::from(x) + 128;
    usize::try_from(index).ok().and_then(|index| table.get(index)).copied().unwrap_or(0)
}

/// Parameters of an addition, as in [`crate::Node::Add`].
pub(crate) struct Addition {
    pub(crate) left_zero_point: i8,
    pub(crate) right_zero_point: i8,
    pub(crate) left_multiplier: u32,
    pub(crate) right_multiplier: u32,
    pub(crate) shift: u8,
    pub(crate) zero_point: i8,
    pub(crate) min: i8,
    pub(crate) max: i8,
}

/// |a − za| ≤ 255 and M < 2³¹: the sum stays below 2⁴⁰.
pub(crate) fn add(a: i8, b: i8, with: &Addition) -> i8 {
    let left = (i64::from(a) - i64::from(with.left_zero_point)) * i64::from(with.left_multiplier);
    let right = (i64::from(b) - i64::from(with.right_zero_point)) * i64::from(with.right_multiplier);
    clamp_to_i8(round_shift(left + right, with.shift) + i64::from(with.zero_point), with.min, with.max)
}

/// Position of the largest entry, the lowest on ties.
pub(crate) fn arg_max<T: Ord + Copy>(row: &[T]) -> i32 {
    let mut best: Option<(usize, T)> = None;
    for (index, value) in row.iter().enumerate() {
        if best.is_none_or(|(_, largest)| *value > largest) {
            best = Some((index, *value));
        }
    }
    best.and_then(|(index, _)| i32::try_from(index).ok()).unwrap_or(0)
}

/// Every product of n rows and N columns, `[columns, rows]`.
pub(crate) fn linear(rows: &[i8], m: usize, columns: &[i8]) -> Vec<i32> {
    let m = m.max(1);
    columns.chunks_exact(m).flat_map(|x| rows.chunks_exact(m).map(move |w| dot(w, x))).collect()
}
