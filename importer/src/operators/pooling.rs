//! `MaxPool`, `AveragePool`, `GlobalAveragePool`, and `ReduceMean` over rows and columns, or along one axis.

use millrace_inference::{Node, Window};

use super::{
    reshape::axes,
    window::{kernel_shape, steps, widened, window},
};
use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::{Quantization, Value},
};

pub(super) fn max_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let plane = Plane::read(lowering, node)?;
    let window = window(&plane.node, kernel_shape(&plane.node)?, plane.size)?;
    let at = lowering.emitter.push(Node::MaxPool2d { input: plane.input, window })?;
    Ok((plane.pooled(lowering, at, &window)?, String::new()))
}

pub(super) fn average_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let plane = Plane::read(lowering, node)?;
    let whole = Window { kernel: plane.size, stride: [1, 1], padding: [0; 4] };
    let window = match node.op_type.as_str() {
        "GlobalAveragePool" => whole,
        "ReduceMean" => {
            expect_all_positions(lowering, node, plane.is_sequence)?;
            whole
        }
        _ => window(&plane.node, kernel_shape(&plane.node)?, plane.size)?,
    };
    if node.int("count_include_pad", 0) != 0 && window.padding != [0; 4] {
        return Err(refusal!(
            "padding counts in its mean (count_include_pad), which can't be represented";
            "train it with count_include_pad=False, or without padding"
        ));
    }
    let (channels, quantization) = (plane.channels, plane.quantization);
    let at = lowering.emitter.push(Node::AveragePool2d { input: plane.input, window })?;
    if node.op_type == "ReduceMean" && node.int("keepdims", 1) == 0 {
        let at = lowering.emitter.push(Node::Flatten { input: at })?;
        return Ok((Value::Quantized { node: at, shape: vec![channels], quantization }, String::new()));
    }
    Ok((plane.pooled(lowering, at, &window)?, String::new()))
}

/// Checks that a mean is that over all positions.
fn expect_all_positions(lowering: &Lowering<'_>, node: &onnx::Node, is_sequence: bool) -> Lowered<()> {
    let positions: &[i64] = if is_sequence { &[2] } else { &[2, 3] };
    let rank = positions.len() as i64 + 2;
    let mut axes = axes(lowering, node)?.unwrap_or_default();
    axes.iter_mut().filter(|axis| **axis < 0).for_each(|axis| *axis = axis.saturating_add(rank));
    axes.sort_unstable();
    if axes != positions {
        return Err(refusal!(
            "it takes the mean over the axes {axes:?}, and only that over rows and columns (axes 2 and 3) or along a sequence (axis 2) can be represented";
            "name these, or multiply with constant weights"
        ));
    }
    Ok(())
}

/// What a pooling reads: an image, or a sequence as an image of one row.
struct Plane {
    input: u32,
    channels: u32,
    /// Rows and columns.
    size: [u32; 2],
    quantization: Quantization,
    is_sequence: bool,
    /// The node with the attributes of one that reads an image.
    node: onnx::Node,
}

impl Plane {
    fn read(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Self> {
        let (input, shape, quantization) = lowering.activation(node, 0)?;
        if let [channels, length] = shape[..] {
            let input = lowering.emitter.reshape(input, &[channels, 1, length])?;
            let (size, node) = ([1, length], widened(node));
            return Ok(Self { input, channels, size, quantization, is_sequence: true, node });
        }
        let [channels, height, width] = image(&shape)?;
        let size = [height, width];
        Ok(Self { input, channels, size, quantization, is_sequence: false, node: node.clone() })
    }

    /// What the pooling gives, a sequence if it reads one.
    fn pooled(&self, lowering: &mut Lowering<'_>, at: u32, window: &Window) -> Lowered<Value> {
        let [height, width] = self.size;
        let (rows, columns) = (steps(height, window, 0), steps(width, window, 1));
        let quantization = self.quantization;
        if self.is_sequence {
            let shape = output(vec![self.channels, columns])?;
            let node = lowering.emitter.reshape(at, &shape)?;
            return Ok(Value::Quantized { node, shape, quantization });
        }
        let shape = output(vec![self.channels, rows, columns])?;
        Ok(Value::Quantized { node: at, shape, quantization })
    }
}
