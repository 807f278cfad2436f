//! `z_j = Σ_k W[j,k]·x[k]`, rescaled; with a table behind it, and something added to it.

use alloc::vec::Vec;

use super::{
    activation::interpolate,
    operator::{slices, Operands, Operator, Site},
};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::{Linear, Table},
        limits::R24,
        openings::{Opened, Openings},
        parameters::{read_row, Layout, Reference},
        rescale::{clamp, Rescale},
        tensor::{expect_element, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

/// Σ W·x. |W| ≤ 2⁷, |x| ≤ 2¹⁵ and at most 2¹⁴ terms: it stays within 2³⁶.
pub(super) fn dot<'a>(weights: &[u8], x: impl IntoIterator<Item = &'a i32>) -> i64 {
    let terms = weights.iter().zip(x);
    terms.fold(0, |sum, (weight, x)| {
        sum.wrapping_add(i64::from(weight.cast_signed()).wrapping_mul(i64::from(*x)))
    })
}

/// What comes after the first rescaling, with the table's bytes and the output's own record.
fn finish(node: &Linear, z: i64, record: Rescale, table: Option<(&[u8], &[u8])>) -> Option<i32> {
    match table {
        None => Some(record.apply(z, node.element)),
        Some((entries, second)) => {
            let y = interpolate(entries, record.apply(z, ElementType::I16))?;
            let y = clamp(y, ElementType::Wide);
            Some(Rescale::read(second).apply(y.into(), node.element))
        }
    }
}

/// Two wide numbers added.
pub(super) fn add(left: i32, right: i32) -> i32 {
    clamp(i64::from(left).wrapping_add(right.into()), ElementType::Wide)
}

/// The rows of an operator that adds this node to them.
///
/// # Errors
/// [`ModelFault::ReadsLater`], [`ModelFault::Type`], [`ModelFault::Element`], [`ModelFault::RowsDiffer`],
/// [`ModelFault::Scores`] or [`ModelFault::WidthsDiffer`].
pub(super) fn expect_addend(before: Tensors<'_>, addend: u32, own: Tensor) -> Result<Tensor, ModelFault> {
    let addend = before.read_as(addend, &[ElementType::Wide])?;
    expect_element(own.element, &[ElementType::Wide])?;
    if addend.rows != own.rows {
        return Err(ModelFault::RowsDiffer);
    }
    let (expected, got) = (own.expect_fixed()?, addend.expect_fixed()?);
    if got != expected {
        return Err(ModelFault::WidthsDiffer { expected, got });
    }
    Ok(own)
}

impl Linear {
    fn rows(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let width = tensors.width(self.input)?;
        Some(Reference { offset: self.rows, layout: Layout::Rows { count: self.outputs, width } })
    }

    fn table(&self) -> Option<[Reference; 2]> {
        let Table { entries, rescales } = self.table?;
        let rescales = Reference { offset: rescales, layout: Layout::Rescales { count: self.outputs } };
        Some([Reference { offset: entries, layout: Layout::Table }, rescales])
    }

    fn is_i16(&self, tensors: Tensors<'_>) -> Option<bool> {
        Some(tensors.read(self.input).ok()?.element == ElementType::I16)
    }
}

