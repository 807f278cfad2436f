//! A function between two quantizations, finer than a table of 256 entries has it.

use crate::value::Quantization;

/// Entries of a table of rows: at −256 to 256, for numbers that have 7 bits behind the point and are interpolated in between.
const ENTRIES: std::ops::RangeInclusive<i32> = -256..=256;

/// Steps of an entry: it has 7 bits behind the point, too.
const STEPS: f64 = 128.0;

/// What a function gives at a real number, where integers are a `step` apart. At most a step beyond where it is defined, as rounding
/// leaves some integers, it is its neighbour towards zero; NaN further out, and where it isn't defined at zero itself.
pub(crate) fn value_at(map: &dyn Fn(f64) -> f64, real: f64, step: f64) -> f64 {
    match map(real) {
        value if value.is_nan() && real != 0.0 => map(real - step.copysign(real)),
        value => value,
    }
}

/// How often the distance of two entries is halved to find a jump between them.
const HALVINGS: u32 = 32;

/// The entries; none if the function jumps between two of them, where what lies in between would be numbers that it never gives. Beyond
/// what 8 bits reach it goes on as at their end, which can be the bound of a ReLU.
pub(crate) fn curve(map: &dyn Fn(f64) -> f64, from: Quantization, to: Quantization) -> Option<Vec<i16>> {
    if (i8::MIN..i8::MAX).any(|x| jumps(map, from.real(x), from.real(x + 1), to.scale)) {
        return None;
    }
    let entry = |x: i32| {
        let inside = x.clamp(i8::MIN.into(), i8::MAX.into());
        let value = value_at(map, (f64::from(inside) - f64::from(from.zero_point)) * from.scale, from.scale);
        let steps = (value / to.scale + f64::from(to.zero_point)) * STEPS;
        steps.round_ties_even().clamp(i16::MIN.into(), i16::MAX.into()) as i16
    };
    Some(ENTRIES.map(entry).collect())
}

/// Whether a function changes by more than a step at one place between two numbers.
fn jumps(map: &dyn Fn(f64) -> f64, mut low: f64, mut high: f64, step: f64) -> bool {
    let (mut below, mut above) = (map(low), map(high));
    // Each time in the half in which it changes more; however steep it is, that changes less and less, unless it jumps there.
    for _ in 0..HALVINGS {
        if (above - below).abs() <= step {
            return false;
        }
        let middle = low.midpoint(high);
        let between = map(middle);
        if (between - below).abs() > (above - between).abs() {
            (high, above) = (middle, between);
        } else {
            (low, below) = (middle, between);
        }
    }
    (above - below).abs() > step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_beyond_the_end_of_a_function_is_its_end() {
        let root = |real: f64| value_at(&f64::sqrt, real, 0.25);
        assert_eq!((root(1.0), root(0.0), root(-0.25)), (1.0, 0.0, 0.0));
        assert!(root(-0.5).is_nan());
        let half_circle = |real: f64| value_at(&|x: f64| (1.0 - x * x).sqrt(), real, 0.125);
        assert_eq!((half_circle(1.125), half_circle(-1.125)), (0.0, 0.0));
        assert!(value_at(&|x| x / x, 0.0, 0.25).is_nan());
    }

    #[test]
    fn a_function_that_jumps_has_no_curve() {
        let of = |map: &dyn Fn(f64) -> f64| {
            let quantization = Quantization { scale: 0.03, zero_point: 5 };
            curve(map, quantization, quantization).is_some()
        };
        for jumping in [f64::floor, f64::round_ties_even, f64::signum, |x: f64| if x > 0.5 { x } else { 0.0 }]
        {
            assert!(!of(&jumping));
        }
        // Steep isn't a jump, and less than a step doesn't show.
        for smooth in
            [|x: f64| (80.0 * x).tanh(), f64::abs, |x: f64| x.max(0.0).sqrt(), |x: f64| x.floor() / 40.0]
        {
            assert!(of(&smooth));
        }
    }

    #[test]
    fn entries_have_bits_behind_the_point() {
        let (from, to) =
            (Quantization { scale: 0.1, zero_point: 3 }, Quantization { scale: 0.05, zero_point: -7 });
        let entries = curve(&|x| x / 3.0, from, to).expect("a line");
        assert_eq!(entries.len(), 513);
        // 10 stands for 0.7, a third of which is 4.667 steps.
        assert_eq!(entries[266], (-2.333_333f64 * 128.0).round() as i16);
        assert_eq!(entries[259], -7 * 128);
        assert!(entries[..128].iter().all(|entry| *entry == entries[128]));
        assert!(entries[384..].iter().all(|entry| *entry == entries[383]));
    }
}
