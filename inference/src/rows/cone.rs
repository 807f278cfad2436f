//! What one row of a trunk node depends on within its segment, as leaves of a tree: made only when that row is disputed.
//!
//! Segment k is the nodes behind trunk node k − 1 (node 0 for the first) up to trunk node k, or up to the last node. Its leaves are, node by node, the rows
//! on which the disputed row depends: all that it may see of nodes that are read across rows, and of what makes these; the row of the
//! same number of all others. A row is cut into leaves as in the trunk. Running sums of a [`Pool`](super::Pool) come before its row.
//! A node that [`Context`](super::Context) or [`GlobalPool`](super::GlobalPool) reads is followed by its columns, cut likewise.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    commitment::LEAF_BYTES,
    evaluate::{row_bytes, Sequence},
    format::{
        image::GlobalPool,
        model::Kind,
        node::{Context, Node},
    },
    openings::{OpenedValues, Opening},
    registration::checked::CheckedModel,
    tensor::RowCount,
    tree::{leaf_hash, Hash},
};

/// Numbers that are leaves together: a row, a row of sums, or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strand {
    /// Which numbers.
    pub opening: Opening,
    /// Bytes of each.
    pub bytes: u32,
}

impl Strand {
    /// Leaves that it is cut into.
    pub fn leaves(&self) -> u64 {
        let bytes = u64::from(self.opening.count()).saturating_mul(self.bytes.into());
        bytes.div_ceil(u64::try_from(LEAF_BYTES).unwrap_or(u64::MAX))
    }
}

/// The row of a segment's last node whose cone it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Apex {
    /// k.
    pub segment: usize,
    /// The row.
    pub row: u32,
}

/// Which rows of a node belong to a cone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Needed {
    None,
    Same,
    All,
}

/// The nodes of a segment.
fn segment(model: &CheckedModel, number: usize) -> Option<Range<u32>> {
    let (trunk, nodes) = (&model.model().trunk, u32::try_from(model.model().nodes.len()).ok()?);
    let start = match number.checked_sub(1) {
        None => 1,
        Some(before) => trunk.get(before)?.checked_add(1)?,
    };
    let end = match trunk.get(number) {
        Some(last) => last.checked_add(1)?,
        None => nodes,
    };
    (start < end).then_some(start..end)
}

/// What is needed of each node of a segment for the last one's row.
fn needed(model: &CheckedModel, nodes: &Range<u32>) -> Option<Vec<Needed>> {
    let index = |node: u32| usize::try_from(node.checked_sub(nodes.start)?).ok();
    let mut needed = alloc::vec![Needed::None; nodes.len()];
    *needed.last_mut()? = Needed::Same;
    for number in nodes.clone().rev() {
        let own = *needed.get(index(number)?)?;
        let node = model.model().nodes.get(usize::try_from(number).ok()?)?;
        for read in node.reads().filter(|_| own > Needed::None) {
            let across = if node.reads_rows_of() == Some(read) { Needed::All } else { own };
            if let Some(read) = index(read).and_then(|read| needed.get_mut(read)) {
                *read = across.max(*read);
            }
        }
    }
    Some(needed)
}

/// Whether an operator reads columns of this node.
fn has_columns(model: &CheckedModel, node: u32) -> bool {
    model.model().nodes.iter().any(|reader| match *reader {
        Node::Context(Context { values, .. }) => values == node,
        Node::GlobalPool(GlobalPool { input, .. }) => input == node,
        _ => false,
    })
}

/// The strands of a cone in the order of their leaves, for a sequence of so many tokens. None if there is no such row.
pub fn strands(model: &CheckedModel, tokens: u32, apex: Apex) -> Option<Vec<Strand>> {
    let nodes = segment(model, apex.segment)?;
    let last = model.tensor(nodes.end.checked_sub(1)?)?.rows;
    if apex.row >= last.of(tokens) {
        return None;
    }
    let seen = match (model.model().kind, last) {
        (Kind::Causal, RowCount::Tokens) => apex.row.checked_add(1)?,
        _ => tokens,
    };
    let mut strands = Vec::new();
    for (node, needed) in nodes.clone().zip(needed(model, &nodes)?) {
        let tensor = model.tensor(node)?;
        let bytes = tensor.element.bytes();
        let rows = match needed {
            Needed::None => 0..0,
            Needed::Same => apex.row..apex.row.checked_add(1)?,
            Needed::All => 0..tensor.rows.of(seen),
        };
        if let (Node::Pool(_), false) =
            (model.model().nodes.get(usize::try_from(node).ok()?)?, rows.is_empty())
        {
            let count = tensor.expect_fixed().ok()?;
            let sums = (0..tokens).map(|row| Opening::Sums { node, row, from: 0, count });
            strands.extend(sums.map(|opening| Strand { opening, bytes: 8 }));
        }
        for row in rows.clone() {
            let count = model.graph.tensors().elements(tensor, row, tokens);
            strands.push(Strand { opening: Opening::Row { node, row, from: 0, count }, bytes });
        }
        if needed == Needed::All && has_columns(model, node) {
            let columns = 0..tensor.expect_fixed().ok()?;
            let column = |element| Opening::Column { node, element, rows: rows.end };
            strands.extend(columns.map(|element| Strand { opening: column(element), bytes }));
        }
    }
    Some(strands)
}

/// The bytes of a strand of an execution. None if its rows weren't recorded.
pub fn strand_bytes(model: &CheckedModel, sequence: &Sequence<'_>, opening: Opening) -> Option<Vec<u8>> {
    let node = match opening {
        Opening::Row { node, .. } | Opening::Column { node, .. } | Opening::Sums { node, .. } => node,
    };
    Some(match sequence.open(opening)? {
        OpenedValues::Elements(elements) => row_bytes(&elements, model.tensor(node)?.element),
        OpenedValues::Sums(sums) => sums.iter().flat_map(|sum| sum.to_le_bytes()).collect(),
    })
}

/// Hashes of the leaves of a cone. None if there is no such row, or the sequence didn't record its rows.
pub fn cone_leaves(model: &CheckedModel, sequence: &Sequence<'_>, apex: Apex) -> Option<Vec<Hash>> {
    let mut leaves = Vec::new();
    for strand in strands(model, sequence.tokens(), apex)? {
        let bytes = strand_bytes(model, sequence, strand.opening)?;
        leaves.extend(bytes.chunks(LEAF_BYTES).map(leaf_hash));
    }
    Some(leaves)
}
