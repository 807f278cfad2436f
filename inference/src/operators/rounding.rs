//! How sums become `i8`: multiplied, shifted with rounding, moved and clamped. Shared by requantizations and additions.

use crate::{
    format::fault::ModelFault,
    limits::{MAX_SHIFT, TWO_31},
};

/// Rounds half up after the shift: `(value + 2^(s−1)) >> s`; |value| ≤ 2⁶² and s ≤ 62, so the sum fits. It wraps where
/// that can't happen, as its callers do: compilers make vectors only of what can't fail.
#[inline(always)]
pub(super) fn round_shift(value: i64, half: i64, shift: u32) -> i64 {
    value.wrapping_add(half).wrapping_shr(shift)
}

/// Half of what a shift divides by, which rounds.
pub(super) fn half(shift: u8) -> i64 {
    1i64.wrapping_shl(u32::from(shift).wrapping_sub(1))
}

/// What comes after the shift, the same for all channels.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) zero_point: i8,
    pub(super) min: i8,
    pub(super) max: i8,
}

impl Target {
    /// Adds the zero point, then clamps.
    #[inline(always)]
    pub(super) fn apply(self, value: i64) -> i8 {
        let moved = value.wrapping_add(self.zero_point.into());
        // Between two `i8`, so the conversion is exact.
        moved.min(self.max.into()).max(self.min.into()) as i8
    }
}

/// # Errors
/// [`ModelFault::Multiplier`] or [`ModelFault::Shift`].
pub(super) fn expect_scale(multiplier: u32, shift: u8) -> Result<(), ModelFault> {
    if u64::from(multiplier) >= TWO_31 {
        return Err(ModelFault::Multiplier { got: multiplier });
    }
    (1..=MAX_SHIFT).contains(&shift).then_some(()).ok_or(ModelFault::Shift { got: shift })
}

/// # Errors
/// [`ModelFault::Clamp`].
pub(super) fn expect_clamp(min: i8, max: i8) -> Result<(), ModelFault> {
    (min <= max).then_some(()).ok_or(ModelFault::Clamp { min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_up() {
        let shifted = |value| round_shift(value, half(1), 1);
        assert_eq!([3, 2, 1, 0, -1, -2, -3].map(shifted), [2, 1, 1, 0, 0, -1, -1]);
        assert_eq!(round_shift(1 << 62, half(62), 62), 1);
    }

    #[test]
    fn the_zero_point_is_added_before_the_clamp() {
        let target = Target { zero_point: -100, min: -110, max: 50 };
        assert_eq!(
            [0, 149, 150, 151, -10, -11].map(|value| target.apply(value)),
            [-100, 49, 50, 50, -110, -110]
        );
    }

    #[test]
    fn scales_and_clamps_have_bounds() {
        assert_eq!(expect_scale((1 << 31) - 1, 62), Ok(()));
        assert_eq!(expect_scale(1 << 31, 1), Err(ModelFault::Multiplier { got: 1 << 31 }));
        assert_eq!(expect_scale(1, 0), Err(ModelFault::Shift { got: 0 }));
        assert_eq!(expect_scale(1, 63), Err(ModelFault::Shift { got: 63 }));
        assert_eq!(expect_clamp(3, 3), Ok(()));
        assert_eq!(expect_clamp(4, 3), Err(ModelFault::Clamp { min: 4, max: 3 }));
    }
}
