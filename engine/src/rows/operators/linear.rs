//! Weights times rows.

use std::{borrow::Cow, ops::Range};

use millrace_inference::rows::ElementType;

use super::product::{Columns, Product, Target};
use crate::rows::{
    elements::{for_element, Element, Elements},
    products::{Kernel, Words, COLUMNS},
    records::RECORD_BYTES,
    share::Share,
};
use crate::threads::each;

/// Rows so few that reading weights takes longer than multiplying them.
const FEW: usize = 64;

/// A linear operator's parameters, ready for products.
pub(in crate::rows) struct Linear {
    pub input: u32,
    pub addend: Option<u32>,
    pub product: Product,
}

/// What a linear operator or a convolution reads.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Operands<'a> {
    pub input: &'a Elements,
    /// Wide rows to add to.
    pub addend: Option<&'a [i32]>,
    /// Rows to make.
    pub rows: usize,
}

impl<'a> Operands<'a> {
    /// What is added to rows from this one, in columns of rows that are so long.
    pub fn addend_of(&self, row: usize, columns: Columns) -> Option<(&'a [i32], Columns)> {
        self.addend.map(|addend| (&addend[row * columns.stride..], columns))
    }
}

/// The weights and the record of each output.
pub(in crate::rows) fn outputs(
    rows: &[u8],
    terms: usize,
) -> impl ExactSizeIterator<Item = (&[i8], &[u8])> + Clone {
    rows.chunks_exact(terms + RECORD_BYTES).map(move |row| {
        let (weights, record) = row.split_at(terms);
        (bytemuck::cast_slice(weights), record)
    })
}

impl Linear {
    /// Packs the weights of `rows`: for each output so many bytes, then its record. `table` is the bytes of a curve and of the
    /// records behind it.
    pub fn pack(
        (input, addend): (u32, Option<u32>),
        types: (ElementType, ElementType),
        terms: usize,
        rows: &[u8],
        table: Option<(&[u8], &[u8])>,
    ) -> Self {
        let outputs = outputs(rows, terms).map(|(weights, record)| (Cow::Borrowed(weights), record));
        Self { input, addend, product: Product::pack(types, terms, outputs, table) }
    }

    /// All its rows.
    pub fn run(&self, operands: Operands<'_>, kernel: Kernel, share: Share) -> Elements {
        fn run<T: Element>(linear: &Linear, operands: Operands<'_>, kernel: Kernel, share: Share) -> Vec<T> {
            linear.rows(operands, kernel, share)
        }
        for_element!(self.product.element, run(self, operands, kernel, share))
    }

    fn shares_columns(&self, rows: usize, share: Share) -> bool {
        share.threads > 1 && rows <= FEW && self.product.blocks() > 1
    }

    /// Bytes that a thread needs beside the rows.
    pub fn room(&self, rows: usize, share: Share) -> u64 {
        let rows = if self.shares_columns(rows, share) { rows } else { share.chunk(rows) };
        let bytes = if self.product.pairs { 2 } else { 1 };
        (self.product.terms as u64 + 4) * bytes * (rows as u64 + 8)
    }

    /// The threads share rows; or columns if there are few rows, so that each thread reads its own weights only.
    fn rows<T: Element>(&self, operands: Operands<'_>, kernel: Kernel, share: Share) -> Vec<T> {
        let (rows, outputs, blocks) = (operands.rows, self.product.outputs(), self.product.blocks());
        if !self.shares_columns(rows, share) {
            return share.chunks(rows, outputs, |first, part| {
                let rows = first..first + part.len() / outputs;
                self.block(operands, rows, 0..blocks, kernel, part);
            });
        }
        let width = blocks.div_ceil(share.threads);
        let columns = |part: usize| (part * width * COLUMNS)..((part + 1) * width * COLUMNS).min(outputs);
        let parts = (0..blocks.div_ceil(width)).map(|part| vec![T::default(); rows * columns(part).len()]);
        let mut parts: Vec<Vec<T>> = parts.collect();
        each(share.threads, parts.iter_mut().enumerate(), |(part, made)| {
            let blocks = part * width..((part + 1) * width).min(blocks);
            self.block(operands, 0..rows, blocks, kernel, made);
        });
        let mut all = vec![T::default(); rows * outputs];
        for (part, made) in parts.iter().enumerate() {
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
        let (outputs, first) = (self.product.outputs(), blocks.start * COLUMNS);
        let columns = Columns { stride: (blocks.end * COLUMNS).min(outputs) - first, first: 0 };
        let addend = operands.addend_of(rows.start, Columns { stride: outputs, first });
        let mut target = Target { made, columns, addend };
        self.product.multiply(&words, rows.len(), blocks, kernel, &mut target);
    }

    /// The rows as kernels read them.
    fn words(&self, input: &Elements, rows: Range<usize>) -> Words {
        let terms = self.product.terms;
        let mut words = self.product.room(rows.len());
        let of = |row: usize| row * terms..(row + 1) * terms;
        if self.product.pairs {
            let all = input.i16();
            rows.enumerate().for_each(|(index, row)| words.set_i16(index, &all[of(row)]));
        } else {
            let all = input.i8();
            rows.enumerate().for_each(|(index, row)| words.set_i8(index, &all[of(row)]));
        }
        words
    }
}
