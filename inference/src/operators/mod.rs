//! The operators, one file each: fields, shape, bounds, counts, memory, evaluation, and the tests of exactly that. How to
//! add one is told in `docs/adding-an-operator.md`.

mod add;
mod arg_max;
mod average_pool2d;
mod concat;
mod conv2d;
mod depthwise_conv2d;
#[cfg(test)]
mod fixture;
mod input;
mod linear;
mod lookup;
mod max_pool2d;
pub(crate) mod operator;
mod parameters;
mod requantize;
mod reshape;
mod rounding;

use crate::{format::node::Node, operators::operator::Operator};

/// Calls `visit` with the operator of a node. This is the one place that tells operators apart.
pub(crate) fn with_operator<'a, R>(node: &'a Node, visit: impl FnOnce(&dyn Operator<'a>) -> R) -> R {
    match node {
        Node::Input { shape } => visit(&input::InputNode { shape }),
        Node::Linear { input, outputs, parameters } => {
            visit(&linear::LinearNode { input, outputs, parameters })
        }
        Node::Requantize { input, channels, zero_point, min, max } => {
            visit(&requantize::RequantizeNode { input, channels, zero_point, min, max })
        }
        Node::Lookup { input, table } => visit(&lookup::LookupNode { input, table }),
        Node::Add {
            left,
            right,
            left_zero_point,
            right_zero_point,
            left_multiplier,
            right_multiplier,
            shift,
            zero_point,
            min,
            max,
        } => visit(&add::AddNode {
            left,
            right,
            left_zero_point,
            right_zero_point,
            left_multiplier,
            right_multiplier,
            shift,
            zero_point,
            min,
            max,
        }),
        Node::Flatten { input } => visit(&reshape::FlattenNode { input }),
        Node::ArgMax { input } => visit(&arg_max::ArgMaxNode { input }),
        Node::Conv2d { input, outputs, window, pad_value, parameters } => {
            visit(&conv2d::Conv2dNode { input, outputs, window, pad_value, parameters })
        }
        Node::DepthwiseConv2d { input, window, pad_value, parameters } => {
            visit(&depthwise_conv2d::DepthwiseConv2dNode { input, window, pad_value, parameters })
        }
        Node::MaxPool2d { input, window } => visit(&max_pool2d::MaxPool2dNode { input, window }),
        Node::AveragePool2d { input, window } => visit(&average_pool2d::AveragePool2dNode { input, window }),
        Node::Reshape { input, shape } => visit(&reshape::ReshapeNode { input, shape }),
        Node::Concat { inputs, axis } => visit(&concat::ConcatNode { inputs, axis }),
    }
}
