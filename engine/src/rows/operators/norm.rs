//! Norms of rows, and of a sequence's pooled row.

use multiversion::multiversion;

use crate::rows::{
    elements::{bounds, Element},
    records::{rescale_deviations, Deviation, Records},
    share::Share,
};
use millrace_inference::rows::ElementType;

/// A row's sum and the sum of its squares: of 2¹⁴ wide numbers within 2³⁷ and 2⁶⁰.
#[multiversion(targets = "simd")]
fn moments(row: &[i32]) -> (i64, u64) {
    let (mut sum, mut squares) = (0i64, 0u64);
    for x in row {
        sum = sum.wrapping_add((*x).into());
        squares = squares.wrapping_add(i64::from(*x).wrapping_mul((*x).into()).cast_unsigned());
    }
    (sum, squares)
}

/// What normalising a row of 1..=2¹⁴ wide numbers takes, as `millrace_inference::rows::Normaliser` defines it.
pub(in crate::rows) fn deviation(row: &[i32], centre: bool) -> Deviation {
    let (sum, squares) = moments(row);
    let sum = if centre { sum } else { 0 };
    let n = row.len() as u64;
    // Below 2⁷⁴ and, by Cauchy and Schwarz, not below zero.
    let v = u128::from(n) * u128::from(squares) - u128::from(sum.unsigned_abs()).pow(2);
    if v == 0 {
        return Deviation { n: n.cast_signed(), sum, reciprocal: 0, shift: 1 };
    }
    let e = (48 - (128 - v.leading_zeros().cast_signed())).div_euclid(2);
    // From 2⁴⁶ to 2⁴⁸.
    let m = if e >= 0 { v << (2 * e) } else { v >> (-2 * e) };
    let root = (m as u64).isqrt();
    let reciprocal = (1i64 << 47) / root.cast_signed();
    Deviation { n: n.cast_signed(), sum, reciprocal, shift: (31 - e).cast_unsigned() }
}

/// A norm's parameters.
pub(in crate::rows) struct Norm {
    pub input: u32,
    pub centre: bool,
    pub records: Vec<Records>,
    pub element: ElementType,
}

impl Norm {
    /// Normalised rows of so many wide numbers.
    pub fn rows<T: Element>(&self, rows: &[i32], width: usize, share: Share) -> Vec<T> {
        share.chunks(rows.len() / width, width, |first, part| {
            let mut numbers = vec![0; width];
            for (index, made) in part.chunks_mut(width).enumerate() {
                let row = &rows[(first + index) * width..][..width];
                let of = deviation(row, self.centre);
                rescale_deviations(row, of, &self.records, bounds(self.element), &mut numbers);
                made.iter_mut().zip(&numbers).for_each(|(made, number)| *made = T::narrow(*number));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{
        random::Random,
        rows::{limits::R24, Normaliser},
    };

    #[test]
    fn it_is_the_definition() {
        let mut random = Random(3);
        let mut rows =
            vec![vec![R24; 1 << 14], vec![-R24; 5], vec![0; 9], vec![1], vec![7, 7, 7], vec![R24, -R24]];
        for _ in 0..400 {
            let (width, bits) = (random.between(1, 300), random.between(8, 31));
            rows.push((0..width).map(|_| ((random.bits() as i32) >> bits).clamp(-R24, R24)).collect());
        }
        for row in rows {
            for centre in [false, true] {
                let (ours, theirs) = (deviation(&row, centre), Normaliser::new(&row, centre).expect("fine"));
                for x in row.iter().take(50) {
                    let z = ((ours.n * i64::from(*x) - ours.sum) * ours.reciprocal + (1 << (ours.shift - 1)))
                        >> ours.shift;
                    assert_eq!(z, theirs.apply(*x));
                }
            }
        }
    }
}
