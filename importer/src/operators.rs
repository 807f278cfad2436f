//! The operators that read quantized tensors and constants.

use std::rc::Rc;

use millrace_inference::{
    limits::{MAX_CONCAT, MAX_ELEMENTS},
    Node, Window,
};

use crate::{
    lower::{axis_of, sized, Lowered, Lowering},
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
        let rows =
            *constant.shape.get(axis).ok_or("its weights have too few axes; export the model again")?;
        // Without an element the products of the axes could be anything.
        if constant.real.is_empty() {
            return Err("its weights are empty; export the model again".into());
        }
        let outer: usize = constant.shape.iter().take(axis).product();
        let inner: usize = constant.shape.iter().skip(axis + 1).product();
        // Element (a, row, b) of [outer, rows, inner] goes to row `row`, column a·inner + b.
        let by_rows = |at: usize| (at / inner % rows, at / (inner * rows) * inner + at % inner);
        let columns = outer * inner;
        let mut scales = vec![0.0f64; rows];
        let mut values = vec![0i8; rows * columns];
        match &constant.integers {
            Some(integers) => {
                if integers.scales.len() > 1 && integers.axis != axis {
                    return Err(format!(
                        "its weights have a scale for each index of axis {}, its outputs lie along axis {axis}; quantize them along that one",
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

    /// What waits for its quantization after these weights met an input; its channels lie along an axis of a sample.
    fn accumulated(&self, node: u32, shape: Vec<u32>, axis: usize, input: Quantization) -> Accumulated {
        Accumulated {
            node,
            shape,
            axis,
            scales: self.scales.iter().map(|scale| scale * input.scale).collect(),
            offsets: vec![0.0; self.rows],
            zero_point: input.zero_point,
            range: Range::ALL,
        }
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

/// [`Value::Accumulated`], to be changed.
struct Accumulated {
    node: u32,
    shape: Vec<u32>,
    axis: usize,
    scales: Vec<f64>,
    offsets: Vec<f64>,
    zero_point: i8,
    range: Range,
}

impl Accumulated {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Accumulated { node, shape, axis, scales, offsets, zero_point, range } => {
                Some(Self { node, shape, axis, scales, offsets, zero_point, range })
            }
            _ => None,
        }
    }

    fn value(self) -> Value {
        let Self { node, shape, axis, scales, offsets, zero_point, range } = self;
        Value::Accumulated { node, shape, axis, scales, offsets, zero_point, range }
    }

    /// Adds a number to each channel, or one to all.
    fn shift(&mut self, numbers: &[f64]) {
        for (offset, number) in self.offsets.iter_mut().zip(numbers) {
            *offset += number;
        }
    }
}

/// The numbers that a constant gives the channels of a tensor which it meets, where the batch isn't in the tensor's
/// `shape`. ONNX lays a constant's axes along the tensor's from the last one on.
fn per_channel(constant: &ConstantValue, shape: &[u32], axis: usize) -> Lowered<Vec<f64>> {
    let channels = shape.get(axis).copied().unwrap_or(1) as usize;
    let rank = shape.len() + 1;
    let Some(missing) = rank.checked_sub(constant.shape.len()) else {
        return Err(format!(
            "its constant has {} axes and meets a tensor of {rank}; drop the constant's leading axes",
            constant.shape.len()
        ));
    };
    for (at, length) in constant.shape.iter().enumerate() {
        let meets = missing + at;
        if *length != 1 && (meets != axis + 1 || *length != channels) {
            let mut wanted = vec![channels];
            wanted.resize(shape.len() - axis, 1);
            return Err(format!(
                "its constant has the shape {:?}, so it differs along axis {meets}, and only one number for all or one for each index of axis {} can be represented; if it is meant for the channels, give it the shape {wanted:?}",
                constant.shape,
                axis + 1
            ));
        }
    }
    Ok(match constant.real.as_slice() {
        [number] => vec![*number; channels],
        numbers => numbers.to_vec(),
    })
}

/// A shape that an operator gives.
fn output(shape: Vec<u32>) -> Lowered<Vec<u32>> {
    sized(shape).map_err(|why| format!("its output {why}"))
}

impl Lowering<'_> {
    fn activation(&mut self, node: &onnx::Node, at: usize) -> Lowered<(u32, Vec<u32>, Quantization)> {
        match self.quantized(node, at)? {
            Value::Quantized { node, shape, quantization } => Ok((node, shape, quantization)),
            _ => Err(format!("its input {at} isn't quantized; quantize the whole graph")),
        }
    }

    fn optional_constant(&self, node: &onnx::Node, at: usize) -> Lowered<Option<Rc<ConstantValue>>> {
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
            return Err(format!(
                "its weights have {} axes, and only convolutions over rows and columns can be represented; give a sequence a second axis of length 1",
                constant.shape.len()
            ));
        };
        let size = |length: usize| u32::try_from(length).map_err(|_| "its weights are too many".to_owned());
        let kernel = [size(kernel_rows)?, size(kernel_columns)?];
        if node.ints("kernel_shape").is_some_and(|shape| *shape != kernel.map(i64::from)) {
            return Err(format!(
                "its kernel_shape isn't that of its weights, {kernel:?}; export the model again"
            ));
        }
        let window = window(node, kernel, [height, width])?;
        let weights = Weights::new(&constant, 0)?;
        let group = node.int("group", 1);
        let pad_value = quantization.zero_point;
        let parameters = weights.values.clone();
        let operator = if group == 1 && size(per_group)? == channels {
            Node::Conv2d { input, outputs: size(outputs)?, window, pad_value, parameters }
        } else if group == i64::from(channels) && per_group == 1 && size(outputs)? == channels {
            Node::DepthwiseConv2d { input, window, pad_value, parameters }
        } else {
            return Err(format!(
                "{group} groups of {per_group} from {channels} to {outputs} channels: only 1 group, or one filter for each channel, can be represented; use one of these, or a convolution for each group and a Concat"
            ));
        };
        let shape = output(vec![size(outputs)?, steps(height, &window, 0), steps(width, &window, 1)])?;
        let at = self.emitter.push(operator)?;
        let mut accumulated = weights.accumulated(at, shape, 0, quantization);
        if let Some(bias) = bias {
            if bias.shape != [outputs] {
                return Err(format!(
                    "its bias has the shape {:?} for {outputs} outputs; export the model again",
                    bias.shape
                ));
            }
            accumulated.shift(&bias.real);
        }
        Ok((accumulated.value(), weights.note()))
    }

    pub(crate) fn gemm(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        if node.int("transA", 0) != 0 {
            return Err(
                "it transposes its input (transA), which can't be represented; transpose the weights instead"
                    .into(),
            );
        }
        let (alpha, beta): (f64, f64) = (node.float("alpha", 1.0).into(), node.float("beta", 1.0).into());
        if !(alpha.is_finite() && alpha > 0.0 && beta.is_finite()) {
            return Err(format!(
                "its alpha {alpha} and beta {beta} can't be represented: alpha must be positive; fold them into the weights and the bias"
            ));
        }
        let axis = if node.int("transB", 0) == 0 { 1 } else { 0 };
        let (mut accumulated, note) = self.linear(node, axis)?;
        if accumulated.shape.len() != 1 {
            return Err("it multiplies matrices of samples; flatten its input first".into());
        }
        accumulated.scales.iter_mut().for_each(|scale| *scale *= alpha);
        if let Some(bias) = self.optional_constant(node, 2)? {
            let bias = per_channel(&bias, &accumulated.shape, accumulated.axis)?;
            accumulated.shift(&bias.iter().map(|number| beta * number).collect::<Vec<_>>());
        }
        Ok((accumulated.value(), note))
    }

    pub(crate) fn matmul(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        if matches!(self.value(node, 0)?, Value::Constant(_)) {
            return Err(
                "its constant comes first; transpose both, so that the weights are its second input".into()
            );
        }
        if !matches!(self.value(node, 1)?, Value::Constant(_)) {
            return Err(
                "a product of two activations can't be represented; only one with constant weights can"
                    .into(),
            );
        }
        let (accumulated, note) = self.linear(node, 1)?;
        Ok((accumulated.value(), note))
    }

    fn linear(&mut self, node: &onnx::Node, outputs_axis: usize) -> Lowered<(Accumulated, String)> {
        let (input, mut shape, quantization) = self.activation(node, 0)?;
        let constant = self.constant(node, 1)?;
        if constant.shape.len() != 2 {
            return Err(format!(
                "its weights have {} axes, not 2; flatten them to a matrix",
                constant.shape.len()
            ));
        }
        let weights = Weights::new(&constant, outputs_axis)?;
        let read = shape.last().copied().unwrap_or(0);
        let columns = weights.values.len() / weights.rows.max(1);
        if columns != read as usize {
            return Err(format!(
                "its weights take {columns} numbers, its input has {read}; export the model again"
            ));
        }
        let outputs = u32::try_from(weights.rows).map_err(|_| "its weights are too many")?;
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        let shape = output(shape)?;
        let at = self.emitter.push(Node::Linear { input, outputs, parameters: weights.values.clone() })?;
        let axis = shape.len().saturating_sub(1);
        Ok((weights.accumulated(at, shape, axis, quantization), weights.note()))
    }

    pub(crate) fn batch_normalization(&mut self, node: &onnx::Node) -> Lowered<Value> {
        let outputs = node.output.iter().filter(|name| !name.is_empty()).count();
        // Until opset 14 it is in training mode where it has outputs for the statistics.
        if node.int("training_mode", 0) != 0 || outputs > 1 {
            return Err("it is in training mode; export the model in evaluation mode".into());
        }
        if node.int("spatial", 1) != 1 {
            return Err("it normalizes each position by itself (spatial=0), which can't be represented; export the model with opset 9 or newer".into());
        }
        let Some(mut accumulated) = Accumulated::of(self.value(node, 0)?) else {
            return Err(
                "only directly after a convolution or product can it be folded; simplify the model first, so that nothing is in between"
                    .into(),
            );
        };
        if accumulated.range != Range::ALL {
            return Err("it comes after a clamp and can't be folded; write it as a convolution, or move it before the clamp".into());
        }
        if accumulated.axis != 0 {
            return Err(format!(
                "it normalizes along axis 1, and the product before it has its channels along axis {}; fold it into the weights where it is meant for those, or let them come first",
                accumulated.axis + 1
            ));
        }
        let channels = accumulated.scales.len();
        let read = |position: usize| -> Lowered<Rc<ConstantValue>> {
            let constant = self.constant(node, position)?;
            if constant.shape != [channels] {
                return Err(format!(
                    "its input {position} has the shape {:?} for {channels} channels; export the model again",
                    constant.shape
                ));
            }
            Ok(constant)
        };
        let (gamma, beta, mean, variance) = (read(1)?, read(2)?, read(3)?, read(4)?);
        let epsilon = f64::from(node.float("epsilon", 1e-5));
        let statistics = gamma.real.iter().zip(&beta.real).zip(mean.real.iter().zip(&variance.real));
        let rows = accumulated.scales.iter_mut().zip(&mut accumulated.offsets);
        for ((scale, offset), ((gamma, beta), (mean, variance))) in rows.zip(statistics) {
            let spread = (variance + epsilon).sqrt();
            // Not true of NaN, either.
            if !(spread > 0.0 && spread.is_finite()) {
                return Err(format!(
                    "a channel's variance {variance} with epsilon {epsilon} isn't positive; train the model again"
                ));
            }
            let factor = gamma / spread;
            if factor < 0.0 {
                return Err(
                    "it flips the sign of a channel; fold it into the weights first (quant_pre_process does)"
                        .into(),
                );
            }
            *scale *= factor;
            *offset = (*offset - mean) * factor + beta;
        }
        Ok(accumulated.value())
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
            (Value::Constant(_), Value::Constant(_)) => {
                Err("it computes a constant; fold the constants first, with onnxruntime's quant_pre_process"
                    .into())
            }
            (Value::Accumulated { .. }, Value::Constant(constant)) => {
                match self.folded(node, 0, &constant)? {
                    Some(value) => Ok((value, "folded into the rescaling".into())),
                    None => self.with_number(node, 0, &constant, operation),
                }
            }
            (Value::Constant(constant), Value::Accumulated { .. })
                if matches!(node.op_type.as_str(), "Add" | "Mul") =>
            {
                match self.folded(node, 1, &constant)? {
                    Some(value) => Ok((value, "folded into the rescaling".into())),
                    None => self.with_number(node, 1, &constant, operation),
                }
            }
            (_, Value::Constant(constant)) => self.with_number(node, 0, &constant, operation),
            (Value::Constant(constant), _) => {
                self.with_number(node, 1, &constant, move |x, number| operation(number, x))
            }
            _ => self.of_two(node, operation),
        }
    }

    /// An operation of an activation with one number, in this order.
    fn with_number(
        &mut self,
        node: &onnx::Node,
        at: usize,
        constant: &ConstantValue,
        operation: impl Fn(f64, f64) -> f64 + 'static,
    ) -> Lowered<(Value, String)> {
        let [number] = constant.real[..] else {
            return Err(format!(
                "its constant has {} numbers; only one number for all elements can be represented here, so fold the others into the weights",
                constant.real.len()
            ));
        };
        let (read, shape, quantization, before) = self.mapped(node, at)?;
        if constant.shape.len() > shape.len() + 1 {
            return Err(format!(
                "its constant has {} axes and meets a tensor of {}; drop the constant's axes",
                constant.shape.len(),
                shape.len() + 1
            ));
        }
        let map: Map = Rc::new(move |x| operation(before(x), number));
        Ok((Value::Mapped { node: read, shape, quantization, map }, "part of a table".into()))
    }

    /// A constant that is added to or multiplied with a product, channel by channel; none if it can't be folded into the
    /// rescaling but may be part of a table.
    fn folded(&mut self, node: &onnx::Node, at: usize, constant: &ConstantValue) -> Lowered<Option<Value>> {
        let Some(mut accumulated) = Accumulated::of(self.value(node, at)?) else { return Ok(None) };
        let numbers = per_channel(constant, &accumulated.shape, accumulated.axis)?;
        match node.op_type.as_str() {
            "Add" | "Sub" if accumulated.range == Range::ALL => {
                let sign = if node.op_type == "Add" { 1.0 } else { -1.0 };
                accumulated.shift(&numbers.iter().map(|number| sign * number).collect::<Vec<_>>());
            }
            "Mul" | "Div" => {
                let is_division = node.op_type == "Div";
                let factors: Vec<f64> =
                    numbers.iter().map(|number| if is_division { 1.0 / number } else { *number }).collect();
                let equal = factors.windows(2).all(|pair| pair[0] == pair[1]);
                let positive = factors.iter().all(|factor| factor.is_finite() && *factor > 0.0);
                if !positive || !(equal || accumulated.range == Range::ALL) {
                    return Ok(None);
                }
                let rows = accumulated.scales.iter_mut().zip(&mut accumulated.offsets);
                for ((scale, offset), factor) in rows.zip(&factors) {
                    *scale *= factor;
                    *offset *= factor;
                }
                if accumulated.range != Range::ALL {
                    accumulated.range = accumulated.range.scaled(factors.first().copied().unwrap_or(1.0));
                }
            }
            _ => return Ok(None),
        }
        Ok(Some(accumulated.value()))
    }

    /// An operation on two activations: two functions of one tensor become one, sums of two tensors an
    /// addition.
    fn of_two(&mut self, node: &onnx::Node, operation: fn(f64, f64) -> f64) -> Lowered<(Value, String)> {
        if node.input.first() == node.input.get(1) {
            let (at, shape, quantization, before) = self.mapped(node, 0)?;
            let map: Map = Rc::new(move |x| operation(before(x), before(x)));
            return Ok((Value::Mapped { node: at, shape, quantization, map }, "part of a table".into()));
        }
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
            return Err(
                "of two different activations only the sum can be represented; add them instead".into()
            );
        }
        let (left, right) = (self.activation(node, 0)?, self.activation(node, 1)?);
        if left.1 != right.1 {
            return Err(format!(
                "its operands have the shapes {:?} and {:?} a sample; they must be equal, so expand one before the export",
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
        let shape = output(vec![channels, steps(height, &window, 0), steps(width, &window, 1)])?;
        let at = self.emitter.push(Node::MaxPool2d { input, window })?;
        Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
    }

    pub(crate) fn average_pool(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let (input, shape, quantization) = self.activation(node, 0)?;
        let [channels, height, width] = image(&shape)?;
        let whole = Window { kernel: [height, width], stride: [1, 1], padding: [0; 4] };
        let window = match node.op_type.as_str() {
            "GlobalAveragePool" => whole,
            "ReduceMean" => {
                let mut axes = self.axes(node)?.unwrap_or_default();
                axes.iter_mut().filter(|axis| **axis < 0).for_each(|axis| *axis = axis.saturating_add(4));
                axes.sort_unstable();
                if axes != [2, 3] {
                    return Err(format!(
                        "it takes the mean over the axes {axes:?}, and only that over rows and columns (axes 2 and 3) can be represented; name these, or multiply with constant weights"
                    ));
                }
                whole
            }
            _ => window(node, kernel_shape(node)?, [height, width])?,
        };
        if node.int("count_include_pad", 0) != 0 && window.padding != [0; 4] {
            return Err(
                "padding counts in its mean (count_include_pad), which can't be represented; train it with count_include_pad=False, or without padding"
                    .into(),
            );
        }
        let shape = output(vec![channels, steps(height, &window, 0), steps(width, &window, 1)])?;
        let at = self.emitter.push(Node::AveragePool2d { input, window })?;
        if node.op_type == "ReduceMean" && node.int("keepdims", 1) == 0 {
            let at = self.emitter.push(Node::Flatten { input: at })?;
            return Ok((Value::Quantized { node: at, shape: vec![channels], quantization }, String::new()));
        }
        Ok((Value::Quantized { node: at, shape, quantization }, String::new()))
    }

    /// The axes of a node, an attribute in older files and an input in newer ones; none where neither is given.
    fn axes(&self, node: &onnx::Node) -> Lowered<Option<Vec<i64>>> {
        let input = node.input.get(1).filter(|name| !name.is_empty());
        match (node.ints("axes"), input) {
            (Some(_), Some(_)) => Err("its axes are given twice; export the model again".into()),
            (Some(axes), None) if axes.len() <= 8 => Ok(Some(axes.to_vec())),
            (Some(axes), None) => {
                Err(format!("it has {} axes, no tensor has as many; export the model again", axes.len()))
            }
            (None, Some(_)) => self.integers(node, 1).map(Some),
            (None, None) => Ok(None),
        }
    }

    pub(crate) fn reshape(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        match self.value(node, 0)? {
            Value::Input { shape } => {
                let shape = self.new_shape(node, &shape)?;
                self.reshape_input(&shape)?;
                return Ok((Value::Input { shape }, "another shape of the input".into()));
            }
            Value::Mapped { node: input, shape, quantization, map } => {
                // A table works element by element, so the shape may change before it.
                let new = self.new_shape(node, &shape)?;
                let input = if new == shape { input } else { self.emitter.reshape(input, &new)? };
                return Ok((Value::Mapped { node: input, shape: new, quantization, map }, String::new()));
            }
            _ => {}
        }
        let (input, shape, quantization) = self.activation(node, 0)?;
        let new = self.new_shape(node, &shape)?;
        if new == shape {
            return Ok((
                Value::Quantized { node: input, shape, quantization },
                "dropped: the shape stays".into(),
            ));
        }
        let at = self.emitter.reshape(input, &new)?;
        Ok((Value::Quantized { node: at, shape: new, quantization }, String::new()))
    }

    fn new_shape(&self, node: &onnx::Node, shape: &[u32]) -> Lowered<Vec<u32>> {
        output(match node.op_type.as_str() {
            "Flatten" => flattened(node.int("axis", 1), shape)?,
            "Reshape" => {
                reshaped(&self.integers(node, 1)?, shape, self.batch, node.int("allowzero", 0) != 0)?
            }
            _ => {
                let axes = self
                    .axes(node)?
                    .ok_or("it doesn't say which axes, and the batch may be among them; give it its axes")?;
                squeezed(&axes, shape, node.op_type == "Squeeze")?
            }
        })
    }

    pub(crate) fn concat(&mut self, node: &onnx::Node) -> Lowered<(Value, String)> {
        let mut parts = Vec::new();
        let mut joined: Option<(usize, Vec<u32>)> = None;
        let wanted = node.int("axis", 0);
        if node.input.len() > MAX_CONCAT {
            return Err(format!(
                "it joins {} tensors, at most {MAX_CONCAT} can be; join them in two steps",
                node.input.len()
            ));
        }
        for at in 0..node.input.len() {
            let (read, shape, quantization) = self.activation(node, at)?;
            let axis =
                axis_of(wanted, shape.len()).map_err(|why| format!("{why}; join along another one"))?;
            joined = Some(match joined {
                None => (axis, shape),
                Some((axis, before)) => (axis, join(before, &shape, axis)?),
            });
            parts.push((read, quantization));
        }
        let (axis, shape) = joined.ok_or("it joins nothing; export the model again")?;
        let shape = output(shape)?;
        let axis = u8::try_from(axis).map_err(|_| "its axis is too large")?;
        Ok((Value::Joined { parts, axis, shape }, "a concatenation, once its quantization is known".into()))
    }
}

/// The shape of two tensors one after the other.
fn join(mut before: Vec<u32>, shape: &[u32], axis: usize) -> Lowered<Vec<u32>> {
    let differ = before.len() != shape.len()
        || before.iter().zip(shape).enumerate().any(|(at, (a, b))| at != axis && a != b);
    if differ {
        return Err(format!(
            "it joins the shapes {before:?} and {shape:?} a sample along axis {}; the other axes must be equal",
            axis + 1
        ));
    }
    if let Some(length) = before.get_mut(axis) {
        *length = length.saturating_add(shape.get(axis).copied().unwrap_or(0));
    }
    Ok(before)
}

fn image(shape: &[u32]) -> Lowered<[u32; 3]> {
    shape.try_into().map_err(|_| {
        format!("it needs channels, rows and columns, and reads {shape:?} a sample; give it the missing axes, of length 1")
    })
}

fn kernel_shape(node: &onnx::Node) -> Lowered<[u32; 2]> {
    let fits = |length: &i64| u32::try_from(*length).ok();
    match node.ints("kernel_shape") {
        Some([rows, columns]) => match (fits(rows), fits(columns)) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => Err(format!("its kernel_shape {rows} × {columns} isn't positive; export the model again")),
        },
        _ => Err("only windows over rows and columns can be represented; give a sequence a second axis of length 1".into()),
    }
}

/// Patches along an axis of this length, for a window that [`window`] laid over it.
fn steps(length: u32, window: &Window, axis: usize) -> u32 {
    let padded = length + window.padding[axis] + window.padding[axis + 2];
    padded.saturating_sub(window.kernel[axis]) / window.stride[axis].max(1) + 1
}

/// The window of a convolution or pooling on a plane of this size, whose lengths are at most [`MAX_ELEMENTS`]; it lies
/// inside the padded plane, and all its lengths are at most that.
fn window(node: &onnx::Node, kernel: [u32; 2], plane: [u32; 2]) -> Lowered<Window> {
    let pair = |name: &str| -> Lowered<[u32; 2]> {
        let fits =
            |length: &i64| u32::try_from(*length).ok().filter(|length| (1..=MAX_ELEMENTS).contains(length));
        match node.ints(name) {
            None => Ok([1, 1]),
            Some([down, across]) => match (fits(down), fits(across)) {
                (Some(down), Some(across)) => Ok([down, across]),
                _ => Err(format!(
                    "its {name} {down} and {across} must be positive and at most {MAX_ELEMENTS}; export the model again"
                )),
            },
            Some(_) => Err(format!("its {name} must be two numbers; export the model again")),
        }
    };
    // A kernel of one row or column has nothing to dilate.
    if pair("dilations")?.iter().zip(kernel).any(|(dilation, length)| *dilation != 1 && length > 1) {
        return Err("dilated windows can't be represented; use a larger kernel, with zeros in between".into());
    }
    let stride = pair("strides")?;
    let [rows, columns] = kernel;
    if rows == 0 || columns == 0 || u64::from(rows) * u64::from(columns) > u64::from(MAX_ELEMENTS) {
        return Err(format!(
            "its window of {rows} × {columns} must have at least one and at most {MAX_ELEMENTS} elements; use a smaller one"
        ));
    }
    let pads = node.ints("pads");
    let mode = node.text("auto_pad").unwrap_or_default();
    let padding = match mode.as_str() {
        "" | "NOTSET" => match pads {
            None => [0; 4],
            Some(pads) => {
                match pads.iter().map(|pad| u32::try_from(*pad).ok()).collect::<Option<Vec<u32>>>().as_deref()
                {
                    Some([top, left, bottom, right]) => [*top, *left, *bottom, *right],
                    _ => {
                        return Err(format!(
                            "its pads {pads:?} must be four numbers, none negative; crop its input before"
                        ))
                    }
                }
            }
        },
        "VALID" | "SAME_UPPER" | "SAME_LOWER"
            if pads.is_some_and(|pads| pads.iter().any(|pad| *pad != 0)) =>
        {
            return Err(format!("its pads contradict its auto_pad {mode}; drop one of them"));
        }
        "VALID" => [0; 4],
        "SAME_UPPER" | "SAME_LOWER" => {
            let total = |axis: usize| {
                let patches = plane[axis].div_ceil(stride[axis]);
                (patches.saturating_sub(1) * stride[axis] + kernel[axis]).saturating_sub(plane[axis])
            };
            // The odd row or column comes last, unless SAME_LOWER says first.
            let first = |total: u32| if mode == "SAME_LOWER" { total.div_ceil(2) } else { total / 2 };
            let (rows, columns) = (total(0), total(1));
            [first(rows), first(columns), rows - first(rows), columns - first(columns)]
        }
        other => {
            return Err(format!("its auto_pad {other} isn't known; export the model with explicit pads"))
        }
    };
    for axis in [0, 1] {
        let (before, after) = (padding[axis], padding[axis + 2]);
        if before >= kernel[axis] || after >= kernel[axis] {
            return Err(format!(
                "its padding of {before} and {after} isn't smaller than its kernel of {}, which can't be represented; pad less",
                kernel[axis]
            ));
        }
        if plane[axis] + before + after < kernel[axis] {
            return Err(format!(
                "its kernel of {} is larger than the padded {}; use a smaller one",
                kernel[axis],
                plane[axis] + before + after
            ));
        }
    }
    let window = Window { kernel, stride, padding };
    if node.int("ceil_mode", 0) != 0 {
        let partial = (0..2).any(|axis| {
            let padded = plane[axis] + padding[axis] + padding[axis + 2];
            !padded.saturating_sub(kernel[axis]).is_multiple_of(stride[axis])
        });
        if partial {
            return Err(
                "its last windows reach beyond the padding (ceil_mode), which can't be represented; pad its input, or use ceil_mode=0"
                    .into(),
            );
        }
    }
    Ok(window)
}

/// All axes of a sample become one; an axis other than 1 is the same where what comes before it has one element.
fn flattened(axis: i64, shape: &[u32]) -> Lowered<Vec<u32>> {
    let rank = shape.len();
    let from_start = if axis < 0 { axis.saturating_add(rank as i64 + 1) } else { axis };
    let at = usize::try_from(from_start).ok().filter(|at| (1..=rank + 1).contains(at));
    match at {
        Some(at) if shape.iter().take(at - 1).all(|length| *length == 1) => {
            Ok(vec![shape.iter().skip(at - 1).product()])
        }
        _ => Err(format!(
            "it flattens before axis {axis} and mixes the batch with others; flatten with axis=1"
        )),
    }
}

/// ONNX's reshape: 0 keeps an axis, −1 takes what is left; the first axis is the batch, whose length is known if it is
/// fixed.
fn reshaped(target: &[i64], shape: &[u32], batch: Option<u32>, allow_zero: bool) -> Lowered<Vec<u32>> {
    let Some((first, rest)) = target.split_first() else {
        return Err("its target shape is empty; keep the batch".into());
    };
    if target.iter().any(|length| *length < -1) || target.iter().filter(|length| **length == -1).count() > 1 {
        return Err(format!("its target shape {target:?} isn't possible; at most one length may be -1"));
    }
    if allow_zero && target.contains(&0) {
        return Err(format!(
            "its target shape {target:?} has an axis of length 0 (allowzero); drop the attribute"
        ));
    }
    if *first > 0 && batch.map(i64::from) != Some(*first) {
        return Err(format!(
            "its target shape {target:?} fixes the batch to {first}; export the model with an open batch axis, or write 0 there"
        ));
    }
    let elements: u32 = shape.iter().product();
    let known = |at: usize, length: i64| match length {
        0 => shape.get(at).copied(),
        length => u32::try_from(length).ok(),
    };
    let mismatch =
        || format!("a sample of {elements} elements can't take the shape {rest:?}; export the model again");
    let product =
        |lengths: &[u32]| lengths.iter().try_fold(1u32, |product, length| product.checked_mul(*length));
    // With 1 for the open length, the others' product says what is left for it.
    let mut new: Vec<u32> = rest
        .iter()
        .enumerate()
        .map(|(at, length)| if *length == -1 { Some(1) } else { known(at, *length) })
        .collect::<Option<_>>()
        .ok_or_else(mismatch)?;
    let others = product(&new).filter(|others| *others > 0).ok_or_else(mismatch)?;
    if let Some(open) = rest.iter().position(|length| *length == -1).and_then(|at| new.get_mut(at)) {
        *open = elements / others;
    }
    match product(&new) {
        Some(count) if count == elements => Ok(new),
        _ => Err(mismatch()),
    }
}

fn squeezed(axes: &[i64], shape: &[u32], remove: bool) -> Lowered<Vec<u32>> {
    let rank = shape.len() + if remove { 0 } else { axes.len() };
    let mut at: Vec<usize> = axes
        .iter()
        .map(|axis| axis_of(*axis, rank).map_err(|why| format!("{why}; name other axes")))
        .collect::<Lowered<_>>()?;
    at.sort_unstable();
    if at.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(format!("its axes {axes:?} name one twice; name each once"));
    }
    let mut new = shape.to_vec();
    if remove {
        for axis in at.into_iter().rev() {
            if new.get(axis) != Some(&1) {
                return Err(format!("axis {} isn't of length 1; squeeze others", axis + 1));
            }
            new.remove(axis);
        }
    } else {
        for axis in at {
            // In order, each axis is at most as large as the shape has become.
            new.insert(axis.min(new.len()), 1);
        }
    }
    Ok(new)
}
