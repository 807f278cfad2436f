//! Lowers a quantized ONNX graph, node by node, to integer operators.
//!
//! Each float tensor becomes a [`Value`]. Operators read quantized values and give values that wait for their
//! quantization; a `QuantizeLinear` (or, for a float graph, the range that calibration saw) settles them.

use std::{collections::HashMap, rc::Rc};

use millrace_inference::{
    limits::{MAX_ELEMENTS, MAX_MODEL_BYTES, MAX_RANK},
    Model, Node,
};

use crate::{
    calibrate::Ranges,
    emit::Emitter,
    onnx::{self, Constant, Numbers},
    prepare::{prepare, Prepared},
    standard,
    value::{ConstantValue, IntegerConstant, Quantization, Range, Value},
    ImportError,
};

/// Numbers of (de)quantized constants that are held at once; a model that reads each of its weights a few times stays below.
const MAX_HELD: usize = 8 * MAX_MODEL_BYTES;

/// What stands for a quantization in a rehearsal.
const REHEARSED: Quantization = Quantization { scale: 1.0 / 16.0, zero_point: 0 };

/// What one ONNX node became.
#[derive(Clone, Debug)]
pub struct Step {
    /// The ONNX operator and its name.
    pub onnx: String,
    /// What was done with it.
    pub became: String,
}

/// An imported model and how to use it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The integer graph.
    pub model: Model,
    /// Quantization of the input: how real numbers become its bytes.
    pub input: Quantization,
    /// Quantization of an `i8` output; none for indices.
    pub output: Option<Quantization>,
    /// What each ONNX node became, in order.
    pub steps: Vec<Step>,
}

/// What the caller chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// End with the index of the largest output, along the only axis of outputs or the last one of two.
    pub arg_max: bool,
    /// What calibration saw, for graphs without quantization of their own.
    pub ranges: Option<&'a Ranges>,
}

/// Imports a graph.
///
/// # Errors
/// [`ImportError`] with the node that can't be represented and why.
pub fn import(model: &onnx::Model, options: Options<'_>) -> Result<Imported, ImportError> {
    let prepared = prepare(model)?;
    Lowering::new(&prepared, options, false)?.run(&prepared)?.finish(&prepared.output)
}

/// Walks a float graph as an import will, with quantizations that only hold the place of what calibration sees: what can't
/// be represented is refused by its name before anything is run.
pub(crate) fn rehearse(prepared: &Prepared) -> Result<(), ImportError> {
    let lowering = Lowering::new(prepared, Options::default(), true)?;
    lowering.run(prepared)?.end(&prepared.output)?;
    Ok(())
}

/// The batch's length, unless it is open, and the axes of a sample; the first axis of the graph's input is the batch.
pub(crate) fn input_shape(input: &onnx::ValueInfo) -> Result<(Option<u32>, Vec<u32>), ImportError> {
    let failed = |why: String| ImportError::Graph(format!("input '{}' {why}", input.name));
    let dims = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).and_then(|t| t.shape.as_ref());
    let dims = dims.map_or(&[][..], |shape| shape.dim.as_slice());
    let length = |dim: &onnx::Dimension| u32::try_from(dim.dim_value?).ok().filter(|length| *length > 0);
    let sample: Option<Vec<u32>> = dims.iter().skip(1).take(MAX_RANK + 1).map(length).collect();
    let sample = sample.filter(|shape| !shape.is_empty()).ok_or_else(|| {
        failed(
            "needs a batch axis and fixed lengths after it; export the model with a static sample shape"
                .into(),
        )
    })?;
    Ok((dims.first().and_then(length), sized(sample).map_err(failed)?))
}

/// The element type of the graph's input.
pub(crate) fn input_type(input: &onnx::ValueInfo) -> i32 {
    let tensor_type = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    tensor_type.map_or(0, |tensor_type| tensor_type.elem_type)
}

/// A sample's shape, if the format has room for it.
pub(crate) fn sized(shape: Vec<u32>) -> Lowered<Vec<u32>> {
    if shape.is_empty() {
        return Err("has no axis besides the batch; keep one of length 1".into());
    }
    if shape.len() > MAX_RANK {
        return Err(format!(
            "has more than the {MAX_RANK} axes of a sample that the format allows; join some of them"
        ));
    }
    let elements = shape.iter().try_fold(1u32, |product, axis| product.checked_mul(*axis));
    match elements {
        Some(elements) if elements > 0 && elements <= MAX_ELEMENTS => Ok(shape),
        _ => Err(format!(
            "has {shape:?} elements a sample, at least one and at most {MAX_ELEMENTS} are possible; make it smaller"
        )),
    }
}

