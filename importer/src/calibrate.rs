//! Quantization from observed ranges, for float graphs.

use std::{collections::HashMap, path::Path};

use rten::{Dimension, Model, ModelOptions, NodeId, Value};
use rten_tensor::{prelude::*, Tensor};

use crate::{error::ImportError, onnx::Graph, value::Quantization};

/// Samples that run at once where the graph leaves the batch open: more would only take memory.
const BATCH: usize = 32;

/// The least and the largest value that calibration saw of each tensor.
#[derive(Clone, Debug, Default)]
pub struct Ranges(HashMap<String, (f32, f32)>);

impl Ranges {
    /// Runs a float ONNX file on samples, row-major one after another, and sees every tensor that comes up.
    ///
    /// # Errors
    /// [`ImportError::Calibration`] if the file can't be run, or the samples aren't whole ones of its input.
    pub fn calibrate(onnx: &Path, samples: &[f32]) -> Result<Self, ImportError> {
        let failed = |error: &dyn std::fmt::Display| ImportError::Calibration(error.to_string());
        let graph = Graph::load(onnx)?;
        // Optimizing would fuse tensors away whose ranges are wanted.
        let model = ModelOptions::with_all_ops()
            .enable_optimization(false)
            .load_file(onnx)
            .map_err(|error| failed(&error))?;
        let [input] = model.input_ids() else {
            return Err(ImportError::Calibration("the graph needs exactly one input".into()));
        };
        let (batch, sample) = input_shape(&model)
            .ok_or_else(|| ImportError::Calibration("the input's sample shape isn't static".into()))?;
        let length: usize = sample.iter().product();
        if samples.is_empty() || length == 0 || !samples.len().is_multiple_of(length) {
            return Err(ImportError::Calibration(format!(
                "{} numbers aren't whole samples of {length}; calibrate with an array of shape N × {sample:?}",
                samples.len()
            )));
        }
        let input_name = model.node_info(*input).and_then(|info| info.name().map(str::to_owned));
        let mut ranges = Self::default();
        ranges.observe(&input_name.unwrap_or_default(), samples);
        let tensors: Vec<(&str, NodeId)> = graph
            .node
            .iter()
            .flat_map(|node| node.output.iter())
            .filter_map(|name| Some((name.as_str(), model.find_node(name)?)))
            .collect();
        let ids: Vec<NodeId> = tensors.iter().map(|(_, id)| *id).collect();
        for chunk in samples.chunks(batch.unwrap_or(BATCH).max(1) * length) {
            let count = chunk.len() / length;
            if batch.is_some_and(|batch| batch != count) {
                continue; // The graph takes full batches only; the rest of the samples still count for the input.
            }
            let shape: Vec<usize> = std::iter::once(count).chain(sample.iter().copied()).collect();
            let tensor = Tensor::from_data(&shape, chunk.to_vec());
            let values =
                model.run(vec![(*input, tensor.into())], &ids, None).map_err(|error| failed(&error))?;
            for ((name, _), value) in tensors.iter().zip(values) {
                if let Value::FloatTensor(values) = value {
                    ranges.observe(name, &values.to_vec());
                }
            }
        }
        Ok(ranges)
    }

    /// Widens a tensor's range to these values.
    pub fn observe(&mut self, tensor: &str, values: &[f32]) {
        let range = self.0.entry(tensor.to_owned()).or_insert((f32::INFINITY, f32::NEG_INFINITY));
        for value in values.iter().filter(|value| value.is_finite()) {
            *range = (range.0.min(*value), range.1.max(*value));
        }
    }

    /// An asymmetric quantization that covers a tensor's range and zero.
    pub fn quantization(&self, tensor: &str) -> Option<Quantization> {
        let (low, high) = *self.0.get(tensor)?;
        let (low, high) = (f64::from(low.min(0.0)), f64::from(high.max(0.0)));
        let scale = if high > low { (high - low) / 255.0 } else { 1.0 };
        let zero_point = (f64::from(i8::MIN) - low / scale).round_ties_even().clamp(-128.0, 127.0) as i8;
        Some(Quantization { scale, zero_point })
    }
}

/// The batch, unless it is open, and the axes of a sample.
fn input_shape(model: &Model) -> Option<(Option<usize>, Vec<usize>)> {
    let shape = model.input_shape(0)?;
    let fixed = |axis: &Dimension| match axis {
        Dimension::Fixed(length) => Some(*length),
        Dimension::Symbolic(_) => None,
    };
    let (batch, sample) = shape.split_first()?;
    Some((fixed(batch), sample.iter().map(fixed).collect::<Option<_>>()?))
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
