//! The operators that read quantized tensors and constants.

use std::rc::Rc;

use millrace_inference::{Node, Window};

use crate::{
    lower::{Lowered, Lowering},
    onnx,
    value::{ConstantValue, Map, Quantization, Range, Value},
};

/// Integer parameters, one row of them for each output, and the real value of one unit of each row.
struct Weights {
    rows: usize,
    /// Row-major.
    values: Vec<i8>,
    scales: Vec<f64>,
}

impl Weights {
    /// Reads a constant whose outputs lie along `axis`; every other axis keeps its order.
    fn new(constant: &ConstantValue, axis: usize) -> Lowered<Self> {
        let rows = *constant.shape.get(axis).ok_or("its weights have too few axes")?;
        let outer: usize = constant.shape.iter().take(axis).product();
        let inner: usize = constant.shape.iter().skip(axis + 1).product();
        if rows * outer * inner == 0 {
            return Err("its weights are empty".into());
        }
        // Element (a, row, b) of [outer, rows, inner] goes to row `row`, column a·inner + b.
        let by_rows = |at: usize| (at / inner % rows, at / (inner * rows) * inner + at % inner);
        let columns = outer * inner;
        let mut scales = vec![0.0f64; rows];
        let mut values = vec![0i8; rows * columns];
        match &constant.integers {
            Some(integers) => {
                if integers.scales.len() > 1 && integers.axis != axis {
                    return Err(format!(
                        "its weights have a scale for each index of axis {}, its outputs lie along axis {axis}",
                        integers.axis
                    ));
                }
                for (row, scale) in scales.iter_mut().enumerate() {
                    *scale = integers.scales.get(row).or(integers.scales.first()).copied().unwrap_or(1.0);
                }
                for (at, value) in integers.values.iter().enumerate() {
                    let (row, column) = by_rows(at);
                    values[row * columns + column] = i8::try_from(*value).map_err(|_| {
                        format!("a weight is {value} from its zero point; quantize weights symmetrically, to int8")
                    })?;
                }
            }
            // A float graph: symmetric, one scale a row.
            None => {
                for (at, real) in constant.real.iter().enumerate() {
                    let (row, _) = by_rows(at);
                    scales[row] = scales[row].max(real.abs() / 127.0);
                }
                scales.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = 1.0);
                for (at, real) in constant.real.iter().enumerate() {
                    let (row, column) = by_rows(at);
                    values[row * columns + column] = (real / scales[row]).round_ties_even() as i8;
                }
            }
        }
        Ok(Self { rows, values, scales })
    }

    /// What waits for its quantization after these weights met an input: the input's zero point is folded
    /// into the bias, since `Σ W·(x − z) = Σ W·x − z·Σ W`.
    fn accumulated(
        &self,
        node: u32,
        shape: Vec<u32>,
        input: Quantization,
        bias: Option<&ConstantValue>,
    ) -> Lowered<Value> {
        let scales: Vec<f64> = self.scales.iter().map(|scale| scale * input.scale).collect();
        let columns = self.values.len() / self.rows;
        let zero = i64::from(input.zero_point);
        let mut folded: Vec<i64> = self
            .values
            .chunks(columns)
            .map(|row| -zero * row.iter().map(|w| i64::from(*w)).sum::<i64>())
            .collect();
        if let Some(bias) = bias {
            add_bias(&mut folded, &scales, bias, 1.0)?;
        }
        Ok(Value::Accumulated { node, shape, scales, bias: folded, range: Range::ALL })
    }

    fn note(&self) -> String {
        let per = if self.scales.windows(2).any(|pair| pair[0] != pair[1]) {
            "a scale for each row"
        } else {
            "one scale"
        };
        format!("{} × {}, {per}", self.rows, self.values.len() / self.rows)
    }
}

/// Adds `factor · bias` to accumulators, in units of each row.
fn add_bias(folded: &mut [i64], scales: &[f64], bias: &ConstantValue, factor: f64) -> Lowered<()> {
    let count = bias.real.len();
    if count != 1 && count != folded.len() {
        return Err(format!("its bias has {count} numbers for {} outputs", folded.len()));
    }
    for (row, (sum, scale)) in folded.iter_mut().zip(scales).enumerate() {
        let real = bias.real.get(row).or(bias.real.first()).copied().unwrap_or(0.0);
        *sum += (factor * real / scale).round_ties_even() as i64;
    }
    Ok(())
}

