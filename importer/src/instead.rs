//! The nodes that stand for one, and the constants that they read.

use crate::{
    names::own,
    onnx::{self, Attribute, Node, Tensor},
};

/// What stands for a node, under construction.
pub(crate) struct Instead<'a> {
    of: &'a Node,
    nodes: Vec<Node>,
    constants: Vec<Tensor>,
}

impl<'a> Instead<'a> {
    pub(crate) fn new(of: &'a Node) -> Self {
        Self { of, nodes: vec![], constants: vec![] }
    }

    /// A node that gives what that one gives.
    pub(crate) fn same(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// A node that reads these tensors, and the name of what it gives; the last one gives what stands for the output.
    pub(crate) fn step(&mut self, operator: &str, inputs: &[&str], attribute: Vec<Attribute>) -> String {
        let name = own(self.output(), format_args!("by way of {}", self.nodes.len()));
        let input = inputs.iter().map(ToString::to_string).collect();
        let output = vec![name.clone()];
        self.nodes.push(Node { op_type: operator.into(), input, output, attribute, ..Node::default() });
        name
    }

    /// The name of a constant that is this number.
    pub(crate) fn number(&mut self, number: f32) -> String {
        self.constant(Tensor { data_type: onnx::FLOAT, float_data: vec![number], ..Tensor::default() })
    }

    /// The name of a constant that is these numbers along one axis.
    pub(crate) fn numbers(&mut self, numbers: Vec<f32>) -> String {
        let dims = vec![numbers.len() as i64];
        self.constant(Tensor { dims, data_type: onnx::FLOAT, float_data: numbers, ..Tensor::default() })
    }

    /// The name of a constant.
    pub(crate) fn constant(&mut self, tensor: Tensor) -> String {
        let name = own(self.output(), format_args!("with {}", self.constants.len()));
        self.constants.push(Tensor { name: name.clone(), ..tensor });
        name
    }

    /// The nodes, of which the last one gives the output, and their constants.
    pub(crate) fn end(self) -> (Vec<Node>, Vec<Tensor>) {
        let Self { of, mut nodes, constants } = self;
        if let (Some(last), Some(output)) = (nodes.last_mut(), of.output.first()) {
            if let Some(name) = last.output.first_mut() {
                name.clone_from(output);
            }
        }
        (nodes, constants)
    }

    fn output(&self) -> &str {
        self.of.output.first().map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_node_gives_the_output() {
        let node = Node { op_type: "Double".into(), output: vec!["y".into()], ..Node::default() };
        let mut instead = Instead::new(&node);
        let two = instead.number(2.0);
        let same = instead.step("Identity", &["x"], vec![]);
        instead.step("Mul", &[&same, &two], vec![]);
        let (nodes, constants) = instead.end();
        assert_eq!((nodes.len(), constants.len()), (2, 1));
        assert_eq!(nodes[1].input, [nodes[0].output[0].as_str(), constants[0].name.as_str()]);
        assert_eq!(nodes[1].output, ["y"]);
    }
}
