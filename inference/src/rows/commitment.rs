//! What an execution commits to: the tree over the rows of its trunk, and the tree over its output.
//!
//! Trees are binary, filled to a power of two with leaf hashes of 32 zero bytes. A leaf has at most 4,096 bytes: a longer row is
//! consecutive leaves. Its position isn't hashed, since the index says it, and the number of leaves follows from the model and the
//! sequences' lengths.

use alloc::vec::Vec;

use super::{
    evaluate::{row_bytes, Output, Sequence},
    registration::checked::CheckedModel,
};

/// Bytes of a leaf at most.
pub const LEAF_BYTES: usize = 4_096;

/// Hash of a leaf, a node or a root.
pub type Hash = [u8; 32];

/// BLAKE3 with its three keys. Whoever calls brings it, so that this crate depends on no implementation.
pub trait TreeHash {
    /// BLAKE3 with the key that is derived from "millrace v2 leaf".
    fn leaf(&self, bytes: &[u8]) -> Hash;

    /// BLAKE3 with the key that is derived from "millrace v2 node", of `left ‖ right`.
    fn node(&self, left: &Hash, right: &Hash) -> Hash;

    /// BLAKE3 with the key that is derived from "millrace v2 root".
    fn root(&self, bytes: &[u8]) -> Hash;
}

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

/// Leaves of the trunk of a batch of sequences of these lengths, in tokens.
pub fn trunk_leaf_count(model: &CheckedModel, lengths: &[u32]) -> u64 {
    let rows = lengths.iter().map(|length| u64::from(*length)).fold(0, u64::saturating_add);
    let of = |node: &u32| chunks(model, *node).unwrap_or(0).saturating_mul(rows);
    model.model().trunk.iter().map(of).fold(0, u64::saturating_add)
}

/// What the leaf with this index holds: leaves are ordered by trunk node, sequence, row and chunk.
pub fn trunk_leaf(model: &CheckedModel, lengths: &[u32], index: u64) -> Option<TrunkLeaf> {
    let mut rest = index;
    for &node in &model.model().trunk {
        let chunks = chunks(model, node)?;
        for (sequence, length) in lengths.iter().enumerate() {
            let leaves = u64::from(*length).checked_mul(chunks)?;
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
pub fn trunk_leaves(model: &CheckedModel, batch: &[Sequence<'_>], hash: &impl TreeHash) -> Option<Vec<Hash>> {
    let mut leaves = Vec::new();
    for &node in &model.model().trunk {
        let element = model.tensor(node)?.element;
        for sequence in batch {
            let rows = sequence.rows(node)?;
            for row in 0..sequence.tokens() {
                let bytes = row_bytes(rows.row(row)?, element);
                leaves.extend(bytes.chunks(LEAF_BYTES).map(|chunk| hash.leaf(chunk)));
            }
        }
    }
    Some(leaves)
}

/// Hashes of the leaves of a batch's output: the bytes of all sequences, one after the other.
pub fn output_leaves(outputs: &[Output], hash: &impl TreeHash) -> Vec<Hash> {
    let bytes: Vec<u8> = outputs.iter().flat_map(Output::to_bytes).collect();
    bytes.chunks(LEAF_BYTES).map(|chunk| hash.leaf(chunk)).collect()
}

/// Levels of the tree over these leaves: the filled leaves first, the root last.
pub fn tree(mut leaves: Vec<Hash>, hash: &impl TreeHash) -> Vec<Vec<Hash>> {
    leaves.resize(leaves.len().checked_next_power_of_two().unwrap_or(leaves.len()), [0; 32]);
    let mut levels = Vec::from([leaves]);
    while let Some(below) = levels.last().filter(|level| level.len() > 1) {
        let (pairs, _) = below.as_chunks::<2>();
        let level = pairs.iter().map(|[left, right]| hash.node(left, right)).collect();
        levels.push(level);
    }
    levels
}

/// Root of the tree over these leaves.
pub fn tree_root(leaves: Vec<Hash>, hash: &impl TreeHash) -> Hash {
    tree(leaves, hash).last().and_then(|level| level.first().copied()).unwrap_or([0; 32])
}

/// The siblings from a leaf up to the root.
pub fn path(levels: &[Vec<Hash>], index: usize) -> Option<Vec<Hash>> {
    let (_, below) = levels.split_last()?;
    let sibling =
        |(height, level): (u32, &Vec<Hash>)| level.get(index.checked_shr(height).unwrap_or(0) ^ 1).copied();
    (0u32..).zip(below).map(sibling).collect()
}

/// The root that a leaf's hash and its siblings give.
pub fn root_of(leaf: Hash, index: u64, path: &[Hash], hash: &impl TreeHash) -> Hash {
    let step = |below: Hash, (height, sibling): (u32, &Hash)| {
        if index.checked_shr(height).unwrap_or(0) & 1 == 0 {
            hash.node(&below, sibling)
        } else {
            hash.node(sibling, &below)
        }
    };
    (0u32..).zip(path).fold(leaf, step)
}

/// R: what names an execution, whoever executes.
pub fn execution_root(
    model: &Hash,
    input_hash: &Hash,
    trunk_root: &Hash,
    output_root: &Hash,
    hash: &impl TreeHash,
) -> Hash {
    hash.root(&[*model, *input_hash, *trunk_root, *output_root].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is hashed, summed up: good enough to see what goes where.
    struct Sum;

    impl Sum {
        fn of(tag: u8, bytes: &[u8]) -> Hash {
            let mut hash = [tag; 32];
            for (index, byte) in bytes.iter().enumerate() {
                let slot = &mut hash[index % 32];
                *slot = slot.wrapping_mul(31).wrapping_add(*byte).rotate_left(3);
            }
            hash
        }
    }

    impl TreeHash for Sum {
        fn leaf(&self, bytes: &[u8]) -> Hash {
            Self::of(1, bytes)
        }

        fn node(&self, left: &Hash, right: &Hash) -> Hash {
            Self::of(2, &[*left, *right].concat())
        }

        fn root(&self, bytes: &[u8]) -> Hash {
            Self::of(3, bytes)
        }
    }

    #[test]
    fn trees_are_filled_with_zeros() {
        let leaves: Vec<Hash> = (1..=3u8).map(|leaf| [leaf; 32]).collect();
        let left = Sum.node(&leaves[0], &leaves[1]);
        let right = Sum.node(&leaves[2], &[0; 32]);
        assert_eq!(tree_root(leaves.clone(), &Sum), Sum.node(&left, &right));
        assert_eq!(tree_root(leaves[..1].to_vec(), &Sum), leaves[0]);
        assert_eq!(tree_root(Vec::new(), &Sum), [0; 32]);
    }

    #[test]
    fn paths_lead_to_the_root() {
        for count in 1..=9usize {
            let leaves: Vec<Hash> = (0..count).map(|leaf| [leaf as u8; 32]).collect();
            let levels = tree(leaves.clone(), &Sum);
            for (index, leaf) in leaves.iter().enumerate() {
                let path = path(&levels, index).expect("there is such a leaf");
                assert_eq!(root_of(*leaf, index as u64, &path, &Sum), levels.last().expect("a root")[0]);
                if count > 1 {
                    assert_ne!(
                        root_of([99; 32], index as u64, &path, &Sum),
                        levels.last().expect("a root")[0]
                    );
                }
            }
        }
    }
}
