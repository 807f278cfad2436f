//! How accumulators are written: for each linear operator in node order one byte, the width, then its
//! accumulators in that many bits each, two's complement, the lowest bit first, filled up with zero bits to a
//! whole byte. The width is the smallest of 2..=32 that holds them all, so an execution has one encoding.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

use alloc::vec::Vec;
use core::array;

use crate::TraceError;

/// Narrowest packing.
const MIN_WIDTH: u8 = 2;
/// Widest packing: the accumulators as they are.
pub(crate) const MAX_WIDTH: u8 = 32;

/// Bits that hold every number of absolute value `bound` or less, in two's complement, at least 2.
pub(crate) fn width_of_bound(bound: u64) -> u8 {
    let bits = u8::try_from(u64::BITS - bound.leading_zeros() + 1).unwrap_or(MAX_WIDTH);
    bits.clamp(MIN_WIDTH, MAX_WIDTH)
}

/// A number or its complement, which need as many bits: the one whose sign isn't set. What any of several numbers
/// needs, the union of these shows.
#[inline(always)]
fn signless(value: i32) -> u32 {
    (value ^ (value >> 31)).cast_unsigned()
}

fn width_of_union(union: u32) -> u8 {
    width_of_bound(union.into())
}

/// Bits that hold all of these numbers.
fn width_of(values: &[i32]) -> u8 {
    width_of_union(values.iter().fold(0, |union, value| union | signless(*value)))
}

/// Bytes of `count` accumulators of `width` bits, with their header.
pub(crate) fn packed_bytes(count: u64, width: u8) -> u64 {
    count.saturating_mul(width.into()).div_ceil(8).saturating_add(1)
}

/// Appends one operator's accumulators to a trace.
pub(crate) fn pack(values: &[i32], trace: &mut Vec<u8>) {
    let width = width_of(values);
    trace.push(width);
    append(values, width, trace);
}

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

/// Values whose packed bits are whole bytes, whatever their width.
const GROUP: usize = 8;
/// Bytes that a group takes at most.
const GROUP_BYTES: usize = GROUP * 4;

/// Appends the lowest `width` bits of each value.
fn append(values: &[i32], width: u8, trace: &mut Vec<u8>) {
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

/// `$function` by width; none is less than 2.
macro_rules! by_width {
    ($function:ident) => { by_width!($function: 2 2 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32) };
    ($function:ident: $($width:literal)*) => { [$($function::<$width>),*] };
}

static PACK: [PackGroups; 33] = by_width!(pack_groups);
static UNPACK: [UnpackGroups; 33] = by_width!(unpack_groups);

/// What a trace claims of one operator: its accumulators of a whole batch, still packed. They are taken in pieces, so that a
/// batch of any size is read in little memory.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    node: u32,
    width: u8,
    packed: &'a [u8],
    /// Accumulators in all, and how many were taken.
    count: usize,
    taken: usize,
    /// What those that were taken need, see [`signless`].
    union: u32,
}

impl<'a> Claim<'a> {
    /// Parts a trace into the claims of all operators, given as their nodes and numbers of accumulators.
    ///
    /// # Errors
    /// [`TraceError::Width`], [`TraceError::Truncated`], [`TraceError::Padding`] or [`TraceError::LeftOver`]. What a width
    /// or a length claims is believed only once the bytes are there.
    pub(crate) fn all(
        mut trace: &'a [u8],
        operators: impl Iterator<Item = (u32, usize)>,
    ) -> Result<Vec<Self>, TraceError> {
        let claims =
            operators.map(|(node, count)| Self::next(&mut trace, node, count)).collect::<Result<_, _>>()?;
        match trace.len() {
            0 => Ok(claims),
            got => Err(TraceError::LeftOver { got }),
        }
    }

