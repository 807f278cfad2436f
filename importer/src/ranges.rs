//! The ranges that calibration saw, and the quantizations that cover them.

use std::collections::HashMap;

use crate::{
    calibration::Calibration,
    histogram::Histogram,
    value::{covering, Quantization},
};

/// The range of each tensor that calibration settled on.
#[derive(Clone, Debug, Default)]
pub struct Ranges(HashMap<String, (f32, f32)>);

impl Ranges {
    /// Widens a tensor's range to those of these values that are finite.
    pub fn observe(&mut self, tensor: &str, values: &[f32]) {
        let range = self.0.entry(tensor.to_owned()).or_insert((f32::INFINITY, f32::NEG_INFINITY));
        for value in values.iter().filter(|value| value.is_finite()) {
            *range = (range.0.min(*value), range.1.max(*value));
        }
    }

    /// Histograms between the bounds of all tensors, which have to be filled; `squares` are those of each tensor's samples.
    pub(crate) fn histograms(&self, mut squares: HashMap<String, Vec<f64>>) -> HashMap<String, Histogram> {
        let mut of = |(name, (low, high)): (&String, &(f32, f32))| {
            (name.clone(), Histogram::between(*low, *high, squares.remove(name).unwrap_or_default()))
        };
        self.0.iter().map(&mut of).collect()
    }

    /// The ranges that suit what these histograms have counted.
    pub(crate) fn narrow(&mut self, histograms: &HashMap<String, Histogram>, calibration: Calibration) {
        for (name, range) in &mut self.0 {
            *range = match (histograms.get(name), calibration) {
                (None, _) | (_, Calibration::MinMax) => *range,
                (Some(counted), Calibration::Percentile) => counted.percentile(),
                (Some(counted), Calibration::LeastSquares) => counted.least_squares(),
            };
        }
    }

    /// An asymmetric quantization that covers a tensor's range and zero.
    pub fn quantization(&self, tensor: &str) -> Option<Quantization> {
        let (low, high) = *self.0.get(tensor)?;
        Some(covering(low.into(), high.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_zero_and_use_all_integers() {
        let mut ranges = Ranges::default();
        ranges.observe("x", &[0.0, 2.55]);
        ranges.observe("y", &[1.0, -1.0, f32::NAN]);
        let x = ranges.quantization("x").expect("observed");
        assert_eq!(x.zero_point, -128);
        assert_eq!((x.quantize(0.0), x.quantize(2.55), x.quantize(9.0)), (-128, 127, 127));
        let y = ranges.quantization("y").expect("observed");
        assert!((y.real(y.quantize(0.5)) - 0.5).abs() <= y.scale / 2.0);
        assert!(ranges.quantization("z").is_none());
    }
}
