//! Writes accumulators in as many bits as they need.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

use alloc::vec::Vec;

use super::width::{by_width, packed_bytes, width_of, GROUP, GROUP_BYTES};

/// Appends one operator's accumulators to a trace.
pub(crate) fn pack(values: &[i32], trace: &mut Vec<u8>) {
    let width = width_of(values);
    trace.push(width);
    append(values, width, trace);
}

/// Appends the lowest `width` bits of each value.
pub(super) fn append(values: &[i32], width: u8, trace: &mut Vec<u8>) {
    let from = trace.len();
    let length = usize::try_from(packed_bytes(values.len() as u64, width)).unwrap_or(usize::MAX) - 1;
    let (groups, rest) = values.as_chunks();
    // A group is written in words, of which the last may reach beyond it.
    trace.resize(from + length + GROUP_BYTES, 0);
    let packed = trace.get_mut(from..).unwrap_or_default();
    let pack_groups = PACK.get(usize::from(width)).copied().unwrap_or(pack_groups::<32>);
    pack_groups(groups, packed);
    if !rest.is_empty() {
        let mut last = [0; GROUP];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        pack_groups(&[last], packed.get_mut(groups.len() * usize::from(width)..).unwrap_or_default());
    }
    trace.truncate(from + length);
}

/// Writes groups of values, `WIDTH` bytes each, to the beginning of `packed`, where the last one has room for
/// [`GROUP_BYTES`]. A known width leaves no decision for run time.
#[allow(clippy::indexing_slicing, reason = "every index is below an array's constant length")]
fn pack_groups<const WIDTH: usize>(groups: &[[i32; GROUP]], packed: &mut [u8]) {
    debug_assert!(groups.is_empty() || packed.len() >= (groups.len() - 1) * WIDTH + GROUP_BYTES);
    let mask = u64::from(u32::MAX >> (32 - WIDTH));
    let mut rest = packed;
    for group in groups {
        let mut words = [0u64; GROUP / 2];
        for (index, [low, high]) in group.as_chunks().0.iter().enumerate() {
            let pair = u64::from(low.cast_unsigned()) | (u64::from(high.cast_unsigned()) << 32);
            let pair = (pair & mask) | (((pair >> 32) & mask) << WIDTH);
            let (word, shift) = (index * 2 * WIDTH / 64, index * 2 * WIDTH % 64);
            words[word] |= pair << shift;
            if shift + 2 * WIDTH > 64 {
                words[word + 1] |= pair >> (64 - shift);
            }
        }
        let Some(bytes) = rest.first_chunk_mut::<GROUP_BYTES>() else { break };
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(words).take(WIDTH.div_ceil(8)) {
            *bytes = word.to_le_bytes();
        }
        rest = rest.get_mut(WIDTH..).unwrap_or_default();
    }
}

type PackGroups = fn(&[[i32; GROUP]], &mut [u8]);

static PACK: [PackGroups; 33] = by_width!(pack_groups);
