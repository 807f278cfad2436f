//! BLAKE3 with one key for each purpose, and binary trees of its hashes.
//!
//! Trees are filled to a power of two with leaf hashes of 32 zero bytes.

use alloc::vec::Vec;

/// Hash of a leaf, a node or a root.
pub type Hash = [u8; 32];

/// Key of leaves: what BLAKE3 derives from the context "millrace v2 leaf" and no material.
pub const LEAF_KEY: Hash = [
    0x3e, 0xc5, 0xb5, 0x7b, 0x36, 0x32, 0x3a, 0x39, 0xdf, 0x92, 0x86, 0xf0, 0x92, 0xd3, 0xd9, 0xbc, 0x55,
    0xaa, 0xe5, 0x58, 0x36, 0xfe, 0x43, 0xf5, 0x9f, 0xe6, 0x58, 0x2e, 0x21, 0x8e, 0x83, 0xaf,
];
/// Key of nodes: the same from "millrace v2 node".
pub const NODE_KEY: Hash = [
    0x82, 0x72, 0xe2, 0x92, 0x98, 0xba, 0xb6, 0x2c, 0x1b, 0x03, 0x15, 0xf0, 0xa9, 0x1d, 0xbf, 0xc4, 0x8c,
    0xc4, 0x9b, 0x84, 0x48, 0x32, 0xea, 0x00, 0x69, 0x62, 0xce, 0x66, 0x28, 0xc8, 0x8b, 0xe6,
];
/// The same from "millrace v2 root".
pub(super) const ROOT_KEY: Hash = [
    0xb7, 0x67, 0x4b, 0x26, 0x1c, 0xef, 0xc0, 0x15, 0xb0, 0x3c, 0x3e, 0x9e, 0xd5, 0x3c, 0xa7, 0x4d, 0xc7,
    0x1c, 0xb9, 0xea, 0x74, 0x2c, 0xc5, 0x8d, 0x0d, 0x66, 0x46, 0xe8, 0xbf, 0x19, 0xf6, 0xe8,
];

/// BLAKE3 with a key.
pub(super) fn keyed(key: &Hash, bytes: &[u8]) -> Hash {
    blake3::keyed_hash(key, bytes).into()
}

/// Hash of a leaf.
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    keyed(&LEAF_KEY, bytes)
}

/// Hash of `left ‖ right`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    keyed(&NODE_KEY, &[*left, *right].concat())
}

/// Levels of the tree over these leaves: the filled leaves first, the root last.
pub fn tree(mut leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    leaves.resize(leaves.len().checked_next_power_of_two().unwrap_or(leaves.len()), [0; 32]);
    let mut levels = Vec::from([leaves]);
    while let Some(below) = levels.last().filter(|level| level.len() > 1) {
        let (pairs, _) = below.as_chunks::<2>();
        let level = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
        levels.push(level);
    }
    levels
}

/// Root of the tree over these leaves.
pub fn tree_root(leaves: Vec<Hash>) -> Hash {
    tree(leaves).last().and_then(|level| level.first().copied()).unwrap_or([0; 32])
}

/// The siblings from a leaf up to the root.
pub fn path(levels: &[Vec<Hash>], index: usize) -> Option<Vec<Hash>> {
    let (_, below) = levels.split_last()?;
    let sibling =
        |(height, level): (u32, &Vec<Hash>)| level.get(index.checked_shr(height).unwrap_or(0) ^ 1).copied();
    (0u32..).zip(below).map(sibling).collect()
}

/// The root that a leaf's hash and its siblings give.
pub fn root_of(leaf: Hash, index: u64, path: &[Hash]) -> Hash {
    let step = |below: Hash, (height, sibling): (u32, &Hash)| {
        if index.checked_shr(height).unwrap_or(0) & 1 == 0 {
            node_hash(&below, sibling)
        } else {
            node_hash(sibling, &below)
        }
    };
    (0u32..).zip(path).fold(leaf, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_derived_from_their_contexts() {
        let contexts = ["millrace v2 leaf", "millrace v2 node", "millrace v2 root"];
        assert_eq!(contexts.map(|context| blake3::derive_key(context, &[])), [LEAF_KEY, NODE_KEY, ROOT_KEY]);
    }

    #[test]
    fn trees_are_filled_with_zeros() {
        let leaves: Vec<Hash> = (1..=3u8).map(|leaf| [leaf; 32]).collect();
        let left = node_hash(&leaves[0], &leaves[1]);
        let right = node_hash(&leaves[2], &[0; 32]);
        assert_eq!(tree_root(leaves.clone()), node_hash(&left, &right));
        assert_eq!(tree_root(leaves[..1].to_vec()), leaves[0]);
        assert_eq!(tree_root(Vec::new()), [0; 32]);
    }

    #[test]
    fn paths_lead_to_the_root() {
        for count in 1..=9usize {
            let leaves: Vec<Hash> = (0..count).map(|leaf| [leaf as u8; 32]).collect();
            let levels = tree(leaves.clone());
            for (index, leaf) in leaves.iter().enumerate() {
                let path = path(&levels, index).expect("there is such a leaf");
                assert_eq!(root_of(*leaf, index as u64, &path), levels.last().expect("a root")[0]);
                if count > 1 {
                    assert_ne!(root_of([99; 32], index as u64, &path), levels.last().expect("a root")[0]);
                }
            }
        }
    }
}
