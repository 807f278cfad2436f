//! `(x_c − mean)/σ`, or `x_c` over the root of the mean square, with 16 fraction bits; then rescaled.
#![allow(
    clippy::arithmetic_side_effects,
    reason = "at most 2^14 elements within 2^23: each step's bound stands where it is taken"
)]

use alloc::vec::Vec;

use super::operator::{slices, Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::Norm,
        limits::{MAX_TERMS, R24},
        openings::{Opened, Openings},
        parameters::{Layout, Reference},
        rescale::Rescale,
        tensor::{expect_element, Tensor, Tensors, RESCALED},
        values::Rows,
        work::Work,
    },
};

/// What normalising a row takes beside the row itself:
///
/// ```text
/// S = Σ x_c (0 without centre)      Q = Σ x_c²      V = n·Q − S²
/// V = 0: every z_c = 0. Otherwise, with b the bit length of V:
/// e = ⌊(48 − b)/2⌋                  m = V·2^(2e)     (V >> −2e if e < 0)
/// q = ⌊√m⌋      r = ⌊2⁴⁷/q⌋         k = 31 − e
/// z_c = ((n·x_c − S)·r + 2^(k−1)) >> k
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normaliser {
    n: i64,
    sum: i64,
    reciprocal: i64,
    shift: u32,
}

impl Normaliser {
    /// No |z| exceeds it. From `(n·x_c − S)² ≤ n·V` follows `|z| ≤ √n·2¹⁶·(1 + 1/q) + 1`, where q ≥ 2²³.
    pub const BOUND: u64 = (1 << 23) + 2;

    /// Of a row of 1..=2¹⁴ elements, each within ±R24; none for any other row.
    pub fn new(row: &[i32], centre: bool) -> Option<Self> {
        let n = u32::try_from(row.len()).ok().filter(|n| (1..=MAX_TERMS).contains(n))?;
        if row.iter().any(|x| x.unsigned_abs() > R24.unsigned_abs()) {
            return None;
        }
        let sum: i64 = if centre { row.iter().map(|x| i64::from(*x)).sum() } else { 0 };
        // At most 2¹⁴·2⁴⁶.
        let squares: u64 = row.iter().map(|x| u64::from(x.unsigned_abs()).pow(2)).sum();
        // Not below zero, by Cauchy and Schwarz; below 2⁷⁴.
        let v = u128::from(n) * u128::from(squares) - u128::from(sum.unsigned_abs()).pow(2);
        let n = n.into();
        if v == 0 {
            return Some(Self { n, sum, reciprocal: 0, shift: 1 });
        }
        let bits = 128 - i64::from(v.leading_zeros());
        let e = (48 - bits).div_euclid(2);
        let twice = u32::try_from(2 * e.abs()).ok()?;
        // From 2⁴⁶ to 2⁴⁸.
        let m = if e >= 0 { v << twice } else { v >> twice };
        let root = i64::try_from(u64::try_from(m).ok()?.isqrt()).ok()?;
        let reciprocal = (1i64 << 47).checked_div(root)?;
        Some(Self { n, sum, reciprocal, shift: u32::try_from(31 - e).ok()? })
    }

    /// z of an element of the row: `|n·x − S| ≤ 2³⁸` and `r ≤ 2²⁴`, so the product is at most 2⁶².
    pub fn apply(self, x: i32) -> i64 {
        let deviation = (self.n * i64::from(x)).wrapping_sub(self.sum);
        let half = 1i64.wrapping_shl(self.shift.wrapping_sub(1));
        deviation.wrapping_mul(self.reciprocal).wrapping_add(half).wrapping_shr(self.shift)
    }
}

impl Norm {
    fn rescales(&self, tensors: Tensors<'_>) -> Option<Reference> {
        let count = tensors.width(self.input)?;
        Some(Reference { offset: self.rescales, layout: Layout::Rescales { count } })
    }
}

