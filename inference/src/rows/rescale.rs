//! How sums become elements: multiplied, moved, shifted and clamped, with numbers of which every byte string is defined.

use super::limits::{BIAS_LIMIT, MAX_SHIFT, MULTIPLIER_LIMIT, R24};
use crate::format::element_type::ElementType;

/// `clamp((z·M + B) >> s)`. Bias, zero point and the rounding term `2^(s−1)` are in B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rescale {
    multiplier: i32,
    shift: u8,
    bias: i64,
}

impl Rescale {
    /// Bytes of a record: M, s, B.
    pub const BYTES: u64 = 13;

    /// What stands for a record that is out of range: it makes zero of everything.
    pub const ZERO: Self = Self { multiplier: 0, shift: 1, bias: 0 };

    /// A rescaling with |M| < 2²⁴, s in 1..=61 and |B| < 2⁶²; none if one of them isn't.
    pub fn new(multiplier: i32, shift: u8, bias: i64) -> Option<Self> {
        let sound = multiplier.unsigned_abs() < MULTIPLIER_LIMIT.unsigned_abs()
            && (1..=MAX_SHIFT).contains(&shift)
            && bias.unsigned_abs() < BIAS_LIMIT.unsigned_abs();
        sound.then_some(Self { multiplier, shift, bias })
    }

    /// The record that these bytes are: M as `i32`, s as `u8`, B as `i64`. None if it is out of range, or these aren't 13
    /// bytes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (multiplier, rest) = bytes.split_first_chunk()?;
        let (&[shift], rest) = rest.split_first_chunk()?;
        let bias = rest.try_into().ok()?;
        Self::new(i32::from_le_bytes(*multiplier), shift, i64::from_le_bytes(bias))
    }

    /// The record that these bytes stand for: [`Self::ZERO`] if it is out of range.
    pub fn read(bytes: &[u8]) -> Self {
        Self::decode(bytes).unwrap_or(Self::ZERO)
    }

    /// The record's bytes.
    pub fn to_bytes(self) -> [u8; 13] {
        let mut bytes = [0; 13];
        let fields = self.multiplier.to_le_bytes().into_iter().chain([self.shift]);
        for (byte, field) in bytes.iter_mut().zip(fields.chain(self.bias.to_le_bytes())) {
            *byte = field;
        }
        bytes
    }

    /// For |z| ≤ 2³⁸: `2³⁸·(2²⁴ − 1) + 2⁶²` is below 2⁶³, so nothing wraps.
    pub fn apply(self, z: i64, element: ElementType) -> i32 {
        let moved = z.wrapping_mul(self.multiplier.into()).wrapping_add(self.bias);
        clamp(moved.wrapping_shr(self.shift.into()), element)
    }
}

/// The nearest element of this type.
pub fn clamp(value: i64, element: ElementType) -> i32 {
    let (least, most) = range(element);
    // Ids are the only elements beyond an `i32`, and nothing that is clamped is one.
    i32::try_from(value.clamp(least, most)).unwrap_or(i32::MAX)
}

/// The least and the largest element of a type.
pub fn range(element: ElementType) -> (i64, i64) {
    match element {
        ElementType::I8 => (i8::MIN.into(), i8::MAX.into()),
        ElementType::I16 => (i16::MIN.into(), i16::MAX.into()),
        ElementType::Wide => (i64::from(R24).saturating_neg(), R24.into()),
        ElementType::I32 => (i32::MIN.into(), i32::MAX.into()),
        ElementType::Id => (0, i32::MAX.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_multiplies_moves_shifts_and_clamps() {
        let record = Rescale::new(-3, 2, 7).expect("in range");
        // (5·−3 + 7) >> 2 = −8 >> 2 = −2; (4·−3 + 7) >> 2 = −5 >> 2 = −2, rounded down.
        assert_eq!(record.apply(5, ElementType::I8), -2);
        assert_eq!(record.apply(4, ElementType::I8), -2);
        assert_eq!(record.apply(1 << 20, ElementType::I8), -128);
        assert_eq!(record.apply(-(1 << 20), ElementType::I8), 127);
        assert_eq!(record.apply(-(1 << 20), ElementType::I16), 32_767);
        assert_eq!(record.apply(-(1 << 37), ElementType::Wide), R24);
        assert_eq!(record.apply(1 << 37, ElementType::Wide), -R24);
    }

    #[test]
    fn nothing_wraps_at_the_bounds() {
        let most = Rescale::new(MULTIPLIER_LIMIT - 1, 61, BIAS_LIMIT - 1).expect("in range");
        let value = (i128::from(1i64 << 38) * 16_777_215 + (1 << 62) - 1) >> 61;
        assert_eq!(i128::from(most.apply(1 << 38, ElementType::Wide)), value);
        let least = Rescale::new(1 - MULTIPLIER_LIMIT, 61, 1 - BIAS_LIMIT).expect("in range");
        assert_eq!(i128::from(least.apply(1 << 38, ElementType::Wide)), -value - 1);
    }

    #[test]
    fn records_out_of_range_are_zero() {
        let bytes = |m: i32, s: u8, b: i64| [&m.to_le_bytes()[..], &[s], &b.to_le_bytes()].concat();
        let fine = [(16_777_215, 61, (1 << 62) - 1), (-16_777_215, 1, -(1 << 62) + 1)];
        for (m, s, b) in fine {
            let record = Rescale::decode(&bytes(m, s, b)).expect("in range");
            assert_eq!(record.to_bytes().to_vec(), bytes(m, s, b));
        }
        let wrong = [
            (16_777_216, 1, 0),
            (-16_777_216, 1, 0),
            (i32::MIN, 1, 0),
            (1, 0, 0),
            (1, 62, 0),
            (1, 255, 0),
            (1, 1, 1 << 62),
            (1, 1, -(1 << 62)),
            (1, 1, i64::MIN),
        ];
        for (m, s, b) in wrong {
            assert_eq!(Rescale::decode(&bytes(m, s, b)), None);
            let record = Rescale::read(&bytes(m, s, b));
            assert_eq!(record, Rescale::ZERO);
            assert_eq!(record.apply(1 << 38, ElementType::Wide), 0);
        }
        assert_eq!(Rescale::decode(&[0; 12]), None);
        assert_eq!(Rescale::decode(&[0; 14]), None);
    }
}
