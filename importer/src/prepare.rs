//! Looks at a file as a whole before its nodes are lowered: which version of the standard it is written in, that each
//! name is given once, and what its output needs.

use std::collections::HashSet;

use crate::{
    onnx::{Graph, Model, ValueInfo},
    standard::OPSETS,
    ImportError,
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

pub(crate) fn prepare(model: &Model) -> Result<Prepared, ImportError> {
    let failed = |why: String| Err(ImportError::Graph(why));
    let Some(graph) = &model.graph else { return failed("the file has no graph".into()) };
    let [output] = graph.output.as_slice() else {
        return failed(format!(
            "the graph has {} outputs; exactly one can be imported, so drop the others before the export",
            graph.output.len()
        ));
    };
    let own = |domain: &str| matches!(domain, "" | "ai.onnx");
    let opset = model.opset_import.iter().find(|set| own(&set.domain)).map(|set| set.version);
    let opset = match opset {
        Some(version) if OPSETS.contains(&version) => version,
        Some(version) => {
            return failed(format!(
                "its operators are of ONNX's version {version}, and versions {} to {} are read; convert it with onnx.version_converter.convert_version(model, 17)",
                OPSETS.start(),
                OPSETS.end()
            ))
        }
        None => {
            return failed("it doesn't say of which version of ONNX its operators are; export it again".into())
        }
    };

    // A node comes after those that it reads, so what is needed is known by going backwards.
    let mut wanted: HashSet<&str> = HashSet::from([output.name.as_str()]);
    let mut nodes = Vec::new();
    for node in graph.node.iter().rev() {
        if node.output.iter().any(|name| !name.is_empty() && wanted.contains(name.as_str())) {
            wanted.extend(node.input.iter().map(String::as_str).filter(|name| !name.is_empty()));
            nodes.push(node);
        }
    }
    nodes.reverse();
    let initializers: Vec<_> =
        graph.initializer.iter().filter(|tensor| wanted.contains(tensor.name.as_str())).collect();

    for node in &nodes {
        let is_it = |name: &str, domain: &str| {
            name == node.op_type && (domain == node.domain || own(domain) && own(&node.domain))
        };
        if model.functions.iter().any(|function| is_it(&function.name, &function.domain)) {
            let why = "it is a function that the file defines; export the model with standard operators, or inline it with onnx.inliner.inline_local_functions";
            return Err(ImportError::Node { node: node.label(), why: why.into() });
        }
    }

    // Old files list their initializers as inputs, too.
    let constants: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let inputs: Vec<_> = graph
        .input
        .iter()
        .filter(|input| wanted.contains(input.name.as_str()) && !constants.contains(input.name.as_str()))
        .collect();
    let input = match inputs.as_slice() {
        [input] => ValueInfo::clone(input),
        inputs => {
            return failed(format!(
                "the graph's output depends on {} inputs; exactly one can be imported, so make the others constants, or join them before the export",
                inputs.len()
            ))
        }
    };

    let mut given = HashSet::from([input.name.as_str()]);
    let names = initializers
        .iter()
        .map(|tensor| tensor.name.as_str())
        .chain(nodes.iter().flat_map(|node| node.output.iter().map(String::as_str)))
        .filter(|name| !name.is_empty());
    for name in names {
        if !given.insert(name) {
            return failed(format!("'{name}' is given twice; give each tensor its own name"));
        }
    }

    let graph = Graph {
        node: nodes.into_iter().cloned().collect(),
        initializer: initializers.into_iter().cloned().collect(),
        input: vec![input.clone()],
        output: graph.output.clone(),
    };
    Ok(Prepared { output: output.name.clone(), input, graph, opset })
}
