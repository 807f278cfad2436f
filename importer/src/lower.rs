//! Lowers a quantized ONNX graph, node by node, to integer operators.
//!
//! Each float tensor becomes a [`Value`]. Operators read quantized values and give values that wait for their
//! quantization; a `QuantizeLinear` (or, for a float graph, the range that calibration saw) settles them.

use std::collections::HashMap;

use millrace_inference::{Model, Node};

use crate::{
    calibrate::Ranges,
    emit::Emitter,
    onnx::{self, Constant, Graph},
    value::{ConstantValue, IntegerConstant, Quantization, Range, Value},
    ImportError,
};

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
    /// End with the index of the largest output.
    pub arg_max: bool,
    /// What calibration saw, for graphs without quantization of their own.
    pub ranges: Option<&'a Ranges>,
}

/// Imports a graph.
///
/// # Errors
/// [`ImportError`] with the node that can't be represented and why.
pub fn import(graph: &Graph, options: Options<'_>) -> Result<Imported, ImportError> {
    let constants = graph.constants()?;
    let input = graph
        .input
        .iter()
        .find(|input| !constants.contains_key(&input.name))
        .ok_or_else(|| ImportError::Graph("the graph has no input".into()))?;
    let [output] = graph.output.as_slice() else {
        let count = graph.output.len();
        return Err(ImportError::Graph(format!(
            "the graph has {count} outputs; exactly one can be imported"
        )));
    };
    let shape = input_shape(input)?;
    let mut lowering = Lowering {
        values: HashMap::from([(input.name.clone(), Value::Input { shape: shape.clone() })]),
        constants,
        emitter: Emitter::new(shape),
        steps: Vec::new(),
        options,
    };
    for node in &graph.node {
        lowering.lower(node)?;
    }
    lowering.finish(&output.name)
}

/// Axes of a sample; the first axis of the graph's input is the batch.
fn input_shape(input: &onnx::ValueInfo) -> Result<Vec<u32>, ImportError> {
    let dims = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).and_then(|t| t.shape.as_ref());
    let dims = dims.map_or(&[][..], |shape| shape.dim.as_slice());
    let sample: Option<Vec<u32>> = dims
        .iter()
        .skip(1)
        .map(|dim| u32::try_from(dim.dim_value?).ok().filter(|length| *length > 0))
        .collect();
    sample.filter(|shape| !shape.is_empty()).ok_or_else(|| {
        ImportError::Graph(format!(
            "input '{}' needs a batch axis and fixed lengths after it; export the model with a static sample shape",
            input.name
        ))
    })
}

/// Result of lowering one node; the text is why it can't be.
pub(crate) type Lowered<T> = Result<T, String>;

pub(crate) struct Lowering<'a> {
    values: HashMap<String, Value>,
    constants: HashMap<String, Constant>,
    pub(crate) emitter: Emitter,
    steps: Vec<Step>,
    options: Options<'a>,
}

