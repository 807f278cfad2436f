//! The trees that an execution is claimed by, hashed as their rows are made.

use millrace_inference::rows::commitment::{leaf_hash, tree_root, Hash, LEAF_BYTES};

use super::{elements::Elements, share::Share};

/// Hashes of the leaves of rows that were just made and so are still in a cache.
pub(super) fn leaves(rows: &Elements, count: usize, width: usize, bytes: usize, share: Share) -> Vec<Hash> {
    let of_a_row = (width * bytes).div_ceil(LEAF_BYTES);
    share.chunks(count, of_a_row, |first, made| {
        let mut room = Vec::with_capacity(width * bytes);
        for (index, made) in made.chunks_mut(of_a_row).enumerate() {
            room.clear();
            rows.write((first + index) * width..(first + index + 1) * width, &mut room);
            made.iter_mut().zip(room.chunks(LEAF_BYTES)).for_each(|(made, leaf)| *made = leaf_hash(leaf));
        }
    })
}

/// Root of the tree over bytes that lie one after the other.
pub(super) fn root_of_bytes<'a>(bytes: impl Iterator<Item = &'a [u8]>) -> Hash {
    let (mut leaves, mut room) = (Vec::new(), Vec::with_capacity(LEAF_BYTES));
    for mut bytes in bytes {
        while !bytes.is_empty() {
            let (some, rest) = bytes.split_at(bytes.len().min(LEAF_BYTES - room.len()));
            room.extend_from_slice(some);
            bytes = rest;
            if room.len() == LEAF_BYTES {
                leaves.push(leaf_hash(&room));
                room.clear();
            }
        }
    }
    if !room.is_empty() {
        leaves.push(leaf_hash(&room));
    }
    tree_root(leaves)
}
