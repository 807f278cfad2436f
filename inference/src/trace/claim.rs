//! Reads a claimed trace: one operator's accumulators after the other's, in pieces.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "bit positions stay below 64, and lengths are those of slices in memory or of their 4 bytes a value"
)]

use alloc::vec::Vec;

use super::{
    unpack::unpack_groups_of,
    width::{signless, width_of_union, GROUP, GROUP_BYTES, MAX_WIDTH, MIN_WIDTH},
};
use crate::error::TraceError;

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
