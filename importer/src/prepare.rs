//! Looks at a file as a whole before its nodes are lowered: which version of the standard it is written in, that each
//! name is given once, and what its output needs.

use std::collections::HashSet;

use millrace_inference::limits::MAX_RANK;

use crate::{
    error::ImportError,
    onnx::{Dimension, Graph, Model, Node, Tensor, ValueInfo},
    shape::sized,
    standard::OPSETS,
};

/// A graph without what its output doesn't need.
pub(crate) struct Prepared {
    pub(crate) graph: Graph,
    /// The version of the standard's operators.
    pub(crate) opset: i64,
    /// The input that isn't a constant.
    pub(crate) input: ValueInfo,
    /// Name of the output.
    pub(crate) output: String,
}

/// Looks at a file as a whole.
///
/// # Errors
/// [`ImportError`] if the file hasn't exactly one input and output, another version of the standard, functions of its own,
/// or a name that is given twice.
pub(crate) fn prepare(model: &Model) -> Result<Prepared, ImportError> {
    let failed = |why: String| Err(ImportError::Graph(why));
    let Some(graph) = &model.graph else { return failed("the file has no graph".into()) };
    let [output] = graph.output.as_slice() else {
        return failed(format!(
            "the graph has {} outputs; exactly one can be imported, so drop the others before the export",
            graph.output.len()
        ));
    };
    let opset = opset_of(model)?;
    let (nodes, wanted) = needed(graph, &output.name);
    let initializers: Vec<_> =
        graph.initializer.iter().filter(|tensor| wanted.contains(tensor.name.as_str())).collect();
    check_functions(model, &nodes)?;
    let input = only_input(graph, &wanted)?;
    check_names(&input, &initializers, &nodes)?;
    let graph = Graph {
        node: nodes.into_iter().cloned().collect(),
        initializer: initializers.into_iter().cloned().collect(),
        input: vec![input.clone()],
        output: graph.output.clone(),
    };
    Ok(Prepared { output: output.name.clone(), input, graph, opset })
}

/// Whether a domain is that of the standard's operators.
fn own(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// The version of the standard's operators.
fn opset_of(model: &Model) -> Result<i64, ImportError> {
    let failed = |why: String| Err(ImportError::Graph(why));
    match model.opset_import.iter().find(|set| own(&set.domain)).map(|set| set.version) {
        Some(version) if OPSETS.contains(&version) => Ok(version),
        Some(version) => failed(format!(
            "its operators are of ONNX's version {version}, and versions {} to {} are read; convert it with onnx.version_converter.convert_version(model, 17)",
            OPSETS.start(),
            OPSETS.end()
        )),
        None => {
            failed("it doesn't say of which version of ONNX its operators are; export it again".into())
        }
    }
}

/// The nodes that the output depends on, in order, and the names that are read for it.
fn needed<'a>(graph: &'a Graph, output: &'a str) -> (Vec<&'a Node>, HashSet<&'a str>) {
    // A node comes after those that it reads, so what is needed is known by going backwards.
    let mut wanted: HashSet<&str> = HashSet::from([output]);
    let mut nodes = Vec::new();
    for node in graph.node.iter().rev() {
        if node.output.iter().any(|name| !name.is_empty() && wanted.contains(name.as_str())) {
            wanted.extend(node.input.iter().map(String::as_str).filter(|name| !name.is_empty()));
            nodes.push(node);
        }
    }
    nodes.reverse();
    (nodes, wanted)
}

/// Checks that no node is a function that the file defines.
fn check_functions(model: &Model, nodes: &[&Node]) -> Result<(), ImportError> {
    for node in nodes {
        let is_it = |name: &str, domain: &str| {
            name == node.op_type && (domain == node.domain || own(domain) && own(&node.domain))
        };
        if model.functions.iter().any(|function| is_it(&function.name, &function.domain)) {
            let why = "it is a function that the file defines; export the model with standard operators, or inline it with onnx.inliner.inline_local_functions";
            return Err(ImportError::Node { node: node.label(), why: why.into() });
        }
    }
    Ok(())
}

/// The one input that the output depends on and that isn't a constant.
fn only_input(graph: &Graph, wanted: &HashSet<&str>) -> Result<ValueInfo, ImportError> {
    // Old files list their initializers as inputs, too.
    let constants: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs: Vec<_> = graph
        .input
        .iter()
        .filter(|input| wanted.contains(input.name.as_str()) && !constants.contains(input.name.as_str()))
        .collect();
    match inputs.as_slice() {
        [input] => Ok(ValueInfo::clone(input)),
        inputs => Err(ImportError::Graph(format!(
            "the graph's output depends on {} inputs; exactly one can be imported, so make the others constants, or join them before the export",
            inputs.len()
        ))),
    }
}

/// Checks that each name is given once.
fn check_names(input: &ValueInfo, initializers: &[&Tensor], nodes: &[&Node]) -> Result<(), ImportError> {
    let mut given = HashSet::from([input.name.as_str()]);
    let names = initializers
        .iter()
        .map(|tensor| tensor.name.as_str())
        .chain(nodes.iter().flat_map(|node| node.output.iter().map(String::as_str)))
        .filter(|name| !name.is_empty());
    for name in names {
        if !given.insert(name) {
            return Err(ImportError::Graph(format!(
                "'{name}' is given twice; give each tensor its own name"
            )));
        }
    }
    Ok(())
}

/// The batch's length, unless it is open, and the axes of a sample; the first axis of the graph's input is the batch.
pub(crate) fn input_shape(input: &ValueInfo) -> Result<(Option<u32>, Vec<u32>), ImportError> {
    let failed = |why: String| ImportError::Graph(format!("input '{}' {why}", input.name));
    let dims = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).and_then(|t| t.shape.as_ref());
    let dims = dims.map_or(&[][..], |shape| shape.dim.as_slice());
    let length = |dim: &Dimension| u32::try_from(dim.dim_value?).ok().filter(|length| *length > 0);
    let sample: Option<Vec<u32>> = dims.iter().skip(1).take(MAX_RANK + 1).map(length).collect();
    let sample = sample.filter(|shape| !shape.is_empty()).ok_or_else(|| {
        failed(
            "needs a batch axis and fixed lengths after it; export the model with a static sample shape"
                .into(),
        )
    })?;
    Ok((dims.first().and_then(length), sized(sample).map_err(failed)?))
}

/// The element type of the graph's input.
pub(crate) fn input_type(input: &ValueInfo) -> i32 {
    let tensor_type = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    tensor_type.map_or(0, |tensor_type| tensor_type.elem_type)
}
