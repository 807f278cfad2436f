//! A float graph that is run on samples, with a look at every tensor.

use std::collections::HashSet;

use prost::Message;
use rten::{Model, ModelOptions, NodeId, Value};
use rten_tensor::prelude::*;

use crate::{
    error::ImportError,
    lowering::Lowering,
    onnx::{self, Attribute, Node, OperatorSet, Tensor},
    prepare::Prepared,
};

/// Samples that run at once where the graph leaves the batch open: more would only take memory.
const BATCH: usize = 32;

/// A float graph that can be run.
pub(crate) struct FloatRun {
    model: Model,
    input: NodeId,
    /// Every tensor that a node gives: the node, its name, and its name in what runs it.
    tensors: Vec<(Node, String, NodeId)>,
    batch: usize,
    /// Shape of a sample.
    sample: Vec<usize>,
}

/// What runs the graph says why it can't.
fn failed(error: &dyn std::fmt::Display) -> ImportError {
    ImportError::Calibration(refusal!(
        "{error}";
        "quantize the model with onnxruntime (QuantFormat.QDQ) and import that"
    ))
}

impl FloatRun {
    /// Reads a graph whose samples have this shape, and which was lowered in a rehearsal.
    ///
    /// # Errors
    /// [`ImportError`] if it can't be run.
    pub(crate) fn new(
        prepared: &Prepared,
        rehearsed: &Lowering<'_>,
        sample: Vec<usize>,
    ) -> Result<Self, ImportError> {
        let file = explicit(prepared, rehearsed)?;
        // Optimizing would fuse tensors away whose ranges are wanted.
        let model: Model = ModelOptions::with_all_ops()
            .enable_optimization(false)
            .load(file.encode_to_vec())
            .map_err(|error| failed(&error))?;
        let [input] = *model.input_ids() else {
            return Err(ImportError::Calibration(
                refusal!("the graph needs exactly one input"; "fold the others"),
            ));
        };
        let mut seen = HashSet::new();
        let tensors = prepared
            .graph
            .node
            .iter()
            .filter(|node| node.op_type != "Constant")
            .flat_map(|node| node.output.iter().map(move |name| (node, name)))
            .filter(|(_, name)| !name.is_empty())
            .filter_map(|(node, name)| Some((node.clone(), name.clone(), model.find_node(name)?)))
            .filter(|(_, _, id)| seen.insert(*id))
            .collect();
        Ok(Self {
            model,
            input,
            tensors,
            batch: rehearsed.batch.map_or(BATCH, |batch| batch as usize),
            sample,
        })
    }

    /// Runs it on samples, and shows the numbers of each tensor with its name.
    ///
    /// # Errors
    /// [`ImportError`] if it can't be run, or a tensor becomes NaN or infinite.
    pub(crate) fn each(
        &self,
        samples: &[f32],
        look: &mut dyn FnMut(&str, &[f32]),
    ) -> Result<(), ImportError> {
        let ids: Vec<NodeId> = self.tensors.iter().map(|(_, _, id)| *id).collect();
        let length: usize = self.sample.iter().product();
        for chunk in samples.chunks(self.batch * length) {
            let count = chunk.len() / length;
            let shape: Vec<usize> = std::iter::once(count).chain(self.sample.iter().copied()).collect();
            let tensor = rten_tensor::Tensor::from_data(&shape, chunk.to_vec());
            let values = self
                .model
                .run(vec![(self.input, tensor.into())], &ids, None)
                .map_err(|error| failed(&error))?;
            for ((node, name, _), value) in self.tensors.iter().zip(values) {
                if let Value::FloatTensor(values) = value {
                    let values = values.to_vec();
                    expect_finite(node, name, &values)?;
                    look(name, &values);
                }
            }
        }
        Ok(())
    }
}

/// Checks that a tensor's numbers are finite; a padding may be infinitely low, where a maximum reads it.
fn expect_finite(node: &Node, name: &str, values: &[f32]) -> Result<(), ImportError> {
    let is_padding = |value: f32| node.op_type == "Pad" && value == f32::NEG_INFINITY;
    if values.iter().all(|value| value.is_finite() || is_padding(*value)) {
        return Ok(());
    }
    Err(ImportError::Node {
        node: node.label(),
        why: refusal!(
            "on the calibration samples its output '{name}' becomes NaN or infinite";
            "calibrate with samples on which it doesn't, or clip its input"
        ),
    })
}

/// The graph as what runs it wants it: with attributes that ONNX lets one leave out, and without what evaluation drops.
fn explicit(prepared: &Prepared, rehearsed: &Lowering<'_>) -> Result<onnx::Model, ImportError> {
    let mut graph = prepared.graph.clone();
    let mut paddings = Vec::new();
    for node in &mut graph.node {
        paddings.extend(full_padding(node, rehearsed));
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
            "Conv" | "ConvTranspose" => {
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
            "Celu" | "Mish" | "Selu" | "ThresholdedRelu" => {
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
    graph.initializer.extend(paddings);
    Ok(onnx::Model {
        // What runs it takes no file without one.
        ir_version: 8,
        graph: Some(graph),
        opset_import: vec![OperatorSet { domain: String::new(), version: prepared.opset }],
        functions: vec![],
    })
}

/// The padding of all axes, which a node then reads in place of one that names its axes.
fn full_padding(node: &mut Node, rehearsed: &Lowering<'_>) -> Option<Tensor> {
    if node.op_type != "Pad" || node.input.len() < 4 {
        return None;
    }
    let integers = |at: usize| rehearsed.written(node.input.get(at)?)?.integers().map(<[i64]>::to_vec);
    let (pads, axes) = (integers(1)?, integers(3)?);
    let rank = rehearsed.shape_of(node.input.first()?)?.len() + 1;
    let mut full = vec![0; 2 * rank];
    let (first, last) = pads.split_at_checked(axes.len())?;
    for (axis, (first, last)) in axes.iter().zip(first.iter().zip(last)) {
        let at = usize::try_from(axis.rem_euclid(rank as i64)).ok()?;
        *full.get_mut(at)? = *first;
        *full.get_mut(rank + at)? = *last;
    }
    let name = format!("{} pads", node.output.first()?);
    node.input.truncate(3);
    *node.input.get_mut(1)? = name.clone();
    let dims = vec![full.len() as i64];
    Some(Tensor { name, dims, data_type: onnx::INT64, int64_data: full, ..Tensor::default() })
}
