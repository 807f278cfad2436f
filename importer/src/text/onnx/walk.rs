//! What a graph does with its weights, in its order: rows of tables, products, norms, and which product feeds what.
//!
//! Names say nothing here. A product is told from another by where its outputs go: two that meet in a product without
//! weights are queries and keys, and one that a function is applied to isn't the one that it is multiplied with.

use std::collections::HashMap;

use super::constants::Constants;
use crate::onnx::{Graph, Node};

/// A product with constant weights.
#[derive(Debug, PartialEq)]
pub(super) struct Product {
    pub(super) weights: String,
    /// Whether the weights have a row for each input, as MatMul reads them.
    pub(super) by_inputs: bool,
    /// Numbers of an output row.
    outputs: usize,
    pub(super) bias: Option<String>,
}

/// A norm's factors and what is added.
#[derive(Debug, PartialEq)]
pub(super) struct Norm {
    pub(super) gain: String,
    pub(super) offset: Option<String>,
}

/// What a graph does with its weights, each in the order in which it happens.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Tables that rows are picked from.
    pub(super) tables: Vec<String>,
    pub(super) products: Vec<Product>,
    pub(super) norms: Vec<Norm>,
    /// Products whose outputs are multiplied with each other: queries, and keys.
    pub(super) scores: Vec<[usize; 2]>,
    /// Products whose outputs a function is applied to.
    pub(super) functions: Vec<usize>,
}

/// The products that a tensor is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    One(usize),
    Many,
}

/// What a tensor is as it stands, so that a vector that is added belongs to it.
#[derive(Clone, Copy, Debug)]
enum Made {
    Product(usize),
    Norm(usize),
}

/// Goes through a graph whose rows have so many elements, and whose products have rows of these lengths as inputs.
pub(super) fn walk(graph: &Graph, constants: &Constants<'_>, width: usize, inputs: &[usize]) -> Walked {
    let mut walk = Walk {
        constants,
        width,
        inputs,
        origins: HashMap::new(),
        made: HashMap::new(),
        found: Walked::default(),
    };
    for node in &graph.node {
        walk.step(node);
    }
    walk.found
}

struct Walk<'a> {
    constants: &'a Constants<'a>,
    width: usize,
    inputs: &'a [usize],
    origins: HashMap<&'a str, Origin>,
    made: HashMap<&'a str, Made>,
    found: Walked,
}

impl<'a> Walk<'a> {
    fn step(&mut self, node: &'a Node) {
        let Some(output) = node.output.first().map(String::as_str) else { return };
        if self.constants.shape(output).is_some() {
            return;
        }
        match node.op_type.as_str() {
            "MatMul" | "Gemm" => self.product(node, output),
            "Attention" => {
                self.score(node);
                self.origins.insert(output, Origin::Many);
            }
            "Gather" if self.axes(node, 0) == Some(2) => {
                self.found.tables.extend(node.input.first().cloned())
            }
            "LayerNormalization" | "RMSNormalization" => {
                self.norm(node.input.get(1), node.input.get(2), output)
            }
            "Mul" => self.factor(node, output),
            "Add" => self.sum(node, output),
            // These read no numbers, only how many there are.
            "Shape" | "Size" => {}
            "Sigmoid" | "Erf" | "Tanh" | "Gelu" | "Relu" | "Swish" => {
                if let Some(Origin::One(product)) = self.merged(node) {
                    self.found.functions.push(product);
                }
                self.pass(node, output);
            }
            "Reshape" | "Identity" | "Cast" | "Squeeze" | "Unsqueeze" => {
                if let Some(made) = node.input.first().and_then(|name| self.made.get(name.as_str())) {
                    self.made.insert(output, *made);
                }
                self.pass(node, output);
            }
            _ => self.pass(node, output),
        }
    }

    /// Axes of a constant operand.
    fn axes(&self, node: &Node, at: usize) -> Option<usize> {
        Some(self.constants.shape(node.input.get(at)?)?.len())
    }

