//! The shares of a row's scores, for one head.

use std::sync::LazyLock;

use millrace_inference::rows::{exponential, Rescale};
use multiversion::multiversion;

/// 2²³·2^(−f/256).
static POWERS: LazyLock<[u32; 256]> =
    LazyLock::new(|| std::array::from_fn(|step| exponential(step as u64) as u32));

/// From here on the power is zero: 24 octaves.
const LAST: u64 = 24 << 8;

/// A head's multiplier and shift.
#[derive(Clone, Copy)]
pub(in crate::rows) struct Scale {
    multiplier: u64,
    shift: u32,
}

impl Scale {
    /// What five bytes stand for; zero, if they are out of the range of a rescaling.
    pub fn read(bytes: &[u8]) -> Self {
        let zero = Self { multiplier: 0, shift: 1 };
        let &[m0, m1, m2, m3, shift] = bytes else { return zero };
        let multiplier = u32::from_le_bytes([m0, m1, m2, m3]);
        let sound = i32::try_from(multiplier).ok().and_then(|m| Rescale::new(m, shift, 0));
        sound.map_or(zero, |_| Self { multiplier: multiplier.into(), shift: shift.into() })
    }
}

/// The shares of these scores. `powers` is room for as many numbers.
pub(in crate::rows) fn softmax(scores: &[i32], scale: Scale, powers: &mut [u32], shares: &mut [i16]) {
    let most = scores.iter().copied().max().unwrap_or(0);
    let sum = raise(scores, most, scale, &POWERS, powers);
    divide(powers, sum, shares);
}

/// Powers and their sum, at most 2³⁶.
#[multiversion(targets = "simd")]
fn raise(scores: &[i32], most: i32, scale: Scale, table: &[u32; 256], powers: &mut [u32]) -> u64 {
    let half = 1u64.wrapping_shl(scale.shift.wrapping_sub(1));
    let mut sum = 0u64;
    for (power, score) in powers.iter_mut().zip(scores) {
        let below = most.wrapping_sub(*score).cast_unsigned();
        let u = u64::from(below).wrapping_mul(scale.multiplier).wrapping_add(half).wrapping_shr(scale.shift);
        let u = u.min(LAST) as u32;
        // An entry is at most 2²³: 24 octaves down it is zero.
        *power = table[(u & 255) as usize].wrapping_shr(u >> 8);
        sum = sum.wrapping_add((*power).into());
    }
    sum
}

/// `⌊(2·32767·e + Σ)/(2Σ)⌋`, which is y = 32767·e/Σ rounded to the nearest integer, halves upwards. Multiples of 1/(2Σ) and 1/(4Σ)
/// more are at least 1/(4Σ) away from any half. Three roundings of floats move it by less than y·2⁻⁵¹, which is below 2⁻¹²/Σ, so
/// that the sum with 2⁵² is the right integer; its lowest bits are those of the float.
#[multiversion(targets = "simd")]
fn divide(powers: &[u32], sum: u64, shares: &mut [i16]) {
    let (most, quarter) = (32_767.0 / sum as f64, 0.25 / sum as f64);
    for (share, power) in shares.iter_mut().zip(powers) {
        let y = f64::from(*power) * most + quarter;
        *share = (y + (1u64 << 52) as f64).to_bits() as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::random::Random;

    #[test]
    fn quotients_are_exact() {
        let mut random = Random(5);
        for round in 0..3_000u64 {
            let most = 1u64 << random.between(23, 36);
            let sum = (most - u64::from(random.bits() as u32) % most / 2).max(1 << 23);
            let exact = |e: u32| ((65_534 * u64::from(e) + sum) / (2 * sum)) as i16;
            // Powers whose quotients are just at an integer, and any.
            let near = |share: u64| ((2 * sum * share).saturating_sub(sum) / 65_534) as u32;
            let share = u64::from(random.between(0, 32_767));
            let mut powers: Vec<u32> =
                vec![0, 1, 1 << 23, near(share), near(share) + 1, near(share).saturating_sub(1)];
            powers.extend((0..10).map(|_| random.bits() as u32 >> 9));
            powers.retain(|e| *e <= 1 << 23);
            let mut shares = vec![0; powers.len()];
            divide(&powers, sum, &mut shares);
            assert_eq!(shares, powers.iter().map(|e| exact(*e)).collect::<Vec<_>>(), "{round}");
        }
    }
}
