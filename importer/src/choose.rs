//! What the caller chooses of a file before it is imported: which tensor is its output, and lengths that it leaves open.

use std::collections::HashSet;

use crate::{
    error::ImportError,
    onnx::{Dimension, Model, Shape, TensorType, Type, ValueInfo},
    prepare::inputs,
    refusal::Refusal,
};

/// Makes a tensor the only output: one of several outputs, or what any node gives.
///
/// # Errors
/// [`ImportError::Graph`] if no node gives it.
pub fn choose_output(model: &mut Model, name: &str) -> Result<(), ImportError> {
    let Some(graph) = &mut model.graph else { return Ok(()) };
    let is_given = graph.node.iter().any(|node| node.output.iter().any(|output| output == name));
    if !is_given {
        let outputs: Vec<&str> = graph.output.iter().map(|output| output.name.as_str()).collect();
        return Err(ImportError::Graph(refusal!(
            "no node gives the tensor '{name}'";
            "choose one of the outputs {outputs:?}, or what a node gives"
        )));
    }
    let known = graph.output.iter().find(|output| output.name == name).cloned();
    graph.output = vec![known.unwrap_or(ValueInfo { name: name.into(), r#type: None })];
    Ok(())
}

/// Fixes the shape of the graph's input, the batch first; none leaves a length as it is.
///
/// # Errors
/// [`ImportError::Graph`] if the graph has several inputs, or the shape contradicts the file's.
pub fn fix_input(model: &mut Model, lengths: &[Option<u32>]) -> Result<(), ImportError> {
    let failed = |why: Refusal| Err(ImportError::Graph(why));
    let Some(graph) = &mut model.graph else { return Ok(()) };
    let wanted: HashSet<&str> = graph.node.iter().flat_map(|node| &node.input).map(String::as_str).collect();
    let name = match inputs(graph, &wanted).as_slice() {
        [input] => input.name.clone(),
        inputs => {
            return failed(refusal!(
                "the graph has {} inputs, so it isn't known whose shape is meant", inputs.len();
                "make the others constants before the export"
            ))
        }
    };
    let Some(input) = graph.input.iter_mut().find(|input| input.name == name) else { return Ok(()) };
    let tensor = input
        .r#type
        .get_or_insert(Type { tensor_type: None })
        .tensor_type
        .get_or_insert(TensorType { elem_type: crate::onnx::FLOAT, shape: None });
    let dims = &mut tensor.shape.get_or_insert_with(|| Shape { dim: vec![] }).dim;
    if dims.is_empty() {
        *dims = vec![Dimension::default(); lengths.len()];
    }
    if dims.len() != lengths.len() {
        return failed(refusal!(
            "the shape that was asked for has {} axes, and input '{name}' has {}", lengths.len(), dims.len();
            "give a length for each, the batch first"
        ));
    }
    for (at, (dim, length)) in dims.iter_mut().zip(lengths).enumerate() {
        let Some(length) = length.map(i64::from) else { continue };
        match dim.dim_value.filter(|fixed| *fixed > 0) {
            Some(fixed) if fixed != length => {
                return failed(refusal!(
                    "the shape that was asked for has the length {length} along axis {at}, and input '{name}' has {fixed}";
                    "give that one, or export the model with an open axis"
                ))
            }
            _ => *dim = Dimension { dim_value: Some(length), dim_param: String::new() },
        }
    }
    // Shapes in between were those of the open axes.
    graph.value_info.clear();
    Ok(())
}
