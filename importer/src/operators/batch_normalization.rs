//! `BatchNormalization`: part of the rescaling of the product before it.

use std::rc::Rc;

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
        return Err(refusal!("it normalizes each position by itself (spatial=0), which can't be represented"; "export the model with opset 9 or newer"));
    }
    let Value::Accumulated(mut accumulated) = lowering.value(node, 0)? else {
        return Err(
            refusal!("only directly after a convolution or product can it be folded"; "simplify the model first, so that nothing is in between"),
        );
    };
    if accumulated.range != Range::ALL {
        return Err(refusal!("it comes after a clamp and can't be folded"; "write it as a convolution, or move it before the clamp"));
    }
    if accumulated.axis != 0 {
        return Err(refusal!("it normalizes along axis 1, and the product before it has its channels along axis {}", accumulated.axis + 1; "fold it into the weights where it is meant for those, or let them come first"));
    }
    let channels = accumulated.scales.len();
    let read = |position| statistic(lowering, node, position, channels);
    let (gamma, beta, mean, variance) = (read(1)?, read(2)?, read(3)?, read(4)?);
    let epsilon = f64::from(node.float("epsilon", 1e-5));
    let statistics = gamma.real.iter().zip(&beta.real).zip(mean.real.iter().zip(&variance.real));
    let rows = accumulated.scales.iter_mut().zip(&mut accumulated.offsets);
    for ((scale, offset), ((gamma, beta), (mean, variance))) in rows.zip(statistics) {
        let spread = (variance + epsilon).sqrt();
        // Not true of NaN, either.
        if !(spread > 0.0 && spread.is_finite()) {
            return Err(refusal!("a channel's variance {variance} with epsilon {epsilon} isn't positive"; "train the model again"));
        }
        let factor = gamma / spread;
        if factor < 0.0 {
            return Err(
                refusal!("it flips the sign of a channel"; "fold it into the weights first (quant_pre_process does)"),
            );
        }
        *scale *= factor;
        *offset = (*offset - mean) * factor + beta;
    }
    Ok((Value::Accumulated(accumulated), "folded into the rescaling".into()))
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
        return Err(refusal!("its input {position} has the shape {:?} for {channels} channels", constant.shape; "export the model again"));
    }
    Ok(constant)
}