    fn next(trace: &mut &'a [u8], node: u32, count: usize) -> Result<Self, TraceError> {
        let truncated = TraceError::Truncated { node };
        let (&width, rest) = trace.split_first().ok_or(truncated)?;
        if !(MIN_WIDTH..=MAX_WIDTH).contains(&width) {
            return Err(TraceError::Width { node, expected: None, got: width });
        }
        let bits = count.checked_mul(usize::from(width)).ok_or(truncated)?;
        let (packed, rest) = rest.split_at_checked(bits.div_ceil(8)).ok_or(truncated)?;
        *trace = rest;
        // The bits of the last byte that no accumulator has.
        if bits % 8 > 0 && packed.last().is_some_and(|last| last >> (bits % 8) > 0) {
            return Err(TraceError::Padding { node });
        }
        Ok(Self { node, width, packed, count, taken: 0, union: 0 })
    }

    /// The next accumulators; none if there are fewer.
    pub(crate) fn take(&mut self, count: usize) -> Option<Vec<i32>> {
        let until = self.taken.checked_add(count).filter(|until| *until <= self.count)?;
        let mut values = Vec::with_capacity(count);
        // A group of which a part was taken already.
        let begun = self.taken % GROUP;
        let rest = count.min((GROUP - begun) % GROUP);
        self.append_group(self.taken - begun, begun..begun + rest, &mut values);
        let from = self.taken + rest;
        let whole = (until - from) / GROUP * GROUP;
        let width = usize::from(self.width);
        let groups = self.packed.get(from / GROUP * width..(from + whole) / GROUP * width)?;
        self.union |= unpack_groups_of(self.width, groups, &mut values);
        self.append_group(from + whole, 0..until - from - whole, &mut values);
        self.taken = until;
        Some(values)
    }

    /// Appends some values of the group that begins with value `first`.
    fn append_group(&mut self, first: usize, of_group: core::ops::Range<usize>, values: &mut Vec<i32>) {
        if of_group.is_empty() {
            return;
        }
        let mut bytes = [0; GROUP_BYTES];
        let packed = self.packed.get(first / GROUP * usize::from(self.width)..).unwrap_or_default();
        bytes.iter_mut().zip(packed).for_each(|(to, from)| *to = *from);
        let mut group = Vec::with_capacity(GROUP);
        unpack_groups_of(self.width, bytes.get(..usize::from(self.width)).unwrap_or_default(), &mut group);
        let group = group.get(of_group).unwrap_or_default();
        self.union = group.iter().fold(self.union, |union, value| union | signless(*value));
        values.extend_from_slice(group);
    }

    /// Whether the accumulators, all of which were taken, are packed as narrowly as they can be.
    ///
    /// # Errors
    /// [`TraceError::Width`].
    pub(crate) fn finish(&self) -> Result<(), TraceError> {
        debug_assert_eq!(self.taken, self.count);
        let expected = width_of_union(self.union);
        if expected == self.width {
            return Ok(());
        }
        Err(TraceError::Width { node: self.node, expected: Some(expected), got: self.width })
    }
}

/// Appends the values of whole groups in packed bytes; returns their union.
fn unpack_groups_of(width: u8, packed: &[u8], values: &mut Vec<i32>) -> u32 {
    UNPACK.get(usize::from(width)).copied().unwrap_or(unpack_groups::<32>)(packed, values)
}

