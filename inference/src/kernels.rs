//! The arithmetic of every operator, once, for execution and verification alike. All of it wraps or widens
//! explicitly; [`crate::CheckedModel`]'s checks are why nothing is ever lost.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "every operation below is bounded by registration; the bound stands beside it"
)]

use alloc::vec::Vec;
use core::{
    iter::Zip,
    ops::Range,
    slice::{Chunks, ChunksMut},
};

use crate::{
    model::Rescale,
    patches::Patches,
    walk::{Columns, Linear},
};

/// `Σ_k row[k]·column[k]`. Registration bounds the sum's absolute value below 2³¹.
pub(crate) fn dot(row: &[i8], column: &[i8]) -> i32 {
    row.iter().zip(column).fold(0i32, |sum, (w, x)| sum.wrapping_add(i32::from(*w) * i32::from(*x)))
}

/// Rounds half up after the shift: `(value + 2^(s−1)) >> s`; |value| ≤ 2⁶² and s ≤ 62, so the sum fits. Like its
/// callers it wraps where that can't happen: what may fail, no compiler makes vectors of.
#[inline(always)]
fn round_shift(value: i64, half: i64, shift: u32) -> i64 {
    value.wrapping_add(half).wrapping_shr(shift)
}

/// Half of what a shift divides by, which rounds.
fn half(shift: u8) -> i64 {
    1i64 << (shift - 1)
}

#[inline(always)]
fn clamp_to_i8(value: i64, [min, max]: [i64; 2]) -> i8 {
    // Between two `i8`, so the conversion is exact.
    value.min(max).max(min) as i8
}

/// What a requantization does to every channel alike.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) zero_point: i8,
    pub(crate) min: i8,
    pub(crate) max: i8,
}

impl Target {
    /// Adds the zero point, then clamps.
    #[inline(always)]
    fn meet(self, value: i64) -> i8 {
        clamp_to_i8(value.wrapping_add(self.zero_point.into()), [self.min.into(), self.max.into()])
    }
}

/// |acc + bias| ≤ 2³² − 1 for any pair of `i32` and M < 2³¹: the product stays below 2⁶³; for registered
/// models |acc + bias| < 2³¹, which leaves room for the rounding term.
#[inline(always)]
fn scale(acc: i32, bias: i64, multiplier: i64) -> i64 {
    i64::from(acc).wrapping_add(bias).wrapping_mul(multiplier)
}

/// Accumulators as `i8`. `inner` of them belong to a channel, then come those of the next one, then the next sample.
pub(crate) fn requantize(
    accumulators: &[i32],
    channels: &[Rescale],
    inner: usize,
    target: Target,
) -> Vec<i8> {
    let mut values = alloc::vec![0; accumulators.len()];
    if inner == 1 {
        let count = channels.len().max(1);
        for (index, tile) in channels.chunks(CHANNELS).enumerate() {
            let columns = index * CHANNELS..index * CHANNELS + tile.len();
            let rows = accumulators.chunks(count).zip(values.chunks_mut(count));
            requantize_rows(rows, columns, &Channels::new(tile), target);
        }
    } else {
        let planes = accumulators.chunks(inner.max(1)).zip(values.chunks_mut(inner.max(1)));
        requantize_planes(planes, channels, target);
    }
    values
}

/// Channels whose rescalings are laid out for vectors at once: with more, what is laid out would outgrow the cache, and the
/// memory that a verification may take.
pub(crate) const CHANNELS: usize = 1024;

/// [`Rescale`]s as vectors read them: each part of all channels side by side.
struct Channels {
    biases: Vec<i64>,
    multipliers: Vec<i64>,
    halves: Vec<i64>,
    shifts: Vec<u32>,
}