    fn product(&mut self, node: &'a Node, output: &'a str) {
        let weights = node.input.get(1).map_or("", String::as_str);
        let by_inputs = node.op_type == "MatMul" || node.int("transB", 0) == 0;
        let lengths = match (self.constants.shape(weights).as_deref(), by_inputs) {
            (Some([inputs, outputs]), true) | (Some([outputs, inputs]), false) => Some((*inputs, *outputs)),
            _ => None,
        };
        match lengths.filter(|(inputs, _)| self.inputs.contains(inputs)) {
            Some((_, outputs)) => {
                let index = self.found.products.len();
                let bias = node.input.get(2).filter(|name| !name.is_empty()).cloned();
                self.found.products.push(Product { weights: weights.to_owned(), by_inputs, outputs, bias });
                self.origins.insert(output, Origin::One(index));
                self.made.insert(output, Made::Product(index));
            }
            None => {
                self.score(node);
                self.pass(node, output);
            }
        }
    }

    fn score(&mut self, node: &Node) {
        let origin = |at: usize| self.origins.get(node.input.get(at)?.as_str()).copied();
        if let (Some(Origin::One(query)), Some(Origin::One(key))) = (origin(0), origin(1)) {
            if query != key {
                self.found.scores.push([query, key]);
            }
        }
    }

    fn norm(&mut self, gain: Option<&String>, offset: Option<&String>, output: &'a str) {
        if let Some(gain) = gain.cloned() {
            self.made.insert(output, Made::Norm(self.found.norms.len()));
            self.found.norms.push(Norm { gain, offset: offset.filter(|name| !name.is_empty()).cloned() });
        }
    }

    /// A product with a vector as wide as a row is what a norm that is written out ends with.
    fn factor(&mut self, node: &'a Node, output: &'a str) {
        match self.with_vector(node).filter(|(_, length, _)| *length == self.width) {
            Some((vector, _, _)) => self.norm(Some(vector), None, output),
            None => self.pass(node, output),
        }
    }

    fn sum(&mut self, node: &'a Node, output: &'a str) {
        if let Some((vector, length, other)) = self.with_vector(node) {
            match self.made.get(other.as_str()).copied() {
                Some(Made::Product(index)) => {
                    let product = &mut self.found.products[index];
                    if product.bias.is_none() && product.outputs == length {
                        product.bias = Some(vector.clone());
                    }
                }
                Some(Made::Norm(index)) => {
                    let norm = &mut self.found.norms[index];
                    if norm.offset.is_none() && self.width == length {
                        norm.offset = Some(vector.clone());
                    }
                    // What a norm gives is made of no product alone.
                    return;
                }
                None => {}
            }
        }
        self.pass(node, output);
    }

    /// The constant vector that a node reads, its length, and the other operand.
    fn with_vector(&self, node: &'a Node) -> Option<(&'a String, usize, &'a String)> {
        let [first, second] = node.input.as_slice() else { return None };
        let length = |name: &String| {
            let shape = self.constants.shape(name)?;
            let (last, others) = shape.split_last()?;
            (*last > 1 && others.iter().all(|axis| *axis == 1)).then_some(*last)
        };
        match (length(first), length(second)) {
            (Some(length), None) => Some((first, length, second)),
            (None, Some(length)) => Some((second, length, first)),
            _ => None,
        }
    }

    /// The products that a node's operands are made of.
    fn merged(&self, node: &Node) -> Option<Origin> {
        let origins = node.input.iter().filter_map(|name| self.origins.get(name.as_str()).copied());
        origins.reduce(|one, other| if one == other { one } else { Origin::Many })
    }

    /// The outputs are made of what the operands are made of.
    fn pass(&mut self, node: &'a Node, output: &'a str) {
        if let Some(origin) = self.merged(node) {
            self.origins.insert(output, origin);
            for output in node.output.iter().skip(1) {
                self.origins.insert(output, origin);
            }
        }
    }
}
