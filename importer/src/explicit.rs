//! A float graph as what runs it wants it: with attributes that ONNX lets one leave out, in the form that newer versions of the
//! standard have, with other operators in place of those that it doesn't know, and without what evaluation drops.

use crate::{
    error::ImportError,
    instead::Instead,
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Attribute, Node, OperatorSet, Tensor},
    operators::{resize::times, transposed_convolution::cut, window::written_out},
    prepare::Prepared,
};

/// The graph of a file that was lowered in a rehearsal. Its nodes are named as messages name those of the file.
///
/// # Errors
/// [`ImportError`] with a node that can't be run.
pub(crate) fn explicit(prepared: &Prepared, rehearsed: &Lowering<'_>) -> Result<onnx::Model, ImportError> {
    let mut graph = prepared.graph.clone();
    for node in std::mem::take(&mut graph.node) {
        let label = node.label();
        let mut instead = Instead::new(&node);
        let failed = |why| ImportError::Node { node: label.clone(), why };
        rewrite(&node, rehearsed, &mut instead).map_err(failed)?;
        let (nodes, constants) = instead.end();
        // onnxruntime's namesakes mean the same.
        let named = |node: Node| Node { name: label.clone(), domain: String::new(), ..node };
        graph.node.extend(nodes.into_iter().map(named));
        graph.initializer.extend(constants);
    }
    Ok(onnx::Model {
        // What runs it takes no file without one.
        ir_version: 8,
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: prepared.opset }],
        functions: vec![],
    })
}

/// Writes what stands for a node.
fn rewrite(node: &Node, rehearsed: &Lowering<'_>, instead: &mut Instead<'_>) -> Lowered<()> {
    let pair = |name: &str, value: i64, count: usize| Attribute::of_integers(name, vec![value; count]);
    let read = node.input.first().and_then(|name| rehearsed.shape_of(name));
    // Over rows and columns, or along one axis.
    let axes =
        node.ints("kernel_shape").map(<[i64]>::len).or(read.map(|shape| shape.len().saturating_sub(1)));
    let axes = axes.unwrap_or(2);
    let alpha = |default: f32| node.float("alpha", default);
    let input = node.input.first().map_or("", String::as_str);
    match node.op_type.as_str() {
        "Conv" => {
            let node = &padded(node, rehearsed);
            let defaults = [pair("dilations", 1, axes), pair("pads", 0, 2 * axes), pair("strides", 1, axes)];
            instead.same(with_defaults(node, defaults));
        }
        "ConvTranspose" => {
            let uncut = uncut(node, rehearsed)?;
            instead.same(with_defaults(&uncut, [pair("dilations", 1, axes), pair("strides", 1, axes)]));
        }
        "MaxPool" | "AveragePool" => {
            let node = &padded(node, rehearsed);
            instead.same(with_defaults(node, [pair("pads", 0, 2 * axes), pair("strides", 1, axes)]));
        }
        "Softmax" | "LogSoftmax" if rehearsed.opset < 13 => {
            instead.same(with_defaults(node, [Attribute::of_integer("axis", 1)]));
        }
        // All that is imported repeats pixels, as this does, and whatever it says of the batch.
        "Resize" | "Upsample" => {
            let [down, across] = times(rehearsed, node, read.unwrap_or_default())?.map(|times| times as f32);
            let scales = instead.numbers(vec![1.0, 1.0, down, across]);
            instead.step("Upsample", &[input, &scales], vec![]);
        }
        "Dropout" => {
            instead.step("Identity", &[input], vec![]);
        }
        "Pad" => {
            let padded = full_padding(node, rehearsed, instead).unwrap_or_else(|| node.clone());
            instead.same(padded);
        }
        // x · tanh(softplus(x))
        "Mish" => {
            let softplus = instead.step("Softplus", &[input], vec![]);
            let tanh = instead.step("Tanh", &[&softplus], vec![]);
            instead.step("Mul", &[input, &tanh], vec![]);
        }
        "Selu" => {
            let slope = Attribute::of_float("alpha", alpha(1.673_263_2));
            let scale = instead.number(node.float("gamma", 1.050_701));
            let elu = instead.step("Elu", &[input], vec![slope]);
            instead.step("Mul", &[&elu, &scale], vec![]);
        }
        // α · elu(x ÷ α)
        "Celu" => {
            if alpha(1.0) <= 0.0 {
                return Err(refusal!(
                    "its alpha {} isn't positive, and calibration can't run it", alpha(1.0);
                    "give it one that is, or quantize the model with onnxruntime (QuantFormat.QDQ) and import that"
                ));
            }
            let scale = instead.number(alpha(1.0));
            let ratio = instead.step("Div", &[input, &scale], vec![]);
            let elu = instead.step("Elu", &[&ratio], vec![]);
            instead.step("Mul", &[&elu, &scale], vec![]);
        }
        "ThresholdedRelu" => {
            let (least, zero) = (instead.number(alpha(1.0)), instead.number(0.0));
            let above = instead.step("Greater", &[input, &least], vec![]);
            instead.step("Where", &[&above, input, &zero], vec![]);
        }
        _ => instead.same(node.clone()),
    }
    Ok(())
}

