//! Looks at a file as a whole before its nodes are lowered: which version of the standard it is written in, that each
//! name is given once, and what its output needs.

use std::collections::{HashMap, HashSet};

use millrace_inference::limits::MAX_RANK;

use crate::{
    error::ImportError,
    names::is_own,
    onnx::{Dimension, Graph, Model, Node, Tensor, ValueInfo},
    pairs::in_pairs,
    refusal::Refusal,
    shape::sized,
    standard::{is_known, is_quantization, OPSETS},
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
    /// Further inputs, which a file that can be imported doesn't have.
    pub(crate) others: Vec<String>,
    /// How many nodes read each name.
    pub(crate) readers: HashMap<String, usize>,
    /// Names of the tensors between the pairs that operators of several inputs are taken in.
    pub(crate) between: HashSet<String>,
    /// Shapes of a sample that the file itself gives for tensors in between.
    pub(crate) shapes: HashMap<String, Vec<u32>>,
}

/// Looks at a file as a whole.
///
/// # Errors
/// [`ImportError`] if the file hasn't exactly one input and output, another version of the standard, functions of its own,
/// or a name that is given twice.
pub(crate) fn prepare(model: &Model) -> Result<Prepared, ImportError> {
    let (prepared, faults) = survey(model);
    match (faults.into_iter().next(), prepared) {
        (None, Some(prepared)) => Ok(prepared),
        (Some(fault), _) => Err(fault),
        (None, None) => Err(ImportError::Graph(nothing())),
    }
}

/// Looks at a file as a whole, for all that is wrong with it, and for what can be looked at in spite of that.
pub(crate) fn survey(model: &Model) -> (Option<Prepared>, Vec<ImportError>) {
    let Some(graph) = &model.graph else { return (None, vec![ImportError::Graph(nothing())]) };
    let mut faults = Vec::new();
    if graph.output.len() != 1 {
        faults.push(ImportError::Graph(refusal!(
            "the graph has {} outputs, and exactly one can be imported", graph.output.len();
            "choose one with --output-tensor NAME, or drop the others before the export"
        )));
    }
    let Some(output) = graph.output.first() else { return (None, faults) };
    let opset = opset_of(model).unwrap_or_else(|fault| {
        faults.push(fault);
        *OPSETS.end()
    });
    let (nodes, wanted) = needed(graph, &output.name);
    let initializers: Vec<_> =
        graph.initializer.iter().filter(|tensor| wanted.contains(tensor.name.as_str())).collect();
    faults.extend(functions(model, &nodes));
    let inputs = inputs(graph, &wanted);
    faults.extend(taken(&inputs, &initializers, &nodes));
    if inputs.is_empty() {
        faults.push(without_input(graph, &output.name, &nodes));
    } else if inputs.len() > 1 {
        faults.push(ImportError::Graph(refusal!(
            "the graph's output depends on {} inputs, and exactly one can be imported", inputs.len();
            "make the others constants, or join them before the export"
        )));
    }
    let Some((input, others)) = inputs.split_first() else { return (None, faults) };
    let input = ValueInfo::clone(input);
    let (nodes, between) = in_pairs(&nodes);
    faults.extend(given_twice(&input, &initializers, &nodes));
    let mut readers = HashMap::new();
    for name in nodes.iter().flat_map(|node| &node.input) {
        *readers.entry(name.clone()).or_insert(0) += 1;
    }
    let shapes =
        graph.value_info.iter().filter_map(|info| Some((info.name.clone(), input_shape(info).ok()?.1)));
    let prepared = Prepared {
        output: output.name.clone(),
        others: others.iter().map(|input| input.name.clone()).collect(),
        readers,
        between,
        shapes: shapes.collect(),
        graph: Graph {
            node: nodes,
            initializer: initializers.into_iter().cloned().collect(),
            input: vec![input.clone()],
            output: vec![output.clone()],
            value_info: vec![],
        },
        input,
        opset,
    };
    (Some(prepared), faults)
}

/// Why a file without a graph can't be imported.
fn nothing() -> Refusal {
    refusal!("the file has no graph"; "export the model again")
}

