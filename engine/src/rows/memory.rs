//! What an execution takes, said before it begins.

use millrace_inference::rows::{commitment::trunk_leaf_count, CheckedModel, Layout, Node, RowCount, Width};

use super::{
    elements::held_bytes,
    operators::{attention::KeyValues, convolution::Groups, depthwise::Depthwise, windows::Windows},
    parts::{part_rows, parts},
    prepared::{element, width, PreparedRows, Step},
    products::{Panels, COLUMNS},
    records::{records_bytes, Records},
    share::Share,
};

/// A sequence's tokens; an image counts as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    pub before: u32,
    pub new: u32,
}

/// Bytes that a model's packed parameters take, said before they are packed.
pub(super) fn packed_bytes(model: &CheckedModel) -> u64 {
    let records = |count: u32| records_bytes(count.into());
    let of = |(node, layout): (Option<&Node>, Layout)| match (node, layout) {
        // Read where they lie.
        (Some(Node::Embed(_)), _) | (_, Layout::Wides { .. } | Layout::Angles { .. }) => 0,
        (Some(Node::Conv2d(conv)), Layout::Rows { count, width: terms }) => {
            let groups = Groups::new(conv, width(model, conv.input));
            let panels = groups.packed_bytes();
            let channels = groups.are_channels().then(|| Depthwise::packed_bytes(count.into(), terms.into()));
            channels.unwrap_or(panels)
        }
        (_, Layout::Rows { count, width }) => Panels::bytes_of(count.into(), width.into()) + records(count),
        (Some(Node::Context(context)), Layout::Rescales { count }) => {
            // Each head has blocks of its own.
            let heads = match model.tensor(context.probabilities).map(|tensor| tensor.width) {
                Some(Width::Heads(heads)) => heads,
                _ => count,
            };
            records(count.div_ceil(heads.max(1))) * u64::from(heads)
        }
        (_, Layout::Rescales { count }) => records(count),
        (_, Layout::Scales { count }) => 16 * u64::from(count),
        // Lines, and once more if they are steep.
        (_, Layout::Table) => 3 * 4 * 513,
    };
    let node = |index: u32| model.model().nodes.get(index as usize);
    let windows = (0u32..).zip(&model.model().nodes).filter_map(|(index, node)| {
        let rows = model.tensor(index).map(|tensor| tensor.rows);
        match (node, rows) {
            (Node::Conv2d(_) | Node::MaxPool2d(_), Some(RowCount::Positions { height, width })) => {
                Some(Windows::bytes(height, width))
            }
            _ => None,
        }
    });
    let parameters =
        model.references().into_iter().map(|(index, reference)| of((node(index), reference.layout)));
    parameters.chain(windows).sum()
}

/// Bytes that executing a batch takes at most, the packed parameters included.
pub(super) fn required_memory(model: &PreparedRows, batch: &[Length], threads: usize, keep: bool) -> u64 {
    let rows: Vec<usize> = batch.iter().map(|length| part_rows(&model.checked, length.new)).collect();
    let (mut shared, mut alone) = (0, Vec::new());
    for part in parts(&rows, threads) {
        let threads = if part.shared { threads } else { 1 };
        let bytes = bytes_of_a_part(model, &batch[part.sequences.clone()], Share { threads });
        if part.shared {
            shared = bytes.max(shared);
        } else {
            alone.push(bytes);
        }
    }
    alone.sort_unstable_by(|a, b| b.cmp(a));
    let together: u64 = alone.iter().take(threads).sum();
    let lengths: Vec<u32> = batch.iter().map(|length| length.new).collect();
    let leaves = trunk_leaf_count(&model.checked, &lengths).next_power_of_two();
    // Hashes of all levels, and of the leaves once more, as each part has them and as they are handed out.
    let tree = leaves * 32 * 3;
    let kept: u64 = if keep { batch.iter().map(|length| cached(model, *length)).sum() } else { 0 };
    packed_bytes(&model.checked) + shared.max(together) + tree + 2 * outputs(model, batch) + kept
}

/// Bytes of the output of a batch.
fn outputs(model: &PreparedRows, batch: &[Length]) -> u64 {
    let last = model.steps.len().saturating_sub(1);
    rows_of(model, last, batch) * row_bytes(model, last)
}

/// Rows of a node.
fn rows_of(model: &PreparedRows, node: usize, batch: &[Length]) -> u64 {
    match model.checked.tensor(node as u32).map(|tensor| tensor.rows) {
        Some(rows @ (RowCount::One | RowCount::Positions { .. })) => {
            batch.len() as u64 * u64::from(rows.of(1))
        }
        _ => batch.iter().map(|length| u64::from(length.new)).sum(),
    }
}

/// Bytes of a row of a node of fixed width.
fn row_bytes(model: &PreparedRows, node: usize) -> u64 {
    let node = node as u32;
    width(&model.checked, node) as u64 * held_bytes(element(&model.checked, node))
}

/// Bytes of keys and values, sums and rows that a sequence keeps.
fn cached(model: &PreparedRows, length: Length) -> u64 {
    let tokens = u64::from(length.before) + u64::from(length.new);
    let of = |(node, step): (usize, &Step)| match step {
        Step::Attention(attention) => KeyValues::bytes(attention, tokens),
        Step::Pool(pool) => 8 * width(&model.checked, pool.input) as u64,
        Step::Select(_) => row_bytes(model, node),
        _ => 0,
    };
    model.steps.iter().enumerate().map(of).sum::<u64>() + 64 * model.steps.len() as u64
}

/// Bytes of the rows that live at once, and of what a step needs beside them.
fn bytes_of_a_part(model: &PreparedRows, batch: &[Length], share: Share) -> u64 {
    let rows: usize = batch.iter().map(|length| length.new as usize).sum();
    // Each row's position, and what a sequence keeps by node.
    let base = 8 * rows as u64 + batch.len() as u64 * 64 * model.steps.len() as u64;
    let (mut live, mut most) = (0u64, 0u64);
    let mut held = vec![0; model.steps.len()];
    for (node, step) in model.steps.iter().enumerate() {
        if !matches!(step, Step::Fused) {
            held[node] = rows_of(model, node, batch) * row_bytes(model, node);
        }
        live += held[node];
        most = most.max(live + room(model, step, node, batch, share) + held[node]);
        live -= model.last_read[node].iter().map(|node| held[*node]).sum::<u64>();
    }
    base + most
}

/// Bytes that a step needs beside the rows that it reads and makes, for all threads that share it.
fn room(model: &PreparedRows, step: &Step, node: usize, batch: &[Length], share: Share) -> u64 {
    let rows = rows_of(model, node, batch) as usize;
    let (chunk, threads) = (share.chunk(rows) as u64, share.threads as u64);
    let each = match step {
        Step::Fused => return 0,
        Step::Linear(linear) => linear.room(rows, share),
        Step::Convolution(convolution) => convolution.room(chunk),
        Step::Depthwise(depthwise) => depthwise.room(),
        Step::GlobalPool(pool) => 12 * width(&model.checked, pool.input) as u64,
        // Written where they belong.
        Step::Pixels | Step::MaxPool(_) => 0,
        Step::Attention(attention) => {
            let tokens = |length: &Length| u64::from(length.before) + u64::from(length.new);
            let longest = batch.iter().map(tokens).max().unwrap_or(0);
            let cache = KeyValues::bytes(attention, longest);
            return attention.room(longest) * threads + cache;
        }
        _ => (row_bytes(model, node) + 64) * 4 * chunk,
    };
    each * threads + (size_of::<Records>() + COLUMNS * 8 * 4 * 2) as u64 * threads
}
