//! What stands for the output of a node that was refused.

use millrace_inference::Node;

use crate::{
    emit::Emitter,
    lowered::Lowered,
    value::{Accumulated, Quantization, Range, Value},
};

/// The most channels that a stand-in has.
const MAX_CHANNELS: usize = 1 << 16;

/// What a refused node could have given.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// A quantized tensor.
    Quantized,
    /// A product with its channels along the first axis of a sample, as a convolution gives it.
    Convolved,
    /// A product with its channels along the last axis.
    Multiplied,
}

pub(crate) const KINDS: [Kind; 3] = [Kind::Quantized, Kind::Convolved, Kind::Multiplied];

/// A value of this kind and shape. Its node only holds a place: no model is made of a graph with a refused node.
pub(crate) fn stand_in(emitter: &mut Emitter, kind: Kind, shape: &[u32]) -> Lowered<Value> {
    let shape = shape.to_vec();
    let node = emitter.push(Node::Reshape { input: 0, shape: shape.clone() })?;
    let axis = match kind {
        Kind::Quantized => {
            let quantization = Quantization { scale: 1.0 / 16.0, zero_point: 0 };
            return Ok(Value::Quantized { node, shape, quantization });
        }
        Kind::Convolved => 0,
        Kind::Multiplied => shape.len().saturating_sub(1),
    };
    let channels = shape.get(axis).copied().unwrap_or(1) as usize;
    if channels > MAX_CHANNELS {
        return Err(refusal!(
            "the node before it would give {channels} channels";
            "correct that node first"
        ));
    }
    Ok(Value::Accumulated(Accumulated {
        node,
        shape,
        axis,
        scales: vec![1.0; channels],
        offsets: vec![0.0; channels],
        zero_point: 0,
        range: Range::ALL,
        reshaped: false,
    }))
}
