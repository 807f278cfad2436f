//! The norm, without centre, of the sum of a sequence's rows; rescaled. A mean of rows under a later norm is the same.
//!
//! Running sums `S_i = S_{i−1} + x_i` are rows of their own in a dispute, so that no element needs more than one of them.

use alloc::vec::Vec;

use super::{
    norm::Normaliser,
    operator::{slices, Operands, Operator, Site},
};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Pool,
        limits::{MAX_POOLED, R24},
        openings::{Opened, Opening, Openings, Part},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, RowCount, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

/// Sums as wide numbers: shifted by the least number of bits that brings all below 2²³. None if they are beyond 2⁴⁸, which
/// no sums of 2¹³ wide numbers are.
fn shifted(sums: &[i64]) -> Option<Vec<i32>> {
    let shift = (0..32).find(|shift| {
        sums.iter().all(|sum| sum.wrapping_shr(*shift).unsigned_abs() <= R24.unsigned_abs().into())
    })?;
    sums.iter().map(|sum| i32::try_from(sum.wrapping_shr(shift)).ok()).collect()
}

impl Pool {
    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.width(self.input)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }
}

impl Operator for Pool {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::Wide])?.expect_tokens()?;
        let width = read.expect_fixed()?;
        if width > MAX_POOLED {
            return Err(ModelFault::Width { limit: MAX_POOLED, got: width.into() });
        }
        expect_element(self.element, &[ElementType::I8, ElementType::I16])?;
        Tensor::fixed(width.into(), self.element, RowCount::One)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    /// Of the sums; what it rescales is a norm.
    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        Some(u64::from(tensors.max_tokens).saturating_mul(R24.unsigned_abs().into()).max(Normaliser::BOUND))
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let read = operands.rows_of(self.input)?;
        own.sums.resize(usize::try_from(operands.tensors.width(self.input)?).ok()?, 0);
        for row in operands.fresh.clone() {
            for (sum, x) in own.sums.iter_mut().zip(read.row(row)?) {
                *sum = sum.checked_add((*x).into())?;
            }
        }
        let row = shifted(&own.sums)?;
        let normaliser = Normaliser::new(&row, false)?;
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        let rescaled = row.iter().zip(records);
        own.push(rescaled.map(|(x, entry)| Rescale::read(entry).apply(normaliser.apply(*x), self.element)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let node = site.place.node;
        if site.place.part == Part::Sums {
            let before = site.place.row.checked_sub(1).map(|row| Opening::Sums {
                node,
                row,
                from: site.place.element,
                count: 1,
            });
            let values = [site.same_of(self.input)].into_iter().chain(before).collect();
            return Some(Openings { values, parameters: Vec::new() });
        }
        let (row, count) = (site.tokens().checked_sub(1)?, site.tensors.width(self.input)?);
        let parameters = slices([self.rescales(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values: [Opening::Sums { node, row, from: 0, count }].into(), parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        if site.place.part == Part::Sums {
            let x = i64::from(opened.one(0)?);
            return match site.place.row {
                0 => Some(x),
                _ => opened.sums(1)?.first()?.checked_add(x),
            };
        }
        let row = shifted(opened.sums(0)?)?;
        let x = *row.get(usize::try_from(site.place.element).ok()?)?;
        let z = Normaliser::new(&row, false)?.apply(x);
        Some(Rescale::read(opened.bytes(0)?).apply(z, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    const NODE: Pool = Pool { input: 0, rescales: 0, element: ElementType::I16 };

    fn with_records(fixture: Fixture) -> Fixture {
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        Fixture { blob: [record(1, 3, 4), record(-1, 4, 8)].concat(), ..fixture }
    }

    #[test]
    fn rows_are_summed_and_normalised() {
        let rows: &[&[i32]] = &[&[5, -2], &[-1, 1], &[-3, 4]];
        let fixture = with_records(Fixture::new(3).with(ElementType::Wide, rows));
        // S = [1, 3], whose norm without centre is [29309, 87926]: (29309 + 4) >> 3, (−87926 + 8) >> 4.
        assert_eq!(fixture.whole(&NODE), [[3_664, -5_495]]);
        let sums = [(0, 0, 5), (0, 1, -2), (1, 0, 4), (1, 1, -1), (2, 0, 1), (2, 1, 3)];
        for (row, element, sum) in sums {
            assert_eq!(fixture.alone(&NODE, row, element, Part::Sums), sum);
        }
        assert_eq!(fixture.references(&NODE), 26);
    }

    #[test]
    fn large_sums_are_shifted_until_they_are_wide() {
        assert_eq!(shifted(&[R24.into(), -i64::from(R24)]), Some(alloc::vec![R24, -R24]));
        // −2²³ isn't below 2²³, but its half is; 3 >> 1 = 1, −3 >> 1 = −2.
        assert_eq!(shifted(&[-(1 << 23), 3, -3]), Some(alloc::vec![-(1 << 22), 1, -2]));
        assert_eq!(shifted(&[i64::from(R24) << 13, 0]), Some(alloc::vec![R24, 0]));
        assert_eq!(shifted(&[i64::MIN]), None);
        let fixture = with_records(Fixture::new(2).with(ElementType::Wide, &[&[R24, 0], &[R24, 0]]));
        // √2·2¹⁶ = 92682 or so: (92682 + 4) >> 3.
        assert_eq!(fixture.whole(&NODE), [[11_585, 0]]);
    }

    #[test]
    fn what_is_refused() {
        let one = Tensor::fixed(2, ElementType::Wide, RowCount::One).expect("a fine width");
        let fixture = Fixture::new(1).with(ElementType::Wide, &[&[1, 2]]).with_tensor(one, &[&[1, 2]]);
        assert_eq!(fixture.infer(&Pool { input: 1, ..NODE }), Err(ModelFault::OneRow));
        let wide = Tensor::fixed(8_193, ElementType::Wide, RowCount::Tokens).expect("a fine width");
        let fault = Fixture::new(0).with_tensor(wide, &[]).infer(&NODE);
        assert_eq!(fault, Err(ModelFault::Width { limit: 8_192, got: 8_193 }));
        let element = ElementType::Wide;
        assert_eq!(fixture.infer(&Pool { element, ..NODE }), Err(ModelFault::Element { got: element }));
    }
}
