//! `z = a·b`, rescaled.

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Mul,
        openings::{Opened, Openings},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

/// A product of two `i16`, at most 2³⁰.
fn product(left: i32, right: i32) -> i64 {
    i64::from(left).wrapping_mul(right.into())
}

impl Mul {
    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.width(self.left)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }
}

impl Operator for Mul {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let left = before.read_as(self.left, &[ElementType::I16])?;
        let right = before.read_as(self.right, &[ElementType::I16])?;
        if left.rows != right.rows {
            return Err(ModelFault::RowsDiffer);
        }
        let (expected, got) = (left.expect_fixed()?, right.expect_fixed()?);
        if expected != got {
            return Err(ModelFault::WidthsDiffer { expected, got });
        }
        expect_element(self.element, RESCALED)?;
        Tensor::fixed(expected.into(), self.element, left.rows)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(1 << 30)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let (left, right) = (operands.row_of(self.left)?, operands.row_of(self.right)?);
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        let pairs = left.iter().zip(right).zip(records);
        own.push(pairs.map(|((a, b), entry)| Rescale::read(entry).apply(product(*a, *b), self.element)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let parameters = slices([self.rescales(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values: [site.same_of(self.left), site.same_of(self.right)].into(), parameters })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let z = product(opened.one(0)?, opened.one(1)?);
        Some(Rescale::read(opened.bytes(0)?).apply(z, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::{limits::R24, tensor::RowCount};

    const NODE: Mul = Mul { left: 0, right: 1, rescales: 0, element: ElementType::I8 };

    #[test]
    fn products_are_rescaled_by_element() {
        let mut fixture = Fixture::new(2)
            .with(ElementType::I16, &[&[3, -5], &[-32_768, -32_768]])
            .with(ElementType::I16, &[&[7, 9], &[-32_768, 32_767]]);
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        fixture.blob = [record(1, 1, 1), record(2, 3, 4)].concat();
        // (21 + 1) >> 1 = 11, (−90 + 4) >> 3 = −11.
        assert_eq!(fixture.whole(&NODE), [[11, -11], [127, -128]]);
        let node = Mul { element: ElementType::Wide, ..NODE };
        assert_eq!(fixture.whole(&node), [[11, -11], [R24, -R24]]);
        assert_eq!(fixture.references(&NODE), 26);
    }

    #[test]
    fn what_is_refused() {
        let one = Tensor::fixed(2, ElementType::I16, RowCount::One).expect("a fine width");
        let fixture = Fixture::new(1)
            .with(ElementType::I16, &[&[1, 2]])
            .with(ElementType::I16, &[&[1]])
            .with_tensor(one, &[&[1, 2]])
            .with(ElementType::I8, &[&[1, 2]]);
        let fault = |right| fixture.infer(&Mul { right, ..NODE });
        assert_eq!(fault(1), Err(ModelFault::WidthsDiffer { expected: 2, got: 1 }));
        assert_eq!(fault(2), Err(ModelFault::RowsDiffer));
        assert_eq!(fault(3), Err(ModelFault::Type { expected: ElementType::I16, got: ElementType::I8 }));
    }
}
