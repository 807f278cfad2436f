//! Where parameters lie in a blob, and which of them are out of range.

use super::{
    limits::{R24, TABLE_ENTRIES},
    rescale::Rescale,
};

/// What lies at an offset. Numbers are little-endian, entries follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Records of `width` weights `i8` and their rescaling.
    Rows {
        /// Entries.
        count: u32,
        /// Weights of each.
        width: u32,
    },
    /// Rescalings: M `i32`, s `u8`, B `i64`.
    Rescales {
        /// Entries.
        count: u32,
    },
    /// A multiplier `u32` below 2²⁴ and a shift `u8` in 1..=61 for each head.
    Scales {
        /// Entries.
        count: u32,
    },
    /// Rows of `width` numbers `i32` within ±R24.
    Wides {
        /// Entries.
        count: u32,
        /// Numbers of each.
        width: u32,
    },
    /// 513 numbers `i32`. An entry is one of them.
    Table,
    /// Rows of `pairs` pairs: a cosine `i16` and a sine `i16`, 2¹⁴ being one.
    Angles {
        /// Entries.
        count: u32,
        /// Pairs of each.
        pairs: u32,
    },
}

impl Layout {
    /// Entries.
    pub fn count(self) -> u32 {
        match self {
            Self::Rows { count, .. }
            | Self::Rescales { count }
            | Self::Scales { count }
            | Self::Wides { count, .. }
            | Self::Angles { count, .. } => count,
            Self::Table => TABLE_ENTRIES,
        }
    }

    /// Bytes of an entry.
    pub fn entry_bytes(self) -> u64 {
        match self {
            Self::Rows { width, .. } => u64::from(width).saturating_add(Rescale::BYTES),
            Self::Rescales { .. } => Rescale::BYTES,
            Self::Scales { .. } => Scale::BYTES,
            Self::Wides { width, .. } => u64::from(width).saturating_mul(4),
            Self::Table => 4,
            Self::Angles { pairs, .. } => u64::from(pairs).saturating_mul(4),
        }
    }

    /// Bytes in all.
    pub fn bytes(self) -> u64 {
        u64::from(self.count()).saturating_mul(self.entry_bytes())
    }

    /// How many records or numbers of an entry are out of range, so that zero stands for them.
    fn faults(self, entry: &[u8]) -> u64 {
        let fault = |sound: bool| u64::from(!sound);
        match self {
            Self::Rows { width, .. } => {
                let weights = usize::try_from(width).unwrap_or(usize::MAX);
                fault(entry.get(weights..).and_then(Rescale::decode).is_some())
            }
            Self::Rescales { .. } => fault(Rescale::decode(entry).is_some()),
            Self::Scales { .. } => fault(Scale::decode(entry).is_some()),
            Self::Wides { .. } => {
                let (numbers, _) = entry.as_chunks::<4>();
                numbers
                    .iter()
                    .map(|number| fault(decode_wide(*number).is_some()))
                    .fold(0, u64::saturating_add)
            }
            Self::Table | Self::Angles { .. } => 0,
        }
    }
}

/// Parameters in a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where they begin, in bytes.
    pub offset: u64,
    /// What they are.
    pub layout: Layout,
}

impl Reference {
    /// Where so many entries lie, beginning with one; none beyond the last.
    pub(crate) fn entries(self, first: u32, count: u32) -> Option<Slice> {
        let end = first.checked_add(count).filter(|end| *end <= self.layout.count())?;
        debug_assert!(end >= first);
        let bytes = self.layout.entry_bytes();
        let offset = self.offset.checked_add(u64::from(first).checked_mul(bytes)?)?;
        Some(Slice { offset, length: u64::from(count).checked_mul(bytes)? })
    }

    /// Where an entry lies.
    pub(crate) fn entry(self, index: u32) -> Option<Slice> {
        self.entries(index, 1)
    }

    /// Where all of it lies.
    pub fn slice(self) -> Slice {
        Slice { offset: self.offset, length: self.layout.bytes() }
    }

    /// How many records or numbers are out of range, and the first entry that has one.
    pub fn faults(self, blob: &[u8]) -> (u64, Option<u32>) {
        let (mut faults, mut first) = (0u64, None);
        for index in 0..self.layout.count() {
            let entry = self.entry(index).and_then(|slice| slice.of(blob));
            let here = entry.map_or(1, |entry| self.layout.faults(entry));
            faults = faults.saturating_add(here);
            if here > 0 {
                first = first.or(Some(index));
            }
        }
        (faults, first)
    }
}

/// A part of a blob, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Where it begins.
    pub offset: u64,
    /// Its length.
    pub length: u64,
}