impl Lowering<'_> {
    fn activation(&mut self, node: &onnx::Node, at: usize) -> Lowered<(u32, Vec<u32>, Quantization)> {
        match self.quantized(node, at)? {
            Value::Quantized { node, shape, quantization } => Ok((node, shape, quantization)),
            _ => Err(format!("its input {at} isn't quantized")),
        }
    }

    fn optional_constant(&mut self, node: &onnx::Node, at: usize) -> Lowered<Option<ConstantValue>> {
        match node.input.get(at).filter(|name| !name.is_empty()) {
            Some(_) => self.constant(node, at).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn convolution(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (input, shape, quantization) = self.activation(node, 0)?;
        let constant = self.constant(node, 1)?;
        let bias = self.optional_constant(node, 2)?;
        let [channels, height, width] = image(&shape)?;
        let [outputs, per_group, kernel_rows, kernel_columns] = constant.shape[..] else {
            return Err("only convolutions over rows and columns can be represented".into());
        };
        let window = window(node, [kernel_rows, kernel_columns], [height, width])?;
        let weights = Weights::new(&constant, 0)?;
        let group = node.int("group", 1);
        let pad_value = quantization.zero_point;
        let parameters = weights.values.clone();
        let size = |length: usize| u32::try_from(length).map_err(|_| "its weights are too many".to_owned());
        let operator = if group == 1 && size(per_group)? == channels {
            Node::Conv2d { input, outputs: size(outputs)?, window, pad_value, parameters }
        } else if group == i64::from(channels) && per_group == 1 && size(outputs)? == channels {
            Node::DepthwiseConv2d { input, window, pad_value, parameters }
        } else {
            return Err(format!(
                "{group} groups from {channels} to {outputs} channels: only 1 group, or one filter for each channel, can be represented"
            ));
        };
        let at = self.emitter.push(operator);
        let shape = vec![size(outputs)?, steps(height, &window, 0), steps(width, &window, 1)];
        Ok((weights.accumulated(at, shape, quantization, bias.as_ref())?, weights.note()))
    }

    pub(crate) fn gemm(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        if node.int("transA", 0) != 0 || node.float("alpha", 1.0) != 1.0 || node.float("beta", 1.0) != 1.0 {
            return Err("transA, alpha and beta can't be represented".into());
        }
        let axis = if node.int("transB", 0) == 0 { 1 } else { 0 };
        self.linear(node, axis, 2)
    }

    pub(crate) fn matmul(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        if !matches!(self.value(node, 1)?, Value::Constant(_)) {
            return Err("a product of two activations can't be represented yet".into());
        }
        self.linear(node, 1, usize::MAX)
    }

    fn linear(&mut self, node: &onnx::Node, outputs_axis: usize, bias: usize) -> Lowered<(Value, String)> {
        let (input, mut shape, quantization) = self.activation(node, 0)?;
        let constant = self.constant(node, 1)?;
        let bias = self.optional_constant(node, bias)?;
        if constant.shape.len() != 2 {
            return Err(format!("its weights have {} axes, not 2", constant.shape.len()));
        }
        let weights = Weights::new(&constant, outputs_axis)?;
        let read = shape.last().copied().unwrap_or(0);
        let columns = weights.values.len() / weights.rows;
        if columns != read as usize {
            return Err(format!("its weights take {columns} numbers, its input has {read}"));
        }
        let outputs = u32::try_from(weights.rows).map_err(|_| "its weights are too many")?;
        let at = self.emitter.push(Node::Linear { input, outputs, parameters: weights.values.clone() });
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        Ok((weights.accumulated(at, shape, quantization, bias.as_ref())?, weights.note()))
    }

    pub(crate) fn batch_normalization(&mut self, node: &onnx::Node) -> Lowered<Value> {
        let Value::Accumulated { node: at, shape, scales, bias, range } = self.value(node, 0)? else {
            return Err(
                "only directly after a convolution or product can it be folded; simplify the model first"
                    .into(),
            );
        };
        if range != Range::ALL {
            return Err("it comes after a clamp; simplify the model first".into());
        }
        let mut read = |position: usize| self.constant(node, position).map(|constant| constant.real);
        let (gamma, beta, mean, variance) = (read(1)?, read(2)?, read(3)?, read(4)?);
        let epsilon = f64::from(node.float("epsilon", 1e-5));
        let mut folded = (Vec::new(), Vec::new());
        for (row, (scale, bias)) in scales.iter().zip(&bias).enumerate() {
            let get = |list: &[f64]| list.get(row).copied().ok_or("its parameters are too few");
            let factor = get(&gamma)? / (get(&variance)? + epsilon).sqrt();
            if factor <= 0.0 {
                return Err("it flips the sign of a channel; fold it into the weights first".into());
            }
            // factor·(x − mean) + beta = factor·(x + (beta/factor − mean))
            let offset = get(&beta)? / factor - get(&mean)?;
            folded.0.push(scale * factor);
            folded.1.push(bias + (offset / scale).round_ties_even() as i64);
        }
        Ok(Value::Accumulated { node: at, shape, scales: folded.0, bias: folded.1, range })
    }

    /// Applies a function element by element: to a quantized tensor as a table, to a table's result by
    /// composing it.
    pub(crate) fn map(&mut self, node: &onnx::Node, map: Map) -> Lowered<(Value, String)> {
        let value = self.mapped(node, 0)?;
        let (at, shape, quantization, before) = value;
        let composed: Map = Rc::new(move |x| map(before(x)));
        Ok((Value::Mapped { node: at, shape, quantization, map: composed }, "part of a table".into()))
    }

    fn mapped(&mut self, node: &onnx::Node, at: usize) -> Lowered<(u32, Vec<u32>, Quantization, Map)> {
        if let Value::Mapped { node, shape, quantization, map } = self.value(node, at)? {
            return Ok((node, shape, quantization, map));
        }
        let (node, shape, quantization) = self.activation(node, at)?;
        Ok((node, shape, quantization, Rc::new(|x| x)))
    }

    pub(crate) fn binary(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (left, right) = (self.value(node, 0)?, self.value(node, 1)?);
        let operation: fn(f64, f64) -> f64 = match node.op_type.as_str() {
            "Add" => |a, b| a + b,
            "Sub" => |a, b| a - b,
            "Mul" => |a, b| a * b,
            _ => |a, b| a / b,
        };
        match (left, right) {
            (Value::Accumulated { .. }, Value::Constant(constant)) => {
                self.shift_accumulators(node, 0, &constant)
            }
            (Value::Constant(constant), Value::Accumulated { .. }) if node.op_type == "Add" => {
                self.shift_accumulators(node, 1, &constant)
            }
            (Value::Constant(_), Value::Constant(_)) => {
                Err("it computes a constant; simplify the model first".into())
            }
            (_, Value::Constant(constant)) => {
                let number = single(&constant)?;
                let (at, shape, quantization, before) = self.mapped(node, 0)?;
                let map: Map = Rc::new(move |x| operation(before(x), number));
                Ok((Value::Mapped { node: at, shape, quantization, map }, "part of a table".into()))
            }
            (Value::Constant(constant), _) => {
                let number = single(&constant)?;
                let (at, shape, quantization, before) = self.mapped(node, 1)?;
                let map: Map = Rc::new(move |x| operation(number, before(x)));
                Ok((Value::Mapped { node: at, shape, quantization, map }, "part of a table".into()))
            }
            _ => self.of_two(node, operation),
        }
    }

    /// A bias after a product.
    fn shift_accumulators(
        &mut self,
        node: &onnx::Node,
        at: usize,
        constant: &ConstantValue,
    ) -> Lowered<(Value, String)> {
        let Value::Accumulated { node: read, shape, scales, mut bias, range } = self.value(node, at)? else {
            return Err("its input isn't a product".into());
        };
        let factor = match node.op_type.as_str() {
            "Add" => 1.0,
            "Sub" => -1.0,
            _ => return Err("a product can only be scaled by its weights; fold the factor into them".into()),
        };
        if range != Range::ALL {
            return Err("it comes after a clamp; quantize in between".into());
        }
        add_bias(&mut bias, &scales, constant, factor)?;
        Ok((
            Value::Accumulated { node: read, shape, scales, bias, range },
            "folded into the rescaling".into(),
        ))
    }

    /// An operation on two activations: two functions of one tensor become one, sums of two tensors an
    /// addition.
    fn of_two(&mut self, node: &onnx::Node, operation: fn(f64, f64) -> f64) -> Lowered<(Value, String)> {
        let is_mapped = |value: &Value| matches!(value, Value::Mapped { .. } | Value::Quantized { .. });
        if is_mapped(&self.value(node, 0)?) && is_mapped(&self.value(node, 1)?) {
            let (left, right) = (self.mapped(node, 0)?, self.mapped(node, 1)?);
            let shape = left.1.clone();
            let (left, right) = (self.origins(left), self.origins(right));
            // A sum of two tensors that only share an origin far up is exact as an addition.
            let depth = if node.op_type == "Add" { 1 } else { usize::MAX };
            for (at, quantization, before) in left.iter().take(depth) {
                if let Some((_, _, other)) = right.iter().take(depth).find(|(origin, ..)| origin == at) {
                    let (before, other) = (before.clone(), other.clone());
                    let map: Map = Rc::new(move |x| operation(before(x), other(x)));
                    let value = Value::Mapped { node: *at, shape, quantization: *quantization, map };
                    return Ok((value, "part of a table".into()));
                }
            }
        }
        if node.op_type != "Add" {
            return Err("of two different activations only the sum can be represented".into());
        }
        let (left, right) = (self.activation(node, 0)?, self.activation(node, 1)?);
        if left.1 != right.1 {
            return Err(format!(
                "its operands have shapes {:?} and {:?}; they must be equal",
                left.1, right.1
            ));
        }
        let sum = Value::Sum {
            left: (left.0, left.2),
            right: (right.0, right.2),
            shape: left.1,
            range: Range::ALL,
        };
        Ok((sum, "an addition, once its quantization is known".into()))
    }

    /// The tensors of which a value is a function, from the nearest up through the tables between them.
    fn origins(&self, of: (u32, Vec<u32>, Quantization, Map)) -> Vec<(u32, Quantization, Map)> {
        let (node, _, quantization, map) = of;
        let mut origins = vec![(node, quantization, map)];
        while let Some((node, quantization, map)) = origins.last().cloned() {
            let Some((above, from, table)) = self.emitter.table(node) else { break };
            let through: Map = Rc::new(move |x| {
                let index = i16::from(from.quantize(x)) + 128;
                map(quantization.real(table.get(index as usize).copied().unwrap_or(0)))
            });
            origins.push((above, from, through));
        }
        origins
    }

    pub(crate) fn max_pool(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (input, shape, quantization) = self.activation(node, 0)?;
        let [channels, height, width] = image(&shape)?;
        let window = window(node, kernel_shape(node)?, [height, width])?;
        let at = self.emitter.push(Node::MaxPool2d { input, window });
        let shape = vec![channels, steps(height, &window, 0), steps(width, &window, 1)];
        Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
    }

    pub(crate) fn average_pool(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (input, shape, quantization) = self.activation(node, 0)?;
        let [channels, height, width] = image(&shape)?;
        let whole = Window { kernel: [height, width], stride: [1, 1], padding: [0; 4] };
        let window = match node.op_type.as_str() {
            "GlobalAveragePool" => whole,
            "ReduceMean" => {
                let mut axes = match node.ints("axes") {
                    Some(axes) => axes.to_vec(),
                    None => self.integers(node, 1)?,
                };
                axes.iter_mut().filter(|axis| **axis < 0).for_each(|axis| *axis += 4);
                axes.sort_unstable();
                if axes != [2, 3] {
                    return Err("only the mean over rows and columns can be represented".into());
                }
                whole
            }
            _ => window(node, kernel_shape(node)?, [height, width])?,
        };
        if node.int("count_include_pad", 0) != 0 && window.padding != [0; 4] {
            return Err("padding counts in its mean (count_include_pad), which can't be represented".into());
        }
        let at = self.emitter.push(Node::AveragePool2d { input, window });
        let mut shape = vec![channels, steps(height, &window, 0), steps(width, &window, 1)];
        if node.op_type == "ReduceMean" && node.int("keepdims", 1) == 0 {
            shape.truncate(1);
            let at = self.emitter.push(Node::Flatten { input: at });
            return Ok((Value::Quantized { node: at, shape, quantization }, String::new()));
        }
        Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
    }

    pub(crate) fn reshape(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        if let Value::Input { shape } = self.value(node, 0)? {
            let shape = self.new_shape(node, &shape)?;
            self.reshape_input(node, &shape)?;
            return Ok((Value::Input { shape }, "another shape of the input".into()));
        }
        if let Value::Mapped { node: input, shape, quantization, map } = self.value(node, 0)? {
            // A table works element by element, so the shape may change before it.
            let shape = self.new_shape(node, &shape)?;
            let input = self.emitter.reshape(input, &shape);
            return Ok((Value::Mapped { node: input, shape, quantization, map }, String::new()));
        }
        let (input, shape, quantization) = self.activation(node, 0)?;
        let new = self.new_shape(node, &shape)?;
        if new == shape {
            return Ok((
                Value::Quantized { node: input, shape, quantization },
                "dropped: the shape stays".into(),
            ));
        }
        let at = self.emitter.reshape(input, &new);
        Ok((Value::Quantized { node: at, shape: new, quantization }, String::new()))
    }

    fn new_shape(&self, node: &onnx::Node, shape: &[u32]) -> Lowered<Vec<u32>> {
        let elements: u32 = shape.iter().product();
        Ok(match node.op_type.as_str() {
            "Flatten" if node.int("axis", 1) == 1 => vec![elements],
            "Flatten" => return Err("only the axes after the batch can be flattened".into()),
            "Reshape" => reshaped(&self.integers(node, 1)?, shape, elements)?,
            _ => {
                let axes = match node.ints("axes") {
                    Some(axes) => axes.to_vec(),
                    None => self.integers(node, 1)?,
                };
                squeezed(&axes, shape, node.op_type == "Squeeze")?
            }
        })
    }

    pub(crate) fn concat(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let mut parts = Vec::new();
        let mut joined: Vec<u32> = Vec::new();
        let mut axis = 0usize;
        for at in 0..node.input.len() {
            let (read, shape, quantization) = self.activation(node, at)?;
            let wanted = node.int("axis", 0);
            let wanted = if wanted < 0 { wanted + shape.len() as i64 + 1 } else { wanted };
            axis = usize::try_from(wanted - 1).map_err(|_| "batches can't be concatenated")?;
            match joined.get_mut(axis) {
                None if at == 0 && axis < shape.len() => joined = shape,
                None => return Err(format!("its inputs have no axis {wanted}")),
                Some(length) => *length += shape.get(axis).copied().unwrap_or(0),
            }
            parts.push((read, quantization));
        }
        let axis = u8::try_from(axis).map_err(|_| "its axis is too large")?;
        let joined = Value::Joined { parts, axis, shape: joined };
        Ok((joined, "a concatenation, once its quantization is known".into()))
    }
}

fn image(shape: &[u32]) -> Lowered<[u32; 3]> {
    shape.try_into().map_err(|_| format!("it needs channels, rows and columns, and reads {shape:?}"))
}

fn single(constant: &ConstantValue) -> Lowered<f64> {
    match constant.real.as_slice() {
        [number] => Ok(*number),
        numbers => Err(format!(
            "its constant has {} numbers; only one number for all elements can be represented",
            numbers.len()
        )),
    }
}

fn kernel_shape(node: &onnx::Node) -> Lowered<[usize; 2]> {
    match node.ints("kernel_shape") {
        Some([rows, columns]) => Ok([*rows as usize, *columns as usize]),
        _ => Err("only windows over rows and columns can be represented".into()),
    }
}

/// Patches along an axis of this length.
fn steps(length: u32, window: &Window, axis: usize) -> u32 {
    let padded = length + window.padding[axis] + window.padding[axis + 2];
    padded.saturating_sub(window.kernel[axis]) / window.stride[axis].max(1) + 1
}

/// The window of a convolution or pooling on a plane of this size.
fn window(node: &onnx::Node, kernel: [usize; 2], plane: [u32; 2]) -> Lowered<Window> {
    let pair = |name: &str| -> Lowered<[u32; 2]> {
        match node.ints(name) {
            None => Ok([1, 1]),
            Some([down, across]) if *down > 0 && *across > 0 => Ok([*down as u32, *across as u32]),
            Some(_) => Err(format!("its {name} must be two positive numbers")),
        }
    };
    if pair("dilations")? != [1, 1] {
        return Err("dilated windows can't be represented".into());
    }
    let stride = pair("strides")?;
    let kernel = kernel.map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    let padding = match node.text("auto_pad").as_deref() {
        None | Some("NOTSET") | Some("") => match node.ints("pads") {
            None => [0; 4],
            Some([top, left, bottom, right]) => {
                [top, left, bottom, right].map(|rows| u32::try_from(*rows).unwrap_or(u32::MAX))
            }
            Some(_) => return Err("its pads must be four numbers".into()),
        },
        Some("VALID") => [0; 4],
        Some(same) => {
            let total = |axis: usize| {
                let patches = plane[axis].div_ceil(stride[axis]);
                ((patches - 1) * stride[axis] + kernel[axis]).saturating_sub(plane[axis])
            };
            // The odd row or column comes last, unless SAME_LOWER says first.
            let first = |total: u32| if same == "SAME_LOWER" { total.div_ceil(2) } else { total / 2 };
            let (rows, columns) = (total(0), total(1));
            [first(rows), first(columns), rows - first(rows), columns - first(columns)]
        }
    };
    let window = Window { kernel, stride, padding };
    if node.int("ceil_mode", 0) != 0 {
        let partial = (0..2).any(|axis| {
            let padded = plane[axis] + padding[axis] + padding[axis + 2];
            padded.saturating_sub(kernel[axis]) % stride[axis] != 0
        });
        if partial {
            return Err(
                "its last windows reach beyond the padding (ceil_mode), which can't be represented".into()
            );
        }
    }
    Ok(window)
}

/// ONNX's reshape: 0 keeps an axis, −1 takes what is left; the first axis is the batch.
fn reshaped(target: &[i64], shape: &[u32], elements: u32) -> Lowered<Vec<u32>> {
    let Some((batch, rest)) = target.split_first() else { return Err("its target shape is empty".into()) };
    let mut new: Vec<i64> = rest
        .iter()
        .enumerate()
        .map(|(at, length)| if *length == 0 { shape.get(at).copied().map_or(0, i64::from) } else { *length })
        .collect();
    let known: i64 = new.iter().filter(|length| **length > 0).product();
    if let Some(open) = new.iter_mut().find(|length| **length == -1) {
        *open = i64::from(elements) / known.max(1);
    } else if *batch > 0 && known != i64::from(elements) {
        return Err("it mixes the batch with other axes".into());
    }
    let new: Option<Vec<u32>> = new.iter().map(|length| u32::try_from(*length).ok()).collect();
    new.filter(|new| new.iter().product::<u32>() == elements && !new.is_empty())
        .ok_or_else(|| format!("a sample of {elements} elements can't take the shape {rest:?}"))
}

fn squeezed(axes: &[i64], shape: &[u32], remove: bool) -> Lowered<Vec<u32>> {
    let rank = shape.len() as i64 + 1 + if remove { 0 } else { axes.len() as i64 };
    let mut axes: Vec<i64> = axes.iter().map(|axis| if *axis < 0 { axis + rank } else { *axis }).collect();
    axes.sort_unstable();
    let mut new = shape.to_vec();
    if remove {
        for axis in axes.iter().rev() {
            let at = usize::try_from(axis - 1).map_err(|_| "the batch can't be squeezed")?;
            if new.get(at) != Some(&1) {
                return Err(format!("axis {axis} isn't of length 1"));
            }
            new.remove(at);
        }
    } else {
        for axis in axes {
            let at = usize::try_from(axis - 1).map_err(|_| "no axis can come before the batch")?;
            if at > new.len() {
                return Err(format!("axis {axis} doesn't exist"));
            }
            new.insert(at, 1);
        }
    }
    Ok(new)
}
