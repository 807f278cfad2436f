//! Registration wants a trace to show all work, and filters of single channels aren't in it. Where no product depends on one, it gets
//! one that changes nothing.

use millrace_inference::Node;

use crate::{rescaling::SAME, rows::shapes_of};

/// The same nodes, with a product of single elements by 1 behind each filter of single channels that no other product depends on.
pub(crate) fn traced(mut nodes: Vec<Node>) -> Vec<Node> {
    while let Some(shown) = hidden(&nodes).and_then(|at| shown(&nodes, at)) {
        nodes = shown;
    }
    nodes
}

/// The last filter of single channels that no product depends on.
fn hidden(nodes: &[Node]) -> Option<usize> {
    let mut shown = vec![false; nodes.len()];
    for (at, node) in nodes.iter().enumerate().rev() {
        let is_shown = match node {
            Node::Linear { .. } | Node::Conv2d { .. } => true,
            Node::DepthwiseConv2d { .. } if !shown[at] => return Some(at),
            _ => shown[at],
        };
        if is_shown {
            node.reads().for_each(|read| shown[read as usize] = true);
        }
    }
    None
}

/// The nodes with a product behind the rescaling of this one; none if nothing rescales it.
fn shown(nodes: &[Node], filter: usize) -> Option<Vec<Node>> {
    let is_rescaling =
        |node: &Node| matches!(node, Node::Requantize { input, .. } if *input as usize == filter);
    let at = nodes.iter().position(is_rescaling)?;
    let shape = shapes_of(nodes)?.swap_remove(at);
    let read = at as u32;
    let channels = vec![SAME];
    let (zero_point, min, max) = (0, i8::MIN, i8::MAX);
    let product = [
        Node::Reshape { input: read, shape: vec![shape.iter().product(), 1] },
        Node::Linear { input: read + 1, outputs: 1, parameters: vec![1] },
        Node::Requantize { input: read + 2, channels, zero_point, min, max },
        match shape.len() {
            1 => Node::Flatten { input: read + 3 },
            _ => Node::Reshape { input: read + 3, shape },
        },
    ];
    let more = product.len() as u32;
    let (before, behind) = nodes.split_at(at + 1);
    let behind = behind.iter().cloned().map(|mut node| {
        node.reads_mut().filter(|node| **node >= read).for_each(|node| *node += more);
        node
    });
    Some(before.iter().cloned().chain(product).chain(behind).collect())
}

#[cfg(test)]
mod tests {
    use millrace_inference::{execute, CheckedModel, Model, Rescale, Values, Window};

    use super::*;

    #[test]
    fn filters_at_the_end_are_shown_by_a_product_that_changes_nothing() {
        let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
        let halves = vec![Rescale { bias: 0, multiplier: 1, shift: 1 }; 2];
        let nodes = vec![
            Node::Input { shape: vec![2, 1, 2] },
            Node::DepthwiseConv2d { input: 0, window, pad_value: 0, parameters: vec![1, -1] },
            Node::Requantize { input: 1, channels: halves, zero_point: 3, min: -60, max: 60 },
            Node::MaxPool2d { input: 2, window },
        ];
        assert!(CheckedModel::from_bytes(&Model { nodes: nodes.clone() }.to_bytes()).is_err());
        let model = Model { nodes: traced(nodes) };
        let checked = CheckedModel::from_bytes(&model.to_bytes()).expect("registrable");
        let input = [10, -120, 127, 4].map(i8::cast_unsigned);
        let Values::I8(values) = execute(&checked, &input).expect("a sample").output else {
            panic!("numbers")
        };
        assert_eq!(values, [8, -57, -60, 1]);
        assert_eq!(traced(model.nodes.clone()), model.nodes);
    }
}
