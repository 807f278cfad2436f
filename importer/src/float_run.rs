//! A float graph that is run on samples, with a look at every tensor.

use std::{
    collections::HashSet,
    panic::{catch_unwind, AssertUnwindSafe},
};

use prost::Message;
use rten::{Model, ModelOptions, NodeId, Value};

use crate::{
    error::ImportError,
    explicit::explicit,
    lowering::Lowering,
    onnx::Node,
    prepare::{input_shape, Prepared},
};

/// The most samples that run at once where the graph leaves the batch open: more would only take memory.
const BATCH: usize = 32;

/// Bytes of the tensors that are looked at in one run. If one batch has more, it runs several times. What runs the graph holds as
/// much again, and besides that only what is still to be read.
pub(crate) const MEMORY: usize = 1 << 30;

/// The most bytes of a tensor where the file fixes the batch.
const LARGEST: usize = 4 * MEMORY;

/// A tensor that a node gives.
struct Seen {
    node: Node,
    name: String,
    /// Its name in what runs it.
    id: NodeId,
    /// Bytes of a sample.
    bytes: usize,
}

/// A float graph that can be run.
pub(crate) struct FloatRun {
    model: Model,
    input: NodeId,
    /// Every tensor that a node gives, in runs that are looked at together.
    runs: Vec<Vec<Seen>>,
    batch: usize,
    /// Shape of a sample.
    sample: Vec<usize>,
}

/// What runs the graph says why it can't, and at which node if it is one's fault.
fn failed(error: &dyn std::fmt::Display, node: Option<&str>) -> ImportError {
    let why = refusal!(
        "what runs the file in floats says: {error}";
        "quantize the model with onnxruntime (QuantFormat.QDQ) and import that"
    );
    match node.filter(|node| !node.is_empty()) {
        Some(node) => ImportError::Node { node: node.to_owned(), why },
        None => ImportError::Calibration(why),
    }
}

/// What an error says of its cause alone, if it has one: the node has its place in another sentence.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

/// Checks that a float graph, which was lowered in a rehearsal, can be read by what runs it.
///
/// # Errors
/// Those of [`FloatRun::new`].
pub(crate) fn expect_runnable(prepared: &Prepared, rehearsed: &Lowering<'_>) -> Result<(), ImportError> {
    let (_, sample) = input_shape(&prepared.input)?;
    let sample = sample.into_iter().map(|axis| axis as usize).collect();
    guarded(|| FloatRun::new(prepared, rehearsed, sample).map(drop))
}