impl Slice {
    /// Some bytes of it; none beyond its end.
    pub(crate) fn part(self, from: u64, length: u64) -> Option<Self> {
        from.checked_add(length).filter(|end| *end <= self.length)?;
        Some(Self { offset: self.offset.checked_add(from)?, length })
    }

    /// Its bytes; none beyond the blob's end.
    pub fn of(self, blob: &[u8]) -> Option<&[u8]> {
        let start = usize::try_from(self.offset).ok()?;
        let end = usize::try_from(self.offset.checked_add(self.length)?).ok()?;
        blob.get(start..end)
    }
}

/// A head's multiplier and shift. There is no bias: [`crate::rows::Softmax`] adds the rounding term itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    pub(crate) multiplier: u32,
    pub(crate) shift: u8,
}

impl Scale {
    pub(crate) const BYTES: u64 = 5;
    pub(crate) const ZERO: Self = Self { multiplier: 0, shift: 1 };

    /// None if it is out of range, or these aren't 5 bytes. The ranges are those of a rescaling.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (multiplier, rest) = bytes.split_first_chunk()?;
        let &[shift] = rest else { return None };
        let multiplier = u32::from_le_bytes(*multiplier);
        Rescale::new(i32::try_from(multiplier).ok()?, shift, 0).map(|_| Self { multiplier, shift })
    }

    pub(crate) fn read(bytes: &[u8]) -> Self {
        Self::decode(bytes).unwrap_or(Self::ZERO)
    }
}

/// A number within ±R24.
fn decode_wide(bytes: [u8; 4]) -> Option<i32> {
    let number = i32::from_le_bytes(bytes);
    (number.unsigned_abs() <= R24.unsigned_abs()).then_some(number)
}

/// The wide number at this place of an entry; zero stands for one that is out of range.
pub(crate) fn read_wide(entry: &[u8], index: usize) -> Option<i32> {
    Some(decode_wide(*entry.as_chunks::<4>().0.get(index)?).unwrap_or(0))
}

/// The numbers of an entry with `width` weights and a rescaling.
pub(crate) fn read_row(entry: &[u8], width: u32) -> Option<(&[u8], Rescale)> {
    let (weights, record) = entry.split_at_checked(usize::try_from(width).ok()?)?;
    Some((weights, Rescale::read(record)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_lie_one_after_the_other() {
        let reference = Reference { offset: 10, layout: Layout::Rows { count: 3, width: 7 } };
        assert_eq!(reference.slice(), Slice { offset: 10, length: 60 });
        assert_eq!(reference.entry(2), Some(Slice { offset: 50, length: 20 }));
        assert_eq!(reference.entry(3), None);
        let slice = Slice { offset: 50, length: 20 };
        assert_eq!(slice.part(4, 16), Some(Slice { offset: 54, length: 16 }));
        assert_eq!(slice.part(5, 16), None);
        assert_eq!(Slice { offset: 1, length: 2 }.of(&[1, 2, 3]), Some(&[2, 3][..]));
        assert_eq!(Slice { offset: 2, length: 2 }.of(&[1, 2, 3]), None);
        assert_eq!(Slice { offset: u64::MAX, length: 2 }.of(&[1, 2, 3]), None);
        assert_eq!(Layout::Table.bytes(), 2_052);
        assert_eq!(Layout::Angles { count: 4, pairs: 3 }.bytes(), 48);
        assert_eq!(Layout::Scales { count: 4 }.bytes(), 20);
        assert_eq!(Layout::Wides { count: 4, width: 5 }.bytes(), 80);
    }

    #[test]
    fn faults_are_counted_and_the_first_is_named() {
        let good = Rescale::new(1, 1, 1).expect("in range").to_bytes();
        let bad = [0; 13];
        let blob = [&good[..], &bad, &good, &bad].concat();
        let reference = Reference { offset: 0, layout: Layout::Rescales { count: 4 } };
        assert_eq!(reference.faults(&blob), (2, Some(1)));
        let wides = [R24, R24 + 1, -R24, -R24 - 1].map(i32::to_le_bytes).concat();
        let reference = Reference { offset: 0, layout: Layout::Wides { count: 2, width: 2 } };
        assert_eq!(reference.faults(&wides), (2, Some(0)));
        assert_eq!(
            [0, 1, 2, 3].map(|index| read_wide(&wides, index)),
            [Some(R24), Some(0), Some(-R24), Some(0)]
        );
        assert_eq!(Scale::read(&[255, 255, 255, 0, 61]), Scale { multiplier: (1 << 24) - 1, shift: 61 });
        for wrong in [[0, 0, 0, 1, 1], [1, 0, 0, 0, 0], [1, 0, 0, 0, 62], [255; 5]] {
            assert_eq!(Scale::read(&wrong), Scale::ZERO);
        }
    }
}
