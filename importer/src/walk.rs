//! The walk over an ONNX graph, node by node.

use crate::{
    error::ImportError,
    kind::kind,
    lowered::Lowered,
    lowering::Lowering,
    onnx::{Attribute, Node},
    operators::{constant, lower, moves_integers},
    prepare::Prepared,
    ranges::Ranges,
    standard,
};

/// What one ONNX node became.
#[derive(Clone, Debug)]
pub struct Step {
    /// The ONNX operator and its name.
    pub onnx: String,
    /// What was done with it.
    pub became: String,
}

/// Lowers every node of a graph, and says what became of each. In a rehearsal, quantizations only hold the place of what
/// calibration will see.
///
/// # Errors
/// [`ImportError`] with the node that can't be represented and why.
pub(crate) fn walk<'a>(
    prepared: &Prepared,
    ranges: Option<&'a Ranges>,
    rehearsal: bool,
) -> Result<(Lowering<'a>, Vec<Step>), ImportError> {
    let mut lowering = Lowering::new(prepared, ranges, rehearsal)?;
    let mut steps = Vec::new();
    for node in &prepared.graph.node {
        let failed = |why| ImportError::Node { node: node.label(), why };
        steps.extend(step(&mut lowering, node).map_err(failed)?);
    }
    Ok((lowering, steps))
}

/// Lowers a node, and says what became of it; none if it only renames constants or integers.
pub(crate) fn step(lowering: &mut Lowering<'_>, node: &Node) -> Lowered<Option<Step>> {
    check(lowering, node)?;
    let output = node.output.first().cloned().unwrap_or_default();
    if let Some(constant) = constant(lowering, node)? {
        // The others are in the file as they are.
        if !matches!(node.op_type.as_str(), "Constant" | "Identity") {
            lowering.hold(constant.shape.iter().product())?;
        }
        lowering.give_constant(output, constant);
        return Ok(None);
    }
    lowering.emitter.begin(node.label());
    let before = lowering.emitter.nodes.len();
    let (value, note) = lower(lowering, node)?;
    let emitted: Vec<&str> = lowering.emitter.nodes.iter().skip(before).map(kind).collect();
    let became = match (emitted.as_slice(), note) {
        ([], note) => note,
        (emitted, note) if note.is_empty() => emitted.join(", "),
        (emitted, note) => format!("{} ({note})", emitted.join(", ")),
    };
    // What only moves integers gives integers.
    if let (Some(name), true) = (node.input.first(), moves_integers(&node.op_type)) {
        lowering.mark_moved(name, output.clone());
    }
    if let Some(shape) = value.shape() {
        lowering.widest.see(&node.label(), shape);
    }
    lowering.give_value(output, value);
    Ok((node.op_type != "DequantizeLinear").then(|| Step { onnx: node.label(), became }))
}

/// Checks what concerns every operator alike.
fn check(lowering: &Lowering<'_>, node: &Node) -> Lowered<()> {
    standard::check(node)?;
    let is_strange = |number: &f32| match node.op_type.as_str() {
        // A clip that is open at one end.
        "Clip" => number.is_nan(),
        // A padding below all numbers, which no maximum takes.
        "Pad" => !number.is_finite() && *number != f32::NEG_INFINITY,
        // What reads it says what it may be.
        "Constant" => false,
        _ => !number.is_finite(),
    };
    for Attribute { name, f, floats, .. } in &node.attribute {
        if let Some(number) = std::iter::once(f).chain(floats).find(|number| is_strange(number)) {
            return Err(refusal!(
                "its {name} is {number}, which is no finite number";
                "give it one, or export the model again so that it has one"
            ));
        }
    }
    for name in &node.input {
        let strange = lowering.written(name).and_then(|constant| constant.strange);
        if let Some(number) = strange.filter(is_strange) {
            return Err(refusal!(
                "its constant '{name}' holds {number}, which is no finite number";
                "train it again, or export the model again so that it is one"
            ));
        }
        let reads_integers = moves_integers(&node.op_type)
            || matches!(node.op_type.as_str(), "DequantizeLinear" | "ArgMax" | "Cast" | "Shape");
        if lowering.integers_of(name).is_some() && !reads_integers {
            return Err(refusal!(
                "it reads '{name}', which are the integers of a quantized tensor";
                "put a DequantizeLinear between them"
            ));
        }
    }
    Ok(())
}
