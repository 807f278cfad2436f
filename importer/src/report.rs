//! What a person wants to know of a model before registering it.

use std::fmt::{self, Write};

use millrace_inference::{CheckedModel, LinearCheck, Node};

use crate::{
    kind::kind,
    weight::{verification_ref_time, BLOCK_REF_TIME},
};

/// The graph with shapes, MAC and bytes, and what verifying a batch of so many samples takes.
pub fn inspect(model: &CheckedModel, samples: u32) -> String {
    let mut text = String::new();
    // Nothing that is written to a string fails.
    let _ = graph(&mut text, model, samples).and_then(|()| totals(&mut text, model, samples));
    text
}

/// A line for each node.
fn graph(text: &mut String, model: &CheckedModel, samples: u32) -> fmt::Result {
    let mut layers = model.profile().layers.iter();
    writeln!(
        text,
        "{:>4} {:<16} {:<16} {:<14} {:>14} {:>10}  accumulators",
        "node", "operator", "reads", "shape", "MAC/sample", "bytes"
    )?;
    for (index, node) in model.model().nodes.iter().enumerate() {
        let shape = model.tensor(index).map_or(&[][..], |(shape, _)| shape);
        let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
        let (mac, note) = match node {
            Node::Linear { .. } | Node::Conv2d { .. } => match layers.next() {
                Some(layer) => {
                    let columns = u64::from(layer.columns) * u64::from(samples);
                    let check = match LinearCheck::choose(layer.n.into(), layer.m.into(), columns) {
                        LinearCheck::Recompute => "recomputed",
                        LinearCheck::Freivalds => "folded",
                    };
                    let mac = u64::from(layer.n) * u64::from(layer.m) * u64::from(layer.columns);
                    (mac, format!("{} bits at most, {check}", layer.width))
                }
                None => (0, String::new()),
            },
            Node::DepthwiseConv2d { window, .. } => {
                let elements: u64 = model
                    .tensor(index)
                    .map_or(0, |(shape, _)| shape.iter().map(|axis| u64::from(*axis)).product());
                (elements * u64::from(window.kernel[0]) * u64::from(window.kernel[1]), "recomputed".into())
            }
            _ => (0, String::new()),
        };
        let reads: Vec<String> = node.reads().map(|read| read.to_string()).collect();
        writeln!(
            text,
            "{index:>4} {:<16} {:<16} {:<14} {mac:>14} {:>10}  {note}",
            kind(node),
            reads.join(" "),
            shape.join("×"),
            bytes(node),
        )?;
    }
    Ok(())
}

/// What the model and a batch take as a whole.
fn totals(text: &mut String, model: &CheckedModel, samples: u32) -> fmt::Result {
    let profile = model.profile();
    let cost = profile.cost(samples);
    writeln!(text)?;
    writeln!(text, "model        {} bytes, {} MAC a sample", profile.encoded_bytes, profile.work(1))?;
    writeln!(
        text,
        "batch        {samples} samples: input {} bytes, output {} bytes, trace at most {} bytes",
        cost.input_bytes,
        profile.output_bytes(samples),
        cost.trace_bytes
    )?;
    writeln!(
        text,
        "verification {} multiply-adds folded, {} recomputed, {} rows drawn, {} elements, {} bytes",
        cost.folded,
        cost.recomputed,
        cost.drawn,
        cost.elements,
        cost.stored_bytes() + cost.trace_bytes
    )?;
    let weight = verification_ref_time(&cost);
    writeln!(
        text,
        "on chain     {:.2} ms of ref_time, {:.2} % of a block's; {} bytes of proof besides the trace",
        weight as f64 / 1e9,
        weight as f64 * 100.0 / BLOCK_REF_TIME as f64,
        cost.stored_bytes()
    )?;
    let work = profile.work(samples);
    writeln!(
        text,
        "             {:.1} times less than the {work} MAC of executing it",
        work as f64 / (cost.folded + cost.recomputed).max(1) as f64
    )?;
    Ok(())
}

/// Bytes of a node's parameters.
fn bytes(node: &Node) -> usize {
    match node {
        Node::Linear { parameters, .. }
        | Node::Conv2d { parameters, .. }
        | Node::DepthwiseConv2d { parameters, .. } => parameters.len(),
        Node::Requantize { channels, .. } => channels.len() * 9,
        Node::Lookup { table, .. } => table.len(),
        _ => 0,
    }
}
