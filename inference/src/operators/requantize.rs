//! `clamp((((acc + bias)·M + 2^(s−1)) >> s) + zero_point, min, max)`, with a rescaling for each channel.

use alloc::vec::Vec;
use core::{
    iter::Zip,
    ops::Range,
    slice::{Chunks, ChunksMut},
};

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    parameters::expect_length,
    rounding::{expect_clamp, expect_scale, half, round_shift, Target},
};
use crate::{
    allocation::{bucket, wide},
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault, node::Rescale},
    tensor::{ChannelAxis, Tensor, Tensors},
    values::Values,
};

/// Channels whose rescalings are laid out for vectors at once: with more, the layout would outgrow the cache, and the
/// memory that a verification may take.
const CHANNELS: usize = 1024;

/// Bytes of a channel's rescaling as vectors read it.
const CHANNEL_BYTES: u64 = 28;

/// The fields of [`crate::format::node::Node::Requantize`].
pub(super) struct RequantizeNode<'a> {
    pub(super) input: &'a u32,
    pub(super) channels: &'a [Rescale],
    pub(super) zero_point: &'a i8,
    pub(super) min: &'a i8,
    pub(super) max: &'a i8,
}

impl<'a> Operator<'a> for RequantizeNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(*self.input, DataType::I32)?;
        let channels = match read.channels.ok_or(ModelFault::NotAnAccumulator)? {
            ChannelAxis::First => read.first_axis(),
            ChannelAxis::Last => read.last_axis(),
        };
        expect_length(channels.into(), self.channels.len())?;
        for Rescale { multiplier, shift, .. } in self.channels {
            expect_scale(*multiplier, *shift)?;
        }
        expect_clamp(*self.min, *self.max)?;
        Tensor::new(read.shape.clone(), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    /// Those of the accumulators with the biases.
    fn bounds(&self, _: &Tensor, before: &[Vec<u64>]) -> Vec<u64> {
        let read = usize::try_from(*self.input).ok().and_then(|input| before.get(input));
        let bounds = read.map(Vec::as_slice).unwrap_or_default().iter().zip(self.channels);
        bounds.map(|(bound, channel)| bound.saturating_add(channel.bias.unsigned_abs().into())).collect()
    }

    fn counts(&self, tensors: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        let (elements, channels) = (u64::from(own.elements), wide(self.channels.len()).max(1));
        let runs = match tensors.get(*self.input)?.channels? {
            ChannelAxis::First => channels,
            ChannelAxis::Last => {
                let tiles = channels.div_ceil(wide(CHANNELS));
                elements.div_ceil(channels).saturating_mul(tiles)
            }
        };
        Some(Counts { runs, elements, ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(bucket(wide(CHANNELS).saturating_mul(CHANNEL_BYTES)))
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let accumulators = operands.i32_of(*self.input)?;
        let tensor = operands.tensors.get(*self.input).ok_or(ExecutionError::TooLarge)?;
        let inner = match tensor.channels.ok_or(ExecutionError::TooLarge)? {
            ChannelAxis::First => usize::try_from(tensor.elements)
                .unwrap_or(usize::MAX)
                .checked_div(self.channels.len())
                .unwrap_or(1),
            ChannelAxis::Last => 1,
        };
        let target = Target { zero_point: *self.zero_point, min: *self.min, max: *self.max };
        Ok(Evaluation::Values(Values::I8(requantize(accumulators, self.channels, inner, target))))
    }
}

/// |acc + bias| ≤ 2³² − 1 for any pair of `i32` and M < 2³¹: the product stays below 2⁶³; for registered
/// models |acc + bias| < 2³¹, which leaves room for the rounding term.
#[inline(always)]
fn scale(acc: i32, bias: i64, multiplier: i64) -> i64 {
    i64::from(acc).wrapping_add(bias).wrapping_mul(multiplier)
}

/// Accumulators as `i8`. `inner` of them belong to a channel, then come those of the next one, then the next sample.
fn requantize(accumulators: &[i32], channels: &[Rescale], inner: usize, target: Target) -> Vec<i8> {
    let mut values = alloc::vec![0; accumulators.len()];
    if inner == 1 {
        let count = channels.len().max(1);
        for (index, tile) in channels.chunks(CHANNELS).enumerate() {
            let from = index.saturating_mul(CHANNELS);
            let columns = from..from.saturating_add(tile.len());
            let rows = accumulators.chunks(count).zip(values.chunks_mut(count));
            requantize_rows(rows, columns, &Channels::new(tile), target);
        }
    } else {
        let planes = accumulators.chunks(inner.max(1)).zip(values.chunks_mut(inner.max(1)));
        requantize_planes(planes, channels, target);
    }
    values
}

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
            *value = target.apply(round_shift(scale(*acc, *bias, *multiplier), *half, *shift));
        }
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn requantize_planes(planes: Zip<Chunks<'_, i32>, ChunksMut<'_, i8>>, channels: &[Rescale], target: Target) {
    for ((plane, values), channel) in planes.zip(channels.iter().cycle()) {
        let (bias, multiplier) = (channel.bias.into(), channel.multiplier.into());
        let (half, shift) = (half(channel.shift), channel.shift.into());
        for (value, acc) in values.iter_mut().zip(plane) {
            *value = target.apply(round_shift(scale(*acc, bias, multiplier), half, shift));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, tensor},
        *,
    };
    use alloc::vec;

    const CHANNELS_OF_TWO: [Rescale; 2] =
        [Rescale { bias: 10, multiplier: 1, shift: 1 }, Rescale { bias: -10, multiplier: 3, shift: 2 }];

    fn node<'a>(channels: &'a [Rescale]) -> RequantizeNode<'a> {
        RequantizeNode { input: &0, channels, zero_point: &1, min: &-20, max: &20 }
    }

    fn accumulators(shape: &[u32], channels: ChannelAxis) -> [Tensor; 1] {
        [Tensor::accumulators(shape.to_vec(), channels).expect("a fine shape")]
    }

    #[test]
    fn channels_are_the_last_axis_or_the_first() {
        let values = [Some(Values::I32(vec![0, 0, 5, 5]))];
        let entries = accumulators(&[2, 2], ChannelAxis::Last);
        assert_eq!(evaluate(&node(&CHANNELS_OF_TWO), &entries, &values), Values::I8(vec![6, -6, 9, -3]));
        let planes = accumulators(&[2, 1, 2], ChannelAxis::First);
        assert_eq!(evaluate(&node(&CHANNELS_OF_TWO), &planes, &values), Values::I8(vec![6, 6, -3, -3]));
        let runs = |tensors: &[Tensor]| {
            node(&CHANNELS_OF_TWO).counts(Tensors(tensors), &tensors[0]).map(|counts| counts.runs)
        };
        assert_eq!((runs(&entries), runs(&planes)), (Some(2), Some(2)));
    }

    #[test]
    fn more_channels_than_are_laid_out_at_once() {
        let channels: Vec<Rescale> = (0..CHANNELS as i32 + 3)
            .map(|bias| Rescale { bias: bias % 7, multiplier: 2, shift: 1 })
            .collect();
        let tensors = accumulators(&[2, channels.len() as u32], ChannelAxis::Last);
        let values = [Some(Values::I32(vec![0; 2 * channels.len()]))];
        let expected: Vec<i8> = channels.iter().map(|channel| channel.bias as i8 + 1).collect();
        assert_eq!(evaluate(&node(&channels), &tensors, &values), Values::I8(expected.repeat(2)));
        let own = node(&channels).infer(Tensors(&tensors)).expect("a rescaling for each");
        assert_eq!(node(&channels).counts(Tensors(&tensors), &own).map(|counts| counts.runs), Some(2 * 2));
    }

    #[test]
    fn biases_add_to_the_bounds() {
        let own = tensor(&[2]);
        assert_eq!(node(&CHANNELS_OF_TWO).bounds(&own, &[vec![100, 200]]), [110, 210]);
    }

    #[test]
    fn only_accumulators_are_read_with_a_rescaling_for_each_channel() {
        let infer = |tensors: &[Tensor]| node(&CHANNELS_OF_TWO).infer(Tensors(tensors)).err();
        let expected = DataType::I32;
        assert_eq!(
            infer(&[tensor(&[2])]),
            Some(ModelFault::Type { expected: expected.into(), got: DataType::I8.into() })
        );
        let indices = [Tensor::new(vec![2], DataType::I32).expect("a fine shape")];
        assert_eq!(infer(&indices), Some(ModelFault::NotAnAccumulator));
        let three = accumulators(&[3], ChannelAxis::Last);
        assert_eq!(infer(&three), Some(ModelFault::Length { expected: 3, got: 2 }));
        assert_eq!(infer(&accumulators(&[2], ChannelAxis::Last)), None);
    }
}
