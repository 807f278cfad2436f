//! Packs the parts of a batch apart, and joins them to the trace of the whole.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

use alloc::vec::Vec;

use super::{
    pack::append,
    unpack::unpack_onto,
    width::{packed_bytes, width_of, GROUP, GROUP_BYTES, MAX_WIDTH, MIN_WIDTH},
};

/// One operator's accumulators on a part of a batch, packed while they are at hand.
pub struct Packed {
    /// Bits of each value, as they are packed.
    width: u8,
    /// Bits that would do.
    narrowest: u8,
    count: usize,
    bytes: Vec<u8>,
}

impl Packed {
    /// Packs values in as many bits as they need, or in `at_least` if that is more: what another part of the batch is
    /// known to need, all of them will take.
    pub fn new(values: &[i32], at_least: u8) -> Self {
        let narrowest = width_of(values);
        let width = narrowest.max(at_least.min(MAX_WIDTH));
        let mut bytes = Vec::new();
        append(values, width, &mut bytes);
        Self { width, narrowest, count: values.len(), bytes }
    }

    /// Bits that would do for its values.
    pub fn narrowest(&self) -> u8 {
        self.narrowest
    }

    /// The trace of a batch from its parts, in their order; each has the accumulators of all linear operators, in node
    /// order.
    pub fn join(parts: &[Vec<Self>]) -> Vec<u8> {
        let operators = parts.first().map_or(0, Vec::len);
        let of = |operator: usize| parts.iter().filter_map(move |part| part.get(operator));
        let width = |operator| of(operator).map(Self::narrowest).max().unwrap_or(MIN_WIDTH);
        let bytes = |operator| {
            let count: usize = of(operator).map(|part| part.count).sum();
            packed_bytes(count as u64, width(operator))
        };
        let length: u64 = (0..operators).map(bytes).sum();
        let mut trace = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + GROUP_BYTES);
        for operator in 0..operators {
            trace.push(width(operator));
            join_operator(of(operator), width(operator), &mut trace);
        }
        trace
    }
}

/// Values that are unpacked to be packed again at once: they stay in the cache.
const PIECE: usize = 4096;

/// Appends one operator's accumulators, `width` bits each, no fewer than any part needs.
fn join_operator<'a>(parts: impl Iterator<Item = &'a Packed>, width: u8, trace: &mut Vec<u8>) {
    // Values before the next whole byte, and a piece of those that can't be copied as bytes.
    let mut values = Vec::new();
    for part in parts {
        let as_they_are = values.is_empty() && part.width == width;
        let whole = if as_they_are { part.count / GROUP * usize::from(width) } else { 0 };
        let (groups, rest) = part.bytes.split_at_checked(whole).unwrap_or_default();
        trace.extend_from_slice(groups);
        let mut left = if as_they_are { part.count % GROUP } else { part.count };
        for piece in rest.chunks(PIECE / GROUP * usize::from(part.width)) {
            unpack_onto(&mut values, piece, part.width, left.min(PIECE));
            left = left.saturating_sub(PIECE);
            let whole = values.len() / GROUP * GROUP;
            append(values.get(..whole).unwrap_or_default(), width, trace);
            values.drain(..whole);
        }
    }
    append(&values, width, trace);
}
