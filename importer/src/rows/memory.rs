//! What an execution takes with the library that the chain has, said before it begins.

use millrace_inference::rows::{commitment::trunk_leaf_count, CheckedModel, Tensor, Width};

use crate::refusal::Refusal;

/// Memory that an execution may take, parameters included.
pub(crate) const MEMORY: u64 = 16 << 30;

/// Bytes of a leaf's hash.
const HASH: u64 = 32;

/// Bytes that executing a model takes at most on an image, or a text of so many tokens, with all that is committed to. The rows of
/// all nodes are kept.
///
/// # Errors
/// [`Refusal`] if that is more than an execution may take.
pub fn reference_memory(model: &CheckedModel, tokens: u32) -> Result<u64, Refusal> {
    let sizes = (0u32..).map_while(|node| model.tensor(node)).map(|tensor| rows_bytes(tensor, tokens));
    let (all, largest) =
        sizes.fold((0u64, 0u64), |(all, largest), bytes| (all.saturating_add(bytes), largest.max(bytes)));
    // A list grows to twice its length at most, beside what it was before.
    let rows = all.saturating_mul(2).saturating_add(largest);
    // The leaves and all levels of the tree over them, filled to a power of two; the output once more; and the input.
    let leaves = trunk_leaf_count(model, &[tokens]).checked_next_power_of_two().unwrap_or(u64::MAX);
    let output = model.output().map_or(0, |tensor| rows_bytes(tensor, tokens).saturating_mul(2));
    let input = model.image_bytes().unwrap_or(tokens.into()).saturating_mul(8);
    let parts = [rows, leaves.saturating_mul(4 * HASH), output, input, model.model().blob.length];
    within_memory(parts.into_iter().fold(0, u64::saturating_add))
}

/// Bytes of a node's rows: four for an element, and where each row ends.
fn rows_bytes(tensor: Tensor, tokens: u32) -> u64 {
    let width = match tensor.width {
        Width::Fixed(width) => width.into(),
        Width::Heads(heads) => u64::from(heads) * u64::from(tokens),
    };
    u64::from(tensor.rows.of(tokens)).saturating_mul(4 * width + 8)
}

/// So many bytes, if an execution may take them.
fn within_memory(bytes: u64) -> Result<u64, Refusal> {
    match bytes > MEMORY {
        true => Err(too_much(bytes)),
        false => Ok(bytes),
    }
}

/// Why something isn't executed that takes so many bytes.
pub(crate) fn too_much(bytes: u64) -> Refusal {
    refusal!(
        "executing this takes {bytes} bytes of memory, and it may take {MEMORY}";
        "shorten the text, or take a smaller model"
    )
}

#[cfg(test)]
mod tests {
    use millrace_inference::rows::{
        ElementType, Kind, Linear, Model, Node, Pixels, Requantize, Rescale, RowCount,
    };

    use super::*;
    use crate::parameters::Parameters;

    #[test]
    fn executing_takes_the_rows_of_all_nodes() {
        let pixels = Pixels { height: 300, width: 200, channels: 3 };
        let mut parameters = Parameters::default();
        let rows = parameters.rows([(&[1i8, 0, 0][..], Rescale::ZERO); 3]);
        let rescales = parameters.rescales(&[Rescale::ZERO; 3]);
        let element = ElementType::I8;
        let linear = Linear { input: 0, outputs: 3, rows, element, table: None, addend: None };
        let (blob, name) = parameters.finish();
        let last = Requantize { input: 1, rescales, element };
        let nodes = vec![Node::Pixels(pixels), Node::Linear(linear), Node::Requantize(last)];
        let model = Model { kind: Kind::Encoder, max_tokens: 1, nodes, trunk: vec![1], blob: name };
        let model = CheckedModel::new(model).expect("a model");
        let rows = 60_000 * (4 * 3 + 8);
        let said = reference_memory(&model, 1).expect("little");
        assert!(said > 7 * rows + blob.len() as u64, "{said}");
        assert!(said < 7 * rows + 60_000 * 320, "{said}");
    }

    #[test]
    fn what_takes_too_much_is_refused() {
        assert_eq!(within_memory(MEMORY), Ok(MEMORY));
        let message = within_memory(MEMORY + 1).expect_err("too much").to_string();
        assert!(message.contains("17179869185 bytes") && message.contains("a smaller model"), "{message}");
        // As many numbers a row as there are rows before it, for each head.
        let (width, rows) = (Width::Heads(12), RowCount::Tokens);
        let scores = Tensor { width, element: ElementType::I8, rows };
        assert_eq!(rows_bytes(scores, 1_000), 1_000 * (4 * 12_000 + 8));
    }
}
