//! Arithmetic of a rescaling: multipliers, shifts and biases that stand for real scales and offsets.

use millrace_inference::Rescale;

use crate::{
    lowered::Lowered,
    value::{Quantization, Range},
};

/// Most bits that a rescaling may shift.
const MAX_SHIFT: i32 = 62;

/// The rescaling that changes nothing.
pub(crate) const SAME: Rescale = Rescale { bias: 0, multiplier: 1 << 30, shift: 30 };

/// Strict bound of a row's accumulators with their bias.
const TWO_31: f64 = 2_147_483_648.0;

/// How much of a step of the output may get lost where a bias is rounded to its row's unit.
const MOST_LOST: f64 = 1.0 / 32.0;

/// The longest row of ones that may be refined. Longer ones are means of images, for which rows have an operator, and whose unit is a
/// small part of a step already.
const LONGEST_ONES: usize = 64;

/// A row's bias in units of its scale, with the input's zero point folded in, since `Σ W·(x − z) = Σ W·x − z·Σ W`; none
/// if the accumulators could leave 32 bits with it.
pub(crate) fn units(weights: &[i8], scale: f64, offset: f64, zero_point: i8) -> Option<i32> {
    let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
    let reach: i64 = weights.iter().map(|weight| i64::from(*weight).abs() * 128).sum();
    let bias = (offset / scale).round_ties_even() - (i64::from(zero_point) * sum) as f64;
    (bias.abs() + (reach as f64) < TWO_31).then_some(bias as i32)
}

/// A row in a finer unit, where too much of its bias would get lost in its own: the unit of weights of 1 is a whole step of the input,
/// however fine the output's steps are. By a power of two, so that sums which lie between two integers still do. None if the row's own
/// unit suffices, or there is none finer in which its weights have 8 bits and its sums 32.
pub(crate) fn refined(
    weights: &[i8],
    scale: f64,
    offset: f64,
    zero_point: i8,
    step: f64,
) -> Lowered<Option<(Vec<i8>, Rescale)>> {
    let units_of_offset = offset / scale;
    let lost = (units_of_offset - units_of_offset.round_ties_even()).abs() * scale;
    let is_sum = weights.len() > LONGEST_ONES && weights.iter().all(|weight| *weight == 1);
    // Not true of NaN, either, which a row without a scale gives.
    let matters = lost > step * MOST_LOST && !is_sum;
    let largest = weights.iter().map(|weight| weight.unsigned_abs()).max().unwrap_or(0);
    for factor in [64i8, 32, 16, 8, 4, 2].into_iter().filter(|_| matters && largest > 0) {
        let fine: Option<Vec<i8>> = weights.iter().map(|weight| weight.checked_mul(factor)).collect();
        let unit = scale / f64::from(factor);
        let fitting = fine.and_then(|fine| Some((units(&fine, unit, offset, zero_point)?, fine)));
        if let Some((bias, fine)) = fitting {
            let (multiplier, shift) = rescaling(unit / step)?;
            return Ok(Some((fine, Rescale { bias, multiplier, shift })));
        }
    }
    Ok(None)
}

/// A row in a coarser unit, in which its bias fits. Trained networks have channels whose weights have died and that only
/// have a bias; no more than half a step of the output may get lost.
pub(crate) fn coarsened(
    weights: &[i8],
    scale: f64,
    offset: f64,
    zero_point: i8,
    step: f64,
) -> Lowered<(Vec<i8>, Rescale)> {
    let is_dead = scale == 0.0 || weights.iter().all(|weight| *weight == 0);
    let scale = if is_dead { 0.0 } else { scale };
    // Half of what a bias may have leaves room for the products.
    let mut unit = (offset.abs() / (TWO_31 / 2.0)).max(scale);
    if unit == 0.0 {
        return Ok((vec![0; weights.len()], Rescale { bias: 0, multiplier: 0, shift: 1 }));
    }
    for _ in 0..32 {
        let coarse: Vec<i8> = weights
            .iter()
            .map(|weight| (f64::from(*weight) * scale / unit).round_ties_even() as i8)
            .collect();
        if let Some(bias) = units(&coarse, unit, offset, zero_point) {
            let lost = weights.iter().zip(&coarse).map(|(old, new)| {
                (f64::from(*old) * scale - f64::from(*new) * unit).abs() * f64::from(u8::MAX)
            });
            if lost.sum::<f64>() > step / 2.0 {
                break;
            }
            let (multiplier, shift) = rescaling(unit / step)?;
            return Ok((coarse, Rescale { bias, multiplier, shift }));
        }
        unit *= 2.0;
    }
    Err(refusal!(
        "a channel's bias of {offset} and its sums, in units of {scale:e}, are beyond 32 bits";
        "make the layer's weights larger or its rows shorter"
    ))
}

