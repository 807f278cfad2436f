//! Each element rescaled: what brings a residual of images to the narrow type that a convolution reads.

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::fault::ModelFault,
    rows::{
        format::node::Requantize,
        limits::R24,
        openings::{Opened, Openings},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

impl Requantize {
    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.width(self.input)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }
}

impl Operator for Requantize {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, RESCALED)?;
        let width = read.expect_fixed()?;
        expect_element(self.element, RESCALED)?;
        Tensor::fixed(width.into(), self.element, read.rows)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(R24.unsigned_abs().into())
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        let row = operands.row_of(self.input)?.iter().zip(records);
        own.push(row.map(|(x, entry)| Rescale::read(entry).apply((*x).into(), self.element)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let parameters = slices([self.rescales(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values: [site.same_of(self.input)].into(), parameters })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        Some(Rescale::read(opened.bytes(0)?).apply(opened.one(0)?.into(), self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::format::element_type::ElementType;

    #[test]
    fn each_element_has_its_record() {
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        let mut fixture = Fixture::new(2).with(ElementType::Wide, &[&[5, R24], &[-5, -R24]]);
        fixture.blob = [record(3, 1, 1), record(2, 1, 0)].concat();
        let node = Requantize { input: 0, rescales: 0, element: ElementType::I16 };
        // (15 + 1) >> 1 and (−15 + 1) >> 1; R24 is clamped.
        assert_eq!(fixture.whole(&node), [[8, 32_767], [-7, -32_768]]);
        let wide = Requantize { element: ElementType::Wide, ..node };
        assert_eq!(fixture.whole(&wide), [[8, R24], [-7, -R24]]);
        assert_eq!(fixture.references(&node), 26);
        assert_eq!(node.bound(fixture.tensors()), Some((1 << 23) - 1));
    }

    #[test]
    fn what_is_refused() {
        let fixture = Fixture::new(1).with(ElementType::I32, &[&[1]]).with(ElementType::I8, &[&[1]]);
        let node = Requantize { input: 0, rescales: 0, element: ElementType::I8 };
        let fault = ModelFault::Type { expected: ElementType::I8, got: ElementType::I32 };
        assert_eq!(fixture.infer(&node), Err(fault));
        let node = Requantize { input: 1, element: ElementType::I32, ..node };
        assert_eq!(fixture.infer(&node), Err(ModelFault::Element { got: ElementType::I32 }));
    }
}