/// What comes of a run. What runs the graph is another's code; its failure is no reason to fail without a sentence.
///
/// # Errors
/// [`ImportError`] if the run has one, or panics.
pub(crate) fn guarded<T>(run: impl FnOnce() -> Result<T, ImportError>) -> Result<T, ImportError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        Err(ImportError::Calibration(refusal!(
            "the graph can't be run";
            "quantize it with onnxruntime (QuantFormat.QDQ) and import that"
        )))
    })
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
            .map_err(|error| failed(&cause(&error), error.node()))?;
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
            .filter_map(|(node, name)| {
                let elements = rehearsed.shape_of(name).map_or(0, |shape| shape.iter().product::<u32>());
                let bytes = elements as usize * size_of::<f32>();
                Some(Seen { node: node.clone(), name: name.clone(), id: model.find_node(name)?, bytes })
            })
            .filter(|tensor| seen.insert(tensor.id))
            .collect::<Vec<_>>();
        let bytes: Vec<usize> = tensors.iter().map(|tensor| tensor.bytes).collect();
        let batch = batch_of(rehearsed.batch, &bytes)?;
        Ok(Self { model, input, runs: together(tensors, batch), batch, sample })
    }

    /// How many samples these numbers are.
    pub(crate) fn samples(&self, numbers: &[f32]) -> usize {
        numbers.len().checked_div(self.sample.iter().product()).unwrap_or(0)
    }

    /// Runs it on samples, and shows the numbers of each tensor with its name and how many samples they are of. `done` gets how many
    /// more samples are done.
    ///
    /// # Errors
    /// [`ImportError`] if it can't be run, or a tensor becomes NaN or infinite.
    pub(crate) fn each(
        &self,
        samples: &[f32],
        look: &mut dyn FnMut(&str, &[f32], usize),
        done: &dyn Fn(usize),
    ) -> Result<(), ImportError> {
        let length: usize = self.sample.iter().product();
        for chunk in samples.chunks(self.batch * length) {
            for run in &self.runs {
                self.run(chunk, chunk.len() / length, run, look)?;
            }
            done(chunk.len() / length);
        }
        Ok(())
    }

    /// The numbers of a tensor on samples of one batch at most.
    ///
    /// # Errors
    /// [`ImportError`] if it can't be run, or the tensor has no real numbers.
    pub(crate) fn output(&self, samples: &[f32], name: &str) -> Result<Vec<f32>, ImportError> {
        let length: usize = self.sample.iter().product();
        let tensor = self.runs.iter().flatten().find(|tensor| tensor.name == name);
        let mut numbers = None;
        if let Some(tensor) = tensor {
            let count = samples.len().checked_div(length).unwrap_or(0);
            let mut look = |_: &str, values: &[f32], _: usize| numbers = Some(values.to_vec());
            self.run(samples, count, std::slice::from_ref(tensor), &mut look)?;
        }
        numbers.ok_or_else(|| failed(&format!("'{name}' has no real numbers"), None))
    }

    /// Runs it on so many samples, for some of its tensors.
    fn run(
        &self,
        samples: &[f32],
        count: usize,
        tensors: &[Seen],
        look: &mut dyn FnMut(&str, &[f32], usize),
    ) -> Result<(), ImportError> {
        let shape: Vec<usize> = std::iter::once(count).chain(self.sample.iter().copied()).collect();
        let input = rten_tensor::Tensor::from_data(&shape, samples.to_vec());
        let ids: Vec<NodeId> = tensors.iter().map(|tensor| tensor.id).collect();
        let values = self.model.run(vec![(self.input, input.into())], &ids, None);
        let values = values.map_err(|error| failed(&error, error.node_path().first().copied().flatten()))?;
        for (Seen { node, name, .. }, value) in tensors.iter().zip(values) {
            if let Value::FloatTensor(values) = value {
                let values = values.into_data();
                expect_finite(node, name, &values)?;
                look(name, &values, count);
            }
        }
        Ok(())
    }
}

/// How many samples run at once in a graph whose tensors have so many bytes a sample.
///
/// # Errors
/// [`ImportError::Calibration`] if the file fixes more than there may be in memory.
fn batch_of(fixed: Option<u32>, bytes: &[usize]) -> Result<usize, ImportError> {
    let Some(batch) = fixed else {
        return Ok((MEMORY / bytes.iter().sum::<usize>().max(1)).clamp(1, BATCH));
    };
    let largest = bytes.iter().copied().max().unwrap_or(0).saturating_mul(batch as usize);
    if largest > LARGEST {
        return Err(ImportError::Calibration(refusal!(
            "the graph takes {batch} samples at once, with which its largest tensor has {largest} bytes, and at most {LARGEST} are possible";
            "export the model with an open batch axis, or one of 1"
        )));
    }
    Ok(batch as usize)
}

/// Tensors in runs of as many as fit into memory for a batch; each run has at least one.
fn together(tensors: Vec<Seen>, batch: usize) -> Vec<Vec<Seen>> {
    let mut runs: Vec<Vec<Seen>> = Vec::new();
    let mut left = 0;
    for tensor in tensors {
        let bytes = tensor.bytes.saturating_mul(batch);
        match runs.last_mut() {
            Some(run) if bytes <= left => run.push(tensor),
            _ => {
                runs.push(vec![tensor]);
                left = MEMORY;
            }
        }
        left = left.saturating_sub(bytes);
    }
    runs
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_fits_into_memory() {
        assert_eq!(batch_of(None, &[1, 2]).expect("little"), BATCH);
        assert_eq!(batch_of(None, &[MEMORY / 8, MEMORY / 8]).expect("some"), 4);
        assert_eq!(batch_of(None, &[2 * MEMORY]).expect("one at a time"), 1);
        assert_eq!(batch_of(Some(64), &[1, 2]).expect("as the file says"), 64);
        assert_eq!(batch_of(Some(16), &[MEMORY / 4]).expect("just fits"), 16);
        let message = batch_of(Some(17), &[1, MEMORY / 4]).expect_err("too much").to_string();
        assert!(message.contains("17 samples at once") && message.contains("open batch axis"), "{message}");
    }
}
