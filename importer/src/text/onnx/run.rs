//! Executes an exported graph on a text, node by node, as long as there is room for what the next one gives.

use std::{
    collections::{HashMap, HashSet},
    panic::{catch_unwind, AssertUnwindSafe},
};

use prost::Message;
use rten::{Model, ModelOptions, NodeId, Value};
use rten_tensor::prelude::*;

use super::room::{needs, Operand};
use crate::{
    onnx::{self, Dimension, Graph, Node, Tensor, ValueInfo, FLOAT},
    refusal::Refusal,
};

/// Numbers of a tensor that are looked at: those of a shape.
const FEW: usize = 64;

/// Elements that every graph may hold at once, and those for each byte of a file.
const ROOM: usize = 1 << 22;
const ROOM_FOR_A_BYTE: usize = 4;

/// Multiplications for each element that a graph may hold.
const WORK_FOR_AN_ELEMENT: usize = 256;

/// The most that the axes of an input without elements multiply to, but for those of none.
const MOST_OF_NOTHING: usize = 1 << 20;

/// An exported graph that can be executed.
pub(super) struct Executable {
    model: Model,
    nodes: Vec<Node>,
    inputs: Vec<ValueInfo>,
    outputs: Vec<String>,
    /// Constants by name.
    constants: HashMap<String, Operand>,
    room: usize,
}

/// What stands in memory while a graph is executed.
#[derive(Default)]
struct State<'a> {
    values: HashMap<&'a str, Value>,
    /// Elements of all of them.
    held: usize,
    /// Multiplications that are left.
    work: usize,
}

impl<'a> State<'a> {
    fn insert(&mut self, name: &'a str, value: Value) {
        self.remove(name);
        self.held = self.held.saturating_add(value.len());
        self.values.insert(name, value);
    }

    fn remove(&mut self, name: &str) {
        if let Some(value) = self.values.remove(name) {
            self.held = self.held.saturating_sub(value.len());
        }
    }
}

/// An output of a graph.
pub(super) struct Output {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) numbers: Vec<f32>,
}

fn failed(error: &dyn std::fmt::Display) -> Refusal {
    refusal!(
        "the graph can't be executed, so what was read can't be held against it: {error}";
        "export the model as float32 without optimization, or import it from safetensors"
    )
}

/// Calls what executes graphs. It is another's code; its failure is no reason to fail without a sentence.
fn called<T, E: std::fmt::Display>(call: impl FnOnce() -> Result<T, E>) -> Result<T, Refusal> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| failed(&error)),
        Err(_) => Err(failed(&"its operands don't fit")),
    }
}

impl Executable {
    /// Takes a graph of a file that has so many bytes, with the data that lay beside it.
    pub(super) fn new(mut file: onnx::Model, bytes: usize) -> Result<Self, Refusal> {
        for node in file.graph.iter_mut().flat_map(|graph| &mut graph.node) {
            node.domain.clear();
        }
        let encoded = file.encode_to_vec();
        let Graph { node, initializer, input, output, .. } = file.graph.unwrap_or_default();
        let constants = initializer.iter().map(|tensor| (tensor.name.clone(), operand(tensor))).collect();
        drop(initializer);
        let mut options = ModelOptions::with_all_ops();
        options.enable_optimization(false);
        Ok(Self {
            model: called(|| options.load(encoded))?,
            nodes: node,
            inputs: input,
            outputs: output.into_iter().map(|output| output.name).collect(),
            constants,
            room: bytes.saturating_mul(ROOM_FOR_A_BYTE).saturating_add(ROOM),
        })
    }

