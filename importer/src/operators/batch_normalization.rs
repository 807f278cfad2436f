//! `BatchNormalization`: part of the rescaling of the product before it, or filters of one element.

use std::rc::Rc;

use super::channelwise::channelwise;
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    value::{ConstantValue, Range, Value},
};

pub(super) fn batch_normalization(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
) -> Lowered<(Value, String)> {
    let outputs = node.output.iter().filter(|name| !name.is_empty()).count();
    // Until opset 14 it is in training mode where it has outputs for the statistics.
    if node.int("training_mode", 0) != 0 || outputs > 1 {
        return Err(refusal!("it is in training mode"; "export the model in evaluation mode"));
    }
    if node.int("spatial", 1) != 1 {
        return Err(refusal!(
            "it normalizes each position by itself (spatial=0), which can't be represented";
            "export the model with opset 9 or newer"
        ));
    }
    let mut value = lowering.value(node, 0)?;
    let channels = value.shape().and_then(|shape| shape.first()).copied().unwrap_or(0) as usize;
    if let Value::Accumulated(accumulated) = &value {
        if accumulated.axis != 0 {
            return Err(refusal!(
                "it normalizes along axis 1, and the product before it has its channels along axis {}", accumulated.axis + 1;
                "fold it into the weights where it is meant for those, or let them come first"
            ));
        }
    }
    let (factors, offsets) = factors(lowering, node, channels)?;
    if let Value::Accumulated(accumulated) = &mut value {
        if accumulated.range == Range::ALL && lowering.emitter.multiplied(accumulated, &factors)? {
            accumulated.shift(&offsets);
            return Ok((value, "folded into the rescaling".into()));
        }
    }
    let tensor = lowering.activation(node, 0)?;
    let value = channelwise(lowering, tensor, 0, &factors, &offsets)?;
    Ok((value, "a filter of one element for each channel".into()))
}

/// What each channel is multiplied with, and what is added then.
fn factors(lowering: &Lowering<'_>, node: &onnx::Node, channels: usize) -> Lowered<(Vec<f64>, Vec<f64>)> {
    let read = |position| statistic(lowering, node, position, channels);
    let (gamma, beta, mean, variance) = (read(1)?, read(2)?, read(3)?, read(4)?);
    let epsilon = f64::from(node.float("epsilon", 1e-5));
    let statistics = gamma.real.iter().zip(&beta.real).zip(mean.real.iter().zip(&variance.real));
    let (mut factors, mut offsets) = (Vec::with_capacity(channels), Vec::with_capacity(channels));
    for ((gamma, beta), (mean, variance)) in statistics {
        let spread = (variance + epsilon).sqrt();
        // Not true of NaN, either.
        if !(spread > 0.0 && spread.is_finite()) {
            return Err(refusal!(
                "a channel's variance {variance} with epsilon {epsilon} isn't positive";
                "train the model again"
            ));
        }
        let factor = gamma / spread;
        factors.push(factor);
        offsets.push(beta - mean * factor);
    }
    Ok((factors, offsets))
}

/// An input with a number for each channel.
fn statistic(
    lowering: &Lowering<'_>,
    node: &onnx::Node,
    position: usize,
    channels: usize,
) -> Lowered<Rc<ConstantValue>> {
    let constant = lowering.constant(node, position)?;
    if constant.shape != [channels] {
        return Err(refusal!(
            "its input {position} has the shape {:?} for {channels} channels", constant.shape;
            "export the model again"
        ));
    }
    Ok(constant)
}
