//! Constants with a number for each channel.

use crate::{lowered::Lowered, onnx, value::ConstantValue};

/// The numbers that a constant gives the channels of a product which it meets, which lie along this axis of a sample; the batch isn't in
/// the product's `shape`. ONNX lays a constant's axes along the tensor's from the last one on.
pub(super) fn per_channel(constant: &ConstantValue, shape: &[u32], axis: usize) -> Lowered<Vec<f64>> {
    let found = Differing::of(constant, shape)?;
    if found.is_along(axis) {
        return Ok(found.each(shape, axis));
    }
    let channels = shape.get(axis).copied().unwrap_or(1) as usize;
    let (given, elsewhere) = (&constant.shape, found.elsewhere(axis));
    if constant.real.len() != channels {
        return Err(refusal!(
            "its constant has the shape {given:?}, so it differs along axis {elsewhere}, and the channels of the product before it, which can have a number each, lie along axis {}", axis + 1;
            "give it one number for all, or one for each of the {channels} channels"
        ));
    }
    let mut wanted = vec![channels];
    wanted.resize(shape.len() - axis, 1);
    Err(refusal!(
        "its constant has the shape {given:?}, so it differs along axis {elsewhere}, and the channels of the product before it, which can have a number each, lie along axis {}", axis + 1;
        "if it is meant for the channels, give it the shape {wanted:?}"
    ))
}

/// The axis of a sample along which a constant differs that meets a tensor of this shape, and its number for each index there: the first
/// axis or the last one, where the channels of a tensor lie. Nothing says which of the two that is.
pub(super) fn per_index(constant: &ConstantValue, shape: &[u32]) -> Lowered<(usize, Vec<f64>)> {
    let found = Differing::of(constant, shape)?;
    let last = shape.len().saturating_sub(1);
    match [0, last].into_iter().find(|axis| found.is_along(*axis)) {
        Some(axis) => Ok((axis, found.each(shape, axis))),
        None => Err(refusal!(
            "its constant has the shape {:?}, so it differs along axis {}, and only one number for all or one for each index of axis 1 or of the last axis can be represented", constant.shape, found.elsewhere(0);
            "let it differ along one of these alone, or fold it into the layer before"
        )),
    }
}

/// A constant that meets a tensor.
struct Differing<'a> {
    numbers: &'a [f64],
    /// The axes of the tensor along which it differs; that of the batch is 0.
    axes: Vec<usize>,
}

impl<'a> Differing<'a> {
    /// Of a tensor whose samples have this shape.
    fn of(constant: &'a ConstantValue, shape: &[u32]) -> Lowered<Self> {
        let rank = shape.len() + 1;
        let Some(missing) = rank.checked_sub(constant.shape.len()) else {
            return Err(refusal!(
                "its constant has {} axes and meets a tensor of {rank}", constant.shape.len();
                "drop the constant's leading axes"
            ));
        };
        let long = |(at, length): (usize, &usize)| (*length != 1).then_some((missing + at, *length));
        let long: Vec<(usize, usize)> = constant.shape.iter().enumerate().filter_map(long).collect();
        let fits = |(axis, length): &(usize, usize)| {
            axis.checked_sub(1).and_then(|at| shape.get(at)).is_some_and(|own| *own as usize == *length)
        };
        if let Some((axis, length)) = long.iter().find(|axis| !fits(axis)) {
            return Err(refusal!(
                "its constant has the shape {:?}, so it differs along axis {axis}, which in N × {shape:?} hasn't {length} indices", constant.shape;
                "give it one number for all, or one for each index of an axis of a sample"
            ));
        }
        Ok(Self { numbers: &constant.real, axes: long.into_iter().map(|(axis, _)| axis).collect() })
    }

    /// Whether it differs along no other axis of a sample than this one.
    fn is_along(&self, axis: usize) -> bool {
        self.axes.iter().all(|own| *own == axis + 1)
    }

    /// An axis along which it differs besides this one of a sample.
    fn elsewhere(&self, axis: usize) -> usize {
        self.axes.iter().copied().find(|own| *own != axis + 1).unwrap_or(0)
    }

    /// Its number for each index of an axis of a sample.
    fn each(&self, shape: &[u32], axis: usize) -> Vec<f64> {
        match self.numbers {
            [number] => vec![*number; shape.get(axis).copied().unwrap_or(1) as usize],
            numbers => numbers.to_vec(),
        }
    }
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