    /// The outputs of numbers for a text.
    ///
    /// # Errors
    /// [`Refusal`] of an input that isn't known, and of a graph that can't be executed or takes too much.
    pub(super) fn outputs(&self, ids: &[u32]) -> Result<Vec<Output>, Refusal> {
        let mut state = State { work: self.room.saturating_mul(WORK_FOR_AN_ELEMENT), ..State::default() };
        for input in self.inputs.iter().filter(|input| !self.constants.contains_key(&input.name)) {
            state.insert(&input.name, fed(input, ids)?);
        }
        let last = self.last_readers();
        for (index, node) in self.nodes.iter().enumerate() {
            self.step(node, &mut state).map_err(|refusal| refusal.about(&format!("{}:", node.label())))?;
            let read = node.input.iter().chain(&node.output).map(String::as_str);
            read.filter(|name| last.get(name).is_none_or(|last| *last <= index))
                .for_each(|name| state.remove(name));
        }
        Ok(self.outputs.iter().filter_map(|name| floats(name, state.values.get(name.as_str())?)).collect())
    }

    /// The last node that reads each name; what the graph gives is read after all.
    fn last_readers(&self) -> HashMap<&str, usize> {
        let mut last = HashMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            last.extend(node.input.iter().map(|name| (name.as_str(), index)));
        }
        last.extend(self.outputs.iter().map(|name| (name.as_str(), usize::MAX)));
        last
    }

    fn step<'a>(&'a self, node: &'a Node, state: &mut State<'a>) -> Result<(), Refusal> {
        let operands = node.input.iter().map(|name| self.operand(name, &state.values));
        let operands: Vec<Operand> = operands.collect::<Result<_, _>>()?;
        let [elements, work] = needs(node, &operands).ok_or_else(|| {
            refusal!(
                "this operator isn't one that encoders and decoders are exported with, or how much it gives isn't known";
                "export the model with torch.onnx.export or optimum, or import it from safetensors"
            )
        })?;
        if state.held.saturating_add(elements) > self.room || work > state.work {
            return Err(refusal!(
                "it takes more than a model of this file's size needs for a short text";
                "don't trust this file, and export the model yourself"
            ));
        }
        state.work -= work;
        let id_of = |name: &'a String| Some((name.as_str(), self.model.find_node(name)?));
        let operands: HashSet<(&str, NodeId)> = node.input.iter().filter_map(id_of).collect();
        let fed = operands.into_iter().filter_map(|(name, id)| Some((id, state.values.get(name)?.into())));
        let outputs: Vec<(&str, NodeId)> = node.output.iter().filter_map(id_of).collect();
        let ids: Vec<NodeId> = outputs.iter().map(|(_, id)| *id).collect();
        let made = called(|| self.model.run(fed.collect(), &ids, None))?;
        outputs.into_iter().zip(made).for_each(|((name, _), value)| state.insert(name, value));
        Ok(())
    }

    /// # Errors
    /// [`Refusal`] of an operand that isn't there yet: whatever makes it would be executed in this step, unseen.
    fn operand(&self, name: &str, values: &HashMap<&str, Value>) -> Result<Operand, Refusal> {
        if name.is_empty() {
            return Ok(Operand::default());
        }
        let Some(value) = values.get(name) else {
            return self.constants.get(name).cloned().ok_or_else(|| {
                refusal!(
                    "it reads '{name}', which nothing before it gives";
                    "put each node behind those that it reads, or export the model again"
                )
            });
        };
        let integers = match value {
            Value::Int32Tensor(values) if values.len() <= FEW => {
                Some(values.iter().map(|number| i64::from(*number)).collect())
            }
            _ => None,
        };
        Ok(Operand { shape: value.shape().to_vec(), integers })
    }
}

/// What is known of a constant.
fn operand(tensor: &Tensor) -> Operand {
    let shape: Vec<usize> =
        tensor.dims.iter().map(|axis| usize::try_from(*axis).unwrap_or(usize::MAX)).collect();
    let is_small = shape.iter().copied().fold(1, usize::saturating_mul) <= FEW;
    let integers = if is_small { tensor.constant().ok() } else { None };
    Operand { shape, integers: integers.and_then(|constant| constant.integers().map(<[i64]>::to_vec)) }
}

