//! `T[i] + (((T[i+1] − T[i])·f + 64) >> 7)` with `i = (x + 32768) >> 7` and `f = (x + 32768) & 127`: a function as a table of
//! its values at every 128th `i16`, with straight lines between them.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Activation,
        openings::{Opened, Openings},
        parameters::{Layout, Reference},
        rescale::clamp,
        tensor::{expect_element, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

/// The function at x, an `i16`; none if these aren't 513 entries. Any entries will do: a difference of two `i32` times 127
/// is below 2⁴⁰.
pub(super) fn interpolate(table: &[u8], x: i32) -> Option<i64> {
    let steps = u32::try_from(x.checked_add(32_768)?).ok()?;
    let index = usize::try_from(steps / 128).ok()?;
    let (entries, _) = table.as_chunks::<4>();
    let entry = |index: usize| entries.get(index).map(|entry| i64::from(i32::from_le_bytes(*entry)));
    let (low, high) = (entry(index)?, entry(index.checked_add(1)?)?);
    let moved = high.wrapping_sub(low).wrapping_mul((steps % 128).into()).wrapping_add(64);
    Some(low.wrapping_add(moved.wrapping_shr(7)))
}

impl Activation {
    fn table(&self) -> Reference {
        Reference { offset: self.table, layout: Layout::Table }
    }
}

impl Operator for Activation {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::I16])?;
        let width = read.expect_fixed()?;
        expect_element(self.element, &[ElementType::I16, ElementType::Wide])?;
        Tensor::fixed(width.into(), self.element, read.rows)
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.table()].into())
    }

    /// It rescales nothing; what it clamps lies between two entries of the table.
    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(1 << 31)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let table = self.table().slice().of(operands.blob)?;
        let row = operands.row_of(self.input)?;
        own.try_push(row.iter().map(|x| Some(clamp(interpolate(table, *x)?, self.element))))
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        Some(Openings {
            values: [site.same_of(self.input)].into(),
            parameters: [self.table().slice()].into(),
        })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        Some(clamp(interpolate(opened.bytes(0)?, opened.one(0)?)?, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::limits::R24;

    /// x² / 2¹⁶ at every 128th x, but for the last two entries.
    fn table(last: [i32; 2]) -> Vec<u8> {
        let square = |index: i64| i32::try_from((index * 128 - 32_768).pow(2) >> 16).expect("small");
        (0..511).map(square).chain(last).flat_map(i32::to_le_bytes).collect()
    }

    #[test]
    fn it_follows_straight_lines() {
        let mut fixture = Fixture::new(1)
            .with(ElementType::I16, &[&[-32_768, -32_767, -32_640, 0, 64, 32_639, 32_640, 32_767]]);
        fixture.blob = table([200, -1_000]);
        let node = Activation { input: 0, table: 0, element: ElementType::I16 };
        assert_eq!(fixture.references(&node), 2_052);
        // T[0] = 16384, T[1] = ⌊32640²/65536⌋ = 16256, and (−128 + 64) >> 7 = −1. T[256] = 0, T[257] = 0.
        // T[510] = ⌊32512²/65536⌋ = 16129: 16129 + ((−15929·127 + 64) >> 7) = 16129 − 15805 = 324.
        // 200 + ((−1200·127 + 64) >> 7) = 200 − 1191 + … = −991 + 200: (−152336 >> 7) = −1191 + 1 − 0.
        let last = 200 + ((-1_200 * 127 + 64) >> 7);
        assert_eq!(last, -991);
        assert_eq!(fixture.whole(&node), [[16_384, 16_383, 16_256, 0, 0, 324, 200, last]]);
    }

    #[test]
    fn every_entry_is_defined() {
        let mut fixture = Fixture::new(1).with(ElementType::I16, &[&[32_640, 32_704, 32_767]]);
        fixture.blob = table([i32::MIN, i32::MAX]);
        // Half of the way: −2³¹ + ((2³² − 1)·64 + 64 >> 7) = 0.
        let node = Activation { input: 0, table: 0, element: ElementType::Wide };
        assert_eq!(fixture.whole(&node), [[-R24, 0, R24]]);
        let node = Activation { element: ElementType::I16, ..node };
        assert_eq!(fixture.whole(&node), [[-32_768, 0, 32_767]]);
    }

    #[test]
    fn what_is_refused() {
        let node = Activation { input: 0, table: 0, element: ElementType::I8 };
        let fixture = Fixture::new(1).with(ElementType::I16, &[&[1]]);
        assert_eq!(fixture.infer(&node), Err(ModelFault::Element { got: ElementType::I8 }));
        let fault = Fixture::new(1).with(ElementType::I8, &[&[1]]).infer(&node);
        assert_eq!(fault, Err(ModelFault::Type { expected: ElementType::I16, got: ElementType::I8 }));
    }
}
