//! Which instructions multiply.

#[cfg(target_arch = "x86_64")]
use super::{avx2, vnni};
use super::{
    panels::Line,
    portable,
    tile::{Tile, ROWS},
    words::Word,
};

/// Who multiplies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel(Instructions);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instructions {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Vnni,
}

impl Kernel {
    /// Every kernel that this processor can run, the fastest first.
    pub fn available() -> Vec<Self> {
        let mut found = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                found.push(Self(Instructions::Vnni));
            }
            if is_x86_feature_detected!("avx2") {
                found.push(Self(Instructions::Avx2));
            }
        }
        found.push(Self::portable());
        found
    }

    /// The fastest kernel that this processor can run.
    pub fn fastest() -> Self {
        Self::available().first().copied().unwrap_or(Self::portable())
    }

    /// The kernel that every processor can run.
    pub fn portable() -> Self {
        Self(Instructions::Portable)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self.0 {
            Instructions::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Instructions::Vnni => "avx512-vnni",
        }
    }

    /// Multiplies 1, 2, 4 or 8 rows, given one after the other, with up to three panels, each with as many lines as a row has words.
    /// Sums of other columns and rows are left alone.
    pub(in crate::rows) fn multiply(
        self,
        words: &[Word],
        rows: usize,
        panels: &[&[Line]],
        sums: &mut Tile<i32>,
    ) {
        match *panels {
            [a] => self.rows(words, rows, [a], sums),
            [a, b] => self.rows(words, rows, [a, b], sums),
            [a, b, c] => self.rows(words, rows, [a, b, c], sums),
            _ => unreachable!("callers take one to three panels; qed"),
        }
    }

    fn rows<const P: usize>(self, words: &[Word], rows: usize, panels: [&[Line]; P], sums: &mut Tile<i32>) {
        match rows {
            1 => self.tile::<1, P>(words, panels, sums),
            2 => self.tile::<2, P>(words, panels, sums),
            4 => self.tile::<4, P>(words, panels, sums),
            ROWS => self.tile::<ROWS, P>(words, panels, sums),
            _ => unreachable!("rows are padded to a power of two of at most eight; qed"),
        }
    }

    #[allow(unsafe_code, reason = "functions compiled for instructions that the processor was asked for")]
    fn tile<const R: usize, const P: usize>(
        self,
        words: &[Word],
        panels: [&[Line]; P],
        sums: &mut Tile<i32>,
    ) {
        let lines = panels.first().map_or(0, |panel| panel.len());
        let rows: [&[Word]; R] = std::array::from_fn(|row| &words[row * lines..][..lines]);
        match self.0 {
            Instructions::Portable => portable::tile(rows, panels, sums),
            // SAFETY: `available` alone makes such a kernel, and only if the processor has the instructions.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx2 => unsafe { avx2::tile(rows, panels, sums) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Instructions::Vnni => unsafe { vnni::tile(rows, panels, sums) },
        }
    }
}
