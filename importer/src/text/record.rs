//! Rescalings of rows: multipliers, shifts and biases that stand for real factors and offsets.

use millrace_inference::rows::{
    limits::{MAX_SHIFT, MULTIPLIER_LIMIT},
    Rescale,
};

use crate::refusal::Refusal;

/// Largest bias that is made; half of what a record may have leaves room for the rounding term.
const MOST_BIAS: f64 = (1u64 << 61) as f64;

/// y = z·factor + offset, rounded: as many bits of the factor as fit, unless the bias would be too large with them.
pub(crate) fn record(factor: f64, offset: f64) -> Result<Rescale, Refusal> {
    let mut shift = shift_of(factor.abs(), MULTIPLIER_LIMIT.into());
    while shift > 1 && offset.abs() * 2f64.powi(shift) >= MOST_BIAS {
        shift -= 1;
    }
    let (multiplier, bias) = (scaled(factor, shift), scaled(offset, shift));
    let is_sound = multiplier.abs() < f64::from(MULTIPLIER_LIMIT) && bias.abs() < MOST_BIAS;
    // NaN isn't sound either.
    let record = is_sound.then(|| {
        let half = 1i64 << (shift - 1);
        Rescale::new(multiplier as i32, shift as u8, bias as i64 + half)
    });
    record.flatten().ok_or_else(|| {
        refusal!(
            "a rescaling by {factor:e} with an offset of {offset:e} is beyond the format";
            "look for a channel whose weights or whose bias are far from all others, and report the model"
        )
    })
}

/// A head's multiplier and shift in softmax.
pub(crate) fn scale(factor: f64) -> Result<(u32, u8), Refusal> {
    let shift = shift_of(factor, MULTIPLIER_LIMIT.into());
    let multiplier = scaled(factor, shift);
    match (0.0..f64::from(MULTIPLIER_LIMIT)).contains(&multiplier) {
        true => Ok((multiplier as u32, shift as u8)),
        false => Err(refusal!(
            "the scores of a head would be scaled by {factor:e}, which is beyond the format";
            "look for a head whose queries or keys are far from all others, and report the model"
        )),
    }
}

/// The largest shift with which a factor stays below a limit, within what a record may have.
fn shift_of(factor: f64, limit: f64) -> i32 {
    let most = i32::from(MAX_SHIFT);
    if factor == 0.0 {
        return most;
    }
    let shift = (limit / factor).log2().floor().clamp(1.0, most.into()) as i32;
    // Rounding can bring it up to the limit.
    if scaled(factor, shift) >= limit && shift > 1 {
        shift - 1
    } else {
        shift
    }
}

fn scaled(real: f64, shift: i32) -> f64 {
    (real * 2f64.powi(shift)).round_ties_even()
}

#[cfg(test)]
mod tests {
    use millrace_inference::rows::ElementType;

    use super::*;

    #[test]
    fn records_round_to_the_nearest() {
        for (factor, offset) in [(0.37, -12.3), (-0.001_234, 5.0), (3.75, 0.0), (1e-9, 0.4), (0.0, 7.0)] {
            let record = record(factor, offset).expect("in range");
            for z in [-100_000i64, -7, 0, 3, 99_999] {
                let real = z as f64 * factor + offset;
                let got = f64::from(record.apply(z, ElementType::Wide));
                assert!((got - real).abs() <= 0.5 + real.abs() * 1e-6, "{z}·{factor} + {offset}: {got}");
            }
        }
    }

    #[test]
    fn a_large_bias_takes_bits_from_the_factor() {
        let record = record(1e-12, 8e6).expect("in range");
        assert_eq!(record.apply(0, ElementType::Wide), 8_000_000);
        assert!(super::record(1e-12, 1e30).is_err());
        for factor in [1e9, f64::NAN, f64::INFINITY] {
            assert!(super::record(factor, 0.0).expect_err("beyond").to_string().contains("report the model"));
            assert!(scale(factor).is_err());
        }
        assert!(super::record(1.0, f64::NAN).is_err());
    }

    #[test]
    fn factors_keep_24_bits() {
        assert_eq!(scale(1.0), Ok((1 << 23, 23)));
        assert_eq!(scale(0.999_999_999), Ok((1 << 23, 23)));
        assert_eq!(scale(0.75), Ok((12_582_912, 24)));
        assert!(scale(-1.0).is_err());
    }
}
