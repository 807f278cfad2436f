//! What a person wants to know of a model before registering it.

use std::fmt::{self, Write};

use millrace_inference::{CheckedModel, LinearCheck, Node};

use crate::{
    bill::{in_mill, Bill},
    kind::kind,
    room::Room,
    weight::{verification_ref_time, BLOCK_REF_TIME},
};

/// The graph with shapes, MAC and bytes, what verifying a batch of so many samples takes, and what it costs where a miner asks
/// for so many planck a mega-MAC.
pub fn inspect(model: &CheckedModel, samples: u32, ask: u128) -> String {
    let mut text = String::new();
    // Nothing that is written to a string fails.
    let _ = graph(&mut text, model, samples)
        .and_then(|()| totals(&mut text, model, samples))
        .and_then(|()| costs(&mut text, model, samples, ask));
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

/// What verification costs at a fee multiplier of 1, and which part of a batch's bill is work.
fn costs(text: &mut String, model: &CheckedModel, samples: u32, ask: u128) -> fmt::Result {
    let profile = model.profile();
    let bill = |samples| Bill::of(profile, samples, ask);
    let one = bill(1);
    let Ok(Room { samples: most, .. }) = Room::of(profile) else {
        return writeln!(text, "fees         none: the chain can't verify even one sample in a call");
    };
    writeln!(
        text,
        "fees         {} MILL to verify one sample, {} for the {most} of the largest batch; {} to keep output and record of one",
        in_mill(one.verification),
        in_mill(bill(most).verification),
        in_mill(one.output)
    )?;
    if samples > most {
        return writeln!(text, "bill         none for {samples} samples: a task takes {most} at most");
    }
    let all = bill(samples);
    let percent = all.work as f64 * 100.0 / all.total().max(1) as f64;
    let part = if percent < 0.01 { "less than 0.01".into() } else { format!("{percent:.2}") };
    writeln!(
        text,
        "bill         {} MILL for this batch, {} for its output, {} for the work at {} a mega-MAC, which is {part} % of all",
        in_mill(all.verification),
        in_mill(all.output),
        in_mill(all.work),
        in_mill(ask)
    )
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

#[cfg(test)]
mod tests {
    use millrace_inference::Model;

    use super::*;

    const DIGITS: &[u8] = include_bytes!("../../models/digits/digits.millrace");

    #[test]
    fn a_bill_says_how_much_of_it_is_work() {
        let model = CheckedModel::from_bytes(DIGITS).expect("registrable");
        let bill = |ask| {
            let text = inspect(&model, 64, ask);
            text.lines().last().map(str::to_string).expect("it has lines")
        };
        // 64 · 4,958 MAC.
        let cheap = bill(50_000_000);
        assert!(
            cheap.contains(" 0.000681 for its output, 0.0000158656 for the work at 0.00005 a mega-MAC"),
            "{cheap}"
        );
        assert!(bill(1).ends_with("which is less than 0.01 % of all"), "{}", bill(1));
        assert!(
            bill(1_000_000_000_000_000).ends_with("which is 99.99 % of all"),
            "{}",
            bill(1_000_000_000_000_000)
        );
        let most = inspect(&model, 1_000_000, 1);
        assert!(most.contains("\nbill         none for 1000000 samples: a task takes "), "{most}");
        let text = inspect(&model, 64, 0);
        assert!(
            text.contains("\nfees         0.00797")
                && text.contains("0.000429 to keep output and record of one"),
            "{text}"
        );
    }

    #[test]
    fn a_model_that_no_call_verifies_has_no_fees() {
        let linear = Node::Linear { input: 0, outputs: 70_000, parameters: vec![1; 70_000] };
        let model = Model { nodes: vec![Node::Input { shape: vec![1] }, linear] };
        let model = CheckedModel::from_bytes(&model.to_bytes()).expect("registrable");
        assert!(inspect(&model, 1, 0).ends_with("the chain can't verify even one sample in a call\n"));
    }
}
