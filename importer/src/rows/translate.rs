//! Translates an integer graph of version 1, node by node, into one of rows.
//!
//! A product and its rescaling become filters whose sums are rescaled; a table becomes two rescalings around an interpolation that
//! meets only its own entries; an addition becomes a filter of ones with an addend. Shapes and orders of axes cost nothing: they
//! are read another way. What isn't a product of two tensors gives the same integers as the graph of version 1 with multipliers of
//! as many bits, but for means that lie just between two integers.

use millrace_inference::{rows::ElementType, Node, Rescale};

use super::{
    canonical::canonical,
    elementwise,
    emit::{emit, is_sum, Then, Weights},
    graph::Graph,
    join::concat,
    layout::{Along, Held},
    pool,
    product::product,
    record::{finer, rescaled},
    slip::slip,
    state::{Source, Translation},
};
use crate::{lowered::Lowered, refusal::Refusal, value::Ending};

/// Why a graph can't be one of rows, and which node of version 1 it is.
pub(super) type Fault = (u32, Refusal);

/// Translates a graph whose input's axes lie along these; what it gives comes with it.
pub(super) fn translate<'a>(
    source: &'a Source<'a>,
    shapes: &'a [Vec<u32>],
    input: &[Along],
) -> Result<(Graph, Held), Fault> {
    let needed = source.needed();
    let mut all = Translation::new(source, shapes, input, &needed).map_err(|why| (0, why))?;
    for (at, node) in (1u32..).zip(source.nodes.iter().skip(1)) {
        if !needed[at as usize] {
            continue;
        }
        let made = match (source.products.get(&at), source.means.get(&at)) {
            (Some(product), _) => elementwise::product(&mut all, *product).map(Some),
            (None, Some(mean)) => pool::averaged(&mut all, mean).map(Some),
            (None, None) => translated(&mut all, at, node),
        };
        if let Some(held) = made.map_err(|why| (at, why))? {
            all.held.insert(at, held);
        }
    }
    let last = all.held.get(&source.last).cloned();
    let ended = last
        .map(|last| match source.ending {
            Ending::Largest(search) => elementwise::largest(&mut all, last, search),
            Ending::Numbers(_) | Ending::Turned(..) => canonical(&mut all.graph, last),
        })
        .unwrap_or_else(|| Err(refusal!("it ends with sums that nothing rescales"; "quantize the output")));
    let ended = ended.map_err(|why| (source.last, why))?;
    Ok((all.graph, ended))
}

/// What a node gives; none for products, which their rescaling makes.
fn translated(all: &mut Translation<'_>, at: u32, node: &Node) -> Lowered<Option<Held>> {
    Ok(Some(match node {
        Node::Input { .. } | Node::Linear { .. } | Node::Conv2d { .. } | Node::DepthwiseConv2d { .. } => {
            return Ok(None)
        }
        Node::Requantize { input, channels, zero_point, min, max } => {
            requantized(all, (at, *input), channels, *zero_point, [*min, *max])?
        }
        Node::Lookup { input, table } => elementwise::lookup(all, at, *input, table)?,
        Node::Add { .. } => elementwise::added(all, at, node)?,
        Node::Flatten { input } | Node::Reshape { input, .. } => all.read(*input)?,
        Node::Concat { inputs, axis } => concat(all, inputs, (*axis).into())?,
        Node::MaxPool2d { input, window } => pool::largest(all, *input, window)?,
        Node::AveragePool2d { input, window } => pool::mean(all, *input, window)?,
        // Only what is verified in its call ends with one; here the file's own ending does.
        Node::ArgMax { .. } => return Err(slip("an index comes before the end")),
    }))
}

/// A product and its rescaling.
fn requantized(
    all: &mut Translation<'_>,
    (own_node, at): (u32, u32),
    channels: &[Rescale],
    zero_point: i8,
    bounds: [i8; 2],
) -> Lowered<Held> {
    let found = all.source.nodes.get(at as usize);
    let found = found.and_then(|node| Some((node, node.reads().next()?, parameters(node)?)));
    let Some((node, read, (parameters, pad))) = found else {
        return Err(refusal!("its input isn't a product"; "export the model again"));
    };
    let input = all.read(read)?;
    let digits = all.axes(read, &input)?;
    let extent = all.graph.extent(input.node)?;
    let product = product(node, channels, extent, (all.shape(read), &digits))?;
    let weights = Weights { values: parameters, columns: parameters.len() / channels.len().max(1) };
    let (own, back) = elementwise::bounded(zero_point, bounds);
    let records = channels.iter().map(|channel| rescaled(*channel, own)).collect::<Lowered<Vec<_>>>()?;
    let then = Then { pad: pad.into(), element: ElementType::I8, addend: None, records: &records };
    if back.is_empty() && all.is_curved(own_node) && !is_sum(&product, weights, extent) {
        let records: Option<Vec<_>> = channels.iter().map(|channel| finer(*channel, own)).collect();
        if let Some(records) = records {
            let then = Then { element: ElementType::I16, records: &records, ..then };
            let held = emit(&mut all.graph, &input, &product, weights, then)?;
            all.spread.insert(held.node, held.node);
            return Ok(held);
        }
    }
    let held = match is_sum(&product, weights, extent) {
        true => pool::sum(all, &input, &product, then)?,
        false => emit(&mut all.graph, &input, &product, weights, then)?,
    };
    elementwise::clamped(&mut all.graph, held, &back)
}

/// The weights of a product, and what lies beyond the border of its input.
fn parameters(node: &Node) -> Option<(&[i8], i8)> {
    match node {
        Node::Linear { parameters, .. } => Some((parameters, 0)),
        Node::Conv2d { parameters, pad_value, .. } | Node::DepthwiseConv2d { parameters, pad_value, .. } => {
            Some((parameters, *pad_value))
        }
        _ => None,
    }
}