impl Operator for Norm {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::Wide])?;
        let width = read.expect_terms()?;
        expect_element(self.element, RESCALED)?;
        Tensor::fixed(width.into(), self.element, read.rows)
    }

    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>> {
        Some([self.rescales(tensors)?].into())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(Normaliser::BOUND)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        let row = operands.row_of(self.input)?;
        let normaliser = Normaliser::new(row, self.centre)?;
        let records = operands.entries(self.rescales(operands.tensors)?)?;
        own.push(
            row.iter()
                .zip(records)
                .map(|(x, record)| Rescale::read(record).apply(normaliser.apply(*x), self.element)),
        );
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let width = site.tensors.width(self.input)?;
        let parameters = slices([self.rescales(site.tensors)?.entry(site.place.element)])?;
        Some(Openings { values: [site.row_of(self.input, 0, width)].into(), parameters })
    }

    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        let row = opened.elements(0)?;
        let x = *row.get(usize::try_from(site.place.element).ok()?)?;
        let z = Normaliser::new(row, self.centre)?.apply(x);
        Some(Rescale::read(opened.bytes(0)?).apply(z, self.element).into())
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    fn norm(row: &[i32], centre: bool) -> Vec<i64> {
        let normaliser = Normaliser::new(row, centre).expect("a fine row");
        row.iter().map(|x| normaliser.apply(*x)).collect()
    }

    #[test]
    fn by_hand() {
        // n = 2, S = 4, Q = 10, V = 4: b = 3, e = 22, m = 2⁴⁶, q = 2²³, r = 2²⁴, k = 9; (±2·2²⁴ + 2⁸) >> 9 = ±2¹⁶.
        assert_eq!(norm(&[1, 3], true), [-65_536, 65_536]);
        // V = 2·10: b = 5, e = 21, m = 20·2⁴², q = ⌊√20·2²¹⌋ = 9378748, r = ⌊2⁴⁷/q⌋ = 15005999, k = 10:
        // (2·r + 512) >> 10 = 29309, (6·r + 512) >> 10 = 87926.
        assert_eq!(norm(&[1, 3], false), [29_309, 87_926]);
        assert_eq!(norm(&[5, 5, 5], true), [0, 0, 0]);
        assert_eq!(norm(&[0, 0], false), [0, 0]);
        assert_eq!(norm(&[7], true), [0]);
        assert_eq!(norm(&[-7], false), [-65_536]);
    }

    #[test]
    fn at_the_bounds() {
        let mut row = alloc::vec![0; 1 << 14];
        row[7] = -R24;
        // One deviation out of n: √(n − 1) = 127.996…
        let z = norm(&row, true);
        assert!((z[7] + 127 * 65_536 + 65_280).abs() < 4, "{}", z[7]);
        assert!(z.iter().all(|z| z.unsigned_abs() <= Normaliser::BOUND));
        assert!((norm(&row, false)[7] + (1 << 23)).abs() <= 2);
        let halves: Vec<i32> = (0..1 << 14).map(|c| if c % 2 == 0 { R24 } else { -R24 }).collect();
        assert_eq!(norm(&halves, true)[..2], [65_536, -65_536]);
        row.push(1);
        assert_eq!(Normaliser::new(&row, true), None);
        assert_eq!(Normaliser::new(&[], true), None);
        assert_eq!(Normaliser::new(&[R24 + 1], true), None);
    }

    /// V of 47 to 50 bits: e is rounded down, whether it is above zero or below.
    #[test]
    fn around_the_width_that_is_not_shifted() {
        assert_eq!(norm(&[4_368_765, -6_274_136], true), [65_536, -65_536]);
        assert_eq!(norm(&[-2_507_851, -1_587_531, 7_585_091], true), [-52_802, -39_565, 92_366]);
        let row = [559_902, -6_134_046, 6_655_552, -3_514_742];
        assert_eq!(norm(&row, false), [7_546, -82_668, 89_696, -47_368]);
        let row = [-6_469_734, -4_035_548, 5_611_569, 8_200_550];
        assert_eq!(norm(&row, false), [-67_703, -42_230, 58_723, 85_816]);
    }

    /// Rows of any length with V of 54 to 73 bits: first element, sum, and sum of absolute values, from big integers.
    #[test]
    fn long_rows() {
        let row = |n: u64, shift: u32| -> Vec<i32> {
            let x = |c: u64| (c * c * 1_103_515_245 + 12_345) % ((1 << 24) - 1);
            (0..n).map(|c| (x(c) as i32 - R24) >> shift).collect()
        };
        let sums = |n, shift, centre| {
            let z = norm(&row(n, shift), centre);
            (z[0], z.iter().sum::<i64>(), z.iter().map(|z| z.abs()).sum::<i64>())
        };
        assert_eq!(sums(1 << 14, 0, true), (-113_222, 20, 931_603_876));
        assert_eq!(sums(1 << 14, 0, false), (-113_152, 1_144_019, 931_606_095));
        assert_eq!(sums(1 << 14, 3, true), (-113_222, 24, 931_604_010));
        assert_eq!(sums(9_000, 1, true), (-113_897, -49, 511_663_907));
        assert_eq!(sums(9_000, 1, false), (-113_168, 6_504_253, 511_680_937));
        assert_eq!(sums(384, 4, true), (-121_687, -6, 21_656_194));
        assert_eq!(sums(100, 2, false), (-115_536, 1_734_364, 5_714_858));
    }

    #[test]
    fn it_is_rescaled_by_element() {
        let mut fixture = Fixture::new(2).with(ElementType::Wide, &[&[1, 3], &[4, 4]]);
        let record = |m, s, b| Rescale::new(m, s, b).expect("in range").to_bytes();
        fixture.blob = [record(-3, 16, 1 << 15), record(100, 16, 5 << 16)].concat();
        let node = Norm { input: 0, centre: true, rescales: 0, element: ElementType::I8 };
        assert_eq!(fixture.whole(&node), [[3, 105], [0, 5]]);
        assert_eq!(fixture.references(&node), 26);
        let fault = Fixture::new(1).with(ElementType::I16, &[&[1]]).infer(&node);
        assert_eq!(fault, Err(ModelFault::Type { expected: ElementType::Wide, got: ElementType::I16 }));
        assert_eq!(
            fixture.infer(&Norm { element: ElementType::I32, ..node }),
            Err(ModelFault::Element { got: ElementType::I32 })
        );
    }
}
