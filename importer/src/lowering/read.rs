//! What a node reads at a position: an activation, a constant, a few integers.

use std::rc::Rc;

use millrace_inference::limits::MAX_RANK;

use super::Lowering;
use crate::{
    lowered::Lowered,
    onnx::{self, Constant},
    value::{covering, ConstantValue, Padded, Quantization, Turned, Value},
};

/// The quantization of every tensor in a rehearsal.
const REHEARSED: Quantization = Quantization { scale: 1.0 / 16.0, zero_point: 0 };

/// What holds the place of what integers stand for.
const INTEGERS: Quantization = Quantization { scale: 1.0, zero_point: 0 };

/// Whether these axes are those of an image, or a sequence, that has its channels last and is read with them first.
fn has_channels_last(order: &[usize]) -> bool {
    matches!(order, [1, 0] | [2, 0, 1])
}

impl Lowering<'_> {
    /// The value that a node reads at a position; a constant where it is one.
    pub(crate) fn value(&self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let name = node.input.get(at).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| refusal!("its input {at} is missing"; "export the model again"))?;
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        match self.constants.get(name) {
            Some(constant) => Ok(Value::Constant(Rc::new(ConstantValue {
                shape: constant.shape.clone(),
                real: constant.floats(),
                integers: None,
            }))),
            None => Err(refusal!(
                "it reads '{name}', which no node before it gives, or which is the model's input before a reshape";
                "sort the nodes, and quantize the input before its shape changes"
            )),
        }
    }

    /// The quantized tensor that a node reads at a position. In a float graph, what isn't quantized yet gets
    /// the quantization of its calibrated range.
    pub(crate) fn quantized(&mut self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let value = self.value(node, at)?;
        match value {
            Value::Quantized { .. } => Ok(value),
            // Whatever they stand for, they are moved in the same way.
            Value::Input { shape } if node.input.get(at).is_some_and(|name| self.is_unread(name)) => {
                Ok(Value::Quantized { node: 0, shape, quantization: INTEGERS })
            }
            Value::Turned(ref turned @ Turned { quantization: Some(quantization), .. }) => {
                let own = self.emitter.turned(turned, quantization)?;
                let settled = Value::Quantized { node: own, shape: turned.shape.clone(), quantization };
                if let Some(name) = node.input.get(at) {
                    self.values.insert(name.clone(), settled.clone());
                }
                Ok(settled)
            }
            Value::Padded(padded) => Err(refusal!(
                "it reads what {} pads, and only convolutions and poolings over rows and columns can", padded.label;
                "let one of these follow the padding, or leave the padding out"
            )),
            Value::Constant(_) => Err(refusal!(
                "its input {at} is a constant, not an activation";
                "fold the constants first, with onnxruntime's quant_pre_process"
            )),
            Value::Index { .. } | Value::Ordered { .. } => Err(refusal!(
                "it reads a softmax or an arg max, and a model can only end with those";
                "end it there"
            )),
            value => {
                let name = node.input.get(at).cloned().unwrap_or_default();
                let seen = match self.emitter.rehearsal {
                    true => Some(REHEARSED),
                    false => self.ranges.and_then(|ranges| ranges.quantization(&name)),
                };
                // Not that of a mean's input: most of an image can be zero, and then its mean is lost among the steps.
                let of_inputs = match &value {
                    // No file says anything of a sum of two among more; all that it can become has room.
                    Value::Sum { left, right, .. } if self.between.contains(&name) => {
                        let end = |of: i8| left.1.real(of) + right.1.real(of);
                        Some(covering(end(i8::MIN), end(i8::MAX)))
                    }
                    _ => None,
                };
                let quantization = seen.or(of_inputs).ok_or_else(|| {
                    refusal!(
                        "it reads '{name}', which isn't quantized";
                        "quantize the whole graph, or give calibration samples"
                    )
                })?;
                let settled = self.emitter.settle(&value, quantization)?;
                self.values.insert(name, settled.clone());
                Ok(settled)
            }
        }
    }

    /// The tensor, the shape of a sample and the quantization of the activation that a node reads at a position.
    pub(crate) fn activation(
        &mut self,
        node: &onnx::Node,
        at: usize,
    ) -> Lowered<(u32, Vec<u32>, Quantization)> {
        match self.quantized(node, at)? {
            Value::Quantized { node, shape, quantization } => Ok((node, shape, quantization)),
            _ => Err(refusal!("its input {at} isn't quantized"; "quantize the whole graph")),
        }
    }

    /// What a window reads at a position: the tensor as [`Self::activation`] gives it, and the padding that belongs to it.
    pub(crate) fn padded(&mut self, node: &onnx::Node, at: usize) -> Lowered<Padded> {
        let nothing = |node: u32, inner: Vec<u32>, channels_last: bool, quantization: Quantization| {
            let (shape, label) = (inner.clone(), String::new());
            Padded { node, inner, channels_last, shape, quantization, around: [0; 4], value: 0.0, label }
        };
        match self.value(node, at)? {
            Value::Padded(padded) => Ok(padded),
            Value::Turned(turned @ Turned { quantization: Some(quantization), .. })
                if has_channels_last(&turned.order) && turned.keeps_axes() =>
            {
                Ok(nothing(turned.node, turned.shape, true, quantization))
            }
            _ => {
                let (read, inner, quantization) = self.activation(node, at)?;
                Ok(nothing(read, inner, false, quantization))
            }
        }
    }

    /// The constant of this name, as it is written.
    pub(crate) fn written(&self, name: &str) -> Option<&Rc<Constant>> {
        self.constants.get(name)
    }

    /// The constant that a node reads at a position.
    pub(crate) fn constant(&self, node: &onnx::Node, at: usize) -> Lowered<Rc<ConstantValue>> {
        match self.value(node, at)? {
            Value::Constant(constant) => Ok(constant),
            _ => Err(refusal!(
                "its input {at} is an activation, and only a constant can be represented there";
                "freeze it in the export, or fold what computes it with onnxruntime's quant_pre_process"
            )),
        }
    }

    /// The constant that a node reads at a position, where it reads one.
    pub(crate) fn optional_constant(
        &self,
        node: &onnx::Node,
        at: usize,
    ) -> Lowered<Option<Rc<ConstantValue>>> {
        match node.input.get(at).filter(|name| !name.is_empty()) {
            Some(_) => self.constant(node, at).map(Some),
            None => Ok(None),
        }
    }

    /// A constant of a few integers, as shapes and axes are.
    pub(crate) fn integers(&self, node: &onnx::Node, at: usize) -> Lowered<Vec<i64>> {
        let name = node.input.get(at).ok_or_else(|| {
            refusal!(
                "its input {at} is missing";
                "export the model again"
            )
        })?;
        let constant = self.constants.get(name).and_then(|constant| constant.integers());
        let integers = constant.ok_or_else(|| {
            refusal!(
                "'{name}' isn't constant";
                "export the model with a static sample shape"
            )
        })?;
        // More than any tensor has axes.
        if integers.len() > 2 * MAX_RANK {
            return Err(refusal!(
                "'{name}' has {} numbers, and tensors at most {MAX_RANK} axes", integers.len();
                "export the model again"
            ));
        }
        Ok(integers.to_vec())
    }

    /// A constant of one number.
    pub(crate) fn scalar(&self, node: &onnx::Node, at: usize) -> Lowered<f64> {
        match self.constant(node, at)?.real.as_slice() {
            [number] => Ok(*number),
            numbers => Err(refusal!(
                "its input {at} must be one number, it has {}", numbers.len();
                "give it one for all elements"
            )),
        }
    }
}
