//! A graph made simple before anything reads it: constants in one place, nothing that no output needs, one giver a name.

use std::collections::HashSet;

use crate::{
    onnx::{Graph, Node, Tensor, FLOAT, INT64},
    refusal::Refusal,
};

/// Makes a graph simple. What a decoder keeps for its next tokens is no output afterwards.
///
/// # Errors
/// [`Refusal`] of a graph that gives a name to two tensors: what is read of it would depend on who reads it.
pub(super) fn prepare(graph: &mut Graph) -> Result<(), Refusal> {
    let constants = graph.node.iter_mut().filter_map(constant);
    graph.initializer.extend(constants);
    graph.node.retain(|node| !node.output.is_empty());
    prune(graph);
    let outputs = graph.node.iter().flat_map(|node| &node.output).filter(|name| !name.is_empty());
    let inputs = graph.input.iter().map(|input| &input.name);
    let constants = graph.initializer.iter().map(|tensor| &tensor.name);
    let mut given = HashSet::new();
    match outputs.chain(inputs).chain(constants).find(|name| !given.insert(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(refusal!(
            "two tensors of the graph have the name '{name}'";
            "don't trust this file, and export the model yourself"
        )),
    }
}

/// Takes out what a Constant gives; it has no output left then. Others stay as they are.
fn constant(node: &mut Node) -> Option<Tensor> {
    let ("Constant", [name], [attribute]) =
        (node.op_type.as_str(), &node.output[..], &mut node.attribute[..])
    else {
        return None;
    };
    let written = match attribute.name.as_str() {
        "value" => attribute.t.take()?,
        "value_float" => Tensor { data_type: FLOAT, float_data: vec![attribute.f], ..Tensor::default() },
        "value_int" => Tensor { data_type: INT64, int64_data: vec![attribute.i], ..Tensor::default() },
        "value_floats" => Tensor {
            dims: vec![attribute.floats.len() as i64],
            data_type: FLOAT,
            float_data: std::mem::take(&mut attribute.floats),
            ..Tensor::default()
        },
        "value_ints" => Tensor {
            dims: vec![attribute.ints.len() as i64],
            data_type: INT64,
            int64_data: std::mem::take(&mut attribute.ints),
            ..Tensor::default()
        },
        _ => return None,
    };
    let written = Tensor { name: name.clone(), ..written };
    node.output.clear();
    Some(written)
}

/// Leaves out what the outputs don't need.
fn prune(graph: &mut Graph) {
    graph.output.retain(|output| !output.name.starts_with("present"));
    let mut wanted: HashSet<String> = graph.output.iter().map(|output| output.name.clone()).collect();
    // A node comes after those that it reads.
    let mut is_needed: Vec<bool> = Vec::with_capacity(graph.node.len());
    for node in graph.node.iter().rev() {
        let needed = node.output.iter().any(|name| wanted.contains(name));
        if needed {
            wanted.extend(node.input.iter().cloned());
        }
        is_needed.push(needed);
    }
    graph.node.retain(|_| is_needed.pop().unwrap_or(false));
    graph.initializer.retain(|tensor| wanted.contains(&tensor.name));
    // Old files list their constants as inputs, too.
    let constants: HashSet<&String> = graph.initializer.iter().map(|tensor| &tensor.name).collect();
    graph.input.retain(|input| wanted.contains(&input.name) && !constants.contains(&input.name));
    graph.value_info.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Attribute, ValueInfo};

    fn node(op_type: &str, inputs: &[&str], output: &str) -> Node {
        let input = inputs.iter().map(|name| (*name).into()).collect();
        Node { op_type: op_type.into(), input, output: vec![output.into()], ..Node::default() }
    }

    fn graph(nodes: Vec<Node>) -> Graph {
        let output = ValueInfo { name: "out".into(), ..ValueInfo::default() };
        Graph { node: nodes, output: vec![output], ..Graph::default() }
    }

    #[test]
    fn constants_are_tensors_however_they_are_written() {
        let tensor =
            Tensor { name: "t".into(), data_type: FLOAT, float_data: vec![2.0], ..Tensor::default() };
        let of = |attribute: Attribute| {
            let constant = Node { attribute: vec![attribute], ..node("Constant", &[], "c") };
            let mut graph = graph(vec![constant, node("Identity", &["c"], "out")]);
            prepare(&mut graph).expect("a graph");
            let nodes = graph.node.len();
            (nodes, graph.initializer.into_iter().map(|tensor| (tensor.name.clone(), tensor)).next())
        };
        let named = |name: &str| Attribute { name: name.into(), ..Attribute::default() };
        for (attribute, dims) in [
            (Attribute { t: Some(tensor.clone()), ..named("value") }, vec![]),
            (Attribute { f: 2.0, ..named("value_float") }, vec![]),
            (Attribute { floats: vec![2.0], ..named("value_floats") }, vec![1]),
        ] {
            let expected = Tensor { name: "c".into(), dims, ..tensor.clone() };
            assert_eq!(of(attribute), (1, Some(("c".into(), expected))));
        }
        for (attribute, dims) in [
            (Attribute { i: 7, ..named("value_int") }, vec![]),
            (Attribute { ints: vec![7], ..named("value_ints") }, vec![1]),
        ] {
            let int64_data = vec![7];
            let expected =
                Tensor { name: "c".into(), dims, data_type: INT64, int64_data, ..Tensor::default() };
            assert_eq!(of(attribute), (1, Some(("c".into(), expected))));
        }
        // Texts are no numbers, and what has the attribute may be no Constant.
        assert_eq!(of(named("value_string")), (2, None));
    }

    #[test]
    fn each_name_has_one_giver() {
        let mut twice = graph(vec![node("Identity", &["x"], "out"), node("Erf", &["x"], "out")]);
        let message = prepare(&mut twice).expect_err("two").to_string();
        assert!(message.contains("two tensors of the graph have the name 'out'"), "{message}");
        let mut also_constant = graph(vec![node("Identity", &["x"], "out")]);
        also_constant.initializer = vec![Tensor { name: "x".into(), ..Tensor::default() }; 2];
        assert!(prepare(&mut also_constant).expect_err("two").to_string().contains("the name 'x'"));
        // What no output needs may have any name.
        let mut unneeded =
            graph(vec![node("Erf", &["x"], "y"), node("Erf", &["x"], "y"), node("Erf", &["x"], "out")]);
        prepare(&mut unneeded).expect("a graph");
        assert_eq!(unneeded.node.len(), 1);
    }
}
