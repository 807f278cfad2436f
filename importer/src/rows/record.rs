//! Rescalings of version 1 as rows have them: multipliers of 24 bits instead of 31, and the bias in the unit of the product.

use millrace_inference::{
    rows::{self, limits::MULTIPLIER_LIMIT},
    Node, Rescale,
};

use super::slip::slip;
use crate::{lowered::Lowered, rescaling::rescaling};

/// The largest shift that is made: with more, the zero point alone would be beyond a record's bias.
const MOST_SHIFT: u8 = 52;

/// The most bits of an addition's multipliers: two products of 255 with such numbers are a wide number.
const SUM_BITS: u32 = 14;

/// A multiplier below 2^bits and its shift, as near to these as that lets them be. A shift below 1 is none.
fn fewer(multiplier: u32, shift: u8, bits: u32) -> (u32, u8) {
    let (mut multiplier, mut shift) = (u64::from(multiplier), shift);
    while multiplier >= 1 << bits || shift > MOST_SHIFT {
        let mut off = 1;
        while multiplier >> off >= 1 << bits || shift.saturating_sub(off) > MOST_SHIFT {
            off += 1;
        }
        multiplier = (multiplier + (1 << (off - 1))) >> off;
        shift = shift.saturating_sub(off);
    }
    (multiplier as u32, shift)
}

/// A rescaling with the multiplier that rows can have.
fn narrowed(rescale: Rescale) -> Rescale {
    let (multiplier, shift) = fewer(rescale.multiplier, rescale.shift, MULTIPLIER_LIMIT.ilog2());
    Rescale { multiplier, shift, ..rescale }
}

/// The multipliers and the shift of an addition that rows can have.
pub(super) fn addition(left: u32, right: u32, shift: u8) -> (u32, u32, u8) {
    let (larger, fewer_shift) = fewer(left.max(right), shift, SUM_BITS);
    let off = shift - fewer_shift;
    let smaller = (u64::from(left.min(right)) + if off > 0 { 1 << (off - 1) } else { 0 }) >> off;
    match left > right {
        true => (larger, smaller as u32, fewer_shift),
        false => (smaller as u32, larger, fewer_shift),
    }
}

/// A node as rows have its numbers: its multipliers have fewer bits. What it gives differs by a rounding now and then.
#[must_use]
pub fn with_fewer_bits(mut node: Node) -> Node {
    match &mut node {
        Node::Requantize { channels, .. } => {
            channels.iter_mut().for_each(|channel| *channel = narrowed(*channel))
        }
        Node::Add { left_multiplier, right_multiplier, shift, .. } => {
            (*left_multiplier, *right_multiplier, *shift) =
                addition(*left_multiplier, *right_multiplier, *shift);
        }
        _ => {}
    }
    node
}

/// The record that brings sums to integers with this zero point.
pub(super) fn rescaled(rescale: Rescale, zero_point: i32) -> Lowered<rows::Rescale> {
    let Rescale { bias, multiplier, shift } = narrowed(rescale);
    exact(multiplier.cast_signed(), shift, i64::from(bias) * i64::from(multiplier), zero_point)
}

/// The record that multiplies with a positive number and adds another, in steps of the result.
pub(super) fn sloped(ratio: f64, plus: f64, zero_point: i32) -> Lowered<rows::Rescale> {
    let (multiplier, shift) = rescaling(ratio)?;
    let Rescale { multiplier, shift, .. } = narrowed(Rescale { bias: 0, multiplier, shift });
    // No sum comes back into 8 bits from that far.
    let most = (1i64 << 60) as f64;
    let added = (plus * 2f64.powi(shift.into())).round_ties_even().clamp(-most, most);
    exact(multiplier.cast_signed(), shift, added as i64, zero_point)
}

/// The same in steps that are 128 times smaller; none if the sums have none so small.
pub(super) fn finer(rescale: Rescale, zero_point: i32) -> Option<rows::Rescale> {
    let Rescale { bias, multiplier, shift } = narrowed(rescale);
    let bias = i64::from(bias) * i64::from(multiplier);
    exact(multiplier.cast_signed(), shift.checked_sub(7)?, bias, zero_point * SPREAD).ok()
}

/// How much larger the numbers are that a table of rows reads than those of a table of version 1: the distance of its entries.
pub(super) const SPREAD: i32 = 128;

/// `((z·M + B + 2^(s−1)) >> s) + zero point`.
pub(super) fn exact(multiplier: i32, shift: u8, bias: i64, zero_point: i32) -> Lowered<rows::Rescale> {
    let moved = (shift >= 1).then(|| bias + (1 << (shift - 1)) + (i64::from(zero_point) << shift));
    moved.and_then(|bias| rows::Rescale::new(multiplier, shift, bias)).ok_or_else(|| {
        refusal!(
            "a rescaling by {multiplier} / 2^{shift} is beyond what rows can have";
            "give its output a scale that is closer to its input's"
        )
    })
}

/// The record that changes nothing.
pub(super) fn unchanged() -> Lowered<rows::Rescale> {
    moved(0)
}

/// The record that adds a number and rounds nothing.
pub(super) fn moved(by: i32) -> Lowered<rows::Rescale> {
    multiplied(1, by)
}

/// The record that multiplies with a whole number below 2²³, adds another, and rounds nothing.
pub(super) fn multiplied(by: i32, plus: i32) -> Lowered<rows::Rescale> {
    let record = by.checked_mul(2).and_then(|by| rows::Rescale::new(by, 1, 2 * i64::from(plus)));
    record.ok_or_else(|| slip("a multiplier is beyond what rows can have"))
}

#[cfg(test)]
mod tests {
    use millrace_inference::rows::ElementType;

    use super::*;

    #[test]
    fn multipliers_lose_bits_and_no_more() {
        assert_eq!(fewer((1 << 31) - 1, 40, 24), (1 << 23, 32));
        assert_eq!(fewer(0xabcdef, 40, 24), (0xabcdef, 40));
        assert_eq!(fewer(0x7000_0001, 62, 24), (0x1c_0000, 52));
        assert_eq!(fewer(3, 62, 24), (0, 52));
        let (left, right, shift) = addition(1 << 30, 3 << 27, 33);
        assert_eq!((left, right, shift), (1 << 13, 3 << 10, 16));
    }

    #[test]
    fn a_rescaling_gives_what_version_1_gives() {
        let rescale = Rescale { bias: -77, multiplier: 12_345_678, shift: 31 };
        let record = rescaled(rescale, -9).expect("in range");
        for acc in [-40_000i64, -1, 0, 5, 12_345, 30_000] {
            let version_1 = ((((acc - 77) * 12_345_678 + (1 << 30)) >> 31) - 9).clamp(-128, 127);
            assert_eq!(i64::from(record.apply(acc, ElementType::I8)), version_1);
        }
        assert!(rescaled(Rescale { bias: 0, multiplier: 1 << 30, shift: 3 }, 0).is_err());
        assert_eq!(sloped(0.75, 2.5, -9).expect("in range").apply(10, ElementType::I8), 1);
        let far = sloped(0.75, f64::MAX, 0).expect("it is cut off");
        assert_eq!(far.apply(-1000, ElementType::I8), 127);
        assert!(sloped(0.0, 0.0, 0).is_err());
        assert_eq!(multiplied(-1, 5).expect("small").apply(7, ElementType::I8), -2);
        assert_eq!(moved(3).expect("small").apply(126, ElementType::I8), 127);
        for by in [1 << 23, i32::MAX] {
            let message = multiplied(by, 0).expect_err("large").to_string();
            assert!(message.contains("must not be; report the file"), "{message}");
        }
    }
}
