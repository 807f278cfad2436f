//! Reads packed accumulators.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

use alloc::vec::Vec;
use core::array;

use super::width::{by_width, signless, GROUP, GROUP_BYTES};

/// Appends the values of whole groups in packed bytes; returns their union.
pub(super) fn unpack_groups_of(width: u8, packed: &[u8], values: &mut Vec<i32>) -> u32 {
    UNPACK.get(usize::from(width)).copied().unwrap_or(unpack_groups::<32>)(packed, values)
}

/// Appends the first `count` values in packed bytes.
pub(super) fn unpack_onto(values: &mut Vec<i32>, packed: &[u8], width: u8, count: usize) {
    let until = values.len() + count;
    values.reserve(count.next_multiple_of(GROUP));
    let (whole, tail) = packed.split_at(packed.len() - packed.len() % usize::from(width));
    unpack_groups_of(width, whole, values);
    if !tail.is_empty() {
        let mut last = [0; GROUP_BYTES];
        last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        unpack_groups_of(width, last.get(..usize::from(width)).unwrap_or_default(), values);
    }
    values.truncate(until);
}

/// Appends the values of groups of eight, which are `WIDTH` bytes each. Returns their union, see [`signless`]. A known
/// width leaves no decision for run time.
fn unpack_groups<const WIDTH: usize>(packed: &[u8], values: &mut Vec<i32>) -> u32 {
    let (groups, _) = packed.as_chunks::<WIDTH>();
    groups.iter().fold(0, |union, group| {
        let unpacked: [i32; GROUP] = array::from_fn(|index| {
            // The word that holds the value begins with the value's first byte, or ends with the group.
            let from = (index * WIDTH / 8).min(WIDTH.saturating_sub(8));
            let word = word(group.get(from..).unwrap_or_default());
            // The sign is the highest of the bits: shift it to the top and back.
            let top = word << (64 - WIDTH - (index * WIDTH - from * 8));
            (top.cast_signed() >> (64 - WIDTH)) as i32 // at most 32 bits are left
        });
        values.extend_from_slice(&unpacked);
        unpacked.iter().fold(union, |union, value| union | signless(*value))
    })
}

/// The first eight bytes as a number, the lowest first; of fewer, all of them.
#[inline(always)]
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte)),
    }
}

type UnpackGroups = fn(&[u8], &mut Vec<i32>) -> u32;

static UNPACK: [UnpackGroups; 33] = by_width!(unpack_groups);
