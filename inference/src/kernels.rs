//! The arithmetic of every operator, once, for execution and verification alike. All of it wraps or widens
//! explicitly; [`crate::CheckedModel`]'s checks are why nothing is ever lost.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "every operation below is bounded by registration; the bound stands beside it"
)]

use alloc::vec::Vec;

use crate::{
    model::Rescale,
    patches::Patches,
    walk::{Columns, Linear},
};

/// `Σ_k row[k]·column[k]`. Registration bounds the sum's absolute value below 2³¹.
pub(crate) fn dot(row: &[i8], column: &[i8]) -> i32 {
    row.iter().zip(column).fold(0i32, |sum, (w, x)| sum.wrapping_add(i32::from(*w) * i32::from(*x)))
}

/// Rounds half up after the shift: `(value + 2^(s−1)) >> s`; |value| ≤ 2⁶² and s ≤ 62, so the sum fits.
#[inline]
fn round_shift(value: i64, shift: u8) -> i64 {
    (value + (1i64 << (shift - 1))) >> shift
}

#[inline]
fn clamp_to_i8(value: i64, min: i8, max: i8) -> i8 {
    // Between two `i8`, so the conversion is exact.
    value.min(max.into()).max(min.into()) as i8
}

/// |acc + bias| ≤ 2³² − 1 for any pair of `i32` and M < 2³¹: the product stays below 2⁶³; for registered
/// models |acc + bias| < 2³¹, which leaves room for the rounding term.
#[inline]
pub(crate) fn requantize(acc: i32, channel: &Rescale, zero_point: i8, min: i8, max: i8) -> i8 {
    let sum = i64::from(acc) + i64::from(channel.bias);
    let scaled = sum * i64::from(channel.multiplier);
    clamp_to_i8(round_shift(scaled, channel.shift) + i64::from(zero_point), min, max)
}

#[inline]
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
#[inline]
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

/// The accumulators of a linear operator.
pub(crate) fn linear(operator: &Linear<'_>) -> Vec<i32> {
    let m = operator.m.max(1);
    let mut accumulators = Vec::with_capacity(operator.n * operator.count());
    match operator.columns {
        Columns::Contiguous => {
            operator.all_columns(|x| {
                accumulators.extend(operator.parameters.chunks_exact(m).map(|w| dot(w, x)));
                true
            });
        }
        Columns::Patches { patches, pad_value } => {
            let mut columns = Vec::with_capacity(m * patches.positions());
            for sample in operator.input.chunks_exact(patches.sample().max(1)) {
                columns.clear();
                patches.all(|row, column| {
                    patches.gather(sample, row, column, pad_value, &mut columns);
                    true
                });
                for w in operator.parameters.chunks_exact(m) {
                    accumulators.extend(columns.chunks_exact(m).map(|x| dot(w, x)));
                }
            }
        }
    }
    accumulators
}

