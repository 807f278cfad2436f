//! How often numbers of each size come up in a tensor, and which range of them 8 bits should cover.

/// Bins of a histogram: eight for each integer of 8 bits.
const BINS: usize = 2048;

/// Ends of a range that are tried on each side.
const ENDS: usize = 256;

/// The share of the numbers that may lie beyond either end of a percentile's range.
const TAIL: f64 = 1e-4;

/// How often numbers come up between two bounds, zero among them.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    low: f64,
    high: f64,
    counts: Vec<u64>,
    /// Zeros, which every quantization has exactly.
    zeros: u64,
}

/// Sums over the bins up to each: of counts, of numbers and of their squares.
struct Sums(Vec<[f64; 3]>);

impl Histogram {
    /// None of these numbers has come up yet.
    pub(crate) fn between(low: f32, high: f32) -> Self {
        let (low, high) = (f64::from(low.min(0.0)), f64::from(high.max(0.0)));
        Self { low, high, counts: vec![0; BINS], zeros: 0 }
    }

    /// Counts numbers between the bounds.
    pub(crate) fn count(&mut self, values: &[f32]) {
        let per_unit = BINS as f64 / (self.high - self.low).max(f64::MIN_POSITIVE);
        for value in values {
            if *value == 0.0 {
                self.zeros += 1;
            } else {
                let at = ((f64::from(*value) - self.low) * per_unit) as usize;
                if let Some(count) = self.counts.get_mut(at.min(BINS - 1)) {
                    *count += 1;
                }
            }
        }
    }

    /// The range beyond whose ends a ten-thousandth of the numbers lies, at most, on either side.
    pub(crate) fn percentile(&self) -> (f32, f32) {
        let all = self.counts.iter().sum::<u64>() + self.zeros;
        let most = (all as f64 * TAIL) as u64;
        let width = (self.high - self.low) / BINS as f64;
        let beyond = |bins: &mut dyn Iterator<Item = &u64>| {
            let mut sum = 0;
            bins.take_while(|count| {
                sum += **count;
                sum <= most
            })
            .count() as f64
        };
        let low = (self.low + width * beyond(&mut self.counts.iter())).min(0.0);
        let high = (self.high - width * beyond(&mut self.counts.iter().rev())).max(0.0);
        (low as f32, high as f32)
    }

    /// The range on which the mean square of the errors is least: those of rounding, a twelfth of a step's square, and those of
    /// the numbers that lie beyond its ends.
    pub(crate) fn least_squares(&self) -> (f32, f32) {
        let sums = Sums::of(self);
        let mut best = (f64::INFINITY, self.low, self.high);
        let side = |bound: f64| if bound == 0.0 { 1 } else { ENDS };
        for i in 0..side(self.low) {
            for j in 0..side(self.high) {
                let cut = |bound: f64, at: usize| bound * (1.0 - at as f64 / ENDS as f64);
                let (low, high) = (cut(self.low, i), cut(self.high, j));
                let error = self.error(&sums, low, high);
                if error < best.0 {
                    best = (error, low, high);
                }
            }
        }
        (best.1 as f32, best.2 as f32)
    }

    /// The sum of the squares of the errors with a range.
    fn error(&self, sums: &Sums, low: f64, high: f64) -> f64 {
        let bin = |bound: f64| {
            let at = (bound - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE) * BINS as f64;
            (at.round() as usize).min(BINS)
        };
        let (first, last) = (bin(low), bin(high));
        let beyond = |[count, sum, squares]: [f64; 3], bound: f64| {
            (squares - 2.0 * bound * sum + bound * bound * count).max(0.0)
        };
        let step = (high - low) / 255.0;
        let [inside, ..] = sums.between(first, last);
        inside * step * step / 12.0
            + beyond(sums.between(0, first), low)
            + beyond(sums.between(last, BINS), high)
    }
}

impl Sums {
    fn of(histogram: &Histogram) -> Self {
        let width = (histogram.high - histogram.low) / BINS as f64;
        let mut sum = [0.0; 3];
        let mut sums = vec![sum];
        for (at, count) in histogram.counts.iter().enumerate() {
            let (count, middle) = (*count as f64, histogram.low + width * (at as f64 + 0.5));
            sum = [sum[0] + count, sum[1] + count * middle, sum[2] + count * middle * middle];
            sums.push(sum);
        }
        Self(sums)
    }

    /// Those over the bins from one to before another.
    fn between(&self, first: usize, last: usize) -> [f64; 3] {
        let at = |bin: usize| self.0.get(bin).copied().unwrap_or_default();
        let (from, to) = (at(first), at(last));
        [to[0] - from[0], to[1] - from[1], to[2] - from[2]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f32]) -> Histogram {
        let bound = |of: fn(f32, f32) -> f32| values.iter().copied().fold(0.0, of);
        let mut histogram = Histogram::between(bound(f32::min), bound(f32::max));
        histogram.count(values);
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
