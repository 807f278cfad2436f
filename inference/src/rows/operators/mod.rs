//! The operators on rows, one file each: rows, parameters, bounds, work, evaluation of whole rows, evaluation of one element,
//! and the tests of exactly that.

mod activation;
mod arg_max;
mod context;
mod conv2d;
mod embed;
mod exponentials;
#[cfg(test)]
mod fixture;
mod global_pool;
mod linear;
mod max_pool2d;
mod mul;
mod norm;
pub(crate) mod operator;
mod pixels;
mod pool;
mod requantize;
mod rope;
mod scores;
mod select;
mod softmax;
mod tokens;

pub use arg_max::refutes;
pub use exponentials::exponential;
pub use norm::Normaliser;

use crate::rows::{format::node::Node, operators::operator::Operator};

/// The operator of a node. This is the one place that tells operators apart.
pub(crate) fn operator(node: &Node) -> &dyn Operator {
    match node {
        Node::Tokens(node) => node,
        Node::Embed(node) => node,
        Node::Linear(node) => node,
        Node::Norm(node) => node,
        Node::Activation(node) => node,
        Node::Rope(node) => node,
        Node::Scores(node) => node,
        Node::Softmax(node) => node,
        Node::Context(node) => node,
        Node::Mul(node) => node,
        Node::Pool(node) => node,
        Node::Select(node) => node,
        Node::ArgMax(node) => node,
        Node::Pixels(node) => node,
        Node::Conv2d(node) => node,
        Node::MaxPool2d(node) => node,
        Node::GlobalPool(node) => node,
        Node::Requantize(node) => node,
    }
}