/// The accumulators of a depthwise convolution, for all samples of `input`: one element of the kernel after the other,
/// on a row of patches at a time.
pub(crate) fn depthwise(patches: &Patches, pad_value: i8, filters: &[i8], input: &[i8]) -> Vec<i32> {
    let kernel = patches.kernel().max(1);
    let positions = patches.positions().max(1);
    let columns = usize::try_from(patches.columns).unwrap_or(1).max(1);
    let width = usize::try_from(patches.width).unwrap_or(1).max(1);
    let [down, across] = patches.window.stride.map(|stride| usize::try_from(stride).unwrap_or(1).max(1));
    let [kernel_rows, kernel_columns] = patches.window.kernel;
    let planes = input.chunks_exact(patches.plane().max(1));
    let mut accumulators = alloc::vec![0i32; planes.len() * positions];
    let filters = filters.chunks_exact(kernel).cycle();
    for ((sums, plane), filter) in accumulators.chunks_exact_mut(positions).zip(planes).zip(filters) {
        // As if every element were padding; what lies inside is told apart from it below.
        let padding = filter.iter().map(|w| i32::from(*w)).sum::<i32>() * i32::from(pad_value);
        sums.fill(padding);
        let mut elements = filter.iter();
        for kernel_row in 0..kernel_rows {
            let (down_to, first_line) = patches.reach(kernel_row, 0);
            for kernel_column in 0..kernel_columns {
                let Some(&w) = elements.next() else { return accumulators };
                let (right_to, first) = patches.reach(kernel_column, 1);
                let lines = plane.chunks_exact(width).skip(first_line).step_by(down);
                let rows = sums.chunks_exact_mut(columns).skip(down_to.start).take(down_to.len());
                for (sums, line) in rows.zip(lines) {
                    let sums = sums.get_mut(right_to.clone()).unwrap_or_default();
                    let line = line.get(first..).unwrap_or_default();
                    let add = |(sum, x): (&mut i32, &i8)| {
                        *sum = sum.wrapping_add(i32::from(w) * (i32::from(*x) - i32::from(pad_value)));
                    };
                    // One step at a time is what compilers make vectors of.
                    if across == 1 {
                        sums.iter_mut().zip(line).for_each(add);
                    } else {
                        sums.iter_mut().zip(line.iter().step_by(across)).for_each(add);
                    }
                }
            }
        }
    }
    accumulators
}

/// One element for each patch of each plane, for all samples of `input`: what folding the patch's elements
/// inside the border gives. Every patch has one.
fn pool<S: Copy>(
    patches: &Patches,
    input: &[i8],
    start: S,
    fold: impl Fn(S, i8) -> S,
    end: impl Fn(S) -> i8,
) -> Vec<i8> {
    let planes = input.chunks_exact(patches.plane().max(1));
    let mut values = Vec::with_capacity(planes.len() * patches.positions());
    for plane in planes {
        patches.fold(plane, start, &fold, &end, &mut values);
    }
    values
}

/// The largest element of each patch.
pub(crate) fn max_pool(patches: &Patches, input: &[i8]) -> Vec<i8> {
    pool(patches, input, i8::MIN, i8::max, |largest| largest)
}

/// The mean of each patch. A patch has at most 2¹⁸ elements, so its sum stays below 2²⁵.
pub(crate) fn average_pool(patches: &Patches, input: &[i8]) -> Vec<i8> {
    pool(patches, input, (0i32, 0i32), |(sum, count), x| (sum + i32::from(x), count + 1), mean)
}

/// A quotient of a sum and a positive count, rounded half away from zero.
fn mean((sum, count): (i32, i32)) -> i8 {
    let half_up = (2 * sum.abs() + count).checked_div(2 * count).unwrap_or(0);
    i8::try_from(half_up * sum.signum()).unwrap_or(i8::MIN)
}

/// The next run of each part in turn, until the first part ends.
pub(crate) fn interleave(mut parts: Vec<core::slice::Chunks<'_, i8>>) -> Vec<i8> {
    let mut values = Vec::new();
    loop {
        for (index, part) in parts.iter_mut().enumerate() {
            match part.next() {
                Some(run) => values.extend_from_slice(run),
                None if index == 0 => return values,
                None => {}
            }
        }
        if parts.is_empty() {
            return values;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_round_half_away_from_zero() {
        let of = |values: &[i8]| mean((values.iter().map(|x| i32::from(*x)).sum(), values.len() as i32));
        assert_eq!(of(&[1, 2]), 2);
        assert_eq!(of(&[-1, -2]), -2);
        assert_eq!(of(&[1, 1, 2]), 1);
        assert_eq!(of(&[-1, -1, -2]), -1);
        assert_eq!(of(&[0, 1]), 1);
        assert_eq!(of(&[0, -1]), -1);
        assert_eq!(of(&[127; 9]), 127);
        assert_eq!(of(&[-128; 9]), -128);
    }
}
