//! Weights times rows as kernels read them; the sums are rescaled, and all that follows is done, while they are in the core's
//! own cache.

use std::{borrow::Cow, ops::Range};

use millrace_inference::rows::ElementType;

use super::curve::Curve;
use crate::rows::{
    elements::{bounds, narrow, Element},
    products::{Kernel, Panels, Tile, Words, COLUMNS, PANELS, ROWS, TERMS},
    records::{add_wide, rescale_pairs, rescale_tile, Record, Records},
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
    /// Writes numbers of these rows, and of these of the columns.
    pub fn write(&mut self, numbers: &mut [[i32; COLUMNS]], rows: Range<usize>, columns: Range<usize>) {
        let at = |of: Columns, row: usize| row * of.stride + of.first + columns.start;
        if let Some((addend, of)) = self.addend {
            for (numbers, row) in numbers.iter_mut().zip(rows.clone()) {
                let addend = &addend[at(of, row)..][..columns.len()];
                add_wide(&mut numbers[..columns.len()], addend, bounds(ElementType::Wide));
            }
        }
        let made = self.made[at(self.columns, rows.start)..].chunks_mut(self.columns.stride);
        narrow(&numbers[..rows.len()], columns.len(), made);
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
            // 128 more in each byte; high bytes count 256 times.
            Record::read(record).unshifted(if pairs { sum << 15 } else { sum << 7 })
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
        let (mut sums, mut numbers) = ([[0; COLUMNS]; ROWS], [[0; COLUMNS]; ROWS]);
        for block in blocks {
            let mut found = [&[][..]; PANELS];
            let panels = self.panels.block(block, lines, &mut found);
            let columns = block * COLUMNS - first..((block + 1) * COLUMNS).min(self.outputs()) - first;
            for (tile, (words, padded)) in words.tiles().enumerate() {
                kernel.multiply(words, padded, panels, &mut sums);
                let here = tile * of_a_tile..rows.min((tile + 1) * of_a_tile);
                self.finish(&mut sums, &mut numbers, here.len(), (block, columns.len()));
                let made = if self.pairs { &mut numbers } else { &mut sums };
                target.write(made, here, columns.clone());
            }
        }
    }

    /// Rescales sums in place, or those of pairs into `numbers`.
    fn finish(
        &self,
        sums: &mut Tile<i32>,
        numbers: &mut Tile<i32>,
        rows: usize,
        (block, columns): (usize, usize),
    ) {
        let element = if self.curve.is_some() { ElementType::I16 } else { self.element };
        let (records, bounds_here) = (&self.records[block], bounds(element));
        let numbers = if self.pairs {
            let numbers = &mut numbers[..rows];
            rescale_pairs(sums, numbers, columns, records, bounds_here);
            numbers
        } else {
            let sums = &mut sums[..rows];
            rescale_tile(sums, columns, records, bounds_here);
            sums
        };
        if let Some((curve, records)) = &self.curve {
            for row in &mut *numbers {
                curve.apply(&mut row[..columns], ElementType::Wide);
            }
            rescale_tile(numbers, columns, &records[block], bounds(self.element));
        }
    }
}