/// Result of lowering one node; the text is why it can't be.
pub(crate) type Lowered<T> = Result<T, String>;

pub(crate) struct Lowering<'a> {
    values: HashMap<String, Value>,
    constants: HashMap<String, Rc<Constant>>,
    /// Tensors of integers, between a `QuantizeLinear` and a `DequantizeLinear`, with their element types.
    stored: HashMap<String, i32>,
    /// Numbers of (de)quantized constants.
    held: usize,
    /// Version of the standard.
    pub(crate) opset: i64,
    /// Length of the batch, unless it is open.
    pub(crate) batch: Option<u32>,
    pub(crate) emitter: Emitter,
    steps: Vec<Step>,
    options: Options<'a>,
}

/// Scale and zero point of a (de)quantization, one for the tensor or one for each index of an axis.
struct Parameters {
    scales: Vec<f64>,
    zeros: Vec<i64>,
    /// Element type of the integers.
    element: i32,
}

impl<'a> Lowering<'a> {
    fn new(prepared: &Prepared, options: Options<'a>, rehearsal: bool) -> Result<Self, ImportError> {
        let mut constants = HashMap::new();
        for tensor in &prepared.graph.initializer {
            let failed = |why| ImportError::Constant { name: tensor.name.clone(), why };
            constants.insert(tensor.name.clone(), Rc::new(tensor.constant().map_err(failed)?));
        }
        let input = &prepared.input;
        let (batch, shape) = input_shape(input)?;
        let stored = match input_type(input) {
            onnx::FLOAT => HashMap::new(),
            onnx::INT8 => HashMap::from([(input.name.clone(), onnx::INT8)]),
            other => {
                return Err(ImportError::Graph(format!(
                    "input '{}' has elements of ONNX type {other}; float32 is read, and int8 where a DequantizeLinear reads it, so export the model with one of them",
                    input.name
                )))
            }
        };
        Ok(Self {
            values: HashMap::from([(input.name.clone(), Value::Input { shape: shape.clone() })]),
            constants,
            stored,
            held: 0,
            opset: prepared.opset,
            batch,
            emitter: Emitter::new(shape, rehearsal),
            steps: Vec::new(),
            options,
        })
    }

    fn run(mut self, prepared: &Prepared) -> Result<Self, ImportError> {
        for node in &prepared.graph.node {
            self.lower(node)?;
        }
        Ok(self)
    }
}

