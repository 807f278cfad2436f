//! What a tensor of the float graph is, in integers.

use std::rc::Rc;

use millrace_inference::Window;

/// `real = (quantized − zero_point) · scale` of an `i8` tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantization {
    /// Real distance of two neighbours.
    pub scale: f64,
    /// The integer that stands for zero.
    pub zero_point: i8,
}

impl Quantization {
    /// The real number of an integer.
    pub fn real(&self, quantized: i8) -> f64 {
        (f64::from(quantized) - f64::from(self.zero_point)) * self.scale
    }

    /// The integer nearest to a real number, halves to even as ONNX rounds, within the range.
    pub fn quantize(&self, real: f64) -> i8 {
        let value = (real / self.scale).round_ties_even() + f64::from(self.zero_point);
        value.clamp(i8::MIN.into(), i8::MAX.into()) as i8
    }
}

/// A quantization whose integers reach from one number to another, zero among them.
pub(crate) fn covering(low: f64, high: f64) -> Quantization {
    let (low, high) = (low.min(0.0), high.max(0.0));
    let scale = if high > low { (high - low) / 255.0 } else { 1.0 };
    let zero_point = (f64::from(i8::MIN) - low / scale).round_ties_even().clamp(-128.0, 127.0) as i8;
    Quantization { scale, zero_point }
}

/// Real bounds of a tensor, from a ReLU or a clip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Least value.
    pub low: f64,
    /// Largest value.
    pub high: f64,
}

impl Range {
    pub(crate) const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    /// What is left of this range after a clamp to another one, whose bounds are in order.
    pub(crate) fn clamped(self, to: Self) -> Self {
        Self { low: self.low.clamp(to.low, to.high), high: self.high.clamp(to.low, to.high) }
    }

    /// The range after a multiplication with a finite number. One below zero lets its ends change places; what is left after one with 0
    /// needs no clamp.
    pub(crate) fn scaled(self, by: f64) -> Self {
        if by == 0.0 {
            return Self::ALL;
        }
        let ends = [self.low * by, self.high * by];
        Self { low: ends[0].min(ends[1]), high: ends[0].max(ends[1]) }
    }

    /// The range after a finite number was added.
    pub(crate) fn shifted(self, by: f64) -> Self {
        Self { low: self.low + by, high: self.high + by }
    }
}

/// A function of one real number.
pub(crate) type Map = Rc<dyn Fn(f64) -> f64>;

/// A tensor of the float graph. Only [`Value::Quantized`] can be read by an operator; the others wait for
/// their quantization.
#[derive(Clone)]
pub(crate) enum Value {
    /// The model's input before its quantization.
    Input { shape: Vec<u32> },
    /// What a softmax at the graph's end left: its order is that of the quantized tensor before it, along each of these
    /// axes of a sample. Where the tensor lies otherwise than it is read, `lies` has its shape, and the only axis there.
    Ordered {
        node: u32,
        shape: Vec<u32>,
        axes: std::ops::Range<usize>,
        lies: Option<(Vec<u32>, usize)>,
        softmax: String,
    },
    /// An `i8` tensor.
    Quantized { node: u32, shape: Vec<u32>, quantization: Quantization },
    /// What a product gives.
    Accumulated(Accumulated),
    /// Means, at their own scale once that is known.
    Mean(Mean),
    /// A quantized tensor with its axes in another order.
    Turned(Turned),
    /// A quantized tensor with a padding that only a window can read.
    Padded(Padded),
    /// A function of a quantized tensor, element by element.
    Mapped { node: u32, shape: Vec<u32>, quantization: Quantization, map: Map },
    /// The sum of two quantized tensors, then the range.
    Sum { left: (u32, Quantization), right: (u32, Quantization), shape: Vec<u32>, range: Range },
    /// The product of two quantized tensors.
    Product(Product),
    /// Quantized tensors one after the other.
    Joined { parts: Vec<(u32, Quantization)>, axis: u8, shape: Vec<u32> },
    /// The index of the largest of a quantized tensor, which a model can end with; and the ArgMax, as messages name it.
    Index { node: u32, search: Search, label: String },
    /// A constant in real numbers, with the integers behind it.
    Constant(Rc<ConstantValue>),
}

/// Accumulators of a product, with a channel c for each index of an axis of a sample:
/// `real = (acc − zero_point · Σ W[c]) · scale[c] + offset[c]`, then the range.
#[derive(Clone)]
pub(crate) struct Accumulated {
    pub(crate) node: u32,
    /// Shape of a sample.
    pub(crate) shape: Vec<u32>,
    /// The axis of a sample along which the channels lie.
    pub(crate) axis: usize,
    pub(crate) scales: Vec<f64>,
    pub(crate) offsets: Vec<f64>,
    /// That of the product's input.
    pub(crate) zero_point: i8,
    pub(crate) range: Range,
    /// Whether the product gives these elements under another shape, so that they are reshaped once they are quantized.
    pub(crate) reshaped: bool,
}