impl Lowering<'_> {
    fn lower(&mut self, node: &onnx::Node) -> Result<(), ImportError> {
        let failed = |why| ImportError::Node { node: node.label(), why };
        if node.op_type == "Constant" {
            let tensor = node.tensor("value").ok_or_else(|| failed("its value is no tensor".into()))?;
            let constant = tensor.constant().map_err(failed)?;
            self.constants.insert(node.output.first().cloned().unwrap_or_default(), constant);
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
        if let Some(output) = node.output.first() {
            self.values.insert(output.clone(), value);
        }
        Ok(())
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
                let bound = |lowering: &Self, at: usize, name: &str, default: f64| -> Lowered<f64> {
                    match node.input.get(at).filter(|name| !name.is_empty()) {
                        Some(_) => lowering.scalar(node, at),
                        None => Ok(node.ints(name).map_or(default, |_| node.float(name, 0.0).into())),
                    }
                };
                let low = bound(self, 1, "min", f64::NEG_INFINITY)?;
                let high = bound(self, 2, "max", f64::INFINITY)?;
                self.clamp(node, Range { low, high })
            }
            "Add" | "Sub" | "Mul" | "Div" => self.binary(node),
            "MaxPool" => self.max_pool(node),
            "AveragePool" | "GlobalAveragePool" | "ReduceMean" => self.average_pool(node),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            "Concat" => self.concat(node),
            "Identity" | "Dropout" => noted(self.value(node, 0)?.clone(), "dropped"),
            "Softmax" | "LogSoftmax" => {
                let Value::Quantized { node, shape, .. } = self.quantized(node, 0)? else {
                    return Err("its input has no quantization".into());
                };
                noted(Value::Ordered { node, shape }, "dropped: it doesn't change which output is largest")
            }
            "ArgMax" => self.arg_max(node),
            other => match crate::functions::unary(other, node) {
                Some(map) => self.map(node, map),
                None if other.starts_with("QLinear") || other.ends_with("Integer") => {
                    Err("operator-oriented quantization isn't read; quantize with QuantFormat.QDQ".into())
                }
                None => Err("this operator can't be represented in integers".into()),
            },
        }
    }

    /// The value that a node reads at a position; a constant where it is one.
    pub(crate) fn value(&mut self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let name = node.input.get(at).ok_or_else(|| format!("it has no input {at}"))?;
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        match self.constants.get(name) {
            Some(constant) => Ok(Value::Constant(ConstantValue {
                shape: constant.shape.clone(),
                real: constant.floats(),
                integers: None,
            })),
            None => Err(format!("it reads '{name}', which nothing gives")),
        }
    }

    /// The quantized tensor that a node reads at a position. In a float graph, what isn't quantized yet gets
    /// the quantization of its calibrated range.
    pub(crate) fn quantized(&mut self, node: &onnx::Node, at: usize) -> Lowered<Value> {
        let value = self.value(node, at)?;
        match value {
            Value::Quantized { .. } => Ok(value),
            Value::Constant(_) => Err(format!("its input {at} is a constant, not an activation")),
            Value::Index { .. } | Value::Ordered { .. } => {
                Err("it comes after the softmax or arg max with which the model ends".into())
            }
            value => {
                let name = node.input.get(at).cloned().unwrap_or_default();
                let quantization = self.options.ranges.and_then(|ranges| ranges.quantization(&name)).ok_or_else(|| {
                    format!("it reads '{name}', which isn't quantized; quantize the whole graph, or give calibration samples")
                })?;
                let settled = self.emitter.settle(&value, quantization)?;
                self.values.insert(name, settled.clone());
                Ok(settled)
            }
        }
    }

    /// Gives the model's input another shape before anything else reads it.
    pub(crate) fn reshape_input(&mut self, node: &onnx::Node, shape: &[u32]) -> Lowered<()> {
        match self.emitter.nodes.as_mut_slice() {
            [Node::Input { shape: input }] => *input = shape.to_vec(),
            _ => return Err("the model's input has two shapes; quantize it before it is reshaped".into()),
        }
        // Under its old shape it doesn't exist any more.
        self.values.remove(node.input.first().map_or("", String::as_str));
        Ok(())
    }

    /// The constant that a node reads at a position.
    pub(crate) fn constant(&mut self, node: &onnx::Node, at: usize) -> Lowered<ConstantValue> {
        match self.value(node, at)? {
            Value::Constant(constant) => Ok(constant),
            _ => Err(format!("its input {at} must be a constant")),
        }
    }

    /// A constant of integers, as shapes and axes are.
    pub(crate) fn integers(&self, node: &onnx::Node, at: usize) -> Lowered<Vec<i64>> {
        let name = node.input.get(at).ok_or_else(|| format!("it has no input {at}"))?;
        let constant = self.constants.get(name).and_then(Constant::integers);
        constant
            .map(<[i64]>::to_vec)
            .ok_or_else(|| format!("'{name}' isn't constant; export the model with a static sample shape"))
    }

    pub(crate) fn scalar(&self, node: &onnx::Node, at: usize) -> Lowered<f64> {
        let name = node.input.get(at).ok_or_else(|| format!("it has no input {at}"))?;
        let number = match (self.constants.get(name), self.values.get(name)) {
            (Some(constant), _) => constant.floats().first().copied(),
            (None, Some(Value::Constant(constant))) => constant.real.first().copied(),
            _ => None,
        };
        number.ok_or_else(|| format!("'{name}' must be a constant number"))
    }

    /// Scale and zero point of a (de)quantization node, with the axis and all scales where there are several.
    fn parameters(&self, node: &onnx::Node) -> Lowered<(Vec<f64>, Vec<i64>, bool)> {
        let name = |at: usize| node.input.get(at).filter(|name| !name.is_empty());
        let scales = name(1)
            .and_then(|name| self.constants.get(name))
            .map(Constant::floats)
            .ok_or("its scale must be a constant")?;
        if scales.is_empty() || scales.iter().any(|scale| !(scale.is_finite() && *scale > 0.0)) {
            return Err("its scales must be positive numbers".into());
        }
        match name(2).and_then(|name| self.constants.get(name)) {
            None => Ok((scales, vec![0], true)),
            Some(constant) => match &constant.numbers {
                onnx::Numbers::Integer { values, unsigned } => Ok((scales, values.clone(), *unsigned)),
                onnx::Numbers::Float(_) => Err("its zero point must be an integer".into()),
            },
        }
    }

    /// One scale and zero point, in the range of `i8`.
    fn quantization(&self, node: &onnx::Node) -> Lowered<Quantization> {
        let (scales, zeros, unsigned) = self.parameters(node)?;
        let ([scale], [zero]) = (scales.as_slice(), zeros.as_slice()) else {
            return Err("activations need one scale for the whole tensor".into());
        };
        let zero_point = i8::try_from(if unsigned { zero - 128 } else { *zero })
            .map_err(|_| format!("its zero point {zero} is beyond 8 bits"))?;
        Ok(Quantization { scale: *scale, zero_point })
    }

    fn quantize(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let value = self.value(node, 0)?;
        let quantization = self.quantization(node)?;
        if let Value::Ordered { .. } | Value::Index { .. } = value {
            return Ok((value, "dropped after the softmax".into()));
        }
        let settled = self.emitter.settle(&value, quantization)?;
        Ok((settled, format!("scale {:.6}, zero point {}", quantization.scale, quantization.zero_point)))
    }

    fn dequantize(&mut self, node: &onnx::Node) -> Lowered<Value> {
        let name = node.input.first().cloned().unwrap_or_default();
        if let Some(constant) = self.constants.get(&name) {
            return self.dequantized_constant(node, constant);
        }
        match self.value(node, 0)? {
            Value::Quantized { node: at, shape, quantization } => {
                let read = self.quantization(node)?;
                if read != quantization {
                    return Err(
                        "it reads a tensor with another scale or zero point than it was quantized with"
                            .into(),
                    );
                }
                Ok(Value::Quantized { node: at, shape, quantization })
            }
            value @ (Value::Ordered { .. } | Value::Index { .. }) => Ok(value),
            _ => Err("its input isn't quantized".into()),
        }
    }

    fn dequantized_constant(&self, node: &onnx::Node, constant: &Constant) -> Lowered<Value> {
        let (scales, zeros, unsigned) = self.parameters(node)?;
        let values = constant.integers().ok_or("its input must be integers")?;
        let axis = match node.int("axis", 1) {
            axis if axis < 0 => usize::try_from(axis + constant.shape.len() as i64).unwrap_or(0),
            axis => usize::try_from(axis).unwrap_or(0),
        };
        let along = if scales.len() == 1 { 1 } else { constant.shape.get(axis).copied().unwrap_or(1) };
        if along != scales.len() {
            return Err(format!("it has {} scales for an axis of length {along}", scales.len()));
        }
        // An unsigned tensor without a zero point would not be symmetric, and is refused below.
        let _ = unsigned;
        let inner: usize = constant.shape.iter().skip(axis + 1).product();
        let channel = |at: usize| if scales.len() == 1 { 0 } else { at / inner.max(1) % along };
        let centred: Vec<i64> = values
            .iter()
            .enumerate()
            .map(|(at, value)| value - zeros.get(channel(at)).or(zeros.first()).copied().unwrap_or(0))
            .collect();
        let real =
            centred.iter().enumerate().map(|(at, value)| *value as f64 * scales[channel(at)]).collect();
        let integers = Some(IntegerConstant { values: centred, scales, axis });
        Ok(Value::Constant(ConstantValue { shape: constant.shape.clone(), real, integers }))
    }

    fn clamp(&mut self, node: &onnx::Node, clamp: Range) -> Lowered<(Value, String)> {
        let value = self.value(node, 0)?;
        let clamped = match value {
            Value::Accumulated { node, shape, scales, bias, range } => {
                Value::Accumulated { node, shape, scales, bias, range: range.intersect(clamp) }
            }
            Value::Sum { left, right, shape, range } => {
                Value::Sum { left, right, shape, range: range.intersect(clamp) }
            }
            _ => return self.map(node, std::rc::Rc::new(move |x: f64| x.clamp(clamp.low, clamp.high))),
        };
        Ok((clamped, "a clamp of the rescaling".into()))
    }

    fn arg_max(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (at, shape) = match self.value(node, 0)? {
            Value::Ordered { node, shape } => (node, shape),
            _ => match self.quantized(node, 0)? {
                Value::Quantized { node, shape, .. } => (node, shape),
                _ => return Err("its input isn't quantized".into()),
            },
        };
        let axis = node.int("axis", 0);
        if axis != -1 && axis != shape.len() as i64 {
            return Err("only the last axis can be searched".into());
        }
        if node.int("select_last_index", 0) != 0 {
            return Err("of equal entries the first is chosen here, not the last".into());
        }
        let node = self.emitter.push(Node::ArgMax { input: at });
        Ok((Value::Index { node }, String::new()))
    }

    fn finish(mut self, output: &str) -> Result<Imported, ImportError> {
        let reader = onnx::Node {
            op_type: "output".into(),
            name: output.into(),
            input: vec![output.into()],
            ..onnx::Node::default()
        };
        let failed = |why| ImportError::Node { node: reader.label(), why };
        let value = self.value(&reader, 0).map_err(failed)?;
        let (last, quantization) = match value {
            Value::Index { node } => (node, None),
            Value::Ordered { node, .. } => (self.emitter.push(Node::ArgMax { input: node }), None),
            _ => match self.quantized(&reader, 0).map_err(failed)? {
                Value::Quantized { node, .. } if self.options.arg_max => {
                    (self.emitter.push(Node::ArgMax { input: node }), None)
                }
                Value::Quantized { node, quantization, .. } => (node, Some(quantization)),
                _ => return Err(failed("it isn't quantized".into())),
            },
        };
        let input = self.emitter.input.ok_or_else(|| {
            ImportError::Graph("nothing reads the graph's input through a quantization".into())
        })?;
        let model = self.emitter.into_model(last);
        millrace_inference::CheckedModel::from_bytes(&model.to_bytes())?;
        Ok(Imported { model, input, output: quantization, steps: self.steps })
    }
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
