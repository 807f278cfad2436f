//! The small encoder and the small decoder as they are exported to ONNX, and what can be changed about such a file.
#![allow(dead_code)] // Each test file uses its part.

use std::{collections::HashSet, path::Path};

use crate::encoder::{self, Folder};
use millrace_importer::{
    onnx::{Attribute, Graph, Model, Node, Tensor},
    text::Source,
};
use prost::Message;

/// A file of this folder.
pub fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exported");
    std::fs::read(folder.join(name)).expect("a file of the tests")
}

/// The same after a change of its graph.
pub fn changed(name: &str, change: impl FnOnce(&mut Graph)) -> Vec<u8> {
    let mut model = Model::decode(bytes(name).as_slice()).expect("an ONNX file");
    change(model.graph.as_mut().expect("a graph"));
    model.encode_to_vec()
}

/// A folder as it is exported.
pub fn folder(name: &str, config: &str, model: &[u8]) -> Folder {
    let folder = Folder::new(name);
    folder.write("config.json", config.as_bytes());
    folder.write("tokenizer.json", &encoder::tokenizer());
    folder.write("model.onnx", model);
    folder
}

/// What is said about a folder with this configuration and ONNX file.
pub fn encoder_refused(config: &str, model: &[u8]) -> String {
    let folder = folder("exported-refused", config, model);
    let message = Source::new(&folder.0).bert(None).expect_err("refused").to_string();
    assert!(message.contains("model.onnx: "), "{message}");
    message
}

/// Gives every tensor and node a name that says nothing; inputs and outputs keep theirs.
pub fn anonymous(graph: &mut Graph) {
    let kept: HashSet<String> =
        graph.input.iter().chain(&graph.output).map(|value| value.name.clone()).collect();
    let rename = |name: &mut String| {
        if !name.is_empty() && !kept.contains(name) {
            *name = format!(
                "{:x}",
                name.bytes().fold(7u64, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte))
            );
        }
    };
    for node in &mut graph.node {
        node.name.clear();
        node.input.iter_mut().chain(&mut node.output).for_each(rename);
    }
    graph.initializer.iter_mut().for_each(|tensor| rename(&mut tensor.name));
}

/// Puts nodes into another order in which each comes after those that it reads: the last that can come, comes first.
pub fn reordered(graph: &mut Graph) {
    let mut left = std::mem::take(&mut graph.node);
    let mut given: HashSet<String> = graph.input.iter().map(|input| input.name.clone()).collect();
    given.extend(graph.initializer.iter().map(|tensor| tensor.name.clone()));
    while !left.is_empty() {
        let is_ready = |node: &Node| node.input.iter().all(|name| name.is_empty() || given.contains(name));
        let node = left.remove(left.iter().rposition(is_ready).expect("one is ready"));
        given.extend(node.output.iter().cloned());
        graph.node.push(node);
    }
}

/// A node of one output.
pub fn node(op_type: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: op_type.into(),
        input: inputs.iter().map(|name| (*name).into()).collect(),
        output: vec![output.into()],
        ..Node::default()
    }
}

/// An attribute that is a number.
pub fn number(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), r#type: Attribute::INT, i, ..Attribute::default() }
}

/// A constant.
pub fn constant(name: &str, dims: &[i64], data_type: i32, raw_data: Vec<u8>) -> Tensor {
    Tensor { name: name.into(), dims: dims.to_vec(), data_type, raw_data, ..Tensor::default() }
}

/// The weights of the first product: those of queries, keys or values.
pub fn first_weights(graph: &mut Graph) -> &mut Tensor {
    let is_matrix = |tensor: &Tensor| tensor.dims == [32, 32];
    graph.initializer.iter_mut().find(|tensor| is_matrix(tensor)).expect("a matrix")
}
