//! What an execution commits to: the tree over the rows of its trunk, and the tree over its output.
//!
//! A leaf has at most 4,096 bytes: a longer row is consecutive leaves. Its position isn't hashed, since the index says it, and the
//! number of leaves follows from the model and the sequences' lengths.

use alloc::vec::Vec;

pub use super::tree::{leaf_hash, node_hash, path, root_of, tree, tree_root, Hash, LEAF_KEY, NODE_KEY};
use super::{
    evaluate::{row_bytes, Output, Sequence},
    registration::checked::CheckedModel,
    tensor::Tensor,
    tree::{keyed, ROOT_KEY},
};

/// Bytes of a leaf at most.
pub const LEAF_BYTES: usize = 4_096;

/// Which bytes of an execution a leaf of its trunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrunkLeaf {
    /// The trunk node.
    pub node: u32,
    /// The sequence of the batch.
    pub sequence: usize,
    /// The row.
    pub row: u32,
    /// The part of the row, of [`LEAF_BYTES`] each but the last.
    pub chunk: u64,
}

/// Leaves of each row of a trunk node.
fn chunks(model: &CheckedModel, node: u32) -> Option<u64> {
    let tensor = model.tensor(node)?;
    let bytes = u64::from(tensor.expect_fixed().ok()?).checked_mul(tensor.element.bytes().into())?;
    Some(bytes.div_ceil(u64::try_from(LEAF_BYTES).ok()?))
}

/// Leaves of the trunk of a batch of sequences of these lengths in tokens, which is 1 for an image.
pub fn trunk_leaf_count(model: &CheckedModel, lengths: &[u32]) -> u64 {
    let of = |node: &u32| {
        let (chunks, tensor) = (chunks(model, *node).unwrap_or(0), model.tensor(*node));
        let rows = lengths.iter().map(|length| tensor.map_or(0, |tensor| tensor.rows.of(*length)));
        rows.map(|rows| u64::from(rows).saturating_mul(chunks)).fold(0, u64::saturating_add)
    };
    model.model().trunk.iter().map(of).fold(0, u64::saturating_add)
}

/// What the leaf with this index holds: leaves are ordered by trunk node, sequence, row and chunk.
pub fn trunk_leaf(model: &CheckedModel, lengths: &[u32], index: u64) -> Option<TrunkLeaf> {
    let mut rest = index;
    for &node in &model.model().trunk {
        let (chunks, rows) = (chunks(model, node)?, model.tensor(node)?.rows);
        for (sequence, length) in lengths.iter().enumerate() {
            let leaves = u64::from(rows.of(*length)).checked_mul(chunks)?;
            if rest < leaves {
                let row = u32::try_from(rest.checked_div(chunks)?).ok()?;
                return Some(TrunkLeaf { node, sequence, row, chunk: rest.checked_rem(chunks)? });
            }
            rest = rest.checked_sub(leaves)?;
        }
    }
    None
}

/// Hashes of the trunk's leaves of a batch. None if a sequence didn't record its rows.
pub fn trunk_leaves(model: &CheckedModel, batch: &[Sequence<'_>]) -> Option<Vec<Hash>> {
    let mut leaves = Vec::new();
    for &node in &model.model().trunk {
        let Tensor { element, rows: count, .. } = model.tensor(node)?;
        for sequence in batch {
            let rows = sequence.rows(node)?;
            for row in 0..count.of(sequence.tokens()) {
                let bytes = row_bytes(rows.row(row)?, element);
                leaves.extend(bytes.chunks(LEAF_BYTES).map(leaf_hash));
            }
        }
    }
    Some(leaves)
}

/// Hashes of the leaves of a batch's output: the bytes of all sequences, one after the other.
pub fn output_leaves(outputs: &[Output]) -> Vec<Hash> {
    let bytes: Vec<u8> = outputs.iter().flat_map(Output::to_bytes).collect();
    bytes.chunks(LEAF_BYTES).map(leaf_hash).collect()
}

/// R: what names an execution, whoever executes.
pub fn execution_root(model: &Hash, input_hash: &Hash, trunk_root: &Hash, output_root: &Hash) -> Hash {
    keyed(&ROOT_KEY, &[*model, *input_hash, *trunk_root, *output_root].concat())
}
