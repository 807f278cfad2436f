//! How often numbers of each size come up in a tensor, and which range of them 8 bits should cover.

/// Leading bits of a number's mantissa that tell bins apart: 128 bins for each doubling.
const MANTISSA_BITS: u32 = 7;

/// Bins of a sign, the largest numbers first. What is smaller than those of 8 doublings shares the last one.
const BINS: usize = 1024;

/// The share of the numbers that may lie beyond either end of a percentile's range.
const TAIL: f64 = 1e-4;

/// How often numbers come up between two bounds, zero among them.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    below: Side,
    above: Side,
    /// Zeros, which every quantization has exactly.
    zeros: u64,
    /// Square of the sample in the middle.
    typical: f64,
}

/// The numbers of one sign, by their magnitudes.
#[derive(Clone, Debug)]
struct Side {
    /// Key of the largest magnitude.
    top: u32,
    bins: Vec<Bin>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    count: u64,
    largest: f32,
    sums: Sums,
}

/// Sums over magnitudes, each of which counts as much as its sample's weight.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    weights: f64,
    magnitudes: f64,
    squares: f64,
}

/// An end that a range may have on one side.
struct End {
    magnitude: f32,
    /// Weights of the numbers up to it.
    inside: f64,
    /// The weighted squares of what is cut off those beyond it.
    cut: f64,
}

impl Histogram {
    /// None of these numbers has come up yet. `squares` are those of all samples, see [`squares`].
    pub(crate) fn between(low: f32, high: f32, mut squares: Vec<f64>) -> Self {
        squares.retain(|square| *square > 0.0);
        squares.sort_unstable_by(f64::total_cmp);
        let typical = squares.get(squares.len() / 2).copied().unwrap_or(0.0);
        Self { below: Side::up_to(-low), above: Side::up_to(high), zeros: 0, typical }
    }

    /// Counts numbers between the bounds, those of so many samples one after the other.
    pub(crate) fn count(&mut self, values: &[f32], samples: usize) {
        for sample in by_sample(values, samples) {
            // Of a sample that is nearly nothing, all may be lost.
            let square = square(sample).max(self.typical);
            let weight = if square > 0.0 { square.recip() } else { 0.0 };
            for value in sample.iter().copied().filter(|value| value.is_finite()) {
                match value {
                    0.0 => self.zeros += 1,
                    _ if value < 0.0 => self.below.count(-value, weight),
                    _ => self.above.count(value, weight),
                }
            }
        }
    }

    /// The range beyond whose ends a ten-thousandth of the numbers lies, at most, on either side.
    pub(crate) fn percentile(&self) -> (f32, f32) {
        let counts =
            [&self.below, &self.above].map(|side| side.bins.iter().map(|bin| bin.count).sum::<u64>());
        let most = ((counts[0] + counts[1] + self.zeros) as f64 * TAIL) as u64;
        (-self.below.all_but(most), self.above.all_but(most))
    }

    /// The range on which the mean over all samples of the share of a sample's square that is lost is least: rounding loses a twelfth
    /// of a step's square, and a number beyond an end the square of what is cut off.
    ///
    /// A sample that is larger than the one in the middle loses a share of its own square, so that one out of the ordinary weighs no
    /// more than any other: it can't lose much more than all. The mean is one of bounded numbers, of which more samples only make it
    /// more certain.
    pub(crate) fn least_squares(&self) -> (f32, f32) {
        let (below, above) = (self.below.ends(), self.above.ends());
        let mut best = (f64::INFINITY, 0.0, 0.0);
        for low in &below {
            for high in &above {
                let step = (f64::from(low.magnitude) + f64::from(high.magnitude)) / 255.0;
                let lost = (low.inside + high.inside) * step * step / 12.0 + low.cut + high.cut;
                if lost < best.0 {
                    best = (lost, -low.magnitude, high.magnitude);
                }
            }
        }
        (best.1, best.2)
    }
}

impl Side {
    fn up_to(bound: f32) -> Self {
        let bins = if bound > 0.0 { vec![Bin::default(); BINS] } else { vec![] };
        Self { top: key(bound.max(0.0)), bins }
    }

    fn count(&mut self, magnitude: f32, weight: f64) {
        let at = self.top.saturating_sub(key(magnitude)) as usize;
        if let Some(bin) = self.bins.get_mut(at.min(BINS - 1)) {
            let exact = f64::from(magnitude);
            bin.count += 1;
            bin.largest = bin.largest.max(magnitude);
            bin.sums.weights += weight;
            bin.sums.magnitudes += weight * exact;
            bin.sums.squares += weight * exact * exact;
        }
    }

    /// The largest magnitude of a bin before which there are at most so many numbers.
    fn all_but(&self, most: u64) -> f32 {
        let mut beyond = 0;
        let is_within = |bin: &&Bin| {
            beyond += bin.count;
            beyond > most
        };
        self.bins.iter().find(is_within).map_or(0.0, |bin| bin.largest)
    }

    /// The ends to choose from: the largest magnitude of each bin, or its bound where no number lies between two that are far apart.
    /// Without numbers it is zero.
    fn ends(&self) -> Vec<End> {
        let all: f64 = self.bins.iter().map(|bin| bin.sums.weights).sum();
        let mut beyond = Sums::default();
        let mut ends = Vec::new();
        for (at, bin) in (0..).zip(&self.bins) {
            let magnitude = if bin.count > 0 { bin.largest } else { of_key(self.top.saturating_sub(at)) };
            let end = f64::from(magnitude);
            let cut = beyond.squares - 2.0 * end * beyond.magnitudes + end * end * beyond.weights;
            ends.push(End { magnitude, inside: all - beyond.weights, cut: cut.max(0.0) });
            beyond.weights += bin.sums.weights;
            beyond.magnitudes += bin.sums.magnitudes;
            beyond.squares += bin.sums.squares;
        }
        if all == 0.0 {
            ends = vec![End { magnitude: 0.0, inside: 0.0, cut: 0.0 }];
        }
        ends
    }
}