impl Operator for Linear {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::I8, ElementType::I16])?;
        read.expect_terms()?;
        expect_element(self.element, RESCALED)?;
        let own = Tensor::fixed(self.outputs.into(), self.element, read.rows)?;
        match self.addend {
            Some(addend) => expect_addend(before, addend, own),
            None => Ok(own),
        }
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        let mut references = Vec::from([self.rows(tensors)?]);
        references.extend(self.table().into_iter().flatten());
        Some(references)
    }

    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        let largest = if self.is_i16(tensors)? { 1u64 << 22 } else { 1 << 14 };
        let sum = largest.saturating_mul(tensors.width(self.input)?.into());
        Some(sum.max(R24.unsigned_abs().into()))
    }

    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        let each = if self.is_i16(tensors)? { 2 } else { 1 };
        let products = u64::from(self.outputs).saturating_mul(tensors.width(self.input)?.into());
        Some(Work::of_rows(tensors.read(self.input).ok()?.rows, products.saturating_mul(each)))
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let x = operands.row_of(self.input)?;
        let addend = match self.addend {
            None => None,
            Some(node) => Some(operands.row_of(node)?),
        };
        let table = match self.table() {
            None => None,
            Some([entries, rescales]) => {
                Some((entries.slice().of(operands.blob)?, operands.entries(rescales)?))
            }
        };
        let width = u32::try_from(x.len()).ok()?;
        let records = operands.entries(self.rows(operands.tensors)?)?.enumerate();
        own.try_push(records.map(|(j, entry)| {
            let (weights, record) = read_row(entry, width)?;
            let table = match &table {
                None => None,
                Some((entries, rescales)) => Some((*entries, rescales.clone().nth(j)?)),
            };
            let rescaled = finish(self, dot(weights, x), record, table)?;
            match addend {
                None => Some(rescaled),
                Some(addend) => Some(add(*addend.get(j)?, rescaled)),
            }
        }))
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let width = site.tensors.width(self.input)?;
        let mut values = Vec::from([site.row_of(self.input, 0, width)]);
        values.extend(self.addend.map(|addend| site.same_of(addend)));
        let mut parameters = slices([self.rows(site.tensors)?.entry(site.place.element)])?;
        if let Some([entries, rescales]) = self.table() {
            parameters.push(entries.slice());
            parameters.push(rescales.entry(site.place.element)?);
        }
        Some(Openings { values, parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let (weights, record) = read_row(opened.bytes(0)?, site.tensors.width(self.input)?)?;
        let table = match self.table {
            None => None,
            Some(_) => Some((opened.bytes(1)?, opened.bytes(2)?)),
        };
        let rescaled = finish(self, dot(weights, opened.elements(0)?), record, table)?;
        match self.addend {
            None => Some(rescaled.into()),
            Some(_) => Some(add(opened.one(1)?, rescaled).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::tensor::RowCount;

    const PLAIN: Linear =
        Linear { input: 0, outputs: 2, rows: 0, element: ElementType::I8, table: None, addend: None };

    fn record(m: i32, s: u8, b: i64) -> [u8; 13] {
        Rescale::new(m, s, b).expect("in range").to_bytes()
    }

    /// W = [[1, −2, 3], [127, −128, 0]].
    fn weights(records: [[u8; 13]; 2]) -> Vec<u8> {
        [&[1, 0xfe, 3][..], &records[0], &[127, 0x80, 0], &records[1]].concat()
    }

    #[test]
    fn products_are_rescaled_by_output() {
        let mut fixture = Fixture::new(2).with(ElementType::I8, &[&[10, 20, 30], &[-128, 127, -1]]);
        fixture.blob = weights([record(3, 2, 2), record(-1, 4, 0)]);
        // z = [60, −1290], [−385, −32512]: (180 + 2) >> 2 = 45, 1290 >> 4 = 80, (−1155 + 2) >> 2 = −289, 2032.
        assert_eq!(fixture.whole(&PLAIN), [[45, 80], [-128, 127]]);
        let node = Linear { element: ElementType::I16, ..PLAIN };
        assert_eq!(fixture.whole(&node), [[45, 80], [-289, 2_032]]);
        assert_eq!(fixture.references(&node), 32);
        assert_eq!(node.bound(fixture.tensors()), Some((1 << 23) - 1));
        assert_eq!(node.work(fixture.tensors()), Some(Work { per_token: 6, ..Work::default() }));
    }

    #[test]
    fn products_of_i16_count_twice() {
        let mut fixture = Fixture::new(1).with(ElementType::I16, &[&[-32_768, 32_767, 1]]);
        fixture.blob = weights([record(1, 1, 0), record(1, 1, 0)]);
        // z = −32768 − 65534 + 3 = −98299, −4161536 − 4194176 = −8355712.
        let node = Linear { element: ElementType::Wide, ..PLAIN };
        assert_eq!(fixture.whole(&node), [[-49_150, -4_177_856]]);
        assert_eq!(node.work(fixture.tensors()), Some(Work { per_token: 12, ..Work::default() }));
        let widest = Tensor { width: crate::rows::tensor::Width::Fixed(1 << 14), ..fixture.tensors().all[0] };
        let tensors = Tensors { all: &[widest], ..fixture.tensors() };
        assert_eq!(node.bound(tensors), Some(1 << 36));
    }

    #[test]
    fn a_table_is_rescaled_again_and_an_addend_added_last() {
        let mut fixture =
            Fixture::new(1).with(ElementType::I8, &[&[10, 20, 30]]).with(ElementType::Wide, &[&[1_000, R24]]);
        fixture.blob = weights([record(1, 1, 0), record(1, 1, 0)]);
        let entries = 32;
        // T[i] = −1000·(i − 256): −1000/128 for each step of x.
        fixture.blob.extend((0..513).flat_map(|i: i32| i32::to_le_bytes(-1_000 * (i - 256))));
        let rescales = fixture.blob.len() as u64;
        fixture.blob.extend([record(1, 1, 1), record(1 << 23, 1, 0)].concat());
        let table = Some(Table { entries, rescales });
        // x = 30, −645; y = (−30000 + 64) >> 7 = −234, 5039; then (−234 + 1) >> 1 = −117, and far too much.
        let node = Linear { element: ElementType::Wide, table, ..PLAIN };
        assert_eq!(fixture.whole(&node), [[-117, R24]]);
        let node = Linear { addend: Some(1), ..node };
        assert_eq!(fixture.whole(&node), [[883, R24]]);
        assert_eq!(fixture.references(&node), 32 + 2_052 + 26);
        let node = Linear { table: None, ..node };
        assert_eq!(fixture.whole(&node), [[1_030, R24 - 645]]);
    }

    #[test]
    fn a_record_out_of_range_gives_zero() {
        let mut fixture =
            Fixture::new(1).with(ElementType::I8, &[&[1, 2, 3]]).with(ElementType::Wide, &[&[5, 6]]);
        fixture.blob = weights([[255; 13], record(1, 1, 0)]);
        assert_eq!(fixture.whole(&PLAIN), [[0, -65]]);
        let node = Linear { element: ElementType::Wide, addend: Some(1), ..PLAIN };
        assert_eq!(fixture.whole(&node), [[5, -59]]);
    }

    #[test]
    fn what_is_refused() {
        let fixture = Fixture::new(1)
            .with(ElementType::I8, &[&[1, 2, 3]])
            .with(ElementType::Wide, &[&[1, 2, 3]])
            .with(ElementType::Id, &[&[1]]);
        let fault = |node: Linear| fixture.infer(&node).expect_err("it is wrong");
        let wide = Linear { element: ElementType::Wide, addend: Some(1), ..PLAIN };
        assert_eq!(fault(wide), ModelFault::WidthsDiffer { expected: 2, got: 3 });
        assert_eq!(
            fault(Linear { element: ElementType::I8, ..wide }),
            ModelFault::Element { got: ElementType::I8 }
        );
        let got = ElementType::Wide;
        assert_eq!(fault(Linear { input: 1, ..PLAIN }), ModelFault::Type { expected: ElementType::I8, got });
        assert_eq!(
            fault(Linear { addend: Some(0), ..wide }),
            ModelFault::Type { expected: got, got: ElementType::I8 }
        );
        assert_eq!(fault(Linear { input: 3, ..PLAIN }), ModelFault::ReadsLater { read: 3 });
        for outputs in [0, (1 << 18) + 1] {
            let fault = fault(Linear { outputs, ..PLAIN });
            assert_eq!(fault, ModelFault::Width { limit: 1 << 18, got: outputs.into() });
        }
        let element = ElementType::Id;
        assert_eq!(fault(Linear { element, ..PLAIN }), ModelFault::Element { got: element });
        let one = Tensor::fixed(2, ElementType::Wide, RowCount::One).expect("a fine width");
        let fixture = fixture.with_tensor(one, &[&[1, 2]]);
        assert_eq!(fixture.infer(&Linear { addend: Some(3), ..wide }), Err(ModelFault::RowsDiffer));
        let long = Tensor::fixed((1 << 14) + 1, ElementType::I8, RowCount::Tokens).expect("a fine width");
        let fixture = Fixture::new(0).with_tensor(long, &[]);
        let fault = ModelFault::Width { limit: 1 << 14, got: (1 << 14) + 1 };
        assert_eq!(fixture.infer(&PLAIN), Err(fault));
    }
}
