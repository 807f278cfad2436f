//! `clamp(clamp((E[id,c]·M_id + B_id) >> s_id) + Pos[i,c])`.

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Embed,
        openings::{Opened, Openings},
        parameters::{read_row, read_wide, Layout, Reference},
        rescale::{clamp, Rescale},
        tensor::{RowCount, Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

impl Embed {
    fn rows(&self, tensors: Tensors<'_>) -> Reference {
        Reference { offset: self.rows, layout: Layout::Rows { count: tensors.vocabulary, width: self.width } }
    }

    fn positions(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let layout = Layout::Wides { count: tensors.max_tokens, width: self.width };
        Some(Reference { offset: self.positions?, layout })
    }
}

/// One element: the weight, its rescaling, and what its position adds.
fn element(weight: u8, record: Rescale, position: i32) -> i32 {
    let scaled = record.apply(weight.cast_signed().into(), ElementType::Wide);
    // Two wide numbers.
    clamp(i64::from(scaled).wrapping_add(position.into()), ElementType::Wide)
}

impl Operator for Embed {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        before.read_as(self.input, &[ElementType::Id])?;
        if self.input != 0 {
            return Err(ModelFault::NotTokens);
        }
        let own = Tensor::fixed(self.width.into(), ElementType::Wide, RowCount::Tokens)?;
        own.expect_terms().map(|_| own)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([Some(self.rows(tensors)), self.positions(tensors)].into_iter().flatten().collect())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(128)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let id = u32::try_from(*operands.row_of(self.input)?.first()?).ok()?;
        let (weights, record) = read_row(operands.entry(self.rows(operands.tensors), id)?, self.width)?;
        match self.positions(operands.tensors) {
            None => own.push(weights.iter().map(|weight| element(*weight, record, 0))),
            Some(positions) => {
                let entry = operands.entry(positions, operands.row)?;
                let row = weights.iter().enumerate();
                own.try_push(row.map(|(c, weight)| Some(element(*weight, record, read_wide(entry, c)?))))?;
            }
        }
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let id = *site.ids.get(usize::try_from(site.place.row).ok()?)?;
        let mut parameters = slices([self.rows(site.tensors).entry(id)])?;
        if let Some(positions) = self.positions(site.tensors) {
            let number = u64::from(site.place.element).checked_mul(4)?;
            parameters.push(positions.entry(site.place.row)?.part(number, 4)?);
        }
        Some(Openings { values: Vec::new(), parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let (weights, record) = read_row(opened.bytes(0)?, self.width)?;
        let index = usize::try_from(site.place.element).ok()?;
        let position = match self.positions {
            None => 0,
            Some(_) => read_wide(opened.bytes(1)?, 0)?,
        };
        Some(element(*weights.get(index)?, record, position).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::limits::R24;

    fn blob() -> Vec<u8> {
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        let mut blob = Vec::new();
        blob.extend([1, 0xfe]); // 1, −2
        blob.extend(record(10, 1, 1));
        blob.extend([127, 0x80]); // 127, −128
        blob.extend(record((1 << 24) - 1, 1, 0));
        for position in [7, -7, R24, 1, i32::MAX, -R24 - 1] {
            blob.extend(i32::to_le_bytes(position));
        }
        blob
    }

    #[test]
    fn a_row_is_scaled_by_its_own_record_and_moved_by_its_position() {
        let mut fixture = Fixture::new(3).with(ElementType::Id, &[&[0], &[1], &[0]]);
        (fixture.ids, fixture.vocabulary, fixture.max_tokens) = (vec![0, 1, 0], 2, 3);
        fixture.blob = blob();
        let node = Embed { input: 0, width: 2, rows: 0, positions: Some(30) };
        assert_eq!(fixture.references(&node), 54);
        // (10 + 1) >> 1 = 5, (−20 + 1) >> 1 = −10; both clamps; positions out of range count as zero.
        assert_eq!(fixture.whole(&node), [[12, -17], [R24, 1 - R24], [5, -10]]);
        let node = Embed { positions: None, ..node };
        assert_eq!(fixture.whole(&node), [[5, -10], [R24, -R24], [5, -10]]);
    }

    #[test]
    fn it_reads_the_tokens_only() {
        let node = Embed { input: 0, width: 2, rows: 0, positions: None };
        let fault = Fixture::new(1).with(ElementType::I8, &[&[1]]).infer(&node);
        assert_eq!(fault, Err(ModelFault::Type { expected: ElementType::Id, got: ElementType::I8 }));
        let ids: &[&[i32]] = &[&[1]];
        let fixture = Fixture::new(1).with(ElementType::Id, ids).with(ElementType::Id, ids);
        assert_eq!(fixture.infer(&Embed { input: 1, ..node }), Err(ModelFault::NotTokens));
        let fault = ModelFault::Width { limit: 1 << 18, got: 0 };
        assert_eq!(fixture.infer(&Embed { width: 0, ..node }), Err(fault));
        let fault = ModelFault::Width { limit: 1 << 14, got: (1 << 14) + 1 };
        assert_eq!(fixture.infer(&Embed { width: (1 << 14) + 1, ..node }), Err(fault));
    }
}
