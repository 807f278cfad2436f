//! What a person wants to know of a model before registering it.

use std::fmt::Write;

use millrace_inference::{CheckedModel, LinearCheck, Node};

use crate::{
    lower::kind,
    weight::{verification_ref_time, SECOND},
};

/// The graph with shapes, MAC and bytes, and what verifying a batch takes.
pub fn inspect(model: &CheckedModel, samples: u32) -> String {
    let mut text = String::new();
    let profile = model.profile();
    let mut layers = profile.layers.iter();
    let mut line = |line: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "{line}");
    };
    line(format_args!(
        "{:>4} {:<16} {:<16} {:<14} {:>14} {:>10}  accumulators",
        "node", "operator", "reads", "shape", "MAC/sample", "bytes"
    ));
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
        line(format_args!(
            "{index:>4} {:<16} {:<16} {:<14} {mac:>14} {:>10}  {note}",
            kind(node),
            reads.join(" "),
            shape.join("×"),
            bytes(node),
        ));
    }
    let cost = profile.cost(samples);
    line(format_args!(""));
    line(format_args!("model        {} bytes, {} MAC a sample", profile.encoded_bytes, profile.work(1)));
    line(format_args!(
        "batch        {samples} samples: input {} bytes, output {} bytes, trace at most {} bytes",
        cost.input_bytes,
        profile.output_bytes(samples),
        cost.trace_bytes
    ));
    line(format_args!(
        "verification {} multiply-adds folded, {} recomputed, {} rows drawn, {} elements, {} bytes",
        cost.folded,
        cost.recomputed,
        cost.drawn,
        cost.elements,
        cost.stored_bytes() + cost.trace_bytes
    ));
    let weight = verification_ref_time(&cost);
    line(format_args!(
        "on chain     {:.2} ms of ref_time, {:.2} % of a block's two seconds; {} bytes of proof besides the trace",
        weight as f64 / 1e9,
        weight as f64 * 50.0 / SECOND as f64,
        cost.stored_bytes()
    ));
    let work = profile.work(samples);
    line(format_args!(
        "             {:.1} times less than the {work} MAC of executing it",
        work as f64 / (cost.folded + cost.recomputed).max(1) as f64
    ));
    text
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