/// A node with these attributes where it leaves them out.
fn with_defaults(node: &Node, defaults: impl IntoIterator<Item = Attribute>) -> Node {
    let mut node = node.clone();
    for default in defaults {
        if node.attribute.iter().all(|attribute| attribute.name != default.name) {
            node.attribute.push(default);
        }
    }
    node
}

/// A window with its padding written out: what runs the graph takes SAME_LOWER for SAME_UPPER.
fn padded(node: &Node, rehearsed: &Lowering<'_>) -> Node {
    let written = || {
        let shape = rehearsed.shape_of(node.input.first()?)?;
        let weights = rehearsed.constant(node, 1).ok();
        written_out(node, shape, weights.as_ref().map(|weights| weights.shape.as_slice()))
    };
    written().unwrap_or_else(|| node.clone())
}

/// A transposed convolution with the padding that its output's shape, or its mode, comes to.
fn uncut(node: &Node, rehearsed: &Lowering<'_>) -> Lowered<Node> {
    let weights = rehearsed.constant(node, 1)?;
    let plane = node.input.first().and_then(|name| rehearsed.shape_of(name));
    let (Some([_, rows, columns]), [_, _, height, width]) = (plane, &weights.shape[..]) else {
        return Ok(node.clone());
    };
    let size = |length: &usize| u32::try_from(*length).unwrap_or(u32::MAX);
    let [down, across] = cut(node, [size(height), size(width)], [*rows, *columns])?;
    let mut node = node.clone();
    let replaced = ["auto_pad", "output_shape", "output_padding", "pads"];
    node.attribute.retain(|attribute| !replaced.contains(&attribute.name.as_str()));
    // Less than nothing can't be cut off, but added.
    let more = |last: i64, more: i64| more + (-last).max(0);
    node.attribute.extend([
        Attribute::of_integers("pads", vec![down.first, across.first, down.last.max(0), across.last.max(0)]),
        Attribute::of_integers(
            "output_padding",
            vec![more(down.last, down.more), more(across.last, across.more)],
        ),
    ]);
    Ok(node)
}

/// A padding that names its axes as one of all axes; none if it is that already.
fn full_padding(node: &Node, rehearsed: &Lowering<'_>, instead: &mut Instead<'_>) -> Option<Node> {
    if node.input.len() < 4 {
        return None;
    }
    let integers = |at: usize| rehearsed.written(node.input.get(at)?)?.integers().map(<[i64]>::to_vec);
    let (pads, axes) = (integers(1)?, integers(3)?);
    let rank = rehearsed.shape_of(node.input.first()?)?.len() + 1;
    let mut full = vec![0; 2 * rank];
    let (first, last) = pads.split_at_checked(axes.len())?;
    for (axis, (first, last)) in axes.iter().zip(first.iter().zip(last)) {
        let at = usize::try_from(axis.rem_euclid(rank as i64)).ok()?;
        *full.get_mut(at)? = *first;
        *full.get_mut(rank + at)? = *last;
    }
    let mut node = node.clone();
    node.input.truncate(3);
    let dims = vec![full.len() as i64];
    let pads = Tensor { dims, data_type: onnx::INT64, int64_data: full, ..Tensor::default() };
    *node.input.get_mut(1)? = instead.constant(pads);
    Some(node)
}
