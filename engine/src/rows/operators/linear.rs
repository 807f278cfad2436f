//! Weights times rows; the sums are rescaled, and all that follows is done, while they are in the core's own cache.

use std::ops::Range;

use millrace_inference::rows::ElementType;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::curve::Curve;
use crate::rows::{
    elements::{bounds, for_element, Element, Elements, Share},
    products::{Kernel, Panels, Tile, Words, COLUMNS, PANELS, ROWS},
    records::{add_wide, rescale_pairs, rescale_tile, Record, Records, RECORD_BYTES},
};

/// A linear operator's parameters, ready for products.
pub(in crate::rows) struct Linear {
    pub input: u32,
    pub addend: Option<u32>,
    pub element: ElementType,
    /// Whether it reads `i16`.
    pub pairs: bool,
    pub terms: usize,
    panels: Panels,
    /// For sums as the kernels give them: what shifted bytes add is in the biases.
    records: Vec<Records>,
    curve: Option<(Curve, Vec<Records>)>,
}

/// What a linear operator reads.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Operands<'a> {
    pub input: &'a Elements,
    /// Wide rows to add to.
    pub addend: Option<&'a [i32]>,
    pub rows: usize,
}

impl Linear {
    /// Packs the weights of `rows`: for each output so many bytes, then its record. `table` is the bytes of a curve and of the
    /// records behind it.
    pub fn pack(
        (input, addend): (u32, Option<u32>),
        (reads, element): (ElementType, ElementType),
        terms: usize,
        rows: &[u8],
        table: Option<(&[u8], &[u8])>,
    ) -> Self {
        let pairs = reads == ElementType::I16;
        let mut panels = Panels::of_terms(terms);
        panels.reserve(rows.len() / (terms + RECORD_BYTES));
        let records = rows.chunks_exact(terms + RECORD_BYTES).map(|row| {
            let (weights, record) = row.split_at(terms);
            let weights: &[i8] = bytemuck::cast_slice(weights);
            panels.push_output(weights);
            let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
            // 128 more in each byte; high bytes count 256 times.
            Record::read(record).unshifted(if pairs { sum << 15 } else { sum << 7 })
        });
        let records = Records::blocks(records);
        let curve = table.map(|(entries, records)| (Curve::read(entries), Records::read(records)));
        Self { input, addend, element, pairs, terms, panels, records, curve }
    }

    /// Elements of a row that it gives.
    fn outputs(&self) -> usize {
        self.panels.outputs()
    }

    /// All its rows.
    pub fn run(&self, operands: Operands<'_>, kernel: Kernel, share: Share) -> Elements {
        fn run<T: Element>(linear: &Linear, operands: Operands<'_>, kernel: Kernel, share: Share) -> Vec<T> {
            linear.rows(operands, kernel, share)
        }
        for_element!(self.element, run(self, operands, kernel, share))
    }

    /// The threads share rows, or columns if there are few rows.
    fn rows<T: Element>(&self, operands: Operands<'_>, kernel: Kernel, share: Share) -> Vec<T> {
        let (rows, outputs, blocks) = (operands.rows, self.outputs(), self.records.len());
        let parts = share.threads.div_ceil(rows.div_ceil(share.chunk(rows)).max(1)).min(blocks);
        if parts <= 1 {
            return share.chunks(rows, outputs, |first, part| {
                let rows = first..first + part.len() / outputs;
                self.block(operands, rows, 0..blocks, kernel, part);
            });
        }
        let each = blocks.div_ceil(parts);
        let columns =
            |part: usize| (part * each * COLUMNS).min(outputs)..((part + 1) * each * COLUMNS).min(outputs);
        let made: Vec<Vec<T>> = (0..blocks.div_ceil(each))
            .into_par_iter()
            .map(|part| {
                let mut made = vec![T::default(); rows * columns(part).len()];
                self.block(
                    operands,
                    0..rows,
                    part * each..((part + 1) * each).min(blocks),
                    kernel,
                    &mut made,
                );
                made
            })
            .collect();
        let mut all = vec![T::default(); rows * outputs];
        for (part, made) in made.iter().enumerate() {
            let columns = columns(part);
            for (row, made) in all.chunks_mut(outputs).zip(made.chunks(columns.len())) {
                row[columns.clone()].copy_from_slice(made);
            }
        }
        all
    }

    /// Some rows of some blocks of columns.
    fn block<T: Element>(
        &self,
        operands: Operands<'_>,
        rows: Range<usize>,
        blocks: Range<usize>,
        kernel: Kernel,
        made: &mut [T],
    ) {
        let words = self.words(operands.input, rows.clone());
        let lines = self.terms.div_ceil(crate::rows::products::TERMS);
        let first = blocks.start * COLUMNS;
        let stride = (blocks.end * COLUMNS).min(self.outputs()) - first;
        let of_a_tile = if self.pairs { ROWS / 2 } else { ROWS };
        let (mut sums, mut numbers) = ([[0; COLUMNS]; ROWS], [[0; COLUMNS]; ROWS]);
        for block in blocks {
            let mut found = [&[][..]; PANELS];
            let panels = self.panels.block(block, lines, &mut found);
            let columns = block * COLUMNS..((block + 1) * COLUMNS).min(self.outputs());
            for (tile, (words, padded)) in words.tiles().enumerate() {
                kernel.multiply(words, padded, panels, &mut sums);
                let here = rows.start + tile * of_a_tile..rows.end.min(rows.start + (tile + 1) * of_a_tile);
                self.finish(&mut sums, &mut numbers, here.len(), block);
                let source = if self.pairs { &mut numbers } else { &mut sums };
                if let Some(addend) = operands.addend {
                    for (numbers, row) in source.iter_mut().zip(here.clone()) {
                        let addend = &addend[row * self.outputs()..][columns.clone()];
                        add_wide(&mut numbers[..columns.len()], addend, bounds(ElementType::Wide));
                    }
                }
                let target = made[(here.start - rows.start) * stride..].chunks_mut(stride);
                for ((numbers, target), _) in source.iter().zip(target).zip(here) {
                    let target = &mut target[columns.start - first..][..columns.len()];
                    target.iter_mut().zip(numbers).for_each(|(target, number)| *target = T::narrow(*number));
                }
            }
        }
    }

    /// Rescales sums in place, or those of pairs into `numbers`.
    fn finish(&self, sums: &mut Tile<i32>, numbers: &mut Tile<i32>, rows: usize, block: usize) {
        let element = if self.curve.is_some() { ElementType::I16 } else { self.element };
        let (records, bounds_here) = (&self.records[block], bounds(element));
        let numbers = if self.pairs {
            rescale_pairs(sums, numbers, rows, records, bounds_here);
            numbers
        } else {
            rescale_tile(sums, rows, records, bounds_here);
            sums
        };
        if let Some((curve, records)) = &self.curve {
            curve.apply(numbers[..rows].as_flattened_mut(), ElementType::Wide);
            rescale_tile(numbers, rows, &records[block], bounds(self.element));
        }
    }

    /// The rows as kernels read them.
    fn words(&self, input: &Elements, rows: Range<usize>) -> Words {
        let mut words = Words::default();
        let of = |row: usize| row * self.terms..(row + 1) * self.terms;
        if self.pairs {
            words.resize(2 * rows.len(), self.terms);
            let all = input.i16();
            rows.enumerate().for_each(|(index, row)| words.set_i16(index, &all[of(row)]));
        } else {
            words.resize(rows.len(), self.terms);
            let all = input.i8();
            rows.enumerate().for_each(|(index, row)| words.set_i8(index, &all[of(row)]));
        }
        words
    }
}
