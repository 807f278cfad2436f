//! The trees that an execution is claimed by, hashed as their rows are made.

use millrace_inference::rows::commitment::{Hash, LEAF_BYTES, LEAF_KEY, NODE_KEY};

use super::{elements::Elements, keyed::keyed_hashes, share::Share};

/// Leaves or nodes that are hashed side by side are at least so many, which is what the widest vectors hold.
const SIDE_BY_SIDE: usize = 16;
/// Bytes of the short ones, of which more are hashed at a time.
const ROOM: usize = 16 * 1024;

/// Hashes of the leaves of rows that were just made and so are still in a cache.
pub(super) fn leaves(rows: &Elements, count: usize, width: usize, bytes: usize, share: Share) -> Vec<Hash> {
    let row = width * bytes;
    let of_a_row = row.div_ceil(LEAF_BYTES);
    let at_a_time = (ROOM / row).max(SIDE_BY_SIDE);
    share.chunks(count, of_a_row, |first, made| {
        let mut room = Vec::new();
        for (index, made) in made.chunks_mut(at_a_time * of_a_row).enumerate() {
            let first = first + index * at_a_time;
            room.clear();
            rows.write(first * width..(first + made.len() / of_a_row) * width, &mut room);
            // Leaves in one place of their rows have one length.
            for at in 0..of_a_row {
                let part = at * LEAF_BYTES..row.min((at + 1) * LEAF_BYTES);
                let leaves: Vec<&[u8]> = room.chunks(row).map(|row| &row[part.clone()]).collect();
                let hashes = keyed_hashes(&LEAF_KEY, &leaves);
                made.iter_mut().skip(at).step_by(of_a_row).zip(hashes).for_each(|(made, hash)| *made = hash);
            }
        }
    })
}

/// Root of the tree over leaves, as `millrace_inference::rows::commitment::tree_root` gives it.
pub(super) fn root(mut leaves: Vec<Hash>) -> Hash {
    leaves.resize(leaves.len().next_power_of_two(), [0; 32]);
    while leaves.len() > 1 {
        let nodes = |below: &[Hash]| {
            let pairs: Vec<&[u8]> = below.chunks(2).map(<[Hash]>::as_flattened).collect();
            keyed_hashes(&NODE_KEY, &pairs)
        };
        leaves = leaves.chunks(ROOM / size_of::<Hash>()).flat_map(nodes).collect();
    }
    leaves.first().copied().unwrap_or([0; 32])
}

/// Root of the tree over bytes that lie one after the other.
pub(super) fn root_of_bytes<'a>(bytes: impl Iterator<Item = &'a [u8]>) -> Hash {
    let (mut made, mut room) = (Vec::new(), Vec::new());
    for mut bytes in bytes {
        while !bytes.is_empty() {
            let (some, rest) = bytes.split_at(bytes.len().min(SIDE_BY_SIDE * LEAF_BYTES - room.len()));
            room.extend_from_slice(some);
            bytes = rest;
            if room.len() == SIDE_BY_SIDE * LEAF_BYTES {
                made.extend(leaves_of(&room));
                room.clear();
            }
        }
    }
    made.extend(leaves_of(&room));
    root(made)
}

/// Hashes of the leaves of bytes.
fn leaves_of(bytes: &[u8]) -> Vec<Hash> {
    let (whole, rest) = bytes.as_chunks::<LEAF_BYTES>();
    let whole: Vec<&[u8]> = whole.iter().map(<[u8; LEAF_BYTES]>::as_slice).collect();
    let mut made = keyed_hashes(&LEAF_KEY, &whole);
    if !rest.is_empty() {
        made.extend(keyed_hashes(&LEAF_KEY, &[rest]));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::rows::commitment::{leaf_hash, tree_root};

    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at * 131 + at / 257) as u8).collect()
    }

    /// Rows shorter than a block, between blocks and longer than a leaf, fewer and more than go side by side.
    #[test]
    fn leaves_are_those_of_the_reference() {
        for width in [1, 24, 64, 384, 1024, 1500] {
            for count in [1, 15, 16, 17, 130] {
                let rows: Vec<i32> = (0..count * width).map(|at| (at * 7919) as i32 - 90_000).collect();
                let expected: Vec<Hash> = rows
                    .chunks(width)
                    .flat_map(|row| {
                        let row: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
                        row.chunks(LEAF_BYTES).map(leaf_hash).collect::<Vec<_>>()
                    })
                    .collect();
                for threads in [1, 3] {
                    let made = leaves(&Elements::I32(rows.clone()), count, width, 4, Share { threads });
                    assert_eq!(made, expected, "{count} rows of {width}");
                }
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_reference() {
        for count in [0, 1, 2, 3, 16, 17, 1_100] {
            let leaves: Vec<Hash> = (0..count).map(|at| leaf_hash(&bytes(at))).collect();
            assert_eq!(root(leaves.clone()), tree_root(leaves), "{count} leaves");
        }
        for length in [0, 1, LEAF_BYTES, LEAF_BYTES + 1, 40 * LEAF_BYTES, 40 * LEAF_BYTES + 77] {
            let all = bytes(length);
            let expected = tree_root(all.chunks(LEAF_BYTES).map(leaf_hash).collect());
            assert_eq!(root_of_bytes(all.chunks(1_000)), expected, "{length} bytes");
        }
    }
}
