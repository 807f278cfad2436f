//! Shapes of a sample at each node of an integer graph, which may be larger than what registration lets one be.

use millrace_inference::{Node, Window};

use super::{slip::slip, translate::Fault};
use crate::lowered::Lowered;

/// The shape of each node.
pub(super) fn shapes(nodes: &[Node]) -> Result<Vec<Vec<u32>>, Fault> {
    let mut all: Vec<Vec<u32>> = Vec::with_capacity(nodes.len());
    for (at, node) in (0u32..).zip(nodes) {
        let of = |read: u32| {
            let shape = all.get(read as usize).cloned();
            shape.ok_or_else(|| slip("a node reads one that comes after it"))
        };
        all.push(shape(node, &of).map_err(|why| (at, why))?);
    }
    Ok(all)
}

fn shape(node: &Node, of: &dyn Fn(u32) -> Lowered<Vec<u32>>) -> Lowered<Vec<u32>> {
    Ok(match node {
        Node::Input { shape } | Node::Reshape { shape, .. } => shape.clone(),
        Node::Linear { input, outputs, .. } => {
            let mut shape = of(*input)?;
            shape.pop();
            shape.push(*outputs);
            shape
        }
        Node::Requantize { input, .. } | Node::Lookup { input, .. } | Node::Add { left: input, .. } => {
            of(*input)?
        }
        Node::Flatten { input } => vec![of(*input)?.iter().product()],
        Node::ArgMax { input } => {
            let mut shape = of(*input)?;
            shape.pop();
            if shape.is_empty() {
                shape.push(1);
            }
            shape
        }
        Node::Conv2d { input, outputs, window, .. } => swept(of(*input)?, window, Some(*outputs)),
        Node::DepthwiseConv2d { input, window, .. }
        | Node::MaxPool2d { input, window }
        | Node::AveragePool2d { input, window } => swept(of(*input)?, window, None),
        Node::Concat { inputs, axis } => {
            let nowhere = || slip("tensors are joined along an axis that they haven't");
            let along = |input: &u32| of(*input)?.get(usize::from(*axis)).copied().ok_or_else(nowhere);
            let lengths = inputs.iter().map(along).collect::<Lowered<Vec<u32>>>()?;
            let mut shape = of(*inputs.first().ok_or_else(nowhere)?)?;
            *shape.get_mut(usize::from(*axis)).ok_or_else(nowhere)? = lengths.iter().sum();
            shape
        }
    })
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