impl Lowering<'_> {
    fn lower(&mut self, node: &onnx::Node) -> Result<(), ImportError> {
        let failed = |why| ImportError::Node { node: node.label(), why };
        self.check(node).map_err(failed)?;
        let output = node.output.first().cloned().unwrap_or_default();
        if let Some(constant) = self.constant_of(node).map_err(failed)? {
            if node.op_type == "QuantizeLinear" {
                let count = constant.shape.iter().product();
                self.hold(count).map_err(failed)?;
            }
            self.constants.insert(output, constant);
            return Ok(());
        }
        let before = self.emitter.nodes.len();
        let (value, note) = self.operator(node).map_err(failed)?;
        let emitted: Vec<&str> = self.emitter.nodes.iter().skip(before).map(kind).collect();
        let became = match (emitted.as_slice(), note) {
            ([], note) => note,
            (emitted, note) if note.is_empty() => emitted.join(", "),
            (emitted, note) => format!("{} ({note})", emitted.join(", ")),
        };
        if node.op_type != "DequantizeLinear" {
            self.steps.push(Step { onnx: node.label(), became });
        }
        // What only moves integers gives integers.
        let moved = node.input.first().and_then(|name| self.stored.get(name)).copied();
        if let (Some(element), true) = (moved, moves_integers(&node.op_type)) {
            self.stored.insert(output.clone(), element);
        }
        self.values.insert(output, value);
        Ok(())
    }

    /// Checks what concerns every operator alike.
    fn check(&self, node: &onnx::Node) -> Lowered<()> {
        standard::check(node)?;
        for name in &node.input {
            let strange = self.constants.get(name).and_then(|constant| constant.strange);
            match strange {
                // A clip that is open at one end.
                Some(number) if node.op_type == "Clip" && number.is_infinite() => {}
                Some(number) => {
                    return Err(format!(
                        "its constant '{name}' holds {number}, which is no finite number; train it again, or export the model again so that it is one"
                    ))
                }
                None => {}
            }
            let reads_integers = moves_integers(&node.op_type)
                || matches!(node.op_type.as_str(), "DequantizeLinear" | "ArgMax");
            if self.stored.contains_key(name) && !reads_integers {
                return Err(format!(
                    "it reads '{name}', which are the integers of a quantized tensor; put a DequantizeLinear between them"
                ));
            }
        }
        Ok(())
    }

    /// What a node gives if that is a constant which later nodes read as it is written.
    fn constant_of(&self, node: &onnx::Node) -> Lowered<Option<Rc<Constant>>> {
        match node.op_type.as_str() {
            "Constant" => written(node).map(|constant| Some(Rc::new(constant))),
            "Identity" => Ok(node.input.first().and_then(|name| self.constants.get(name)).cloned()),
            "QuantizeLinear" => match self.value(node, 0) {
                Ok(Value::Constant(constant)) => {
                    self.quantized_constant(node, &constant).map(|constant| Some(Rc::new(constant)))
                }
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn operator(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let noted = |value: Value, note: &str| Ok((value, note.to_owned()));
        match node.op_type.as_str() {
            "QuantizeLinear" => self.quantize(node),
            // It changes nothing: the operators that read it work on the integers.
            "DequantizeLinear" => noted(self.dequantize(node)?, ""),
            "Conv" => self.convolution(node),
            "Gemm" => self.gemm(node),
            "MatMul" => self.matmul(node),
            "BatchNormalization" => noted(self.batch_normalization(node)?, "folded into the rescaling"),
            "Relu" => self.clamp(node, Range { low: 0.0, high: f64::INFINITY }),
            "Clip" => {
                let range = self.clip_range(node)?;
                self.clamp(node, range)
            }
            "Add" | "Sub" | "Mul" | "Div" => self.binary(node),
            "MaxPool" => self.max_pool(node),
            "AveragePool" | "GlobalAveragePool" | "ReduceMean" => self.average_pool(node),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            "Concat" => self.concat(node),
            "Identity" => noted(self.value(node, 0)?, "dropped"),
            "Dropout" => {
                let trains = match node.input.get(2).filter(|name| !name.is_empty()) {
                    Some(_) => self.integers(node, 2)? != [0],
                    None => false,
                };
                if trains {
                    return Err("it is in training mode; export the model in evaluation mode".into());
                }
                match self.value(node, 0)? {
                    Value::Constant(_) => Err("it reads a constant; export the model in evaluation mode".into()),
                    value => noted(value, "dropped"),
                }
            }
            "Cast" => noted(self.cast(node)?, "dropped"),
            "Softmax" | "LogSoftmax" => self.softmax(node),
            "ArgMax" => self.arg_max(node),
            other => match crate::functions::unary(other, node) {
                Some(map) => self.map(node, map),
                None if other.starts_with("QLinear") || other.ends_with("Integer") => {
                    Err("operator-oriented quantization isn't read; quantize with QuantFormat.QDQ".into())
                }
                None => Err("this operator can't be represented in integers; rewrite the model with those of docs/models.md".into()),
            },
        }
    }

    /// The value that a node reads at a position; a constant where it is one.
    pub(crate) fn value(&self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let name = node.input.get(at).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| format!("its input {at} is missing; export the model again"))?;
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        match self.constants.get(name) {
            Some(constant) => Ok(Value::Constant(Rc::new(ConstantValue {
                shape: constant.shape.clone(),
                real: constant.floats(),
                integers: None,
            }))),
            None => Err(format!(
                "it reads '{name}', which no node before it gives, or which is the model's input before a reshape; sort the nodes, and quantize the input before its shape changes"
            )),
        }
    }

    /// The quantized tensor that a node reads at a position. In a float graph, what isn't quantized yet gets
    /// the quantization of its calibrated range.
    pub(crate) fn quantized(&mut self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let value = self.value(node, at)?;
        match value {
            Value::Quantized { .. } => Ok(value),
            Value::Constant(_) => Err(format!(
                "its input {at} is a constant, not an activation; fold the constants first, with onnxruntime's quant_pre_process"
            )),
            Value::Index { .. } | Value::Ordered { .. } => {
                Err("it reads a softmax or an arg max, and a model can only end with those; end it there".into())
            }
            value => {
                let name = node.input.get(at).cloned().unwrap_or_default();
                let seen = match self.emitter.rehearsal {
                    true => Some(REHEARSED),
                    false => self.options.ranges.and_then(|ranges| ranges.quantization(&name)),
                };
                let quantization = seen.ok_or_else(|| {
                    format!("it reads '{name}', which isn't quantized; quantize the whole graph, or give calibration samples")
                })?;
                let settled = self.emitter.settle(&value, quantization)?;
                self.values.insert(name, settled.clone());
                Ok(settled)
            }
        }
    }

    /// Gives the model's input another shape before anything else reads it.
    pub(crate) fn reshape_input(&mut self, shape: &[u32]) -> Lowered<()> {
        match self.emitter.nodes.as_mut_slice() {
            [Node::Input { shape: input }] => *input = shape.to_vec(),
            _ => return Err("the model's input has two shapes; quantize it before it is reshaped".into()),
        }
        // Under its old shape it doesn't exist any more, whatever its name.
        self.values.retain(|_, value| !matches!(value, Value::Input { .. }));
        Ok(())
    }

    /// The constant that a node reads at a position.
    pub(crate) fn constant(&self, node: &onnx::Node, at: usize) -> Lowered<Rc<ConstantValue>> {
        match self.value(node, at)? {
            Value::Constant(constant) => Ok(constant),
            _ => Err(format!(
                "its input {at} must be a constant; a product of two activations can't be represented"
            )),
        }
    }

    /// A constant of a few integers, as shapes and axes are.
    pub(crate) fn integers(&self, node: &onnx::Node, at: usize) -> Lowered<Vec<i64>> {
        let name =
            node.input.get(at).ok_or_else(|| format!("its input {at} is missing; export the model again"))?;
        let constant = self.constants.get(name).and_then(|constant| constant.integers());
        let integers = constant
            .ok_or_else(|| format!("'{name}' isn't constant; export the model with a static sample shape"))?;
        // More than any tensor has axes.
        if integers.len() > 2 * MAX_RANK {
            return Err(format!(
                "'{name}' has {} numbers, and tensors at most {MAX_RANK} axes",
                integers.len()
            ));
        }
        Ok(integers.to_vec())
    }

    /// A constant of one number.
    fn scalar(&self, node: &onnx::Node, at: usize) -> Lowered<f64> {
        match self.constant(node, at)?.real.as_slice() {
            [number] => Ok(*number),
            numbers => Err(format!("its input {at} must be one number, it has {}", numbers.len())),
        }
    }

    /// The bounds of a clip.
    fn clip_range(&self, node: &onnx::Node) -> Lowered<Range> {
        let bound = |at: usize, name: &str, default: f32| -> Lowered<f64> {
            match node.input.get(at).filter(|name| !name.is_empty()) {
                Some(_) => self.scalar(node, at),
                None => Ok(node.float(name, default).into()),
            }
        };
        let low = bound(1, "min", f32::NEG_INFINITY)?;
        let high = bound(2, "max", f32::INFINITY)?;
        // Not finite is fine for a side that stays open.
        if low.is_nan() || high.is_nan() || low == f64::INFINITY || high == f64::NEG_INFINITY {
            return Err(format!("its bounds {low} and {high} aren't numbers; give it two that are"));
        }
        if low > high {
            return Err(format!("its min {low} lies above its max {high}; swap them or drop the clip"));
        }
        Ok(Range { low, high })
    }

    /// Scale and zero point of a (de)quantization node of integers of this type, if another input or attribute says it.
    fn parameters(&self, node: &onnx::Node, element: Option<i32>) -> Lowered<Parameters> {
        if node.int("block_size", 0) != 0 {
            return Err(
                "it has a scale for each block (block_size), which can't be represented; quantize with one scale a channel (per_channel=True)"
                    .into(),
            );
        }
        let name = |at: usize| node.input.get(at).filter(|name| !name.is_empty());
        let scale = name(1)
            .and_then(|name| self.constants.get(name))
            .ok_or("its scale must be a constant; quantize statically (quantize_static)")?;
        let Numbers::Float(scales) = &scale.numbers else {
            return Err("its scale must be float32; quantize it again".into());
        };
        // Without a block size only a scale for each index of one axis is left.
        if scale.shape.len() > 1 {
            return Err(format!(
                "its scale has shape {:?}; quantize with one scale for the tensor, or one a channel",
                scale.shape
            ));
        }
        if scales.is_empty() || scales.iter().any(|scale| !(scale.is_finite() && *scale > 0.0)) {
            return Err("its scales must be positive numbers; quantize it again".into());
        }
        if scales.len() > 1 && self.opset < 13 {
            return Err(format!(
                "it has {} scales, and before opset 13 there is one; export the model with opset 13 or newer",
                scales.len()
            ));
        }
        let (zeros, found) = match name(2) {
            None => (vec![0; scales.len()], element.unwrap_or(onnx::UINT8)),
            Some(name) => match self.constants.get(name).map(|constant| &constant.numbers) {
                Some(Numbers::Integer { values, data_type }) => (values.clone(), *data_type),
                Some(Numbers::Float(_)) => {
                    return Err("its zero point must be an integer; quantize it again".into())
                }
                None => {
                    return Err(
                        "its zero point must be a constant; quantize statically (quantize_static)".into()
                    )
                }
            },
        };
        if element.is_some_and(|element| element != found) {
            return Err(format!(
                "its zero point has ONNX type {found}, its integers have type {}; quantize it again",
                element.unwrap_or_default()
            ));
        }
        if zeros.len() != scales.len() {
            return Err(format!(
                "it has {} zero points for {} scales; quantize it again",
                zeros.len(),
                scales.len()
            ));
        }
        Ok(Parameters {
            scales: scales.iter().map(|scale| f64::from(*scale)).collect(),
            zeros,
            element: found,
        })
    }

    /// The integers' type that a quantization names, if it does.
    fn output_dtype(node: &onnx::Node) -> Lowered<Option<i32>> {
        if !matches!(node.int("precision", 0), 0 | 1) {
            return Err("its precision must be that of float32; drop the attribute".into());
        }
        match node.int("output_dtype", 0) {
            0 => Ok(None),
            other => {
                i32::try_from(other).map(Some).map_err(|_| format!("its output_dtype {other} isn't known"))
            }
        }
    }

    /// One scale and zero point, in the range of `i8`.
    fn quantization(&self, parameters: &Parameters) -> Lowered<Quantization> {
        let ([scale], [zero]) = (parameters.scales.as_slice(), parameters.zeros.as_slice()) else {
            return Err(
                "activations need one scale for the whole tensor; quantize only weights per channel".into()
            );
        };
        let zero = match parameters.element {
            onnx::UINT8 => *zero - 128,
            onnx::INT8 => *zero,
            other => {
                return Err(format!(
                    "its integers have ONNX type {other}; quantize activations to int8 or uint8 (QuantType.QInt8)"
                ))
            }
        };
        let zero_point = i8::try_from(zero).map_err(|_| format!("its zero point {zero} is beyond 8 bits"))?;
        Ok(Quantization { scale: *scale, zero_point })
    }

    fn quantize(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let value = self.value(node, 0)?;
        let parameters = self.parameters(node, Self::output_dtype(node)?)?;
        let quantization = self.quantization(&parameters)?;
        if let Some(output) = node.output.first() {
            self.stored.insert(output.clone(), parameters.element);
        }
        match value {
            // Rounding keeps the order, but for ties.
            Value::Ordered { .. } => Ok((value, "dropped after the softmax".into())),
            Value::Index { .. } => Err("it quantizes indices; end the model with its arg max".into()),
            value => {
                let settled = self.emitter.settle(&value, quantization)?;
                Ok((
                    settled,
                    format!("scale {:.6}, zero point {}", quantization.scale, quantization.zero_point),
                ))
            }
        }
    }

    /// Real weights as integers, as quantization-aware training leaves them: ONNX computes with floats of 32 bits.
    fn quantized_constant(&self, node: &onnx::Node, constant: &ConstantValue) -> Lowered<Constant> {
        let parameters = self.parameters(node, Self::output_dtype(node)?)?;
        let (low, high) = match parameters.element {
            onnx::UINT8 => (0.0, 255.0),
            onnx::INT8 => (-128.0, 127.0),
            other => {
                return Err(format!(
                    "it quantizes a constant to ONNX type {other}; quantize it to int8 (QuantType.QInt8)"
                ))
            }
        };
        let channels = Channels::new(node, &constant.shape, &parameters.scales)?;
        let values = constant
            .real
            .iter()
            .enumerate()
            .map(|(at, real)| {
                let channel = channels.of(at);
                let scale = parameters.scales.get(channel).copied().unwrap_or(1.0);
                let zero = parameters.zeros.get(channel).copied().unwrap_or(0);
                let steps = (*real as f32 / scale as f32).round_ties_even();
                (f64::from(steps) + zero as f64).clamp(low, high) as i64
            })
            .collect();
        let data_type = parameters.element;
        Ok(Constant::new(constant.shape.clone(), Numbers::Integer { values, data_type }))
    }

    fn dequantize(&mut self, node: &onnx::Node) -> Lowered<Value> {
        if !matches!(node.int("output_dtype", 0), 0 | 1) {
            return Err("it gives another type than float32; drop its output_dtype".into());
        }
        let name = node.input.first().cloned().unwrap_or_default();
        if let Some(constant) = self.constants.get(&name).cloned() {
            return self.dequantized_constant(node, &constant);
        }
        let Some(element) = self.stored.get(&name).copied() else {
            return Err(format!("it reads '{name}', which isn't quantized; put a QuantizeLinear before it"));
        };
        let value = self.value(node, 0)?;
        let parameters = self.parameters(node, Some(element))?;
        let read = self.quantization(&parameters)?;
        match value {
            Value::Quantized { quantization, .. } if read != quantization => Err(
                "it reads a tensor with another scale or zero point than it was quantized with; give both nodes the same"
                    .into(),
            ),
            Value::Quantized { .. } | Value::Ordered { .. } => Ok(value),
            // The graph's input is posted as it is.
            Value::Input { .. } => self.emitter.settle(&value, read),
            _ => Err("its input isn't quantized; put a QuantizeLinear before it".into()),
        }
    }

    /// Makes room for a constant's numbers in another form.
    fn hold(&mut self, count: usize) -> Lowered<()> {
        self.held = self.held.saturating_add(count);
        if self.held > MAX_HELD {
            return Err(format!(
                "up to here the graph (de)quantizes more than {MAX_HELD} numbers of constants, far more than a model holds; do it once for each constant"
            ));
        }
        Ok(())
    }

    fn dequantized_constant(&mut self, node: &onnx::Node, constant: &Constant) -> Lowered<Value> {
        let Numbers::Integer { values, data_type } = &constant.numbers else {
            return Err("its input must be integers; quantize it again".into());
        };
        if !matches!(*data_type, onnx::INT8 | onnx::UINT8 | onnx::INT32) {
            return Err(format!(
                "its integers have ONNX type {data_type}; quantize weights to int8 (QuantType.QInt8), biases to int32"
            ));
        }
        let Parameters { scales, zeros, .. } = self.parameters(node, Some(*data_type))?;
        let channels = Channels::new(node, &constant.shape, &scales)?;
        self.hold(values.len())?;
        // Both are integers of at most 32 bits.
        let centred: Vec<i64> = values
            .iter()
            .enumerate()
            .map(|(at, value)| value - zeros.get(channels.of(at)).copied().unwrap_or(0))
            .collect();
        let scale = |at: usize| scales.get(channels.of(at)).copied().unwrap_or(1.0);
        let real = centred.iter().enumerate().map(|(at, value)| *value as f64 * scale(at)).collect();
        let axis = channels.axis;
        let integers = Some(IntegerConstant { values: centred, scales, axis });
        Ok(Value::Constant(Rc::new(ConstantValue { shape: constant.shape.clone(), real, integers })))
    }

    fn clamp(&mut self, node: &onnx::Node, clamp: Range) -> Lowered<(Value, String)> {
        let value = self.value(node, 0)?;
        let clamped = match value {
            Value::Accumulated { node, shape, axis, scales, offsets, zero_point, range } => {
                let range = range.clamped(clamp);
                Value::Accumulated { node, shape, axis, scales, offsets, zero_point, range }
            }
            Value::Sum { left, right, shape, range } => {
                Value::Sum { left, right, shape, range: range.clamped(clamp) }
            }
            // Its bounds are numbers and in order, so this doesn't panic.
            _ => return self.map(node, Rc::new(move |x: f64| x.clamp(clamp.low, clamp.high))),
        };
        Ok((clamped, "a clamp of the rescaling".into()))
    }

    /// A softmax keeps the order along its axis; a model can end with it.
    fn softmax(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let Value::Quantized { node: read, shape, .. } = self.quantized(node, 0)? else {
            return Err("its input has no quantization; quantize the whole graph".into());
        };
        // Until opset 13 it runs over all axes from its own one on, together.
        let joins = self.opset < 13;
        let axis = axis_of(node.int("axis", if joins { 1 } else { -1 }), shape.len())
            .map_err(|why| format!("{why}; let it run over the axis of the classes"))?;
        let end = if joins { shape.len() } else { axis + 1 };
        let axes = axis..end;
        let value = Value::Ordered { node: read, shape, axes, softmax: node.label() };
        Ok((value, "dropped: it doesn't change which output is largest along its axis".into()))
    }

    /// Casts that keep the numbers: float32 to float32, indices to wide integers.
    fn cast(&mut self, node: &onnx::Node) -> Lowered<Value> {
        let to = i32::try_from(node.int("to", 0)).unwrap_or(0);
        match self.value(node, 0)? {
            value @ Value::Index { .. } if matches!(to, onnx::INT32 | onnx::INT64) => Ok(value),
            value if to == onnx::FLOAT && !matches!(value, Value::Index { .. } | Value::Constant(_)) => {
                Ok(value)
            }
            _ => Err("it changes the type of its elements, which can't be represented; leave it out".into()),
        }
    }

    fn arg_max(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (read, shape, ordered) = match self.value(node, 0)? {
            Value::Ordered { node, shape, axes, .. } => (node, shape, Some(axes)),
            _ => match self.quantized(node, 0)? {
                Value::Quantized { node, shape, .. } => (node, shape, None),
                _ => return Err("its input isn't quantized; quantize the whole graph".into()),
            },
        };
        let axis = axis_of(node.int("axis", 0), shape.len())
            .map_err(|why| format!("{why}; search the axis of the classes"))?;
        if ordered.is_some_and(|axes| !axes.contains(&axis)) {
            return Err(format!(
                "it searches axis {}, along which the softmax before it changes the order; leave the softmax out",
                axis + 1
            ));
        }
        if node.int("select_last_index", 0) != 0 {
            return Err(
                "of equal entries the first is chosen here, not the last; export it with select_last_index=0"
                    .into(),
            );
        }
        let node = self.arg_max_along(read, &shape, axis)?;
        Ok((Value::Index { node }, String::new()))
    }

    /// The index of the largest entry along an axis of a sample, which must be the last, or the last longer than 1.
    fn arg_max_along(&mut self, read: u32, shape: &[u32], axis: usize) -> Lowered<u32> {
        if shape.iter().skip(axis + 1).any(|length| *length != 1) {
            return Err(format!(
                "the largest entry is wanted along axis {} of N × {shape:?}, and only the last axis can be searched; end the model before it, so that it gives numbers, or let its classes come last",
                axis + 1
            ));
        }
        let kept: Vec<u32> = shape.iter().take(axis + 1).copied().collect();
        let read = if kept.len() == shape.len() { read } else { self.emitter.reshape(read, &kept)? };
        self.emitter.push(Node::ArgMax { input: read })
    }

    /// The axis of a sample along which a model that ends with numbers is asked for the largest.
    fn axis_of_outputs(shape: &[u32]) -> Lowered<usize> {
        let long: Vec<usize> =
            (0..shape.len()).filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
        match long.as_slice() {
            [] => Ok(shape.len().saturating_sub(1)),
            [axis] => Ok(*axis),
            _ if shape.len() <= 2 => Ok(shape.len().saturating_sub(1)),
            _ => Err(format!(
                "the index of the largest was asked for (--arg-max), and the output has the shape N × {shape:?}; import it without, so that it gives numbers, or end the graph with an ArgMax over its last axis"
            )),
        }
    }

    /// The last node, and the quantization of its output if that isn't indices.
    fn end(&mut self, output: &str) -> Result<(u32, Option<Quantization>), ImportError> {
        let reader = onnx::Node {
            op_type: "output".into(),
            name: output.into(),
            input: vec![output.into()],
            ..onnx::Node::default()
        };
        let failed = |why| ImportError::Node { node: reader.label(), why };
        match self.value(&reader, 0).map_err(failed)? {
            Value::Index { node } => Ok((node, None)),
            Value::Ordered { node, shape, axes, softmax } => {
                let failed = |why| ImportError::Node { node: softmax.clone(), why };
                let long: Vec<usize> =
                    axes.clone().filter(|axis| shape.get(*axis).is_some_and(|length| *length > 1)).collect();
                let axis = match long.as_slice() {
                    [] => axes.start,
                    [axis] => *axis,
                    _ => {
                        return Err(failed(format!(
                            "before opset 13 it runs over all axes of N × {shape:?} from axis {} on together; flatten its input, or end the model before it",
                            axes.start + 1
                        )))
                    }
                };
                Ok((self.arg_max_along(node, &shape, axis).map_err(failed)?, None))
            }
            _ => match self.quantized(&reader, 0).map_err(failed)? {
                Value::Quantized { node, shape, .. } if self.options.arg_max => {
                    let axis = Self::axis_of_outputs(&shape).map_err(failed)?;
                    Ok((self.arg_max_along(node, &shape, axis).map_err(failed)?, None))
                }
                Value::Quantized { node, quantization, .. } => Ok((node, Some(quantization))),
                _ => Err(failed("it isn't quantized; quantize the whole graph".into())),
            },
        }
    }

    fn finish(mut self, output: &str) -> Result<Imported, ImportError> {
        let (last, quantization) = self.end(output)?;
        let input = self.emitter.input.ok_or_else(|| {
            ImportError::Graph(
                "nothing reads the graph's input through a quantization; put a QuantizeLinear after it"
                    .into(),
            )
        })?;
        let model = self.emitter.into_model(last);
        millrace_inference::CheckedModel::from_bytes(&model.to_bytes())?;
        Ok(Imported { model, input, output: quantization, steps: self.steps })
    }
}

/// Operators that only move or choose elements, so that they do the same with quantized integers as with real numbers.
fn moves_integers(operator: &str) -> bool {
    matches!(operator, "Identity" | "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "MaxPool")
}

/// An axis of a sample from one of ONNX's, where the batch counts and negative ones count from the end.
pub(crate) fn axis_of(axis: i64, rank: usize) -> Lowered<usize> {
    let axes = rank as i64 + 1;
    let from_start = if axis < 0 { axis.saturating_add(axes) } else { axis };
    match usize::try_from(from_start) {
        Ok(0) => Err(format!("its axis {axis} is the batch")),
        Ok(at) if at <= rank => Ok(at - 1),
        _ => Err(format!("its axis {axis} doesn't exist, its input has {axes}")),
    }
}

/// Which of several scales each element of a constant has.
struct Channels {
    axis: usize,
    count: usize,
    inner: usize,
}

impl Channels {
    fn new(node: &onnx::Node, shape: &[usize], scales: &[f64]) -> Lowered<Self> {
        if scales.len() == 1 {
            return Ok(Self { axis: 0, count: 1, inner: 1 });
        }
        let axis = node.int("axis", 1);
        let from_start = if axis < 0 { axis.saturating_add(shape.len() as i64) } else { axis };
        let at = usize::try_from(from_start).ok().filter(|at| *at < shape.len());
        let at = at.ok_or_else(|| {
            format!("its axis {axis} doesn't exist, its constant has shape {shape:?}; quantize it again")
        })?;
        let along = shape.get(at).copied().unwrap_or(0);
        if along != scales.len() {
            return Err(format!(
                "it has {} scales for an axis of length {along}; quantize with one for the tensor, or one a channel",
                scales.len()
            ));
        }
        // Where an axis has length 0 there is no element that could have a channel.
        let inner = shape.iter().skip(at + 1).fold(1usize, |product, length| product.saturating_mul(*length));
        Ok(Self { axis: at, count: along, inner: inner.max(1) })
    }

    fn of(&self, at: usize) -> usize {
        at / self.inner % self.count
    }
}

/// The constant that a `Constant` node holds.
fn written(node: &onnx::Node) -> Lowered<Constant> {
    let [attribute] = node.attribute.as_slice() else {
        return Err("it needs exactly one value; export the model again".into());
    };
    let integers =
        |values: Vec<i64>, shape| Constant::new(shape, Numbers::Integer { values, data_type: onnx::INT64 });
    Ok(match attribute.name.as_str() {
        "value" => {
            node.tensor("value").ok_or("its value is no tensor; export the model again")?.constant()?
        }
        "value_float" => Constant::new(vec![], Numbers::Float(vec![attribute.f])),
        "value_floats" => {
            Constant::new(vec![attribute.floats.len()], Numbers::Float(attribute.floats.clone()))
        }
        "value_int" => integers(vec![attribute.i], vec![]),
        _ => integers(attribute.ints.clone(), vec![attribute.ints.len()]),
    })
}

/// The name of an operator as messages use it.
pub(crate) fn kind(node: &Node) -> &'static str {
    match node {
        Node::Input { .. } => "Input",
        Node::Linear { .. } => "Linear",
        Node::Requantize { .. } => "Requantize",
        Node::Lookup { .. } => "Lookup",
        Node::Add { .. } => "Add",
        Node::Flatten { .. } => "Flatten",
        Node::ArgMax { .. } => "ArgMax",
        Node::Conv2d { .. } => "Conv2d",
        Node::DepthwiseConv2d { .. } => "DepthwiseConv2d",
        Node::MaxPool2d { .. } => "MaxPool2d",
        Node::AveragePool2d { .. } => "AveragePool2d",
        Node::Reshape { .. } => "Reshape",
        Node::Concat { .. } => "Concat",
    }
}