/// An input for a text alone, all of whose tokens count.
fn fed(input: &ValueInfo, ids: &[u32]) -> Result<Value, Refusal> {
    let tensor_type = input.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    let is_float = tensor_type.is_some_and(|kind| kind.elem_type == FLOAT);
    let axes = tensor_type.and_then(|kind| kind.shape.as_ref()).map_or(&[][..], |shape| &shape.dim);
    let name = input.name.as_str();
    let integers: Vec<i32> = match name {
        "input_ids" => ids.iter().map(|id| id.cast_signed()).collect(),
        "attention_mask" | "input_mask" => vec![1; ids.len()],
        "token_type_ids" | "segment_ids" => vec![0; ids.len()],
        "position_ids" => (0..).take(ids.len()).collect(),
        _ if name.starts_with("past") && is_float => return nothing(axes).ok_or_else(|| unknown(name)),
        _ => return Err(unknown(name)),
    };
    let shape = [1, ids.len()];
    let other = |(axis, length): (&Dimension, usize)| axis.dim_value.filter(|fixed| *fixed != length as i64);
    if let Some(fixed) = axes.iter().zip(shape).find_map(other) {
        return Err(refusal!(
            "the graph's input '{name}' has an axis of {fixed}, and texts are of any length, one at a time";
            "export the model with dynamic axes for batch and sequence, as optimum does"
        ));
    }
    let value = match is_float {
        true => Value::from_shape(shape, integers.into_iter().map(|x| x as f32).collect()).ok(),
        false => Value::from_shape(shape, integers).ok(),
    };
    value.ok_or_else(|| unknown(name))
}

/// What is kept of earlier tokens where none are: a tensor of one text without elements.
fn nothing(axes: &[Dimension]) -> Option<Value> {
    let open = |axis: &Dimension| axis.dim_value.map_or(Some(0), |length| usize::try_from(length).ok());
    let mut shape: Vec<usize> = axes.iter().map(open).collect::<Option<_>>()?;
    *shape.first_mut()? = 1;
    // Without a bound, an empty tensor could have axes whose product overflows.
    let others = shape.iter().filter(|axis| **axis != 0).copied().fold(1, usize::saturating_mul);
    if !shape.contains(&0) || others > MOST_OF_NOTHING {
        return None;
    }
    Value::from_shape(shape, Vec::<f32>::new()).ok()
}

fn unknown(name: &str) -> Refusal {
    refusal!(
        "the graph has an input '{name}', and what it should be for a text isn't known";
        "export the model with the inputs input_ids, attention_mask and token_type_ids or position_ids, without merging \
         decoders"
    )
}

fn floats(name: &str, value: &Value) -> Option<Output> {
    match value {
        Value::FloatTensor(tensor) => {
            Some(Output { name: name.into(), shape: tensor.shape().to_vec(), numbers: tensor.to_vec() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_what_executes_is_a_sentence() {
        assert_eq!(called(|| Ok::<_, String>(7)), Ok(7));
        let message = called(|| Err::<(), _>("no such operator")).expect_err("an error").to_string();
        assert!(message.contains("can't be held against it: no such operator"), "{message}");
        let message =
            called(|| -> Result<(), String> { panic!("a panic") }).expect_err("a panic").to_string();
        assert!(message.contains("can't be executed") && message.contains("safetensors"), "{message}");
    }

    #[test]
    fn what_is_kept_is_nothing_and_of_a_size() {
        let axes = |lengths: &[Option<i64>]| {
            lengths
                .iter()
                .map(|length| Dimension { dim_value: *length, ..Dimension::default() })
                .collect::<Vec<_>>()
        };
        let kept = nothing(&axes(&[None, Some(2), None, Some(8)])).expect("a tensor");
        assert_eq!((kept.shape().to_vec(), kept.len()), (vec![1, 2, 0, 8], 0));
        for refused in [
            &[][..],
            &[None, Some(-1), None],
            &[None, Some(1 << 62), Some(1 << 62)],
            &[None, None, Some(1 << 62), Some(1 << 62)],
            &[None, Some(2), Some(3)],
        ] {
            assert!(nothing(&axes(refused)).is_none(), "{refused:?}");
        }
    }
}