impl Accumulated {
    /// Adds a number to each channel.
    pub(crate) fn shift(&mut self, numbers: &[f64]) {
        for (offset, number) in self.offsets.iter_mut().zip(numbers) {
            *offset += number;
        }
    }
}

/// The means of a quantized image's windows, of their elements inside the border: `mean · factor + offset`, then the range.
#[derive(Clone)]
pub(crate) struct Mean {
    pub(crate) input: u32,
    /// Channels, rows and columns of the image.
    pub(crate) image: [u32; 3],
    pub(crate) window: Window,
    /// Channels, rows and columns of the means.
    pub(crate) pooled: [u32; 3],
    pub(crate) quantization: Quantization,
    /// The shape of a sample under which the means are read.
    pub(crate) shape: Vec<u32>,
    pub(crate) factor: f64,
    pub(crate) offset: f64,
    pub(crate) range: Range,
}

impl Mean {
    /// Whether nothing is done with the means.
    pub(crate) fn is_plain(&self) -> bool {
        (self.factor, self.offset, self.range) == (1.0, 0.0, Range::ALL)
    }
}

/// The product of two quantized tensors of one shape.
#[derive(Clone)]
pub(crate) struct Product {
    pub(crate) left: (u32, Quantization),
    pub(crate) right: (u32, Quantization),
    /// Shape of a sample.
    pub(crate) shape: Vec<u32>,
}

/// Which entry is the largest along an axis.
#[derive(Clone)]
pub(crate) struct Search {
    /// Shape of a sample of what is searched.
    pub(crate) shape: Vec<u32>,
    pub(crate) axis: usize,
    /// Shape of a sample of the indices.
    pub(crate) given: Vec<u32>,
}

impl Search {
    /// The search along an axis of a tensor that is read under this shape, and may lie under another with another number of the axis. The
    /// indices don't have it.
    pub(crate) fn new(shape: &[u32], axis: usize, lies: Option<(Vec<u32>, usize)>) -> Self {
        let given =
            shape.iter().enumerate().filter(|(at, _)| *at != axis).map(|(_, length)| *length).collect();
        let (shape, axis) = lies.unwrap_or_else(|| (shape.to_vec(), axis));
        Self { given, shape, axis }
    }
}

/// Whether axes in this order, but for the one that comes at a place, keep the order in which they lie.
pub(crate) fn keeps_others(order: &[usize], place: usize) -> bool {
    order.iter().enumerate().filter(|(at, _)| *at != place).map(|(_, from)| from).is_sorted()
}

/// What is made of the last node. A model that is verified in its call moves elements for it; one of rows has them in any order.
pub(crate) enum Ending {
    /// Its numbers.
    Numbers(Quantization),
    /// Its numbers with their axes in another order.
    Turned(Turned, Quantization),
    /// The index of the largest.
    Largest(Search),
}

/// A quantized tensor whose axes are read in another order than it has them.
#[derive(Clone)]
pub(crate) struct Turned {
    pub(crate) node: u32,
    /// Shape of a sample as the tensor has it.
    pub(crate) inner: Vec<u32>,
    /// The tensor's axes in the order in which they are read.
    pub(crate) order: Vec<usize>,
    /// Shape of a sample as it is read: of these axes, or another one of as many elements.
    pub(crate) shape: Vec<u32>,
    /// None if it is the model's input, and nothing has quantized that yet.
    pub(crate) quantization: Option<Quantization>,
    /// The node that turns them, as messages name it.
    pub(crate) label: String,
}

/// A quantized tensor and the padding around it, for a window over it.
#[derive(Clone)]
pub(crate) struct Padded {
    pub(crate) node: u32,
    /// Shape of a sample without the padding.
    pub(crate) inner: Vec<u32>,
    /// Whether the tensor has its channels last, and the shape has them first all the same.
    pub(crate) channels_last: bool,
    /// Shape of a sample with it.
    pub(crate) shape: Vec<u32>,
    pub(crate) quantization: Quantization,
    /// Rows above, columns left, rows below, columns right.
    pub(crate) around: [u32; 4],
    /// The real number that fills it.
    pub(crate) value: f64,
    /// The node that pads, as messages name it.
    pub(crate) label: String,
}

/// A constant of the float graph.
#[derive(Clone, Debug)]
pub(crate) struct ConstantValue {
    pub(crate) shape: Vec<usize>,
    pub(crate) real: Vec<f64>,
    /// Symmetric integers with one scale, or one for each index of an axis.
    pub(crate) integers: Option<IntegerConstant>,
}