/// Whether a domain is that of the standard's operators.
fn own(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// The version of the standard's operators.
fn opset_of(model: &Model) -> Result<i64, ImportError> {
    let failed = |why: Refusal| Err(ImportError::Graph(why));
    match model.opset_import.iter().find(|set| own(&set.domain)).map(|set| set.version) {
        Some(version) if OPSETS.contains(&version) => Ok(version),
        Some(version) => failed(refusal!(
            "its operators are of ONNX's version {version}, and versions {} to {} are read", OPSETS.start(), OPSETS.end();
            "convert it with onnx.version_converter.convert_version(model, 17)"
        )),
        None => {
            failed(refusal!("it doesn't say of which version of ONNX its operators are"; "export it again"))
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

/// The nodes that are functions which the file defines.
fn functions(model: &Model, nodes: &[&Node]) -> Vec<ImportError> {
    let is_function = |node: &&&Node| {
        model.functions.iter().any(|function| {
            function.name == node.op_type
                && (function.domain == node.domain || own(&function.domain) && own(&node.domain))
        })
    };
    let refused = |node: &&Node| ImportError::Node {
        node: node.label(),
        why: refusal!(
            "it is a function that the file defines";
            "export the model with standard operators, or inline it with onnx.inliner.inline_local_functions"
        ),
    };
    nodes.iter().filter(is_function).map(refused).collect()
}

/// The inputs that the output depends on and that aren't constants.
pub(crate) fn inputs<'a>(graph: &'a Graph, wanted: &HashSet<&str>) -> Vec<&'a ValueInfo> {
    // Old files list their initializers as inputs, too.
    let constants: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let is_input =
        |input: &&ValueInfo| wanted.contains(input.name.as_str()) && !constants.contains(input.name.as_str());
    graph.input.iter().filter(is_input).collect()
}

/// Why the output, which these nodes give, depends on no input.
fn without_input(graph: &Graph, output: &str, nodes: &[&Node]) -> ImportError {
    let at = |node: &Node, why| ImportError::Node { node: node.label(), why };
    let constants = graph.initializer.iter().map(|tensor| &tensor.name);
    let given: HashSet<&String> = constants.chain(nodes.iter().flat_map(|node| &node.output)).collect();
    for node in nodes {
        let unknown = node.input.iter().find(|name| !name.is_empty() && !given.contains(name));
        let Some(name) = unknown else { continue };
        return match graph.node.iter().find(|node| node.output.contains(name)) {
            Some(giver) => at(
                node,
                refusal!(
                    "it reads '{name}', which {} gives only behind it", giver.label();
                    "sort the nodes, so that each comes behind those that it reads"
                ),
            ),
            None => at(node, refusal!("it reads '{name}', which nothing gives"; "export the model again")),
        };
    }
    match nodes.iter().find(|node| !is_known(&node.op_type)) {
        // A graph within it may read the input.
        Some(node) => at(
            node,
            refusal!(
                "this operator can't be represented in integers, and nothing else that the output depends on reads an input";
                "rewrite the model with the operators of docs/models.md"
            ),
        ),
        None => ImportError::Graph(refusal!(
            "the output '{output}' is a constant, which depends on no input";
            "choose another with --output-tensor NAME, or export the model again"
        )),
    }
}

/// The names that only the importer's own tensors may have.
fn taken(inputs: &[&ValueInfo], initializers: &[&Tensor], nodes: &[&Node]) -> Vec<ImportError> {
    let names = inputs.iter().map(|input| &input.name);
    let names = names.chain(initializers.iter().map(|tensor| &tensor.name));
    let names = names.chain(nodes.iter().flat_map(|node| &node.output));
    let refused = |name: &String| {
        ImportError::Graph(refusal!(
            "'{}' is the name of a tensor with an invisible separator in it (U+2063)", name.escape_default();
            "give it a name without"
        ))
    };
    names.filter(|name| is_own(name)).map(refused).collect()
}

/// The names that are given more than once.
fn given_twice(input: &ValueInfo, initializers: &[&Tensor], nodes: &[Node]) -> Vec<ImportError> {
    let mut given = HashSet::from([input.name.as_str()]);
    let names = initializers
        .iter()
        .map(|tensor| tensor.name.as_str())
        .chain(nodes.iter().flat_map(|node| node.output.iter().map(String::as_str)))
        .filter(|name| !name.is_empty());
    names
        .filter(|name| !given.insert(*name))
        .map(|name| ImportError::Graph(refusal!("'{name}' is given twice"; "give each tensor its own name")))
        .collect()
}

/// The batch's length, unless it is open, and the axes of a sample; the first axis of the graph's input is the batch.
pub(crate) fn input_shape(input: &ValueInfo) -> Result<(Option<u32>, Vec<u32>), ImportError> {
    let failed = |why: Refusal| ImportError::Graph(why.about(&format!("input '{}'", input.name)));
    let dims = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).and_then(|t| t.shape.as_ref());
    let dims = dims.map_or(&[][..], |shape| shape.dim.as_slice());
    let length = |dim: &Dimension| u32::try_from(dim.dim_value?).ok().filter(|length| *length > 0);
    let sample: Option<Vec<u32>> = dims.iter().skip(1).take(MAX_RANK + 1).map(length).collect();
    let sample = sample.filter(|shape| !shape.is_empty()).ok_or_else(|| {
        failed(refusal!(
            "needs a batch axis and fixed lengths after it";
            "export the model with a static sample shape"
        ))
    })?;
    Ok((dims.first().and_then(length), sized(sample).map_err(failed)?))
}

/// The element type of the graph's input.
pub(crate) fn input_type(input: &ValueInfo) -> i32 {
    let tensor_type = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    tensor_type.map_or(0, |tensor_type| tensor_type.elem_type)
}

/// Whether nothing quantizes the activations of a graph.
pub(crate) fn is_float(prepared: &Prepared) -> bool {
    let Prepared { graph, .. } = prepared;
    let mut constants: HashSet<&str> =
        graph.initializer.iter().map(|constant| constant.name.as_str()).collect();
    for node in &graph.node {
        // Quantization-aware training leaves some for the weights, too, however these come to be.
        let is_constant = node.input.iter().all(|name| name.is_empty() || constants.contains(name.as_str()));
        if is_constant {
            constants.extend(node.output.iter().map(String::as_str));
        } else if is_quantization(node) {
            return false;
        }
    }
    true
}
