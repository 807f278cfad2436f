//! Two tensors of one shape brought to rows of one kind: the channels of one in the order of the other's, and what is repeated over
//! rows and columns as often as the other has them.

use millrace_inference::rows::{limits::MAX_KERNEL, ElementType, Rescale};

use super::{
    emit::{in_turn, Then, Weights},
    graph::{Extent, Graph, Windows},
    layout::{paired, sums, Along, Digit, Held},
    product::{Output, Product, Tap},
    record::unchanged,
};
use crate::{lowered::Lowered, refusal::Refusal};

/// Rows that others are brought to.
pub(super) struct Target {
    pub(super) held: Held,
    pub(super) extent: Extent,
}

fn apart() -> Refusal {
    refusal!(
        "its operands lie in rows of different orders, or one repeats rows and columns that the other has, which rows can't";
        "give both the same channels, rows and columns, and resize nothing"
    )
}

/// The rows in which two tensors of one shape meet: those of the one that repeats nothing, or else the only row that a mean left.
pub(super) fn meeting(graph: &Graph, one: &Held, other: &Held) -> Lowered<Target> {
    let pairs = paired(&one.digits, &other.digits).ok_or_else(apart)?;
    let repeats = |digit: &Digit| digit.along == Along::Nowhere;
    let is_row = |held: &Held| Ok(graph.extent(held.node)?.image.is_none());
    let held = match pairs.iter().any(|(digit, real)| repeats(digit) && !repeats(real)) || is_row(other)? {
        true => other,
        false => one,
    };
    Ok(Target { held: held.clone(), extent: graph.extent(held.node)? })
}

/// A tensor in the rows of another one, rescaled.
pub(super) fn converted(
    graph: &mut Graph,
    from: &Held,
    to: &Target,
    (element, record): (ElementType, Rescale),
    addend: Option<u32>,
) -> Lowered<u32> {
    let pairs = paired(&to.held.digits, &from.digits).ok_or_else(apart)?;
    let mut repeated = false;
    let mut steps = Vec::new();
    for (wanted, own) in &pairs {
        match (wanted.along, own.along) {
            (Along::Channels, Along::Channels | Along::Nowhere) => {
                steps.push((wanted.length, [wanted.stride, own.stride]));
            }
            (Along::Down | Along::Across, Along::Nowhere) => repeated = true,
            (Along::Nowhere, Along::Nowhere) => {}
            (one, other) if one == other && wanted.stride == own.stride => {}
            _ => return Err(apart()),
        }
    }
    let mut from = from.clone();
    let own = graph.extent(from.node)?;
    if own.is_one_position() && to.extent.image.is_none() {
        from.node = graph.only_row(from.node, unchanged()?)?;
    } else if repeated || own.image != to.extent.image {
        from.node = repeat(graph, from.node, to.extent)?;
    }
    // Which channel of `from` each element of the wanted rows is.
    let mut first = vec![None; to.extent.width as usize];
    for [wanted, own] in sums(&steps) {
        first[to.held.channels[wanted as usize] as usize] = Some(own);
    }
    let is_same = |(element, first): (u32, &Option<u32>)| {
        first.is_none_or(|first| from.channels[first as usize] == element)
    };
    let same_width = graph.extent(from.node)?.width == to.extent.width;
    if addend.is_none() && same_width && (0u32..).zip(&first).all(is_same) {
        return graph.requantize_alike(from.node, element, record);
    }
    let product = picked(first);
    let then = Then { pad: 0, element, addend, records: &[record] };
    in_turn(graph, &from, &product, Weights::ONE, then)
}

/// Filters of one weight, each reading one channel or none.
pub(super) fn picked(first: impl IntoIterator<Item = Option<u32>>) -> Product {
    // The second row of the weights is zero.
    let output = |first: Option<u32>| Output { row: u32::from(first.is_none()), first: first.unwrap_or(0) };
    Product {
        taps: vec![Tap { column: 0, place: [0; 2], channel: 0 }],
        outputs: first.into_iter().map(output).collect(),
        windows: Windows::ONE,
        digits: vec![],
    }
}

/// One position, or one row or column of them, repeated to an image: the largest of windows that reach far beyond the border.
fn repeat(graph: &mut Graph, mut node: u32, to: Extent) -> Lowered<u32> {
    let (Some(wanted), Some(_)) = (to.image, graph.extent(node)?.image) else { return Err(apart()) };
    for (axis, wanted) in wanted.into_iter().enumerate() {
        let own = graph.extent(node)?.image.map_or(1, |image| image[axis]);
        // Of several rows or columns each would have to come up several times, in turn.
        if own != 1 && own != wanted {
            return Err(apart());
        }
        loop {
            let own = graph.extent(node)?.image.map_or(1, |image| image[axis]);
            if own >= wanted {
                break;
            }
            let kernel = (wanted - own + 1).min(MAX_KERNEL);
            let mut windows = Windows::ONE;
            windows.kernel[axis] = kernel;
            (windows.padding[axis], windows.padding[axis + 2]) = (kernel - 1, kernel - 1);
            node = graph.max_pool(node, windows)?;
        }
    }
    match graph.extent(node)?.image == to.image {
        true => Ok(node),
        false => Err(apart()),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use millrace_inference::rows::{Node, Pixels};

    use super::*;

    /// A row of channels of so many columns, and one of twice as many, whose digits are those of the first taken twice.
    fn twice(columns: u32) -> Lowered<u32> {
        let pixels = |width| Pixels { height: 1, width, channels: 2 };
        let digit = |along, length, stride| Digit { along, length, stride };
        let mut graph = Graph::new(pixels(columns));
        let extent = Extent { width: 2, image: Some([1, 2 * columns]) };
        let node = graph.push(Node::Pixels(pixels(2 * columns)), extent)?;
        let channels = digit(Along::Channels, 2, 1);
        let held = |node, digits| Held { node, digits, channels: Rc::new(vec![0, 1]) };
        let mut digits = vec![channels, digit(Along::Nowhere, 2, 0), digit(Along::Across, columns, 1)];
        digits.retain(|digit| digit.length > 1);
        let short = held(0, digits);
        let long = held(node, vec![channels, digit(Along::Across, 2 * columns, 1)]);
        let target = meeting(&graph, &short, &long)?;
        assert_eq!(target.held.node, node);
        converted(&mut graph, &short, &target, (ElementType::Wide, unchanged()?), None)
    }

    #[test]
    fn one_column_is_repeated_and_several_arent() {
        assert!(twice(1).is_ok());
        let message = twice(7).expect_err("columns in turn").to_string();
        assert!(message.contains("in rows of different orders"), "{message}");
    }
}
