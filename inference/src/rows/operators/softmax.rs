//! For each head the shares of powers of two:
//!
//! ```text
//! m = max a_j      u_j = ((m − a_j)·M + 2^(s−1)) >> s      o_j = u_j >> 8
//! e_j = EXP[u_j & 255] >> o_j if o_j < 24, else 0          Σ = Σ e_j
//! p_j = ⌊(2·32767·e_j + Σ)/(2Σ)⌋
//! ```

use alloc::vec::Vec;

use super::{
    exponentials::exponential,
    operator::{slices, Operands, Operator, Site},
};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Softmax,
        openings::{Opened, Openings},
        parameters::{Layout, Reference, Scale},
        tensor::{Tensor, Tensors, Width},
        values::Rows,
        work::Work,
    },
};

/// One.
const ONE: u64 = 32_767;

/// What the shares of a head's scores take beside the scores themselves.
struct Shares {
    scale: Scale,
    most: i32,
    sum: u64,
}

impl Shares {
    /// Of at least one score. The largest gives 2²³, so the sum isn't zero; 2¹³ of them give less than 2³⁷.
    fn new(scores: &[i32], scale: Scale) -> Option<Self> {
        let most = scores.iter().copied().max()?;
        let mut shares = Self { scale, most, sum: 0 };
        shares.sum =
            scores.iter().map(|score| shares.power(*score)).fold(0, |sum, power| sum.saturating_add(power));
        Some(shares)
    }

    /// e of a score: m − a is below 2³², M below 2²⁴ and the rounding term at most 2⁶⁰.
    fn power(&self, score: i32) -> u64 {
        let below = i64::from(self.most).wrapping_sub(score.into()).unsigned_abs();
        let half = 1u64.wrapping_shl(u32::from(self.scale.shift).wrapping_sub(1));
        let u = below.wrapping_mul(self.scale.multiplier.into()).wrapping_add(half);
        exponential(u.wrapping_shr(self.scale.shift.into()))
    }

    /// p of a score, 0..=32767.
    fn share(&self, score: i32) -> Option<i32> {
        let twice = self.power(score).wrapping_mul(ONE.wrapping_mul(2)).wrapping_add(self.sum);
        twice.checked_div(self.sum.wrapping_mul(2)).and_then(|share| i32::try_from(share).ok())
    }
}

impl Softmax {
    fn scales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.heads(self.input)?;
        Some(Reference { offset: self.scales, layout: Layout::Scales { count } })
    }
}

impl Operator for Softmax {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::I32])?;
        match read.width {
            Width::Heads(_) => Ok(Tensor { element: ElementType::I16, ..read }),
            Width::Fixed(_) => Err(ModelFault::NotScores),
        }
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.scales(tensors)?].into())
    }

    /// It rescales differences of scores by itself.
    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(1 << 32)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let seen = usize::try_from(operands.seen()).ok().filter(|seen| *seen > 0)?;
        let heads = operands.row_of(self.input)?.chunks_exact(seen);
        let scales = operands.entries(self.scales(operands.tensors)?)?;
        let mut row = Vec::new();
        for (scores, scale) in heads.zip(scales) {
            let shares = Shares::new(scores, Scale::read(scale))?;
            for score in scores {
                row.push(shares.share(*score)?);
            }
        }
        own.push(row);
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let seen = site.seen();
        let head = site.place.element.checked_div(seen)?;
        let parameters = slices([self.scales(site.tensors)?.entry(head)])?;
        let scores = site.row_of(self.input, head.checked_mul(seen)?, seen);
        Some(Openings { values: [scores].into(), parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let scores = opened.elements(0)?;
        let index = site.place.element.checked_rem(site.seen())?;
        let score = *scores.get(usize::try_from(index).ok()?)?;
        Shares::new(scores, Scale::read(opened.bytes(0)?))?.share(score).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};
    use crate::rows::tensor::RowCount;

    const NODE: Softmax = Softmax { input: 0, scales: 0 };

    fn shares(scores: &[i32], multiplier: u32, shift: u8) -> Vec<i32> {
        let shares = Shares::new(scores, Scale { multiplier, shift }).expect("there are scores");
        scores.iter().map(|score| shares.share(*score).expect("it is small")).collect()
    }

    #[test]
    fn by_hand() {
        // Two equal powers: (32767·2²³·2 + 2²⁴)/2²⁵ = ⌊16383.5 + 0.5⌋.
        assert_eq!(shares(&[0, 0], 1, 1), [16_384, 16_384]);
        assert_eq!(shares(&[5, 5, 5], 3, 2), [10_922, 10_922, 10_922]);
        // u = (256·2 + 1) >> 1 = 256: half of the power, 2/3 and 1/3 of 32767.
        assert_eq!(shares(&[100, -156], 2, 1), [21_845, 10_922]);
        // u = 500 and 450: EXP[244] >> 1 = 2166410 and EXP[194] >> 1 = 2480479, of 13035497 in all.
        assert_eq!(shares(&[0, 100, 1_000], 1, 1), [5_446, 6_235, 21_086]);
        assert_eq!(shares(&[i32::MAX, i32::MIN], (1 << 24) - 1, 1), [32_767, 0]);
        // (2³² − 1)·(2²⁴ − 1) + 2⁶⁰ is shifted to zero.
        assert_eq!(shares(&[i32::MAX, i32::MIN], (1 << 24) - 1, 61), [16_384, 16_384]);
        assert_eq!(shares(&[i32::MIN], 1, 1), [32_767]);
    }

    #[test]
    fn each_head_has_its_own_scale() {
        let tensor = Tensor { width: Width::Heads(2), element: ElementType::I32, rows: RowCount::Tokens };
        let mut fixture = Fixture::new(2).with_tensor(tensor, &[&[100, -156, 100, -156], &[-156, 100, 7, 7]]);
        // The second record is out of range: M = 0 makes all shares equal.
        fixture.blob = alloc::vec![2, 0, 0, 0, 1, 2, 0, 0, 1, 1];
        assert_eq!(
            fixture.whole(&NODE),
            [[21_845, 10_922, 16_384, 16_384], [10_922, 21_845, 16_384, 16_384]]
        );
        assert_eq!(fixture.references(&NODE), 10);
    }

    #[test]
    fn it_reads_scores_only() {
        let fixture = Fixture::new(1).with(ElementType::I32, &[&[1]]).with(ElementType::I8, &[&[1]]);
        assert_eq!(fixture.infer(&NODE), Err(ModelFault::NotScores));
        let fault = ModelFault::Type { expected: ElementType::I32, got: ElementType::I8 };
        assert_eq!(fixture.infer(&Softmax { input: 1, ..NODE }), Err(fault));
    }
}
