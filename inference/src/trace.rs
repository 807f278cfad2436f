//! How accumulators are written: for each linear operator in node order one byte, the width, then its
//! accumulators in that many bits each, two's complement, the lowest bit first, filled up with zero bits to a
//! whole byte. The width is the smallest of 2..=32 that holds them all, so an execution has one encoding.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory"
)]

use alloc::vec::Vec;
use core::array;

use crate::TraceError;

/// Narrowest packing.
const MIN_WIDTH: u32 = 2;
/// Widest packing: the accumulators as they are.
pub(crate) const MAX_WIDTH: u8 = 32;

/// Bits that hold every number of absolute value `bound` or less, in two's complement, at least 2.
pub(crate) fn width_of_bound(bound: u64) -> u8 {
    let bits = (u64::BITS - bound.leading_zeros() + 1).max(MIN_WIDTH);
    u8::try_from(bits).unwrap_or(MAX_WIDTH).min(MAX_WIDTH)
}

/// A number or its complement, which need as many bits: the one whose sign isn't set. What any of several numbers
/// needs, the union of these shows.
#[inline(always)]
fn signless(value: i32) -> u32 {
    (value ^ (value >> 31)).cast_unsigned()
}

fn width_of_union(union: u32) -> u32 {
    (u32::BITS - union.leading_zeros() + 1).max(MIN_WIDTH)
}

/// Bits that hold all of these numbers.
fn width_of(values: &[i32]) -> u32 {
    width_of_union(values.iter().fold(0, |union, value| union | signless(*value)))
}

/// Bytes of `count` accumulators of `width` bits, with their header.
pub(crate) fn packed_bytes(count: u64, width: u8) -> u64 {
    count.saturating_mul(width.into()).div_ceil(8).saturating_add(1)
}

/// Appends one operator's accumulators, part after part, to a trace.
pub fn pack(parts: &[impl AsRef<[i32]>], trace: &mut Vec<u8>) {
    let width = parts.iter().map(|part| width_of(part.as_ref())).max().unwrap_or(MIN_WIDTH);
    let count: usize = parts.iter().map(|part| part.as_ref().len()).sum();
    let width = u8::try_from(width).unwrap_or(MAX_WIDTH);
    let bytes = packed_bytes(count as u64, width); // a slice's length fits
    trace.reserve(usize::try_from(bytes).unwrap_or(0));
    trace.push(width);
    let mut packer = Packer { trace, width: width.into(), buffer: 0, bits: 0 };
    let pack_words = WORDS.get(usize::from(width)).copied().unwrap_or(pack_group::<32>);
    for part in parts {
        let mut values = part.as_ref();
        // 32 values at once wherever they begin a word: that is where `width` words end one.
        while packer.bits != 0 {
            let Some((value, rest)) = values.split_first() else { break };
            packer.push(*value);
            values = rest;
        }
        let (groups, rest) = values.as_chunks::<GROUP>();
        groups.iter().for_each(|group| pack_words(group, packer.trace));
        rest.iter().for_each(|value| packer.push(*value));
    }
    packer.finish();
}

/// Values whose packed bits are whole words, whatever their width.
const GROUP: usize = 32;

/// Packs values one after the other.
struct Packer<'a> {
    trace: &'a mut Vec<u8>,
    width: u32,
    buffer: u64,
    /// Bits in the buffer, less than a word.
    bits: u32,
}

impl Packer<'_> {
    #[inline(always)]
    fn push(&mut self, value: i32) {
        let mask = u64::from(u32::MAX >> (u32::BITS - self.width));
        self.buffer |= (u64::from(value.cast_unsigned()) & mask) << self.bits;
        self.bits += self.width;
        if self.bits >= u32::BITS {
            let word = self.buffer as u32; // the other half comes next
            self.trace.extend_from_slice(&word.to_le_bytes());
            self.buffer >>= u32::BITS;
            self.bits -= u32::BITS;
        }
    }

    fn finish(self) {
        let rest = usize::try_from(self.bits.div_ceil(8)).unwrap_or(0);
        self.trace.extend(self.buffer.to_le_bytes().into_iter().take(rest));
    }
}

