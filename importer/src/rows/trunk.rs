//! Which rows of a model an execution commits to.

use millrace_inference::rows::{Activation, Conv2d, ElementType, GlobalPool, Linear, Mul, Node, Requantize};

use super::graph::Extent;

/// About into how many parts the trunk cuts a model: what is recomputed in a dispute is a part, and what is hashed in each execution
/// are their ends.
const PARTS: u64 = 16;

/// The nodes behind which nothing before them is read any more, about equally far apart; none if there is no such node.
pub(super) fn trunk(nodes: &[Node], extents: &[Extent]) -> Vec<u32> {
    let mut last_read = vec![0; nodes.len()];
    for (at, node) in (0u32..).zip(nodes) {
        node.reads().for_each(|read| last_read[read as usize] = at);
    }
    let elements = |extent: &Extent| {
        u64::from(extent.width)
            * extent.image.map_or(1, |[rows, columns]| u64::from(rows) * u64::from(columns))
    };
    let each = extents.iter().map(elements).sum::<u64>() / PARTS;
    let (mut trunk, mut since, mut live, mut only) = (Vec::new(), 0, 0, None);
    for (at, ((node, extent), read)) in (0u32..).zip(nodes.iter().zip(extents).zip(&last_read)).skip(1) {
        since += elements(extent);
        if live <= at && extent.image.is_some() && element(node) == Some(ElementType::I8) {
            only = Some(at);
            if since >= each {
                trunk.push(at);
                since = 0;
            }
        }
        live = live.max(*read);
    }
    if trunk.is_empty() {
        trunk.extend(only);
    }
    trunk
}

/// The type of what a node rescales.
fn element(node: &Node) -> Option<ElementType> {
    match *node {
        Node::Linear(Linear { element, .. })
        | Node::Conv2d(Conv2d { element, .. })
        | Node::Activation(Activation { element, .. })
        | Node::Mul(Mul { element, .. })
        | Node::GlobalPool(GlobalPool { element, .. })
        | Node::Requantize(Requantize { element, .. }) => Some(element),
        // Whatever type it reads, the largest is one of these.
        Node::MaxPool2d(_) => Some(ElementType::I8),
        _ => None,
    }
}
