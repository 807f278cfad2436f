//! One row of a sequence: the last or the first.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::fault::ModelFault,
    rows::{
        format::node::Select,
        openings::{Opened, Opening, Openings},
        parameters::Reference,
        tensor::{RowCount, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

impl Select {
    fn row(&self, tokens: u32) -> Option<u32> {
        if self.last {
            tokens.checked_sub(1)
        } else {
            Some(0)
        }
    }
}

impl Operator for Select {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read(self.input)?.expect_tokens()?;
        read.expect_fixed()?;
        Ok(Tensor { rows: RowCount::One, ..read })
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some(Vec::new())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(0)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    /// A first row that is no longer held was selected when it was new, and is kept in the sums.
    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let row = self.row(operands.tokens())?;
        if operands.fresh.contains(&row) {
            let selected = operands.rows_of(self.input)?.row(row)?;
            own.sums = selected.iter().map(|x| i64::from(*x)).collect();
        }
        let selected: Option<Vec<i32>> = own.sums.iter().map(|x| i32::try_from(*x).ok()).collect();
        own.push(selected?);
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let row = self.row(site.tokens())?;
        let selected = Opening::Row { node: self.input, row, from: site.place.element, count: 1 };
        Some(Openings { values: [selected].into(), parameters: Vec::new() })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        opened.one(0).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::{format::element_type::ElementType, rows::tensor::Width};

    #[test]
    fn it_is_the_last_row_or_the_first() {
        let fixture = Fixture::new(3).with(ElementType::I16, &[&[1, 2], &[3, 4], &[5, 6]]);
        assert_eq!(fixture.whole(&Select { input: 0, last: true }), [[5, 6]]);
        assert_eq!(fixture.whole(&Select { input: 0, last: false }), [[1, 2]]);
    }

    #[test]
    fn what_is_refused() {
        let one = Tensor::fixed(1, ElementType::I8, RowCount::One).expect("a fine width");
        let scores = Tensor { width: Width::Heads(1), rows: RowCount::Tokens, ..one };
        let fixture = Fixture::new(1).with_tensor(one, &[&[1]]).with_tensor(scores, &[&[1]]);
        assert_eq!(fixture.infer(&Select { input: 0, last: true }), Err(ModelFault::OneRow));
        assert_eq!(fixture.infer(&Select { input: 1, last: true }), Err(ModelFault::Scores));
    }
}
