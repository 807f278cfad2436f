//! `z[i,h,d] = Σ_j p[i,h,j]·v[j,g(h),d]`, rescaled: means of values.

use alloc::vec::Vec;

use super::{
    operator::{slices, Operands, Operator, Site},
    scores::{expect_groups, group, head_of},
};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Context,
        openings::{Opened, Opening, Openings},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, Tensor, Tensors, Width, RESCALED},
        values::Rows,
        work::Work,
    },
};

/// A sum of products of `i16` and `i8`: 2¹³ of them stay within 2³⁵.
fn dot<'a>(shares: &[i32], values: impl IntoIterator<Item = &'a i32>) -> i64 {
    let terms = shares.iter().zip(values);
    terms.fold(0, |sum, (p, v)| sum.wrapping_add(i64::from(*p).wrapping_mul(i64::from(*v))))
}

/// Where an element's values are.
struct Source {
    /// The head of the shares.
    head: u32,
    /// The element of a row of values.
    element: u32,
}

impl Context {
    /// Elements of a head of values.
    fn width(&self, tensors: Tensors<'_>) -> Option<u32> {
        tensors.width(self.values)?.checked_div(self.value_heads)
    }

    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.heads(self.probabilities)?.checked_mul(self.width(tensors)?)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }

    fn source(&self, tensors: Tensors<'_>, element: u32) -> Option<Source> {
        let width = self.width(tensors)?;
        let head = element.checked_div(width)?;
        let group = group(head, tensors.heads(self.probabilities)?, self.value_heads)?;
        let element = group.checked_mul(width)?.checked_add(element.checked_rem(width)?)?;
        Some(Source { head, element })
    }
}

impl Operator for Context {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let shares = before.read_as(self.probabilities, &[ElementType::I16])?;
        let Width::Heads(heads) = shares.width else { return Err(ModelFault::NotScores) };
        let values = before.read_as(self.values, &[ElementType::I8])?.expect_tokens()?;
        let width = values.expect_heads(self.value_heads)?;
        expect_groups(heads, self.value_heads)?;
        expect_element(self.element, RESCALED)?;
        Tensor::fixed(u64::from(heads).saturating_mul(width.into()), self.element, shares.rows)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        Some(u64::from(tensors.max_tokens).saturating_mul(1 << 22))
    }

    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        let products = u64::from(self.rescales(tensors)?.layout.count());
        Some(Work { per_pair: products.saturating_mul(2), ..Work::default() })
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let (shares, values) = (operands.row_of(self.probabilities)?, operands.rows_of(self.values)?);
        let width = self.width(operands.tensors)?;
        let heads = operands.tensors.heads(self.probabilities)?;
        let seen = operands.seen();
        let mut sums = Vec::new();
        for head in 0..heads {
            let group = group(head, heads, self.value_heads)?;
            let mut head_sums = alloc::vec![0i64; usize::try_from(width).ok()?];
            for (p, j) in head_of(shares, head, seen)?.iter().zip(0..seen) {
                let row = head_of(values.row(j)?, group, width)?;
                for (sum, v) in head_sums.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(i64::from(*p).wrapping_mul((*v).into()));
                }
            }
            sums.extend(head_sums);
        }
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        own.push(sums.into_iter().zip(records).map(|(z, entry)| Rescale::read(entry).apply(z, self.element)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let Source { head, element } = self.source(site.tensors, site.place.element)?;
        let seen = site.seen();
        let shares = site.row_of(self.probabilities, head.checked_mul(seen)?, seen);
        let column = Opening::Column { node: self.values, element, rows: seen };
        let parameters = slices([self.rescales(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values: [shares, column].into(), parameters })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let z = dot(opened.elements(0)?, opened.elements(1)?);
        Some(Rescale::read(opened.bytes(0)?).apply(z, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::{format::model::Kind, tensor::RowCount};

    const NODE: Context =
        Context { probabilities: 0, values: 1, value_heads: 1, rescales: 0, element: ElementType::I16 };

    fn fixture(kind: Kind, shares: &[&[i32]]) -> Fixture {
        let tensor = Tensor { width: Width::Heads(2), element: ElementType::I16, rows: RowCount::Tokens };
        let mut fixture =
            Fixture::new(2).with_tensor(tensor, shares).with(ElementType::I8, &[&[1, -128], &[3, 127]]);
        fixture.kind = kind;
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        fixture.blob = [record(2, 1, 0), record(2, 1, 0), record(2, 1, 0), record(-1, 2, 2)].concat();
        fixture
    }

    #[test]
    fn heads_share_values_and_see_every_row() {
        let fixture = fixture(Kind::Encoder, &[&[1, 2, 10, 20], &[32_767, 0, 0, 32_767]]);
        // [1 + 6, −128 + 254, 10 + 60, (−(−1280 + 2540) + 2) >> 2 = −315], [32767, clamped, clamped, clamped].
        assert_eq!(fixture.whole(&NODE), [[7, 126, 70, -315], [32_767, -32_768, 32_767, -32_768]]);
        assert_eq!(fixture.references(&NODE), 52);
        let work = Work { per_pair: 8, ..Work::default() };
        assert_eq!(NODE.work(fixture.tensors()), Some(work));
        assert_eq!(NODE.bound(fixture.tensors()), Some(16 << 22));
    }

    #[test]
    fn a_causal_row_sees_none_behind_it() {
        let fixture = fixture(Kind::Causal, &[&[5, 6], &[1, 2, 10, 20]]);
        assert_eq!(fixture.whole(&NODE), [[5, -640, 6, 192], [7, 126, 70, -315]]);
    }

    #[test]
    fn what_is_refused() {
        let fixture = fixture(Kind::Encoder, &[&[1, 2, 10, 20], &[0, 0, 0, 0]]);
        assert_eq!(fixture.infer(&Context { value_heads: 0, ..NODE }), Err(ModelFault::Heads { got: 0 }));
        assert_eq!(fixture.infer(&Context { value_heads: 4, ..NODE }), Err(ModelFault::Heads { got: 4 }));
        let element = ElementType::I32;
        assert_eq!(fixture.infer(&Context { element, ..NODE }), Err(ModelFault::Element { got: element }));
        let fault = ModelFault::Type { expected: ElementType::I8, got: ElementType::I16 };
        assert_eq!(fixture.infer(&Context { values: 0, ..NODE }), Err(fault));
        let fixture = fixture.with(ElementType::I16, &[&[1], &[2]]);
        assert_eq!(fixture.infer(&Context { probabilities: 2, ..NODE }), Err(ModelFault::NotScores));
    }
}