impl Channels {
    fn new(channels: &[Rescale]) -> Self {
        Self {
            biases: channels.iter().map(|channel| channel.bias.into()).collect(),
            multipliers: channels.iter().map(|channel| channel.multiplier.into()).collect(),
            halves: channels.iter().map(|channel| half(channel.shift)).collect(),
            shifts: channels.iter().map(|channel| channel.shift.into()).collect(),
        }
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn requantize_rows(
    rows: Zip<Chunks<'_, i32>, ChunksMut<'_, i8>>,
    columns: Range<usize>,
    channels: &Channels,
    target: Target,
) {
    for (row, values) in rows {
        let row = row.get(columns.clone()).unwrap_or_default();
        let values = values.get_mut(columns.clone()).unwrap_or_default();
        let scales = channels.biases.iter().zip(&channels.multipliers);
        let shifts = channels.halves.iter().zip(&channels.shifts);
        for (((value, acc), (bias, multiplier)), (half, shift)) in
            values.iter_mut().zip(row).zip(scales).zip(shifts)
        {
            *value = target.meet(round_shift(scale(*acc, *bias, *multiplier), *half, *shift));
        }
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn requantize_planes(planes: Zip<Chunks<'_, i32>, ChunksMut<'_, i8>>, channels: &[Rescale], target: Target) {
    for ((plane, values), channel) in planes.zip(channels.iter().cycle()) {
        let (bias, multiplier) = (channel.bias.into(), channel.multiplier.into());
        let (half, shift) = (half(channel.shift), channel.shift.into());
        for (value, acc) in values.iter_mut().zip(plane) {
            *value = target.meet(round_shift(scale(*acc, bias, multiplier), half, shift));
        }
    }
}

/// Replaces every element by its entry of the table, which has 256.
pub(crate) fn lookup(values: &[i8], table: &[i8]) -> Vec<i8> {
    let Ok(table) = <&[i8; 256]>::try_from(table) else { return alloc::vec![0; values.len()] };
    // From −128..=127 to 0..=255: the upper bit turned.
    let entry = |x: &i8| table.get(usize::from(x.cast_unsigned() ^ 0x80)).copied().unwrap_or(0);
    values.iter().map(entry).collect()
}

/// Parameters of an addition, as in [`crate::Node::Add`].
pub(crate) struct Addition {
    pub(crate) left_zero_point: i8,
    pub(crate) right_zero_point: i8,
    pub(crate) left_multiplier: u32,
    pub(crate) right_multiplier: u32,
    pub(crate) shift: u8,
    pub(crate) target: Target,
}

/// Element by element. |a − za| ≤ 255 and M < 2³¹: the sum stays below 2⁴⁰.
pub(crate) fn add(left: &[i8], right: &[i8], with: &Addition) -> Vec<i8> {
    let mut sums = alloc::vec![0; left.len()];
    add_into(left, right, with, &mut sums);
    sums
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn add_into(left: &[i8], right: &[i8], with: &Addition, sums: &mut [i8]) {
    let scaled = |x: i8, zero_point: i8, multiplier: u32| {
        (i64::from(x) - i64::from(zero_point)).wrapping_mul(multiplier.into())
    };
    let (half, shift) = (half(with.shift), with.shift.into());
    for (sum, (a, b)) in sums.iter_mut().zip(left.iter().zip(right)) {
        let a = scaled(*a, with.left_zero_point, with.left_multiplier);
        let b = scaled(*b, with.right_zero_point, with.right_multiplier);
        *sum = with.target.meet(round_shift(a.wrapping_add(b), half, shift));
    }
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
            let positions = patches.positions().max(1);
            let mut patch = Vec::with_capacity(m);
            for sample in operator.input.chunks_exact(patches.sample().max(1)) {
                let from = accumulators.len();
                accumulators.resize(from + operator.n * positions, 0);
                let planes = accumulators.get_mut(from..).unwrap_or_default();
                let mut position = 0;
                patches.all(|row, column| {
                    patch.clear();
                    patches.gather(sample, row, column, pad_value, &mut patch);
                    let of_rows = planes.iter_mut().skip(position).step_by(positions);
                    for (sum, w) in of_rows.zip(operator.parameters.chunks_exact(m)) {
                        *sum = dot(w, &patch);
                    }
                    position += 1;
                    true
                });
            }
        }
    }
    accumulators
}

/// Images of one channel in `input`.
fn planes(patches: &Patches, input: &[i8]) -> usize {
    input.len().checked_div(patches.plane()).unwrap_or(0)
}

/// The accumulators of a depthwise convolution, for all samples of `input`.
pub(crate) fn depthwise(patches: &Patches, pad_value: i8, filters: &[i8], input: &[i8]) -> Vec<i32> {
    let mut accumulators = alloc::vec![0; planes(patches, input) * patches.positions()];
    depthwise_into(patches, pad_value, filters, input, &mut accumulators);
    accumulators
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn depthwise_into(patches: &Patches, pad_value: i8, filters: &[i8], input: &[i8], accumulators: &mut [i32]) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    let kernel = patches.kernel().max(1);
    let [_, kernel_columns] = patches.window.kernel;
    // As if every element were padding; what lies inside is told apart from it below.
    let paddings: Vec<i32> = filters
        .chunks_exact(kernel)
        .map(|filter| filter.iter().map(|w| i32::from(*w)).sum::<i32>() * i32::from(pad_value))
        .collect();
    let planes = input.chunks_exact(patches.plane().max(1));
    let filters = filters.chunks_exact(kernel).zip(paddings.iter()).cycle();
    for ((sums, plane), (filter, padding)) in
        accumulators.chunks_exact_mut(patches.positions().max(1)).zip(planes).zip(filters)
    {
        sums.fill(*padding);
        for row in &rows {
            for column in &columns {
                let at = row.offset as usize * kernel_columns as usize + column.offset as usize;
                let w = i32::from(filter.get(at).copied().unwrap_or_default());
                patches.sweep([row, column], plane, sums, |sum, x| {
                    *sum = sum.wrapping_add(w * (i32::from(x) - i32::from(pad_value)));
                });
            }
        }
    }
}

/// The largest element of each patch, of those inside the border; every patch has one.
pub(crate) fn max_pool(patches: &Patches, input: &[i8]) -> Vec<i8> {
    let mut values = alloc::vec![i8::MIN; planes(patches, input) * patches.positions()];
    max_pool_into(patches, input, &mut values);
    values
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn max_pool_into(patches: &Patches, input: &[i8], values: &mut [i8]) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    let planes = input.chunks_exact(patches.plane().max(1));
    for (values, plane) in values.chunks_exact_mut(patches.positions().max(1)).zip(planes) {
        for row in &rows {
            for column in &columns {
                patches.sweep([row, column], plane, values, |largest, x| *largest = x.max(*largest));
            }
        }
    }
}

/// The mean of each patch's elements inside the border. A patch has at most 2¹⁸ elements, so its sum stays below 2²⁵.
pub(crate) fn average_pool(patches: &Patches, input: &[i8]) -> Vec<i8> {
    let mut values = Vec::with_capacity(planes(patches, input) * patches.positions());
    average_pool_into(patches, input, &mut values);
    values
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn average_pool_into(patches: &Patches, input: &[i8], values: &mut Vec<i8>) {
    let (rows, columns) = (patches.reaches(0), patches.reaches(1));
    // A patch's part inside the border is a rectangle.
    let widths: Vec<i32> = patches.inside(1).map(|width| width as i32).collect();
    let mut sums = alloc::vec![0i32; patches.positions()];
    for plane in input.chunks_exact(patches.plane().max(1)) {
        sums.fill(0);
        for row in &rows {
            for column in &columns {
                patches.sweep([row, column], plane, &mut sums, |sum, x| *sum = sum.wrapping_add(x.into()));
            }
        }
        for (sums, height) in sums.chunks_exact(widths.len().max(1)).zip(patches.inside(0)) {
            values.extend(sums.iter().zip(&widths).map(|(sum, width)| mean((*sum, width * height as i32))));
        }
    }
}

/// A quotient of a sum and a positive count, rounded half away from zero.
fn mean((sum, count): (i32, i32)) -> i8 {
    let half_up = (2 * sum.abs() + count).checked_div(2 * count).unwrap_or(0);
    i8::try_from(half_up * sum.signum()).unwrap_or(i8::MIN)
}

/// The next run of each part in turn, until the first part ends; `length` elements in all.
pub(crate) fn interleave(mut parts: Vec<Chunks<'_, i8>>, length: usize) -> Vec<i8> {
    let mut values = Vec::with_capacity(length);
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
