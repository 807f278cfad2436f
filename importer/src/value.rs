//! What a tensor of the float graph is, in integers.

use std::rc::Rc;

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

    pub(crate) fn intersect(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
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
    /// What a softmax at the graph's end left: its order is that of the quantized tensor before it.
    Ordered { node: u32, shape: Vec<u32> },
    /// An `i8` tensor.
    Quantized { node: u32, shape: Vec<u32>, quantization: Quantization },
    /// Accumulators: `real = (acc + bias[c]) · scale[c]`, then the range.
    Accumulated { node: u32, shape: Vec<u32>, scales: Vec<f64>, bias: Vec<i64>, range: Range },
    /// A function of a quantized tensor, element by element.
    Mapped { node: u32, shape: Vec<u32>, quantization: Quantization, map: Map },
    /// The sum of two quantized tensors, then the range.
    Sum { left: (u32, Quantization), right: (u32, Quantization), shape: Vec<u32>, range: Range },
    /// Quantized tensors one after the other.
    Joined { parts: Vec<(u32, Quantization)>, axis: u8, shape: Vec<u32> },
    /// A constant in real numbers, with the integers behind it.
    Constant(ConstantValue),
    /// Indices: the graph's last step.
    Index { node: u32 },
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

impl Value {
    /// Shape of a sample.
    pub(crate) fn shape(&self) -> Option<&[u32]> {
        match self {
            Self::Input { shape }
            | Self::Ordered { shape, .. }
            | Self::Quantized { shape, .. }
            | Self::Accumulated { shape, .. }
            | Self::Mapped { shape, .. }
            | Self::Sum { shape, .. }
            | Self::Joined { shape, .. } => Some(shape),
            Self::Constant(_) | Self::Index { .. } => None,
        }
    }
}