/// Packs a group that begins a word; a known width leaves no decision for run time.
fn pack_group<const WIDTH: u32>(group: &[i32; GROUP], trace: &mut Vec<u8>) {
    let mask = u64::from(u32::MAX >> (u32::BITS - WIDTH));
    let mut words = [[0u8; 4]; GROUP];
    let (mut buffer, mut bits) = (0u64, 0u32);
    let mut free = words.iter_mut();
    for value in group {
        buffer |= (u64::from(value.cast_unsigned()) & mask) << bits;
        bits += WIDTH;
        if bits >= u32::BITS {
            if let Some(word) = free.next() {
                *word = (buffer as u32).to_le_bytes(); // the other half comes next
            }
            buffer >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    let written = words.as_flattened().get(..WIDTH as usize * 4).unwrap_or_default();
    trace.extend_from_slice(written);
}

type PackGroup = fn(&[i32; GROUP], &mut Vec<u8>);

/// [`pack_group`] by width; none is less than 2.
static WORDS: [PackGroup; 33] = {
    macro_rules! by_width { ($($width:literal)*) => { [$(pack_group::<$width>),*] } }
    by_width!(2 2 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
};

/// Takes the `count` accumulators of a node from the front of a trace.
///
/// # Errors
/// [`TraceError::Truncated`], [`TraceError::Width`] or [`TraceError::Padding`]. What a width or a length
/// claims is believed only once the bytes are there.
pub(crate) fn unpack(trace: &mut &[u8], node: u32, count: usize) -> Result<Vec<i32>, TraceError> {
    let truncated = TraceError::Truncated { node };
    let (&width, rest) = trace.split_first().ok_or(truncated)?;
    let bits = u32::from(width);
    if !(MIN_WIDTH..=u32::from(MAX_WIDTH)).contains(&bits) {
        return Err(TraceError::Width { node, expected: None, got: width });
    }
    let length =
        usize::try_from(bits).ok().and_then(|bits| count.checked_mul(bits)).ok_or(truncated)?.div_ceil(8);
    let (packed, rest) = rest.split_at_checked(length).ok_or(truncated)?;
    *trace = rest;

    let mut values = Vec::with_capacity(count.next_multiple_of(8));
    let unpack_groups = GROUPS.get(usize::from(width)).copied().unwrap_or(unpack_groups::<32>);
    let (whole, tail) = packed.split_at(packed.len() - packed.len() % usize::from(width));
    let mut union = unpack_groups(whole, &mut values);
    if !tail.is_empty() {
        let mut last = [0; 32];
        last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        union |= unpack_groups(last.get(..usize::from(width)).unwrap_or_default(), &mut values);
    }
    if values.drain(count.min(values.len())..).any(|padding| padding != 0) {
        return Err(TraceError::Padding { node });
    }
    let expected = width_of_union(union);
    if expected != bits {
        return Err(TraceError::Width { node, expected: u8::try_from(expected).ok(), got: width });
    }
    Ok(values)
}

/// Appends the values of groups of eight, which are `WIDTH` bytes each. Returns their union, see [`signless`]. A known
/// width leaves no decision for run time.
fn unpack_groups<const WIDTH: usize>(packed: &[u8], values: &mut Vec<i32>) -> u32 {
    let (groups, _) = packed.as_chunks::<WIDTH>();
    groups.iter().fold(0, |union, group| {
        let unpacked: [i32; 8] = array::from_fn(|index| {
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

/// [`unpack_groups`] by width; none is less than 2.
static GROUPS: [UnpackGroups; 33] = {
    macro_rules! by_width { ($($width:literal)*) => { [$(unpack_groups::<$width>),*] } }
    by_width!(2 2 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn packed(values: &[i32]) -> Vec<u8> {
        let mut trace = Vec::new();
        pack(&[values], &mut trace);
        trace
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
        let read = |bytes: &[u8], count| unpack(&mut &bytes[..], 7, count);
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
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(values in prop::collection::vec(any::<i32>(), 0..70), shift in 0u32..32) {
            let values: Vec<i32> = values.into_iter().map(|value| value >> shift).collect();
            let trace = packed(&values);
            prop_assert_eq!(trace.len() as u64, packed_bytes(values.len() as u64, trace[0]));
            let mut rest = trace.as_slice();
            prop_assert_eq!(unpack(&mut rest, 0, values.len()), Ok(values));
            prop_assert!(rest.is_empty());
        }

        /// Whatever bytes unpack to numbers are what those numbers pack to.
        #[test]
        fn no_two_encodings(width in 0u8..40, bytes in prop::collection::vec(any::<u8>(), 0..40), count in 0usize..40) {
            let trace: Vec<u8> = core::iter::once(width).chain(bytes).collect();
            let mut rest = trace.as_slice();
            if let Ok(values) = unpack(&mut rest, 0, count) {
                prop_assert_eq!(packed(&values), &trace[..trace.len() - rest.len()]);
            }
        }
    }
}