/// `ratio ≈ multiplier / 2^shift` with 31 significant bits, or as many as the shift allows.
pub(crate) fn rescaling(ratio: f64) -> Lowered<(u32, u8)> {
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(refusal!("a rescaling by {ratio} isn't possible"; "give it scales that are positive"));
    }
    // ratio = mantissa · 2^exponent with 1 ≤ mantissa < 2.
    let exponent = ratio.log2().floor() as i32;
    let mut shift = (30 - exponent).min(MAX_SHIFT);
    let mut multiplier = (ratio * 2f64.powi(shift)).round();
    if multiplier >= 2f64.powi(31) {
        shift -= 1;
        multiplier = (ratio * 2f64.powi(shift)).round();
    }
    match u8::try_from(shift) {
        Ok(shift) if shift >= 1 => Ok((multiplier as u32, shift)),
        _ => Err(refusal!(
            "a rescaling by {ratio} is beyond 2^30";
            "give its output a scale that is closer to its input's"
        )),
    }
}

/// The integers between which a real range lies.
pub(crate) fn bounds(range: Range, to: Quantization) -> (i8, i8) {
    let bound = |real: f64, open: i8| if real.is_finite() { to.quantize(real) } else { open };
    (bound(range.low, i8::MIN), bound(range.high, i8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescalings_keep_31_bits() {
        assert_eq!(rescaling(1.0), Ok((1 << 30, 30)));
        assert_eq!(rescaling(0.5), Ok((1 << 30, 31)));
        for ratio in [1e-3, 0.0123, 0.999_999_999_99, 3.7, 1234.5] {
            let (multiplier, shift) = rescaling(ratio).expect("in range");
            assert!(multiplier < 1 << 31);
            let back = f64::from(multiplier) / 2f64.powi(shift.into());
            assert!((back / ratio - 1.0).abs() < 1e-9, "{ratio} became {back}");
        }
        assert_eq!(rescaling(1e-30), Ok((0, 62)));
        assert!(rescaling(0.0).is_err() && rescaling(f64::NAN).is_err() && rescaling(1e12).is_err());
    }

    /// What a rescaled accumulator is, in steps of the output.
    fn steps(acc: i32, rescale: Rescale) -> f64 {
        let sum = f64::from(acc) + f64::from(rescale.bias);
        sum * f64::from(rescale.multiplier) / 2f64.powi(rescale.shift.into())
    }

    #[test]
    fn a_row_that_only_has_a_bias_keeps_it() {
        for (weights, scale) in [([1, -127, 5], 1e-14), ([0, 0, 0], 1.0), ([9, 9, 9], 0.0)] {
            let (coarse, rescale) =
                coarsened(&weights, scale, -0.37, 11, 0.01).expect("its weights are nothing");
            assert_eq!(coarse, [0, 0, 0]);
            assert!((steps(0, rescale) + 37.0).abs() < 1e-6, "{rescale:?}");
        }
        let (_, rescale) = coarsened(&[0, 0], 1.0, 0.0, 3, 0.01).expect("nothing at all");
        assert_eq!(steps(5, rescale), 0.0);
    }

    #[test]
    fn a_bias_that_its_unit_would_round_gets_a_finer_one() {
        let refined = |weights: &[i8], offset| refined(weights, 0.5, offset, 3, 0.01).expect("in range");
        let (fine, rescale) = refined(&[1], 0.37).expect("a unit is 50 steps");
        assert_eq!(fine, [64]);
        // 10 stands for 3.5, which with 0.37 is 387 steps.
        assert!((steps(640, rescale) - 387.0).abs() < 0.4, "{rescale:?}");
        assert_eq!(refined(&[-20, 3], 0.37).expect("as far as 8 bits reach").0, [-80, 12]);
        for (weights, offset) in
            [(vec![1], 1.5), (vec![-65], 0.37), (vec![0], 0.37), (vec![1; 65], 0.37), (vec![1], 0.5001)]
        {
            assert_eq!(refined(&weights, offset), None, "{weights:?}");
        }
    }

    #[test]
    fn a_row_whose_weights_count_isnt_coarsened() {
        assert_eq!(units(&[1, -2], 0.5, 3.0, 10), Some(6 + 10));
        assert_eq!(units(&[1, -2], 1e-12, 3.0, 10), None);
        let message = coarsened(&[100; 200_000], 1e-9, 3.0, 0, 0.01)
            .expect_err("its sums are beyond 32 bits")
            .to_string();
        assert!(message.contains("beyond 32 bits"), "{message}");
    }
}
