//! A graph of rows as far as it is made of another one.

use std::{collections::HashMap, rc::Rc};

use millrace_inference::{rows::Pixels, Node, Window};

use super::{
    graph::{Extent, Graph},
    layout::{axes, joined, Along, Digit, Held},
};
use crate::{
    lowered::Lowered,
    value::{Ending, Quantization},
};

/// A product of two quantized tensors, which version 1 makes of squares.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Multiplied {
    pub(crate) left: (u32, Quantization),
    pub(crate) right: (u32, Quantization),
    pub(crate) to: Quantization,
}

/// The means of windows, of their elements inside the border, which version 1 makes of more than a pooling: times a number of steps of
/// the result, plus so many, then what is added for its zero point, and bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Averaged {
    pub(crate) input: u32,
    pub(crate) window: Window,
    /// That of the input.
    pub(crate) zero_point: i8,
    pub(crate) ratio: f64,
    pub(crate) plus: f64,
    /// The zero point of the result.
    pub(crate) own: i8,
    pub(crate) bounds: (i8, i8),
}

/// An integer graph of version 1, and what its parts are as a whole.
pub(crate) struct Source<'a> {
    /// Shape of a sample in the file. The input may have another one, of as many elements.
    pub(crate) sample: &'a [u32],
    pub(crate) nodes: &'a [Node],
    pub(crate) last: u32,
    /// What the file makes of that.
    pub(crate) ending: &'a Ending,
    /// The nodes that end a product of two tensors.
    pub(crate) products: &'a HashMap<u32, Multiplied>,
    /// The nodes that end means of windows beyond the border.
    pub(crate) means: &'a HashMap<u32, Averaged>,
    /// The functions that tables are, as `curve` has them.
    pub(crate) curves: &'a HashMap<u32, Vec<i16>>,
}

impl Source<'_> {
    /// The nodes that a node depends on.
    fn reads(&self, node: u32) -> Vec<u32> {
        match (self.products.get(&node), self.means.get(&node)) {
            (Some(product), _) => vec![product.left.0, product.right.0],
            (None, Some(mean)) => vec![mean.input],
            (None, None) => self.nodes.get(node as usize).map_or(vec![], |node| node.reads().collect()),
        }
    }

    /// Whether nothing but functions read a node.
    fn curved(&self, needed: &[bool]) -> Vec<bool> {
        let (mut curved, mut other) = (vec![false; needed.len()], vec![false; needed.len()]);
        for (at, _) in (0u32..).zip(needed).filter(|(_, needed)| **needed) {
            let kind = if self.curves.contains_key(&at) { &mut curved } else { &mut other };
            self.reads(at).into_iter().for_each(|read| kind[read as usize] = true);
        }
        if let Some(last) = other.get_mut(self.last as usize) {
            *last = true;
        }
        curved.into_iter().zip(other).map(|(curved, other)| curved && !other).collect()
    }

    /// Whether the last node depends on a node.
    pub(super) fn needed(&self) -> Vec<bool> {
        let mut needed = vec![false; self.nodes.len()];
        if let Some(last) = needed.get_mut(self.last as usize) {
            *last = true;
        }
        for index in (0..self.nodes.len()).rev().filter(|index| *index <= self.last as usize) {
            if needed[index] {
                self.reads(index as u32).into_iter().for_each(|read| needed[read as usize] = true);
            }
        }
        needed
    }
}

/// A graph of rows that is made of another one.
pub(super) struct Translation<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) graph: Graph,
    pub(super) held: HashMap<u32, Held>,
    /// Shapes of a sample, by node of version 1.
    pub(super) shapes: &'a [Vec<u32>],
    /// Nodes of rows with the numbers of another one in 16 bits, each 128 times as large.
    pub(super) spread: HashMap<u32, u32>,
    /// The nodes that nothing but functions read.
    curved: Vec<bool>,
    /// Whether means must stay positions of an image, because something is repeated over rows and columns.
    pub(super) keeps_positions: bool,
}

impl<'a> Translation<'a> {
    /// Nothing is made yet of a graph whose input's axes lie along these.
    pub(super) fn new(
        source: &'a Source<'a>,
        shapes: &'a [Vec<u32>],
        input: &[Along],
        needed: &[bool],
    ) -> Lowered<Self> {
        let sample = shapes.first().map_or(&[][..], Vec::as_slice);
        let (pixels, held) = posted(sample, input)?;
        let repeats = |node: &Node| matches!(node, Node::Concat { inputs, .. } if inputs.windows(2).any(|pair| pair[0] == pair[1]));
        let keeps_positions = source.nodes.iter().zip(needed).any(|(node, needed)| *needed && repeats(node));
        let (graph, held) = (Graph::new(pixels), HashMap::from([(0, held)]));
        let curved = source.curved(needed);
        Ok(Self { source, graph, held, shapes, spread: HashMap::new(), curved, keeps_positions })
    }

    /// Whether nothing but functions read a node, so that it can have 16 bits.
    pub(super) fn is_curved(&self, node: u32) -> bool {
        self.curved.get(node as usize).copied().unwrap_or(false)
    }

    pub(super) fn read(&self, node: u32) -> Lowered<Held> {
        self.held
            .get(&node)
            .cloned()
            .ok_or_else(|| refusal!("it reads sums that nothing rescales"; "quantize the whole graph"))
    }

    pub(super) fn shape(&self, node: u32) -> &'a [u32] {
        self.shapes.get(node as usize).map_or(&[], Vec::as_slice)
    }

    /// The digits of each axis of a tensor.
    pub(super) fn axes(&self, node: u32, held: &Held) -> Lowered<Vec<Vec<Digit>>> {
        axes(&held.digits, self.shape(node)).ok_or_else(|| {
            refusal!(
                "it reads a shape {:?} whose axes cut through those that the tensor was made with", self.shape(node);
                "let it keep channels, rows and columns apart"
            )
        })
    }
}

/// The input of a sample's shape whose axes lie along these.
///
/// # Errors
/// [`Refusal`](crate::Refusal) of a sample that is larger than registration takes it.
pub(super) fn posted(sample: &[u32], input: &[Along]) -> Lowered<(Pixels, Held)> {
    let length = |of: Along| {
        sample
            .iter()
            .zip(input)
            .filter(|(_, along)| **along == of)
            .map(|(length, _)| *length)
            .fold(1, u32::saturating_mul)
    };
    let [channels, height, width] = [Along::Channels, Along::Down, Along::Across].map(length);
    Extent { width: channels, image: Some([height, width]) }.expect()?;
    let mut left = channels;
    let digits = sample.iter().zip(input).map(|(length, along)| match along {
        Along::Channels => {
            left /= length;
            Digit { along: *along, length: *length, stride: left }
        }
        _ => Digit { along: *along, length: *length, stride: 1 },
    });
    let digits = joined(digits.collect::<Vec<_>>());
    let held = Held { node: 0, digits, channels: Rc::new((0..channels).collect()) };
    Ok((Pixels { height, width, channels }, held))
}
