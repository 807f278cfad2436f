//! Constants with a number for each channel.

use crate::{lowered::Lowered, onnx, value::ConstantValue};

/// The numbers that a constant gives the channels of a tensor which it meets, where the batch isn't in the tensor's
/// `shape`. ONNX lays a constant's axes along the tensor's from the last one on.
pub(super) fn per_channel(constant: &ConstantValue, shape: &[u32], axis: usize) -> Lowered<Vec<f64>> {
    let channels = shape.get(axis).copied().unwrap_or(1) as usize;
    let rank = shape.len() + 1;
    let Some(missing) = rank.checked_sub(constant.shape.len()) else {
        return Err(refusal!(
            "its constant has {} axes and meets a tensor of {rank}", constant.shape.len();
            "drop the constant's leading axes"
        ));
    };
    for (at, length) in constant.shape.iter().enumerate() {
        let meets = missing + at;
        if *length != 1 && (meets != axis + 1 || *length != channels) {
            let mut wanted = vec![channels];
            wanted.resize(shape.len() - axis, 1);
            return Err(refusal!(
                "its constant has the shape {:?}, so it differs along axis {meets}, and only one number for all or one for each index of axis {} can be represented", constant.shape, axis + 1;
                "if it is meant for the channels, give it the shape {wanted:?}"
            ));
        }
    }
    Ok(match constant.real.as_slice() {
        [number] => vec![*number; channels],
        numbers => numbers.to_vec(),
    })
}

/// Which of several scales each element of a constant has.
pub(super) struct Channels {
    /// The axis along which the scales lie.
    pub(super) axis: usize,
    count: usize,
    inner: usize,
}

impl Channels {
    pub(super) fn new(node: &onnx::Node, shape: &[usize], scales: &[f64]) -> Lowered<Self> {
        if scales.len() == 1 {
            return Ok(Self { axis: 0, count: 1, inner: 1 });
        }
        let axis = node.int("axis", 1);
        let from_start = if axis < 0 { axis.saturating_add(shape.len() as i64) } else { axis };
        let at = usize::try_from(from_start).ok().filter(|at| *at < shape.len());
        let at = at.ok_or_else(|| {
            refusal!("its axis {axis} doesn't exist, its constant has shape {shape:?}"; "quantize it again")
        })?;
        let along = shape.get(at).copied().unwrap_or(0);
        if along != scales.len() {
            return Err(refusal!(
                "it has {} scales for an axis of length {along}", scales.len();
                "quantize with one for the tensor, or one a channel"
            ));
        }
        // Where an axis has length 0 there is no element that could have a channel.
        let inner = shape.iter().skip(at + 1).fold(1usize, |product, length| product.saturating_mul(*length));
        Ok(Self { axis: at, count: along, inner: inner.max(1) })
    }

    /// The channel of the element at this position, row-major.
    pub(super) fn of(&self, at: usize) -> usize {
        at / self.inner % self.count
    }
}