#[derive(Clone, Debug)]
pub(crate) struct IntegerConstant {
    pub(crate) values: Vec<i64>,
    pub(crate) scales: Vec<f64>,
    pub(crate) axis: usize,
}

impl ConstantValue {
    /// The same numbers with their axes in this order, which names each once.
    pub(crate) fn transposed(&self, order: &[usize]) -> Self {
        let length = |axis: usize| self.shape.get(axis).copied().unwrap_or(1);
        // How far apart two neighbours along each axis are.
        let stride = |axis: usize| self.shape.iter().skip(axis + 1).product::<usize>();
        let shape: Vec<usize> = order.iter().map(|axis| length(*axis)).collect();
        let from: Vec<usize> = (0..self.real.len())
            .map(|mut at| {
                let mut position = 0;
                for axis in order.iter().rev() {
                    position += at % length(*axis) * stride(*axis);
                    at /= length(*axis);
                }
                position
            })
            .collect();
        let integers = self.integers.as_ref().map(|integers| IntegerConstant {
            values: from.iter().filter_map(|at| integers.values.get(*at).copied()).collect(),
            scales: integers.scales.clone(),
            axis: order.iter().position(|axis| *axis == integers.axis).unwrap_or(0),
        });
        let real = from.iter().filter_map(|at| self.real.get(*at).copied()).collect();
        Self { shape, real, integers }
    }
}

impl Value {
    /// Shape of a sample.
    pub(crate) fn shape(&self) -> Option<&[u32]> {
        match self {
            Self::Input { shape }
            | Self::Ordered { shape, .. }
            | Self::Quantized { shape, .. }
            | Self::Accumulated(Accumulated { shape, .. })
            | Self::Mean(Mean { shape, .. })
            | Self::Padded(Padded { shape, .. })
            | Self::Turned(Turned { shape, .. })
            | Self::Product(Product { shape, .. })
            | Self::Mapped { shape, .. }
            | Self::Sum { shape, .. }
            | Self::Joined { shape, .. } => Some(shape),
            Self::Index { search, .. } => Some(&search.given),
            Self::Constant(_) => None,
        }
    }
}

impl Turned {
    /// Whether it is read under the axes that were turned, and not under another shape of as many elements.
    pub(crate) fn keeps_axes(&self) -> bool {
        let turned = self.order.iter().map(|axis| self.inner.get(*axis));
        turned.eq(self.shape.iter().map(Some))
    }

    /// Of an axis that is read: the shape as the tensor lies, and which axis of that it is. None unless the others keep their order there,
    /// so that a search along it has to move nothing.
    pub(crate) fn as_it_lies(&self, axis: usize) -> Option<(Vec<u32>, usize)> {
        let last = self.order.len().checked_sub(1)?;
        let place = match self.keeps_axes() {
            true => axis,
            // Others were joined or split before it.
            false if axis + 1 == self.shape.len() => last,
            false => return None,
        };
        let own = *self.order.get(place)?;
        let is_same = self.inner.get(own) == self.shape.get(axis);
        // A transposed input alone needs a product that moves it: a model does some work.
        (is_same && self.node > 0 && keeps_others(&self.order, place)).then(|| (self.inner.clone(), own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_transposed_with_their_integers() {
        let real = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let integers = IntegerConstant { values: vec![1, 2, 3, 4, 5, 6], scales: vec![1.0; 2], axis: 0 };
        let constant = ConstantValue { shape: vec![2, 3], real, integers: Some(integers) };
        let turned = constant.transposed(&[1, 0]);
        assert_eq!(turned.shape, [3, 2]);
        assert_eq!(turned.real, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let integers = turned.integers.expect("as before");
        assert_eq!((integers.values, integers.axis), (vec![1, 4, 2, 5, 3, 6], 1));
    }

    #[test]
    fn a_clamp_after_a_clamp() {
        let range = |low, high| Range { low, high };
        assert_eq!(Range::ALL.clamped(range(0.0, 6.0)), range(0.0, 6.0));
        assert_eq!(range(0.0, 6.0).clamped(range(1.0, 9.0)), range(1.0, 6.0));
        // The second one moves everything to its own bound.
        assert_eq!(range(0.0, 1.0).clamped(range(2.0, 3.0)), range(2.0, 2.0));
        assert_eq!(range(0.0, f64::INFINITY).scaled(0.5), range(0.0, f64::INFINITY));
        assert_eq!(range(0.0, f64::INFINITY).scaled(-0.5), range(f64::NEG_INFINITY, 0.0));
        assert_eq!(range(0.0, 6.0).scaled(-0.5).shifted(1.0), range(-2.0, 1.0));
        assert_eq!(range(0.0, f64::INFINITY).scaled(0.0), Range::ALL);
    }
}
