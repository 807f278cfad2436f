//! Rows as the kernels read them: tiles of up to eight rows of bytes, word by word of four terms.

use super::tile::{ROWS, TERMS};

/// What makes an `i8` a `u8`, in each byte of a word.
const SHIFT: u32 = 0x8080_8080;

/// Rows of bytes that a tile with so many of them takes.
fn padded_rows(rows: usize) -> usize {
    rows.min(ROWS).next_power_of_two()
}

/// Rows of bytes, tile by tile. Rows that fill up the last tile, and terms that fill up a word, may be anything: nobody reads
/// their sums, and their weights are zero.
#[derive(Default)]
pub(in crate::rows) struct Words {
    words: Vec<u32>,
    lines: usize,
    rows: usize,
}

impl Words {
    /// Makes room for so many rows of bytes of so many terms; what was there is lost.
    pub fn resize(&mut self, rows: usize, terms: usize) {
        self.lines = terms.div_ceil(TERMS);
        self.rows = rows;
        let (whole, rest) = (rows / ROWS * ROWS, rows % ROWS);
        let padded = whole + if rest == 0 { 0 } else { padded_rows(rest) };
        self.words.resize(padded * self.lines, 0);
    }

    /// Tiles, each with the number of its rows, padded.
    pub fn tiles(&self) -> impl Iterator<Item = (&[u32], usize)> {
        let padded = |index: usize| padded_rows(self.rows - index * ROWS);
        self.words.chunks((ROWS * self.lines).max(1)).enumerate().map(move |(i, tile)| (tile, padded(i)))
    }

    /// Sets a row of bytes word by word.
    fn set(&mut self, row: usize, words: impl Iterator<Item = u32>) {
        let first = row / ROWS * ROWS;
        let rows = padded_rows(self.rows - first);
        let tile = &mut self.words[first * self.lines..][..rows * self.lines];
        for (slots, word) in tile.chunks_exact_mut(rows).zip(words) {
            slots[row - first] = word;
        }
    }

    /// Sets rows `2·pair` and `2·pair + 1` word by word; they lie in one tile.
    fn set_pair(&mut self, pair: usize, words: impl Iterator<Item = [u32; 2]>) {
        let first = 2 * pair / ROWS * ROWS;
        let rows = padded_rows(self.rows - first);
        let tile = &mut self.words[first * self.lines..][..rows * self.lines];
        for (slots, word) in tile.chunks_exact_mut(rows).zip(words) {
            slots[2 * pair - first..][..2].copy_from_slice(&word);
        }
    }

    /// Sets a row of bytes to a row of `i8`, shifted.
    pub fn set_i8(&mut self, row: usize, x: &[i8]) {
        let (whole, rest) = x.as_chunks::<TERMS>();
        let last = (!rest.is_empty()).then(|| padded(rest, 0));
        let words = whole.iter().copied().chain(last);
        self.set(row, words.map(|x| u32::from_le_bytes(x.map(i8::cast_unsigned)) ^ SHIFT));
    }

    /// Sets rows `2·pair` and `2·pair + 1` to the high bytes, shifted, and the low bytes of a row of `i16`.
    pub fn set_i16(&mut self, pair: usize, x: &[i16]) {
        let (whole, rest) = x.as_chunks::<TERMS>();
        let last = (!rest.is_empty()).then(|| padded(rest, 0));
        let words = whole.iter().copied().chain(last);
        self.set_pair(
            pair,
            words.map(|x| [high(x.map(i16::cast_unsigned)) ^ SHIFT, low(x.map(i16::cast_unsigned))]),
        );
    }

    /// [`Self::set_i16`] of numbers that aren't negative, whose high bytes aren't shifted; zero in all words behind them.
    pub fn set_shares(&mut self, pair: usize, shares: &[u16]) {
        let (whole, rest) = shares.as_chunks::<TERMS>();
        let last = (!rest.is_empty()).then(|| padded(rest, 0));
        let words = whole.iter().copied().chain(last).chain(std::iter::repeat([0; TERMS]));
        self.set_pair(pair, words.map(|x| [high(x), low(x)]));
    }
}

/// The high bytes of a word's terms.
fn high(x: [u16; TERMS]) -> u32 {
    u32::from_le_bytes(x.map(|x| (x >> 8) as u8))
}

/// The low bytes.
fn low(x: [u16; TERMS]) -> u32 {
    u32::from_le_bytes(x.map(|x| x as u8))
}

/// A word's terms, filled up.
fn padded<T: Copy>(rest: &[T], fill: T) -> [T; TERMS] {
    let mut all = [fill; TERMS];
    all[..rest.len()].copy_from_slice(rest);
    all
}
