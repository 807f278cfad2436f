//! One operator with the rows that it reads, for the tests of operators.

use alloc::{vec, vec::Vec};

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::model::Kind,
        openings::{Opened, OpenedValues, Opening, Part, Place},
        tensor::{RowCount, Tensor, Tensors, Width},
        values::Rows,
    },
};

/// A sequence of some tokens, the rows of nodes 0, 1, … and a blob.
pub(super) struct Fixture {
    pub(super) tokens: u32,
    pub(super) kind: Kind,
    pub(super) max_tokens: u32,
    pub(super) vocabulary: u32,
    pub(super) ids: Vec<u32>,
    pub(super) blob: Vec<u8>,
    pub(super) tensors: Vec<Tensor>,
    pub(super) rows: Vec<Rows>,
}

impl Fixture {
    pub(super) fn new(tokens: u32) -> Self {
        Self {
            tokens,
            kind: Kind::Encoder,
            max_tokens: 16,
            vocabulary: 0,
            ids: vec![0; tokens as usize],
            blob: Vec::new(),
            tensors: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// Another node with these rows, of one width.
    pub(super) fn with(self, element: ElementType, rows: &[&[i32]]) -> Self {
        let width = rows.first().map_or(0, |row| row.len()) as u32;
        self.with_tensor(Tensor { width: Width::Fixed(width), element, rows: RowCount::Tokens }, rows)
    }

    /// Another node with these rows.
    pub(super) fn with_tensor(mut self, tensor: Tensor, rows: &[&[i32]]) -> Self {
        let mut held = Rows::default();
        rows.iter().for_each(|row| held.push(row.iter().copied()));
        self.tensors.push(tensor);
        self.rows.push(held);
        self
    }

    pub(super) fn tensors(&self) -> Tensors<'_> {
        Tensors {
            kind: self.kind,
            max_tokens: self.max_tokens,
            vocabulary: self.vocabulary,
            all: &self.tensors,
        }
    }

    pub(super) fn infer(&self, operator: &dyn Operator) -> Result<Tensor, ModelFault> {
        operator.infer(self.tensors())
    }

    /// Bytes of its parameters.
    pub(super) fn references(&self, operator: &dyn Operator) -> u64 {
        let references = operator.references(self.tensors()).expect("it is accepted");
        references.iter().map(|reference| reference.layout.bytes()).sum()
    }

    /// Its rows, made row by row. Each of their elements is also made alone and compared.
    pub(super) fn whole(&self, operator: &dyn Operator) -> Vec<Vec<i32>> {
        let own = self.infer(operator).expect("it is accepted");
        let count = own.rows.of(self.tokens);
        let mut rows = Rows::default();
        for row in 0..count {
            let operands = Operands {
                tensors: self.tensors(),
                blob: &self.blob,
                rows: &self.rows,
                ids: &self.ids,
                fresh: 0..self.tokens,
                row,
            };
            operator.evaluate(&operands, &mut rows).expect("its operands are there");
        }
        let rows: Vec<Vec<i32>> = rows.iter().map(<[i32]>::to_vec).collect();
        for (row, elements) in rows.iter().enumerate() {
            assert_eq!(elements.len() as u32, self.tensors().elements(own, row as u32, self.tokens));
            for (element, value) in elements.iter().enumerate() {
                let alone = self.alone(operator, row as u32, element as u32, Part::Output);
                assert_eq!(alone, i64::from(*value), "row {row}, element {element}");
            }
        }
        rows
    }

    /// One element made alone.
    pub(super) fn alone(&self, operator: &dyn Operator, row: u32, element: u32, part: Part) -> i64 {
        let place = Place { node: self.tensors.len() as u32, row, element, part };
        let site = Site { tensors: self.tensors(), ids: &self.ids, place };
        let openings = operator.openings(&site).expect("there is such an element");
        let values: Vec<OpenedValues> = openings.values.iter().map(|opening| self.open(*opening)).collect();
        let parameters: Vec<&[u8]> =
            openings.parameters.iter().map(|slice| slice.of(&self.blob).expect("within the blob")).collect();
        let opened = Opened { values: &values, parameters: &parameters };
        operator.element(&site, &opened).expect("everything was opened")
    }

    fn open(&self, opening: Opening) -> OpenedValues {
        match opening {
            Opening::Row { node, row, from, count } => {
                let row = self.rows[node as usize].row(row).expect("there is such a row");
                OpenedValues::Elements(row[from as usize..][..count as usize].to_vec())
            }
            Opening::Column { node, element, rows } => {
                let rows = self.rows[node as usize].iter().take(rows as usize);
                OpenedValues::Elements(rows.map(|row| row[element as usize]).collect())
            }
            // A pool reads node 0 in these tests.
            Opening::Sums { row, from, count, .. } => {
                let sum = |element| {
                    self.rows[0].iter().take(row as usize + 1).map(|row| i64::from(row[element])).sum()
                };
                OpenedValues::Sums((from as usize..(from + count) as usize).map(sum).collect())
            }
        }
    }
}
