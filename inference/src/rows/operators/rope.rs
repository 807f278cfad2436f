//! `(a·C − b·S + 2²⁰) >> 21` and `(a·S + b·C + 2²⁰) >> 21`: pairs of neighbours turned by an angle that depends on the position.

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Rope,
        openings::{Opened, Openings},
        parameters::{Layout, Reference},
        rescale::clamp,
        tensor::{Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

/// A cosine and a sine, of which any two `i16` are some.
type Angle = (i16, i16);

/// One pair turned, for |a|, |b|, |C|, |S| ≤ 2¹⁵: both sums stay within 2³¹ + 2²⁰.
fn turn((a, b): (i32, i32), (cosine, sine): Angle) -> [i32; 2] {
    let product = |x: i32, y: i16| i64::from(x).wrapping_mul(y.into());
    let first = product(a, cosine).wrapping_sub(product(b, sine));
    let second = product(a, sine).wrapping_add(product(b, cosine));
    [first, second].map(|sum| clamp(sum.wrapping_add(1 << 20).wrapping_shr(21), ElementType::I8))
}

/// The angles of a position.
fn angles(entry: &[u8]) -> impl Iterator<Item = Angle> + Clone + '_ {
    entry
        .as_chunks::<4>()
        .0
        .iter()
        .map(|[c0, c1, s0, s1]| (i16::from_le_bytes([*c0, *c1]), i16::from_le_bytes([*s0, *s1])))
}

impl Rope {
    /// Pairs of a head.
    fn pairs(&self, tensors: Tensors<'_>) -> Option<u32> {
        Some(tensors.read(self.input).ok()?.expect_heads(self.heads).ok()? / 2)
    }

    fn angles(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let layout = Layout::Angles { count: tensors.max_tokens, pairs: self.pairs(tensors)? };
        Some(Reference { offset: self.angles, layout })
    }
}

impl Operator for Rope {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::I16])?.expect_tokens()?;
        let head = read.expect_heads(self.heads)?;
        if !head.is_multiple_of(2) {
            return Err(ModelFault::OddHead { got: head });
        }
        Tensor::fixed(read.expect_fixed()?.into(), ElementType::I8, read.rows)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.angles(tensors)?].into())
    }

    /// It rescales nothing; its sums are of two products.
    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some((1 << 31) + (1 << 20))
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let entry = operands.entry(self.angles(operands.tensors)?, operands.row)?;
        let (pairs, _) = operands.row_of(self.input)?.as_chunks::<2>();
        own.push(pairs.iter().zip(angles(entry).cycle()).flat_map(|([a, b], angle)| turn((*a, *b), angle)));
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let pair = (site.place.element / 2).checked_rem(self.pairs(site.tensors)?)?;
        let angles = self.angles(site.tensors)?.entry(site.place.row)?;
        let parameters = slices([angles.part(u64::from(pair).checked_mul(4)?, 4)])?;
        let pair = site.row_of(self.input, site.place.element & !1, 2);
        Some(Openings { values: [pair].into(), parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let &[a, b] = opened.elements(0)? else { return None };
        let angle = angles(opened.bytes(0)?).next()?;
        let turned = turn((a, b), angle);
        turned.get(usize::from(!site.place.element.is_multiple_of(2))).map(|element| (*element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[test]
    fn pairs_are_turned_by_the_angle_of_their_position() {
        let mut fixture = Fixture::new(2)
            .with(ElementType::I16, &[&[1_280, -640, 64, 63], &[1_280, -640, -32_768, -32_768]]);
        fixture.max_tokens = 2;
        // One pair a head: no turn at position 0, three quarters at position 1.
        fixture.blob = [1 << 14, 0, 0, -(1 << 14)].map(i16::to_le_bytes).concat();
        let node = Rope { input: 0, heads: 2, angles: 0 };
        assert_eq!(fixture.references(&node), 8);
        // 1280·2¹⁴ >> 21 = 10; (64·2¹⁴ + 2²⁰) >> 21 = 1 and of 63 it is 0.
        // a·0 + b·2¹⁴ = −5, −a·2¹⁴ = −10; −256 is clamped, 256, too.
        assert_eq!(fixture.whole(&node), [[10, -5, 1, 0], [-5, -10, -128, 127]]);
    }

    #[test]
    fn pairs_of_a_head_have_their_own_angles() {
        let mut fixture = Fixture::new(1).with(ElementType::I16, &[&[128, 0, 128, 0, 256, 0, 256, 0]]);
        fixture.max_tokens = 1;
        fixture.blob = [1 << 14, 0, 0, 1 << 14].map(i16::to_le_bytes).concat();
        let node = Rope { input: 0, heads: 2, angles: 0 };
        assert_eq!(fixture.whole(&node), [[1, 0, 0, 1, 2, 0, 0, 2]]);
        // At the bounds nothing wraps.
        assert_eq!(turn((-32_768, 32_767), (-32_768, -32_768)), [127, 0]);
        assert_eq!(turn((-32_768, -32_768), (-32_768, 32_767)), [127, 0]);
    }

    #[test]
    fn what_is_refused() {
        let fixture = Fixture::new(1).with(ElementType::I16, &[&[1, 2, 3, 4, 5, 6]]);
        let node = Rope { input: 0, heads: 2, angles: 0 };
        assert_eq!(fixture.infer(&node), Err(ModelFault::OddHead { got: 3 }));
        for got in [0, 4] {
            assert_eq!(fixture.infer(&Rope { heads: got, ..node }), Err(ModelFault::Heads { got }));
        }
        let one =
            Tensor::fixed(2, ElementType::I16, crate::rows::tensor::RowCount::One).expect("a fine width");
        let fixture = Fixture::new(1).with_tensor(one, &[&[1, 2]]);
        assert_eq!(fixture.infer(&Rope { heads: 1, ..node }), Err(ModelFault::OneRow));
    }
}
