//! The import under way: what each name of the ONNX graph stands for so far, and the integer graph.
//!
//! Each float tensor becomes a [`Value`]. Operators read quantized values and give values that wait for their
//! quantization. A `QuantizeLinear` settles them, or the range that calibration saw in a float graph.

mod read;

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use millrace_inference::Node;

use crate::{
    emit::Emitter,
    error::ImportError,
    large::Widest,
    lowered::Lowered,
    onnx::{self, Constant},
    prepare::{input_shape, input_type, is_float, Prepared},
    ranges::Ranges,
    value::{Quantization, Turned, Value},
};

/// The most numbers of constants that are (de)quantized or computed, eight bytes each.
const MAX_HELD: usize = 1 << 27;

/// The names of an ONNX graph and the integer graph that they stand for, as far as it is written.
pub(crate) struct Lowering<'a> {
    values: HashMap<String, Value>,
    constants: HashMap<String, Rc<Constant>>,
    /// Names of the integer tensors between a `QuantizeLinear` and a `DequantizeLinear`, with their ONNX element types.
    stored: HashMap<String, i32>,
    /// Those of them that are the graph's input, moved or not, before anything says what real numbers they are.
    unread: HashSet<String>,
    /// How many nodes read each name.
    readers: HashMap<String, usize>,
    /// Names of the tensors between the pairs that operators of several inputs are taken in.
    between: HashSet<String>,
    /// Numbers of (de)quantized constants so far.
    held: usize,
    /// Version of the standard's operators.
    pub(crate) opset: i64,
    /// Length of the batch, unless it is open.
    pub(crate) batch: Option<u32>,
    pub(crate) emitter: Emitter,
    /// The largest of the tensors so far.
    pub(crate) widest: Widest,
    /// What calibration saw, for graphs without quantization of their own.
    ranges: Option<&'a Ranges>,
}

impl<'a> Lowering<'a> {
    /// Nothing is lowered yet: the names are those of the graph's input and initializers. In a rehearsal, quantizations
    /// only hold the place of what calibration will see.
    ///
    /// # Errors
    /// [`ImportError`] if a constant can't be read, or the input has another type than float32, int8 and uint8.
    pub(crate) fn new(
        prepared: &Prepared,
        ranges: Option<&'a Ranges>,
        rehearsal: bool,
    ) -> Result<Self, ImportError> {
        let mut faults = Vec::new();
        let lowering = Self::despite(prepared, ranges, rehearsal, &mut faults)?;
        faults.into_iter().next().map_or(Ok(lowering), Err)
    }

    /// The same in spite of constants that can't be read and an input of another type; they are told.
    ///
    /// # Errors
    /// [`ImportError`] if the input has no shape.
    pub(crate) fn despite(
        prepared: &Prepared,
        ranges: Option<&'a Ranges>,
        rehearsal: bool,
        faults: &mut Vec<ImportError>,
    ) -> Result<Self, ImportError> {
        let mut constants = HashMap::new();
        for tensor in &prepared.graph.initializer {
            match tensor.constant() {
                Ok(constant) => drop(constants.insert(tensor.name.clone(), Rc::new(constant))),
                Err(why) => faults.push(ImportError::Constant { name: tensor.name.clone(), why }),
            }
        }
        let input = &prepared.input;
        let (batch, shape) = input_shape(input)?;
        let mut widest = Widest::default();
        widest.see(&format!("input '{}'", input.name), &shape);
        let stored = match input_type(input) {
            onnx::FLOAT => HashMap::new(),
            element @ (onnx::INT8 | onnx::UINT8) => HashMap::from([(input.name.clone(), element)]),
            other => {
                faults.push(ImportError::Graph(refusal!(
                    "input '{}' has elements of ONNX type {other}", input.name;
                    "export the model with a float32 input, or with int8 or uint8 that a DequantizeLinear or a Cast reads"
                )));
                HashMap::new()
            }
        };
        let mut emitter = Emitter::new(shape.clone(), rehearsal);
        emitter.calibrated = ranges.is_some() && is_float(prepared);
        Ok(Self {
            values: HashMap::from([(input.name.clone(), Value::Input { shape })]),
            constants,
            unread: stored.keys().cloned().collect(),
            stored,
            readers: prepared.readers.clone(),
            between: prepared.between.clone(),
            held: 0,
            opset: prepared.opset,
            batch,
            emitter,
            widest,
            ranges,
        })
    }
}

impl Lowering<'_> {
    /// From now on a name stands for this value.
    pub(crate) fn give_value(&mut self, name: String, value: Value) {
        self.values.insert(name, value);
    }

    /// From now on a name stands for this constant.
    pub(crate) fn give_constant(&mut self, name: String, constant: Rc<Constant>) {
        self.constants.insert(name, constant);
    }

    /// From now on a name stands for integers of this ONNX type, not for real numbers.
    pub(crate) fn mark_integers(&mut self, name: String, element: i32) {
        self.stored.insert(name, element);
    }

    /// From now on a name stands for what another one does, moved, if those are integers.
    pub(crate) fn mark_moved(&mut self, from: &str, name: String) {
        if let Some(element) = self.integers_of(from) {
            if self.is_unread(from) {
                self.unread.insert(name.clone());
            }
            self.mark_integers(name, element);
        }
    }

    /// Whether a name stands for integers of the graph's input of which nothing says yet what real numbers they are.
    pub(crate) fn is_unread(&self, name: &str) -> bool {
        self.unread.contains(name)
    }

    /// What such integers are, now that something says it.
    pub(crate) fn read_as(&mut self, value: Value, quantization: Quantization) -> Lowered<Value> {
        Ok(match value {
            Value::Quantized { node, shape, .. } => {
                self.emitter.quantized_input(quantization)?;
                Value::Quantized { node, shape, quantization }
            }
            Value::Turned(turned) => {
                self.emitter.quantized_input(quantization)?;
                Value::Turned(Turned { quantization: Some(quantization), ..turned })
            }
            value => self.emitter.settle(&value, quantization)?,
        })
    }

    /// The ONNX type of the integers that a name stands for; none if it stands for real numbers.
    pub(crate) fn integers_of(&self, name: &str) -> Option<i32> {
        self.stored.get(name).copied()
    }

    /// Whether more than one node reads what a name stands for.
    pub(crate) fn is_shared(&self, name: &str) -> bool {
        self.readers.get(name).is_some_and(|readers| *readers > 1)
    }

    /// The shape of a sample that a name stands for, where it is an activation.
    pub(crate) fn shape_of(&self, name: &str) -> Option<&[u32]> {
        self.values.get(name)?.shape()
    }

    /// Gives the model's input another shape before anything else reads it.
    pub(crate) fn reshape_input(&mut self, shape: &[u32]) -> Lowered<()> {
        match self.emitter.nodes.as_mut_slice() {
            [Node::Input { shape: input }] => *input = shape.to_vec(),
            _ => {
                return Err(refusal!(
                    "the model's input has two shapes";
                    "quantize it before it is reshaped"
                ))
            }
        }
        // Under its old shape it doesn't exist any more, whatever its name.
        self.values.retain(|_, value| !matches!(value, Value::Input { .. }));
        Ok(())
    }

    /// Makes room for a constant's numbers in another form.
    pub(crate) fn hold(&mut self, count: usize) -> Lowered<()> {
        self.held = self.held.saturating_add(count);
        if self.held > MAX_HELD {
            return Err(refusal!(
                "up to here the graph (de)quantizes more than {MAX_HELD} numbers of constants";
                "do it once for each constant, or use fewer weights"
            ));
        }
        Ok(())
    }
}
