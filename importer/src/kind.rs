//! What messages call an integer operator.

use millrace_inference::Node;

/// The name of an operator as messages use it.
pub(crate) fn kind(node: &Node) -> &'static str {
    match node {
        Node::Input { .. } => "Input",
        Node::Linear { .. } => "Linear",
        Node::Requantize { .. } => "Requantize",
        Node::Lookup { .. } => "Lookup",
        Node::Add { .. } => "Add",
        Node::Flatten { .. } => "Flatten",
        Node::ArgMax { .. } => "ArgMax",
        Node::Conv2d { .. } => "Conv2d",
        Node::DepthwiseConv2d { .. } => "DepthwiseConv2d",
        Node::MaxPool2d { .. } => "MaxPool2d",
        Node::AveragePool2d { .. } => "AveragePool2d",
        Node::Reshape { .. } => "Reshape",
        Node::Concat { .. } => "Concat",
    }
}
