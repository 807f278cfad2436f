//! Runs a float graph on samples, to see the ranges of its tensors.

use std::{
    collections::HashSet,
    panic::{catch_unwind, AssertUnwindSafe},
    path::Path,
};

use prost::Message;
use rten::{Model, ModelOptions, NodeId, Value};
use rten_tensor::{prelude::*, Tensor};

use crate::{
    end::end,
    error::ImportError,
    npy::Array,
    onnx::{self, Attribute, Node, OperatorSet},
    prepare::{input_shape, input_type, is_float, prepare, Prepared},
    ranges::Ranges,
    refusal::Refusal,
    walk::walk,
};

/// Samples that run at once where the graph leaves the batch open: more would only take memory.
const BATCH: usize = 32;

impl Ranges {
    /// Runs a float ONNX file on samples, an array of shape N × a sample's, and sees every tensor that comes up.
    ///
    /// # Errors
    /// What an import would refuse, by the node's name, and [`ImportError::Calibration`] if the file can't be run, or the
    /// samples aren't whole ones of its input, aren't finite, or are nothing but zeros.
    pub fn calibrate(onnx: &Path, samples: &Array) -> Result<Self, ImportError> {
        Self::calibrate_model(&onnx::Model::load(onnx)?, samples)
    }

    /// The same for a file that is read already.
    ///
    /// # Errors
    /// Those of [`Self::calibrate`].
    pub fn calibrate_model(model: &onnx::Model, samples: &Array) -> Result<Self, ImportError> {
        let prepared = prepare(model)?;
        let input = &prepared.input;
        if input_type(input) != onnx::FLOAT && !is_float(&prepared) {
            return Err(ImportError::Calibration(refusal!(
                "input '{}' isn't float32 and is quantized already", input.name;
                "import it without samples"
            )));
        }
        let (batch, sample) = input_shape(input)?;
        // Whatever can't be imported has a name there, and what is run below has shapes that are known and small.
        rehearse(&prepared)?;
        let batch = batch.map(|batch| batch as usize);
        let sample: Vec<usize> = sample.into_iter().map(|axis| axis as usize).collect();
        let samples = checked(samples, batch, &sample)?;
        let mut ranges = Self::default();
        ranges.observe(&input.name, &samples);
        let run = || ranges.run(&prepared, &samples, batch, &sample);
        // What runs the graph is another's code; its failure is no reason to fail without a sentence.
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(result) => result?,
            Err(_) => {
                return Err(ImportError::Calibration(refusal!(
                    "the graph can't be run";
                    "quantize it with onnxruntime (QuantFormat.QDQ) and import that"
                )))
            }
        }
        Ok(ranges)
    }

    fn run(
        &mut self,
        prepared: &Prepared,
        samples: &[f32],
        batch: Option<usize>,
        sample: &[usize],
    ) -> Result<(), ImportError> {
        let failed = |error: &dyn std::fmt::Display| {
            ImportError::Calibration(refusal!(
                "{error}";
                "quantize the model with onnxruntime (QuantFormat.QDQ) and import that"
            ))
        };
        let file = explicit(prepared)?;
        // Optimizing would fuse tensors away whose ranges are wanted.
        let model: Model = ModelOptions::with_all_ops()
            .enable_optimization(false)
            .load(file.encode_to_vec())
            .map_err(|error| failed(&error))?;
        let [input] = model.input_ids() else {
            return Err(ImportError::Calibration(
                refusal!("the graph needs exactly one input"; "fold the others"),
            ));
        };
        let mut seen = HashSet::new();
        let tensors: Vec<(&Node, &str, NodeId)> = prepared
            .graph
            .node
            .iter()
            .filter(|node| node.op_type != "Constant")
            .flat_map(|node| node.output.iter().map(move |name| (node, name.as_str())))
            .filter(|(_, name)| !name.is_empty())
            .filter_map(|(node, name)| Some((node, name, model.find_node(name)?)))
            .filter(|(_, _, id)| seen.insert(*id))
            .collect();
        let ids: Vec<NodeId> = tensors.iter().map(|(_, _, id)| *id).collect();
        let length: usize = sample.iter().product();
        for chunk in samples.chunks(batch.unwrap_or(BATCH) * length) {
            let count = chunk.len() / length;
            let shape: Vec<usize> = std::iter::once(count).chain(sample.iter().copied()).collect();
            let tensor = Tensor::from_data(&shape, chunk.to_vec());
            let values =
                model.run(vec![(*input, tensor.into())], &ids, None).map_err(|error| failed(&error))?;
            for ((node, name, _), value) in tensors.iter().zip(values) {
                if let Value::FloatTensor(values) = value {
                    let values = values.to_vec();
                    if values.iter().any(|value| !value.is_finite()) {
                        return Err(ImportError::Node {
                            node: node.label(),
                            why: refusal!(
                                "on the calibration samples its output '{name}' becomes NaN or infinite";
                                "calibrate with samples on which it doesn't, or clip its input"
                            ),
                        });
                    }
                    self.observe(name, &values);
                }
            }
        }
        Ok(())
    }
}

