//! Weights times rows as kernels read them; the sums are rescaled, and all that follows is done, while they are in the core's
//! own cache.

use std::{borrow::Cow, ops::Range, slice::ChunksMut};

use millrace_inference::rows::ElementType;

use super::curve::Curve;
use crate::rows::{
    elements::{bounds, Element},
    products::{Kernel, Panels, Tile, Words, COLUMNS, PANELS, ROWS, TERMS},
    records::{add_wide, rescale_pairs, rescale_sums, Record, Records},
};

/// Weights of some outputs, and what is done with their sums.
pub(in crate::rows) struct Product {
    pub element: ElementType,
    /// Whether it reads `i16`.
    pub pairs: bool,
    pub terms: usize,
    panels: Panels,
    /// For sums as the kernels give them: what shifted bytes add is in the biases.
    records: Vec<Records>,
    curve: Option<(Curve, Vec<Records>)>,
}

/// Columns within rows.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Columns {
    /// Elements from one row to the next.
    pub stride: usize,
    /// The first of these columns in a row.
    pub first: usize,
}

/// Where numbers go.
pub(in crate::rows) struct Target<'a, T> {
    pub made: &'a mut [T],
    pub columns: Columns,
    /// Wide rows that are added to the numbers.
    pub addend: Option<(&'a [i32], Columns)>,
}

impl<T: Element> Target<'_, T> {
    /// Has these columns of these rows written by `write`, which gets the rows from the first of these columns on, and adds what is
    /// to be added.
    pub fn write(&mut self, rows: Range<usize>, columns: Range<usize>, write: impl FnOnce(ChunksMut<'_, T>)) {
        let at = |of: Columns, row: usize| row * of.stride + of.first + columns.start;
        let stride = self.columns.stride;
        let length = (rows.len() - 1) * stride + columns.len();
        let made = &mut self.made[at(self.columns, rows.start)..][..length];
        write(made.chunks_mut(stride));
        if let Some((addend, of)) = self.addend {
            for (row, made) in rows.zip(made.chunks_mut(stride)) {
                let addend = &addend[at(of, row)..][..columns.len()];
                add_wide(&mut made[..columns.len()], addend, bounds(ElementType::Wide));
            }
        }
    }
}

impl Product {
    /// Packs outputs, each so many weights and its record. `table` is the bytes of a curve and of the records behind it.
    pub fn pack<'a>(
        (reads, element): (ElementType, ElementType),
        terms: usize,
        outputs: impl ExactSizeIterator<Item = (Cow<'a, [i8]>, &'a [u8])>,
        table: Option<(&[u8], &[u8])>,
    ) -> Self {
        let pairs = reads == ElementType::I16;
        let mut panels = Panels::of_terms(terms);
        panels.reserve(outputs.len());
        let records = outputs.map(|(weights, record)| {
            panels.push_output(&weights);
            let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
            let size: u64 = weights.iter().map(|weight| u64::from(weight.unsigned_abs())).sum();
            // The largest element; and 128 more in each byte, of which high ones count 256 times.
            let bits = if pairs { 15 } else { 7 };
            Record::read(record).raised(size << bits).unshifted(sum << bits)
        });
        let records = Records::blocks(records);
        let curve = table.map(|(entries, records)| (Curve::read(entries), Records::read(records)));
        Self { element, pairs, terms, panels, records, curve }
    }

    /// Elements of a row that it gives.
    pub fn outputs(&self) -> usize {
        self.panels.outputs()
    }

    /// Blocks of its columns.
    pub fn blocks(&self) -> usize {
        self.records.len()
    }

    /// Room for so many rows as kernels read them.
    pub fn room(&self, rows: usize) -> Words {
        let mut words = Words::default();
        words.resize(if self.pairs { 2 * rows } else { rows }, self.terms);
        words
    }

    /// Some rows of some blocks of columns, the first of which is the target's first.
    pub fn multiply<T: Element>(
        &self,
        words: &Words,
        rows: usize,
        blocks: Range<usize>,
        kernel: Kernel,
        target: &mut Target<'_, T>,
    ) {
        let lines = self.terms.div_ceil(TERMS);
        let first = blocks.start * COLUMNS;
        let of_a_tile = if self.pairs { ROWS / 2 } else { ROWS };
        let mut sums = [[0; COLUMNS]; ROWS];
        for block in blocks {
            let mut found = [&[][..]; PANELS];
            let panels = self.panels.block(block, lines, &mut found);
            let columns = block * COLUMNS - first..((block + 1) * COLUMNS).min(self.outputs()) - first;
            for (tile, (words, padded)) in words.tiles().enumerate() {
                kernel.multiply(words, padded, panels, &mut sums);
                let here = tile * of_a_tile..rows.min((tile + 1) * of_a_tile);
                let width = columns.len();
                target.write(here, columns.clone(), |rows| self.finish(&sums, (block, width), rows));
            }
        }
    }

    /// Rescales the sums of a block's columns into rows, and applies the curve.
    fn finish<T: Element>(&self, sums: &Tile<i32>, (block, columns): (usize, usize), rows: ChunksMut<'_, T>) {
        let Some((curve, records)) = &self.curve else {
            return self.rescale(sums, (block, columns), self.element, rows);
        };
        let mut numbers = [[0; COLUMNS]; ROWS];
        let count = rows.len();
        self.rescale(
            sums,
            (block, columns),
            ElementType::I16,
            numbers[..count].as_flattened_mut().chunks_mut(COLUMNS),
        );
        for row in &mut numbers[..count] {
            curve.apply(&mut row[..columns], ElementType::Wide);
        }
        rescale_sums(&numbers, columns, &records[block], bounds(self.element), rows);
    }

    fn rescale<T: Element>(
        &self,
        sums: &Tile<i32>,
        (block, columns): (usize, usize),
        element: ElementType,
        rows: ChunksMut<'_, T>,
    ) {
        let (records, bounds) = (&self.records[block], bounds(element));
        if self.pairs {
            rescale_pairs(sums, columns, records, bounds, rows);
        } else {
            rescale_sums(sums, columns, records, bounds, rows);
        }
    }
}
