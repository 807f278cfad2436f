//! `z_c = Σ x[p,c]` over all positions of an image, rescaled: one row.

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::fault::ModelFault,
    rows::{
        format::image::GlobalPool,
        limits::{MAX_TERMS, R24},
        openings::{Opened, Opening, Openings},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, RowCount, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

impl GlobalPool {
    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.width(self.input)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }

    /// Positions that it sums.
    fn positions(&self, tensors: Tensors<'_>) -> Option<u32> {
        tensors.read(self.input).ok()?.expect_positions().ok()
    }
}

impl Operator for GlobalPool {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, RESCALED)?;
        let got = read.expect_positions()?;
        if got > MAX_TERMS {
            return Err(ModelFault::Positions { limit: MAX_TERMS, got: got.into() });
        }
        expect_element(self.element, RESCALED)?;
        Tensor::fixed(read.expect_fixed()?.into(), self.element, RowCount::One)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        Some(u64::from(self.positions(tensors)?).saturating_mul(R24.unsigned_abs().into()))
    }

    /// It writes one row, so what it reads is counted.
    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        let read = tensors.read(self.input).ok()?;
        Some(Work::of_rows(read.rows, tensors.width(self.input)?.into()))
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let read = operands.rows_of(self.input)?;
        let mut sums = alloc::vec![0i64; usize::try_from(operands.tensors.width(self.input)?).ok()?];
        for row in 0..self.positions(operands.tensors)? {
            for (sum, x) in sums.iter_mut().zip(read.row(row)?) {
                *sum = sum.wrapping_add((*x).into());
            }
        }
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        own.push(sums.into_iter().zip(records).map(|(z, entry)| Rescale::read(entry).apply(z, self.element)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let element = site.place.element;
        let column = Opening::Column { node: self.input, element, rows: self.positions(site.tensors)? };
        let parameters = slices([self.rescales(site.tensors)?.entry(element)])?;
        Some(Openings { values: [column].into(), parameters })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let z = opened.elements(0)?.iter().fold(0i64, |sum, x| sum.wrapping_add((*x).into()));
        Some(Rescale::read(opened.bytes(0)?).apply(z, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::format::element_type::ElementType;

    const NODE: GlobalPool = GlobalPool { input: 0, rescales: 0, element: ElementType::I16 };

    fn image(height: u32, width: u32) -> Tensor {
        Tensor::fixed(2, ElementType::I8, RowCount::Positions { height, width }).expect("small")
    }

    #[test]
    fn positions_are_summed() {
        let rows: &[&[i32]] = &[&[-128, 1], &[-128, 2], &[-128, 3], &[-128, 4]];
        let mut fixture = Fixture::new(1).with_tensor(image(2, 2), rows);
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        fixture.blob = [record(1, 2, 2), record(-1, 1, 1)].concat();
        // −512 / 4 and (−10 + 1) >> 1.
        assert_eq!(fixture.whole(&NODE), [[-128, -5]]);
        assert_eq!(fixture.references(&NODE), 26);
        let work = Work { per_sequence: 8, ..Work::default() };
        assert_eq!(NODE.work(fixture.tensors()), Some(work));
        assert_eq!(NODE.bound(fixture.tensors()), Some(4 * ((1 << 23) - 1)));
    }

    #[test]
    fn what_is_refused() {
        let fixture = Fixture::new(1)
            .with(ElementType::I8, &[&[1, 2]])
            .with_tensor(image(129, 128), &[])
            .with_tensor(image(128, 128), &[]);
        assert_eq!(fixture.infer(&NODE), Err(ModelFault::NotPositions));
        let fault = fixture.infer(&GlobalPool { input: 1, ..NODE });
        assert_eq!(fault, Err(ModelFault::Positions { limit: 1 << 14, got: 129 * 128 }));
        let node = GlobalPool { input: 2, ..NODE };
        assert_eq!(fixture.infer(&node).map(|own| own.rows), Ok(RowCount::One));
        let element = ElementType::Id;
        assert_eq!(fixture.infer(&GlobalPool { element, ..node }), Err(ModelFault::Element { got: element }));
    }
}
