//! Shapes of a sample at each node of an integer graph, which may be larger than what registration lets one be.

use millrace_inference::{Node, Window};

/// The shape of each node.
pub(super) fn shapes(nodes: &[Node]) -> Vec<Vec<u32>> {
    let mut all: Vec<Vec<u32>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let shape = shape(node, &|read| all.get(read as usize).cloned().unwrap_or_default());
        all.push(shape);
    }
    all
}

fn shape(node: &Node, of: &dyn Fn(u32) -> Vec<u32>) -> Vec<u32> {
    match node {
        Node::Input { shape } | Node::Reshape { shape, .. } => shape.clone(),
        Node::Linear { input, outputs, .. } => {
            let mut shape = of(*input);
            shape.pop();
            shape.push(*outputs);
            shape
        }
        Node::Requantize { input, .. } | Node::Lookup { input, .. } | Node::Add { left: input, .. } => {
            of(*input)
        }
        Node::Flatten { input } => vec![of(*input).iter().product()],
        Node::ArgMax { input } => {
            let mut shape = of(*input);
            shape.pop();
            if shape.is_empty() {
                shape.push(1);
            }
            shape
        }
        Node::Conv2d { input, outputs, window, .. } => swept(of(*input), window, Some(*outputs)),
        Node::DepthwiseConv2d { input, window, .. }
        | Node::MaxPool2d { input, window }
        | Node::AveragePool2d { input, window } => swept(of(*input), window, None),
        Node::Concat { inputs, axis } => {
            let along = |input: &u32| of(*input).get(usize::from(*axis)).copied().unwrap_or(0);
            let mut shape = inputs.first().map_or_else(Vec::new, |first| of(*first));
            if let Some(length) = shape.get_mut(usize::from(*axis)) {
                *length = inputs.iter().map(along).sum();
            }
            shape
        }
    }
}

/// The shape that windows over an image give.
fn swept(mut image: Vec<u32>, window: &Window, channels: Option<u32>) -> Vec<u32> {
    for (axis, length) in image.iter_mut().skip(1).enumerate().take(2) {
        let padded = *length + window.padding[axis] + window.padding[axis + 2];
        *length = padded.saturating_sub(window.kernel[axis]) / window.stride[axis].max(1) + 1;
    }
    if let (Some(first), Some(channels)) = (image.first_mut(), channels) {
        *first = channels;
    }
    image
}
