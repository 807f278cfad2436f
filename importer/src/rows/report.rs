//! What a person wants to know of a model of rows.

use std::fmt::{self, Write};

use millrace_inference::rows::{CheckedModel, ElementType, Node, RowCount, Tensor, Width};

/// The graph with its rows, and what executing it takes.
pub fn inspect_rows(model: &CheckedModel) -> String {
    let mut text = String::new();
    // Nothing that is written to a string fails.
    let _ = graph(&mut text, model).and_then(|()| totals(&mut text, model));
    text
}

fn graph(text: &mut String, model: &CheckedModel) -> fmt::Result {
    writeln!(
        text,
        "{:>4} {:<12} {:<14} {:<14} {:>8} {:<5}",
        "node", "operator", "reads", "rows", "width", "type"
    )?;
    for (index, node) in (0u32..).zip(&model.model().nodes) {
        let Some(Tensor { width, element, rows }) = model.tensor(index) else { continue };
        let reads: Vec<String> = node.reads().map(|read| read.to_string()).collect();
        let rows = match rows {
            RowCount::Tokens => "tokens".into(),
            RowCount::One => "one".into(),
            RowCount::Positions { height, width } => format!("{height}×{width}"),
        };
        let width = match width {
            Width::Fixed(width) => width.to_string(),
            Width::Heads(heads) => format!("{heads} heads"),
        };
        let note = if model.model().trunk.contains(&index) { "  committed to" } else { "" };
        writeln!(
            text,
            "{index:>4} {:<12} {:<14} {rows:<14} {width:>8} {:<5}{note}",
            name(node),
            reads.join(" "),
            type_name(element)
        )?;
    }
    Ok(())
}

fn totals(text: &mut String, model: &CheckedModel) -> fmt::Result {
    let encoded = model.model();
    writeln!(text)?;
    writeln!(
        text,
        "model        {} bytes, {} nodes, of which {} are committed to",
        encoded.to_bytes().len(),
        encoded.nodes.len(),
        encoded.trunk.len()
    )?;
    writeln!(text, "blob         {} bytes", encoded.blob.length)?;
    match model.image_bytes() {
        Some(bytes) => writeln!(text, "work         {} MAC a sample of {bytes} bytes", model.mac(1)),
        None => writeln!(
            text,
            "work         {} MAC for a text of {} tokens, at most {} tokens",
            model.mac(encoded.max_tokens.min(32)),
            encoded.max_tokens.min(32),
            encoded.max_tokens
        ),
    }?;
    writeln!(text, "settled      by a claim, which anybody can dispute down to one element")
}

fn type_name(element: ElementType) -> &'static str {
    match element {
        ElementType::I8 => "i8",
        ElementType::I16 => "i16",
        ElementType::Wide => "wide",
        ElementType::I32 => "i32",
        ElementType::Id => "id",
    }
}

/// The name of an operator.
fn name(node: &Node) -> &'static str {
    match node {
        Node::Tokens(_) => "Tokens",
        Node::Embed(_) => "Embed",
        Node::Linear(_) => "Linear",
        Node::Norm(_) => "Norm",
        Node::Activation(_) => "Activation",
        Node::Rope(_) => "Rope",
        Node::Scores(_) => "Scores",
        Node::Softmax(_) => "Softmax",
        Node::Context(_) => "Context",
        Node::Mul(_) => "Mul",
        Node::Pool(_) => "Pool",
        Node::Select(_) => "Select",
        Node::ArgMax(_) => "ArgMax",
        Node::Pixels(_) => "Pixels",
        Node::Conv2d(_) => "Conv2d",
        Node::MaxPool2d(_) => "MaxPool2d",
        Node::GlobalPool(_) => "GlobalPool",
        Node::Requantize(_) => "Requantize",
    }
}
