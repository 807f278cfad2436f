//! The sequence as it was posted.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Tokens,
        limits::MAX_VOCABULARY,
        openings::{Opened, Openings},
        parameters::Reference,
        tensor::{RowCount, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

impl Operator for Tokens {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        if !before.all.is_empty() {
            return Err(ModelFault::MisplacedInput);
        }
        match self.vocabulary {
            1..=MAX_VOCABULARY => Tensor::fixed(1, ElementType::Id, RowCount::Tokens),
            got => Err(ModelFault::Vocabulary { got }),
        }
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

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let index = operands.row.checked_sub(operands.fresh.start)?;
        let id = operands.ids.get(usize::try_from(index).ok()?).filter(|id| **id < self.vocabulary)?;
        own.push([i32::try_from(*id).ok()?]);
        Some(())
    }

    fn openings(&self, _: &Site<'_>) -> Option<Openings> {
        Some(Openings::default())
    }

    fn element(&self, site: &Site<'_>, _: &Opened<'_>) -> Option<i64> {
        site.ids.get(usize::try_from(site.place.row).ok()?).map(|id| (*id).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[test]
    fn ids_are_rows_of_one() {
        let node = Tokens { vocabulary: 9 };
        let mut fixture = Fixture::new(2);
        fixture.ids = vec![8, 0];
        assert_eq!(fixture.whole(&node), [[8], [0]]);
        assert_eq!(
            Fixture::new(0).infer(&Tokens { vocabulary: 1 << 18 }).map(|own| own.rows),
            Ok(RowCount::Tokens)
        );
    }

    #[test]
    fn what_is_refused() {
        for got in [0, (1 << 18) + 1] {
            let fault = Fixture::new(0).infer(&Tokens { vocabulary: got });
            assert_eq!(fault, Err(ModelFault::Vocabulary { got }));
        }
        let fixture = Fixture::new(1).with(ElementType::I8, &[&[1]]);
        assert_eq!(fixture.infer(&Tokens { vocabulary: 1 }), Err(ModelFault::MisplacedInput));
    }
}
