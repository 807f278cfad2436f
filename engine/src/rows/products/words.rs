//! Rows as the kernels read them: tiles of up to eight rows of bytes, each row word by word of four terms.

use multiversion::multiversion;

use super::tile::{ROWS, TERMS};

/// What makes an `i8` a `u8`.
const SHIFT: u8 = 0x80;

/// Four terms of a row.
pub(super) type Word = [u8; TERMS];

/// Rows of bytes that a tile with so many of them takes.
fn padded_rows(rows: usize) -> usize {
    rows.min(ROWS).next_power_of_two()
}

/// Rows of bytes, one after the other. Rows that fill up the last tile, and terms that fill up a word, may be anything: nobody
/// reads their sums, and their weights are zero.
#[derive(Default)]
pub(in crate::rows) struct Words {
    words: Vec<Word>,
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
        self.words.resize(padded * self.lines, [0; TERMS]);
    }

    /// Tiles, each with the number of its rows, padded.
    pub(in crate::rows) fn tiles(&self) -> impl Iterator<Item = (&[Word], usize)> {
        let padded = |index: usize| padded_rows(self.rows - index * ROWS);
        self.words.chunks((ROWS * self.lines).max(1)).enumerate().map(move |(i, tile)| (tile, padded(i)))
    }

    /// The bytes of so many rows from this one.
    fn rows(&mut self, first: usize, rows: usize) -> &mut [u8] {
        self.words[first * self.lines..(first + rows) * self.lines].as_flattened_mut()
    }

    /// Sets a row of bytes to a row of `i8`, shifted.
    pub fn set_i8(&mut self, row: usize, x: &[i8]) {
        shifted(x, self.rows(row, 1));
    }

    /// Sets rows `2·pair` and `2·pair + 1` to the high bytes, shifted, and the low bytes of a row of `i16`.
    pub fn set_i16(&mut self, pair: usize, x: &[i16]) {
        let lines = self.lines;
        let (high, low) = self.rows(2 * pair, 2).split_at_mut(lines * TERMS);
        split(x, high, low, SHIFT);
    }

    /// [`Self::set_i16`] of numbers that aren't negative, whose high bytes aren't shifted; zero in all words behind them.
    pub fn set_shares(&mut self, pair: usize, shares: &[i16]) {
        let lines = self.lines;
        let (high, low) = self.rows(2 * pair, 2).split_at_mut(lines * TERMS);
        split(shares, high, low, 0);
        high[shares.len()..].fill(0);
        low[shares.len()..].fill(0);
    }
}

#[multiversion(targets = "simd")]
fn shifted(x: &[i8], bytes: &mut [u8]) {
    bytes.iter_mut().zip(x).for_each(|(byte, x)| *byte = x.cast_unsigned() ^ SHIFT);
}

/// High and low bytes.
#[multiversion(targets = "simd")]
fn split(x: &[i16], high: &mut [u8], low: &mut [u8], shift: u8) {
    for ((high, low), x) in high.iter_mut().zip(low).zip(x) {
        *high = (x.cast_unsigned() >> 8) as u8 ^ shift;
        *low = *x as u8;
    }
}
