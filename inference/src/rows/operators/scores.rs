//! `s[i,h,j] = Σ_d q[i,h,d]·k[j,g(h),d]`: queries times keys, head by head.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Scores,
        limits::MAX_TERMS,
        openings::{Opened, Opening, Openings},
        parameters::Reference,
        tensor::{Tensor, Tensors, Width},
        values::Rows,
        work::Work,
    },
};

/// The head of keys or values that belongs to a head of queries: `⌊h·KV/H⌋`.
pub(super) fn group(head: u32, heads: u32, key_heads: u32) -> Option<u32> {
    head.checked_mul(key_heads)?.checked_div(heads)
}

/// # Errors
/// [`ModelFault::Heads`] unless heads of keys or values divide those of queries.
pub(super) fn expect_groups(heads: u32, key_heads: u32) -> Result<(), ModelFault> {
    let divides = heads > 0 && heads.checked_rem(key_heads) == Some(0);
    divides.then_some(()).ok_or(ModelFault::Heads { got: key_heads })
}

/// A product of two `i8` rows of at most 2¹⁴ elements: at most 2²⁸.
fn dot(q: &[i32], k: &[i32]) -> i32 {
    q.iter().zip(k).fold(0i32, |sum, (q, k)| sum.wrapping_add(q.wrapping_mul(*k)))
}

/// The elements of a head within a row.
pub(super) fn head_of(row: &[i32], head: u32, width: u32) -> Option<&[i32]> {
    let start = usize::try_from(head.checked_mul(width)?).ok()?;
    row.get(start..start.checked_add(usize::try_from(width).ok()?)?)
}

impl Scores {
    /// Elements of a head.
    fn width(&self, tensors: Tensors<'_>) -> Option<u32> {
        tensors.width(self.queries)?.checked_div(self.heads)
    }
}

impl Operator for Scores {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let queries = before.read_as(self.queries, &[ElementType::I8])?.expect_tokens()?;
        let keys = before.read_as(self.keys, &[ElementType::I8])?.expect_tokens()?;
        let (width, got) = (queries.expect_heads(self.heads)?, keys.expect_heads(self.key_heads)?);
        expect_groups(self.heads, self.key_heads)?;
        if width != got {
            return Err(ModelFault::WidthsDiffer { expected: width, got });
        }
        if width > MAX_TERMS {
            return Err(ModelFault::Width { limit: MAX_TERMS, got: width.into() });
        }
        Ok(Tensor { width: Width::Heads(self.heads), element: ElementType::I32, rows: queries.rows })
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some(Vec::new())
    }

    fn bound(&self, tensors: Tensors<'_>) -> Option<u64> {
        Some(u64::from(self.width(tensors)?).saturating_mul(1 << 14))
    }

    fn work(&self, tensors: Tensors<'_>) -> Option<Work> {
        Some(Work { per_pair: tensors.width(self.queries)?.into(), ..Work::default() })
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let width = self.width(operands.tensors)?;
        let (queries, keys) = (operands.row_of(self.queries)?, operands.rows_of(self.keys)?);
        let pairs = (0..self.heads).flat_map(|head| (0..operands.seen()).map(move |j| (head, j)));
        own.try_push(pairs.map(|(head, j)| {
            let key = head_of(keys.row(j)?, group(head, self.heads, self.key_heads)?, width)?;
            Some(dot(head_of(queries, head, width)?, key))
        }))
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let width = self.width(site.tensors)?;
        let head = site.place.element.checked_div(site.seen())?;
        let row = site.place.element.checked_rem(site.seen())?;
        let from = group(head, self.heads, self.key_heads)?.checked_mul(width)?;
        let query = site.row_of(self.queries, head.checked_mul(width)?, width);
        let key = Opening::Row { node: self.keys, row, from, count: width };
        Some(Openings { values: [query, key].into(), parameters: Vec::new() })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        Some(dot(opened.elements(0)?, opened.elements(1)?).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::format::model::Kind;

    const NODE: Scores = Scores { queries: 0, keys: 1, heads: 4, key_heads: 2 };

    fn fixture() -> Fixture {
        // Four heads of one query, two of one key.
        Fixture::new(2)
            .with(ElementType::I8, &[&[1, 2, 3, 4], &[-128, -1, 0, 127]])
            .with(ElementType::I8, &[&[10, 100], &[-1, -128]])
    }

    #[test]
    fn heads_share_keys_and_see_every_row() {
        let rows = fixture().whole(&NODE);
        assert_eq!(rows[0], [10, -1, 20, -2, 300, -384, 400, -512]);
        assert_eq!(rows[1], [-1_280, 128, -10, 1, 0, 0, 12_700, -16_256]);
        let work = Work { per_pair: 4, ..Work::default() };
        assert_eq!(NODE.work(fixture().tensors()), Some(work));
        assert_eq!(NODE.bound(fixture().tensors()), Some(1 << 14));
    }

    #[test]
    fn a_causal_row_sees_none_behind_it() {
        let fixture = Fixture { kind: Kind::Causal, ..fixture() };
        let rows = fixture.whole(&NODE);
        assert_eq!(rows[0], [10, 20, 300, 400]);
        assert_eq!(rows[1], [-1_280, 128, -10, 1, 0, 0, 12_700, -16_256]);
    }

    #[test]
    fn heads_are_sums() {
        let fixture =
            Fixture::new(1).with(ElementType::I8, &[&[1, 2, 3, -4]]).with(ElementType::I8, &[&[5, 6, 7, 8]]);
        assert_eq!(fixture.whole(&Scores { heads: 2, ..NODE }), [[17, -11]]);
        assert_eq!(fixture.whole(&Scores { heads: 1, key_heads: 1, ..NODE }), [[6]]);
    }

    #[test]
    fn what_is_refused() {
        let fault = |node: Scores| fixture().infer(&node).expect_err("it is wrong");
        assert_eq!(fault(Scores { heads: 3, ..NODE }), ModelFault::Heads { got: 3 });
        assert_eq!(fault(Scores { key_heads: 0, ..NODE }), ModelFault::Heads { got: 0 });
        assert_eq!(fault(Scores { heads: 1, ..NODE }), ModelFault::Heads { got: 2 });
        assert_eq!(fault(Scores { heads: 2, ..NODE }), ModelFault::WidthsDiffer { expected: 2, got: 1 });
        let wide = fixture().with(ElementType::Wide, &[&[1], &[2]]);
        let fault = wide.infer(&Scores { queries: 2, ..NODE });
        assert_eq!(fault, Err(ModelFault::Type { expected: ElementType::I8, got: ElementType::Wide }));
    }
}
