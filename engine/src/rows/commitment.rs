//! BLAKE3 for the trees that an execution is claimed by.

use millrace_inference::rows::commitment::{tree_root, Hash, TreeHash, LEAF_BYTES};

use super::elements::{Elements, Share};

/// BLAKE3 with the keys of leaves, nodes and roots.
#[derive(Clone, Debug)]
pub struct Blake3 {
    leaf: Hash,
    node: Hash,
    root: Hash,
}

impl Blake3 {
    /// Derives the keys, from their contexts alone.
    pub fn new() -> Self {
        let [leaf, node, root] = ["millrace v2 leaf", "millrace v2 node", "millrace v2 root"]
            .map(|context| blake3::derive_key(context, &[]));
        Self { leaf, node, root }
    }
}

impl Default for Blake3 {
    fn default() -> Self {
        Self::new()
    }
}

impl TreeHash for Blake3 {
    fn leaf(&self, bytes: &[u8]) -> Hash {
        *blake3::keyed_hash(&self.leaf, bytes).as_bytes()
    }

    fn node(&self, left: &Hash, right: &Hash) -> Hash {
        let mut both = [0; 64];
        both[..32].copy_from_slice(left);
        both[32..].copy_from_slice(right);
        *blake3::keyed_hash(&self.node, &both).as_bytes()
    }

    fn root(&self, bytes: &[u8]) -> Hash {
        *blake3::keyed_hash(&self.root, bytes).as_bytes()
    }
}

/// Hashes of the leaves of rows that were just made and so are still in a cache.
pub(super) fn leaves(
    rows: &Elements,
    count: usize,
    width: usize,
    bytes: usize,
    share: Share,
    hash: &Blake3,
) -> Vec<Hash> {
    let of_a_row = (width * bytes).div_ceil(LEAF_BYTES);
    share.chunks(count, of_a_row, |first, made| {
        let mut room = Vec::with_capacity(width * bytes);
        for (index, made) in made.chunks_mut(of_a_row).enumerate() {
            room.clear();
            rows.write((first + index) * width..(first + index + 1) * width, &mut room);
            made.iter_mut().zip(room.chunks(LEAF_BYTES)).for_each(|(made, leaf)| *made = hash.leaf(leaf));
        }
    })
}

/// Root of the tree over bytes that lie one after the other.
pub(super) fn root_of_bytes<'a>(bytes: impl Iterator<Item = &'a [u8]>, hash: &Blake3) -> Hash {
    let (mut leaves, mut room) = (Vec::new(), Vec::with_capacity(LEAF_BYTES));
    for mut bytes in bytes {
        while !bytes.is_empty() {
            let (some, rest) = bytes.split_at(bytes.len().min(LEAF_BYTES - room.len()));
            room.extend_from_slice(some);
            bytes = rest;
            if room.len() == LEAF_BYTES {
                leaves.push(hash.leaf(&room));
                room.clear();
            }
        }
    }
    if !room.is_empty() {
        leaves.push(hash.leaf(&room));
    }
    tree_root(leaves, hash)
}