/// Walks a float graph as an import will, so that what can't be represented is refused by its name before anything is run.
fn rehearse(prepared: &Prepared) -> Result<(), ImportError> {
    let (mut lowering, _) = walk(prepared, None, true)?;
    end(&mut lowering, &prepared.output, false)?;
    Ok(())
}

/// The samples' numbers, if they are whole samples of this shape on which there is something to see.
fn checked(samples: &Array, batch: Option<usize>, sample: &[usize]) -> Result<Vec<f32>, ImportError> {
    let failed = |why: Refusal| Err(ImportError::Calibration(why));
    let axes = samples.shape.get(1..).unwrap_or_default();
    let is_sample = axes.len() == sample.len()
        && axes.iter().zip(sample).all(|(got, expected)| usize::try_from(*got) == Ok(*expected));
    if !is_sample {
        return failed(refusal!(
            "the samples have the shape {:?}", samples.shape;
            "calibrate with an array of shape N × {sample:?}, its axes in this order (numpy.transpose changes it)"
        ));
    }
    let count = samples.shape.first().copied().unwrap_or(0);
    if count == 0 {
        return failed(refusal!("there are no samples"; "calibrate with a few hundred"));
    }
    if let Some(batch) = batch {
        if !usize::try_from(count).is_ok_and(|count| count.is_multiple_of(batch)) {
            return failed(refusal!(
                "{count} samples aren't whole batches of {batch}, the only ones that the graph takes";
                "give a multiple of them, or export the model with an open batch axis"
            ));
        }
    }
    let numbers: Vec<f32> = samples.reals().into_iter().map(|number| number as f32).collect();
    let length: usize = sample.iter().product();
    if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
        return failed(refusal!(
            "sample {} holds a number that is NaN or infinite", at.checked_div(length).unwrap_or(0);
            "leave it out"
        ));
    }
    if numbers.iter().all(|number| *number == 0.0) {
        return failed(refusal!(
            "the samples are all zero, so there is no range to see";
            "calibrate with typical inputs"
        ));
    }
    Ok(numbers)
}

/// The graph as what runs it wants it: with attributes that ONNX lets one leave out, and without what evaluation drops.
fn explicit(prepared: &Prepared) -> Result<onnx::Model, ImportError> {
    let mut graph = prepared.graph.clone();
    for node in &mut graph.node {
        // onnxruntime's namesakes mean the same.
        node.domain.clear();
        let pair = |name: &str, value: i64, count: usize| Attribute {
            name: name.into(),
            r#type: Attribute::INTS,
            ints: vec![value; count],
            ..Attribute::default()
        };
        let weights = node.input.get(1);
        let weights = prepared.graph.initializer.iter().find(|constant| Some(&constant.name) == weights);
        let axes = match (node.ints("kernel_shape"), weights) {
            (Some(kernel), _) => kernel.len(),
            (None, Some(weights)) => weights.dims.len().saturating_sub(2),
            (None, None) => 2,
        };
        let defaults = match node.op_type.as_str() {
            "Conv" => {
                vec![pair("dilations", 1, axes), pair("pads", 0, 2 * axes), pair("strides", 1, axes)]
            }
            "MaxPool" | "AveragePool" => vec![pair("pads", 0, 2 * axes), pair("strides", 1, axes)],
            "Softmax" | "LogSoftmax" if prepared.opset < 13 => {
                let kind = Attribute::INT;
                vec![Attribute { name: "axis".into(), r#type: kind, i: 1, ..Attribute::default() }]
            }
            "Dropout" => {
                node.op_type = "Identity".into();
                node.input.truncate(1);
                node.output.truncate(1);
                node.attribute.clear();
                vec![]
            }
            "Mish" => {
                let why = refusal!(
                    "calibration can't run it";
                    "quantize the model with onnxruntime (QuantFormat.QDQ) and import that"
                );
                return Err(ImportError::Node { node: node.label(), why });
            }
            _ => vec![],
        };
        for default in defaults {
            if node.attribute.iter().all(|attribute| attribute.name != default.name) {
                node.attribute.push(default);
            }
        }
    }
    Ok(onnx::Model {
        // What runs it takes no file without one.
        ir_version: 8,
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: prepared.opset }],
        functions: vec![],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npy::Numbers;

    #[test]
    fn samples_are_whole_finite_and_something() {
        let fails = |shape: &[u64], number: f64, batch| {
            let count = shape.iter().product::<u64>() as usize;
            let samples = Array { shape: shape.to_vec(), numbers: Numbers::Real(vec![number; count]) };
            checked(&samples, batch, &[3, 2]).expect_err("no samples").to_string()
        };
        assert!(fails(&[4, 2, 3], 1.0, None).contains("shape N × [3, 2], its axes in this order"));
        assert!(fails(&[4, 6], 1.0, None).contains("numpy.transpose"));
        assert!(fails(&[], 1.0, None).contains("N × [3, 2]"));
        assert!(fails(&[0, 3, 2], 1.0, None).contains("no samples"));
        assert!(fails(&[5, 3, 2], 1.0, Some(2)).contains("whole batches of 2"));
        assert!(fails(&[4, 3, 2], f64::NAN, None).contains("sample 0"));
        assert!(fails(&[4, 3, 2], 1e300, None).contains("infinite"));
        assert!(fails(&[4, 3, 2], 0.0, None).contains("all zero"));
    }
}
