//! Channels in the order in which a tensor counts them: what a model gives, and what an index of the largest is taken of.

use std::rc::Rc;

use millrace_inference::rows::ElementType;

use super::{
    emit::{in_turn, Then, Weights},
    graph::Graph,
    layout::{joined, sums, Along, Digit, Held},
    meet::picked,
    record::unchanged,
};
use crate::lowered::Lowered;

/// The output: its channels in order.
pub(super) fn canonical(graph: &mut Graph, held: Held) -> Lowered<Held> {
    in_order(graph, held, ElementType::I8)
}

/// A tensor whose channels are in order, as elements of this type.
pub(super) fn in_order(graph: &mut Graph, held: Held, element: ElementType) -> Lowered<Held> {
    let is_channel = |digit: &&Digit| matches!(digit.along, Along::Channels | Along::Nowhere);
    let steps: Vec<(u32, [u32; 1])> =
        held.digits.iter().filter(is_channel).map(|digit| (digit.length, [digit.stride])).collect();
    let order: Vec<u32> = sums(&steps).into_iter().map(|[channel]| channel).collect();
    let width = graph.extent(held.node)?.width as usize;
    let is_ordered = (0u32..).zip(&order).all(|(at, channel)| held.channels[*channel as usize] == at);
    let node = match (order.len() == width && is_ordered, element) {
        (true, ElementType::I8) => held.node,
        (true, element) => graph.requantize_alike(held.node, element, unchanged()?)?,
        (false, element) => {
            let then = Then { pad: 0, element, addend: None, records: &[unchanged()?] };
            let product = picked(order.iter().map(|channel| Some(*channel)));
            in_turn(graph, &held, &product, Weights::ONE, then)?
        }
    };
    let mut left = order.len() as u32;
    let counted = held.digits.iter().map(|digit| match is_channel(&digit) {
        true => {
            left /= digit.length;
            Digit { along: Along::Channels, stride: left, ..*digit }
        }
        false => *digit,
    });
    let digits = joined(counted.collect::<Vec<_>>());
    Ok(Held { node, digits, channels: Rc::new((0..order.len() as u32).collect()) })
}