/// Appends the first `count` values in packed bytes.
fn unpack_onto(values: &mut Vec<i32>, packed: &[u8], width: u8, count: usize) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn packed(values: &[i32]) -> Vec<u8> {
        let mut trace = Vec::new();
        pack(values, &mut trace);
        trace
    }

    /// All accumulators of a trace of one operator, `piece` at a time.
    fn unpack(trace: &[u8], node: u32, count: usize, piece: usize) -> Result<Vec<i32>, TraceError> {
        let mut claims = Claim::all(trace, core::iter::once((node, count)))?;
        let claim = claims.first_mut().expect("one operator");
        let mut values = Vec::new();
        while values.len() < count {
            values.extend(claim.take(piece.min(count - values.len())).expect("there are as many"));
        }
        assert_eq!(claim.take(1), None);
        claim.finish()?;
        Ok(values)
    }

    #[test]
    fn widths_are_the_smallest_that_fit() {
        for (value, width) in [
            (0, 2),
            (1, 2),
            (-1, 2),
            (-2, 2),
            (2, 3),
            (-3, 3),
            (127, 8),
            (-128, 8),
            (128, 9),
            (-129, 9),
            (i32::MAX, 32),
            (i32::MIN, 32),
        ] {
            assert_eq!(packed(&[value])[0], width, "{value}");
            assert!(width <= width_of_bound(i64::from(value).unsigned_abs()));
        }
        assert_eq!(packed(&[]), [2]);
        assert_eq!(packed(&[1, -1, 0, -2]), [2, 0b1000_1101]);
    }

    #[test]
    fn another_encoding_of_the_same_numbers_is_refused() {
        let read = |bytes: &[u8], count| unpack(bytes, 7, count, 3);
        assert_eq!(read(&[2, 0b1000_1101], 4), Ok(vec![1, -1, 0, -2]));
        assert_eq!(read(&[3, 0b0000_0001], 1), Err(TraceError::Width { node: 7, expected: Some(2), got: 3 }));
        assert_eq!(read(&[1, 0], 1), Err(TraceError::Width { node: 7, expected: None, got: 1 }));
        assert_eq!(
            read(&[33, 0, 0, 0, 0, 0], 1),
            Err(TraceError::Width { node: 7, expected: None, got: 33 })
        );
        assert_eq!(read(&[2, 0b0000_0101], 1), Err(TraceError::Padding { node: 7 }));
        assert_eq!(read(&[2], 1), Err(TraceError::Truncated { node: 7 }));
        assert_eq!(read(&[], 0), Err(TraceError::Truncated { node: 7 }));
        assert_eq!(read(&[2, 0], usize::MAX), Err(TraceError::Truncated { node: 7 }));
        assert_eq!(read(&[2, 0, 0], 4), Err(TraceError::LeftOver { got: 1 }));
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(
            values in prop::collection::vec(any::<i32>(), 0..70),
            shift in 0u32..32,
            piece in 1usize..80,
        ) {
            let values: Vec<i32> = values.into_iter().map(|value| value >> shift).collect();
            let trace = packed(&values);
            prop_assert_eq!(trace.len() as u64, packed_bytes(values.len() as u64, trace[0]));
            prop_assert_eq!(unpack(&trace, 0, values.len(), piece), Ok(values));
        }

        /// Whatever widths the parts have and wherever a batch is parted.
        #[test]
        fn parts_join_to_the_whole(
            parts in prop::collection::vec((prop::collection::vec(any::<i32>(), 0..40), 0u32..32, 0u8..40), 0..5),
            like in any::<bool>(),
            long in 0usize..3,
        ) {
            let mut wholes = [Vec::new(), Vec::new()];
            let mut packed = Vec::new();
            for (values, shift, at_least) in &parts {
                // Alike, as a batch's parts are, or not. Of 20 bits, every second value ends a byte.
                let shift = if like { 12 } else { *shift };
                let at_least = if like { 20 } else { *at_least };
                let count = values.len() * (1 + long * 200);
                let values: Vec<i32> = values.iter().cycle().take(count).map(|value| value >> shift).collect();
                let operators = [values.iter().rev().skip(3).copied().collect(), values];
                packed.push(operators.iter().map(|values| Packed::new(values, at_least)).collect::<Vec<_>>());
                wholes.iter_mut().zip(operators).for_each(|(whole, values)| whole.extend(values));
            }
            let trace = Packed::join(&packed);
            let whole = if parts.is_empty() { Vec::new() } else { wholes.map(|whole| self::packed(&whole)).concat() };
            prop_assert_eq!(trace, whole);
        }

        /// Whatever bytes unpack to numbers are what those numbers pack to.
        #[test]
        fn no_two_encodings(width in 0u8..40, bytes in prop::collection::vec(any::<u8>(), 0..40), count in 0usize..40) {
            let mut trace: Vec<u8> = core::iter::once(width).chain(bytes).collect();
            trace.truncate(usize::try_from(packed_bytes(count as u64, width)).expect("short"));
            if let Ok(values) = unpack(&trace, 0, count, 5) {
                prop_assert_eq!(packed(&values), trace);
            }
        }
    }
}