/// The sum of the squares of each of so many samples' numbers, which come one sample after the other.
pub(crate) fn squares(values: &[f32], samples: usize) -> impl Iterator<Item = f64> + '_ {
    by_sample(values, samples).map(square)
}

/// The numbers of each sample. What doesn't come sample by sample is taken as one.
fn by_sample(values: &[f32], samples: usize) -> impl Iterator<Item = &[f32]> {
    let length = values.len().checked_div(samples).filter(|length| length * samples == values.len());
    values.chunks(length.unwrap_or(values.len()).max(1))
}

fn square(values: &[f32]) -> f64 {
    values.iter().filter(|value| value.is_finite()).map(|value| f64::from(*value).powi(2)).sum()
}

/// Bits of a mantissa that don't tell bins apart.
const WITHIN: u32 = f32::MANTISSA_DIGITS - 1 - MANTISSA_BITS;

/// A magnitude's exponent and leading bits, which grow with it.
fn key(magnitude: f32) -> u32 {
    magnitude.to_bits() >> WITHIN
}

/// The least magnitude with a key.
fn of_key(key: u32) -> f32 {
    f32::from_bits(key << WITHIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f32]) -> Histogram {
        let bound = |of: fn(f32, f32) -> f32| values.iter().copied().fold(0.0, of);
        let squares = squares(values, 1).collect();
        let mut histogram = Histogram::between(bound(f32::min), bound(f32::max), squares);
        histogram.count(values, 1);
        histogram
    }

    /// What is lost where each of these numbers is rounded to the 256 of a range.
    fn lost(values: &[f32], (low, high): (f32, f32)) -> f64 {
        let step = f64::from(high - low) / 255.0;
        let error = |x: &f32| {
            let x = f64::from(*x);
            let kept = (x.clamp(low.into(), high.into()) / step).round() * step;
            (x - kept).powi(2)
        };
        values.iter().map(error).sum()
    }

    #[test]
    fn few_large_numbers_are_cut_off() {
        // Ten thousand numbers up to 1, and three of 10.
        let mut values: Vec<f32> = (1..=10_000).map(|at| at as f32 / 10_000.0).collect();
        let even = of(&values);
        assert!((even.percentile().1 - 1.0).abs() < 1e-2 && (even.least_squares().1 - 1.0).abs() < 1e-2);
        values.extend([10.0; 3]);
        let histogram = of(&values);
        assert_eq!(histogram.percentile().1, 10.0, "more than a ten-thousandth");
        values.extend(vec![0.5; 40_000]);
        assert!(of(&values).percentile().1 < 1.01);
        let mut values: Vec<f32> = (1..=400_000).map(|at| at as f32 / 400_000.0).collect();
        values.push(10.0);
        let cut = of(&values).least_squares();
        assert!(cut.1 < 10.0 && lost(&values, cut) < lost(&values, (0.0, 10.0)), "{cut:?}");
    }

    /// One of 300 samples is a thousand times as large, and one as small. They weigh no more than any other.
    #[test]
    fn a_sample_out_of_the_ordinary_weighs_as_any_other() {
        let ordinary: Vec<f32> = (-500..500).map(|at| at as f32 / 500.0).collect();
        let scaled = |factor: f32| ordinary.iter().map(|value| factor * value).collect::<Vec<f32>>();
        let all = [ordinary.repeat(298), scaled(1_000.0), scaled(0.001)].concat();
        let mut histogram = Histogram::between(-1_000.0, 1_000.0, squares(&all, 300).collect());
        histogram.count(&all, 300);
        let (low, high) = histogram.least_squares();
        assert!((-40.0..=-0.9).contains(&low) && (0.9..=40.0).contains(&high), "{low} {high}");
        for factor in [1_000.0, 0.001] {
            let alone = of(&scaled(factor)).least_squares().0 / factor;
            assert!((-1.0..=-0.99).contains(&alone), "{alone} × {factor}");
        }
    }

    #[test]
    fn what_is_no_number_of_its_own_counts_for_nothing() {
        let mut histogram = Histogram::between(-1.0, 2.0, vec![]);
        // Infinite paddings; three samples that five numbers aren't; none at all.
        histogram.count(&[f32::NEG_INFINITY, -1.0, 2.0, 0.0, 1.0], 3);
        histogram.count(&[], 0);
        histogram.count(&[0.0; 4], 2);
        assert_eq!(histogram.least_squares(), (-1.0, 2.0));
        assert_eq!(histogram.zeros, 5);
    }

    #[test]
    fn both_ends_are_found_and_zero_stays() {
        let values: Vec<f32> = (-500..=2000).map(|at| at as f32 / 1000.0).collect();
        let (low, high) = of(&values).least_squares();
        assert!((low + 0.5).abs() < 0.02 && (high - 2.0).abs() < 0.02, "{low} {high}");
        let (low, high) = of(&[3.0, 4.0]).least_squares();
        assert!(low == 0.0 && high > 3.9, "{low} {high}");
        let nothing = of(&[0.0; 8]);
        assert_eq!((nothing.percentile(), nothing.least_squares()), ((0.0, 0.0), (0.0, 0.0)));
    }
}
