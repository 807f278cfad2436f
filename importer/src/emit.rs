//! Writes integer operators: what a value becomes once its quantization is known.

use std::collections::HashMap;

use millrace_inference::{
    limits::{MAX_MODEL_BYTES, MAX_NODES},
    Model, Node, Rescale,
};

use crate::{
    lower::Lowered,
    value::{Quantization, Range, Value},
};

/// Most bits that a rescaling may shift.
const MAX_SHIFT: i32 = 62;

/// Strict bound of a row's accumulators with their bias.
const TWO_31: f64 = 2_147_483_648.0;

/// A graph under construction may be larger than the format allows by this factor: some of its nodes may turn out not to
/// be needed.
const SLACK: usize = 4;

/// The integer graph under construction.
pub(crate) struct Emitter {
    pub(crate) nodes: Vec<Node>,
    /// Quantization of the input, once something asked for it.
    pub(crate) input: Option<Quantization>,
    /// Quantizations of the tensors that tables read.
    read_by_tables: HashMap<u32, Quantization>,
    /// Bytes of the parameters and tables so far.
    bytes: usize,
    /// Whether quantizations aren't known yet: then nodes only hold the place of what they will be.
    pub(crate) rehearsal: bool,
}

impl Emitter {
    pub(crate) fn new(shape: Vec<u32>, rehearsal: bool) -> Self {
        let nodes = vec![Node::Input { shape }];
        Self { nodes, input: None, read_by_tables: HashMap::new(), bytes: 0, rehearsal }
    }

    pub(crate) fn push(&mut self, node: Node) -> Lowered<u32> {
        self.bytes = self.bytes.saturating_add(held(&node));
        if self.nodes.len() >= SLACK * MAX_NODES || self.bytes > SLACK * MAX_MODEL_BYTES {
            return Err(format!(
                "up to here the model has more than the {MAX_NODES} nodes or {MAX_MODEL_BYTES} bytes of the format; make it smaller"
            ));
        }
        let index = u32::try_from(self.nodes.len()).map_err(|_| "the model has too many nodes")?;
        self.nodes.push(node);
        Ok(index)
    }

    /// The same elements under another shape.
    pub(crate) fn reshape(&mut self, input: u32, shape: &[u32]) -> Lowered<u32> {
        self.push(match shape {
            [_] => Node::Flatten { input },
            _ => Node::Reshape { input, shape: shape.to_vec() },
        })
    }

    /// What a table reads, with its quantization, and its entries; none if the node is no table.
    pub(crate) fn table(&self, node: u32) -> Option<(u32, Quantization, Vec<i8>)> {
        match self.nodes.get(node as usize)? {
            Node::Lookup { input, table } => Some((*input, *self.read_by_tables.get(input)?, table.clone())),
            _ => None,
        }
    }

    /// The quantized tensor of a value.
    pub(crate) fn settle(&mut self, value: &Value, to: Quantization) -> Lowered<Value> {
        let shape = value.shape().ok_or("it isn't an activation")?.to_vec();
        let node = match value {
            Value::Input { .. } => {
                if self.input.is_some_and(|input| input != to) {
                    return Err(
                        "the model's input is quantized in two ways; quantize it once, before all that reads it".into(),
                    );
                }
                self.input = Some(to);
                0
            }
            Value::Quantized { node, quantization, .. } => self.remap(*node, *quantization, to)?,
            Value::Mapped { node, quantization, map, .. } => {
                let table = self.table_of(map.as_ref(), *quantization, to)?;
                self.read_by_tables.insert(*node, *quantization);
                self.push(Node::Lookup { input: *node, table })?
            }
            Value::Accumulated { node, .. } | Value::Sum { left: (node, _), .. } if self.rehearsal => {
                self.push(Node::Flatten { input: *node })?
            }
            Value::Accumulated { node, scales, offsets, zero_point, range, .. } => {
                let (min, max) = bounds(*range, to);
                let (input, channels) = self.rescaled(*node, scales, offsets, *zero_point, to)?;
                self.push(Node::Requantize { input, channels, zero_point: to.zero_point, min, max })?
            }
            Value::Sum { left, right, range, .. } => {
                let (ratios, (min, max)) =
                    ([left.1.scale / to.scale, right.1.scale / to.scale], bounds(*range, to));
                // One shift for both: the larger ratio's.
                let (_, shift) = rescaling(ratios[0].max(ratios[1]))?;
                let multiplier = |ratio: f64| (ratio * 2f64.powi(shift.into())).round() as u32;
                self.push(Node::Add {
                    left: left.0,
                    right: right.0,
                    left_zero_point: left.1.zero_point,
                    right_zero_point: right.1.zero_point,
                    left_multiplier: multiplier(ratios[0]),
                    right_multiplier: multiplier(ratios[1]),
                    shift,
                    zero_point: to.zero_point,
                    min,
                    max,
                })?
            }
            Value::Joined { parts, axis, .. } => {
                let inputs: Lowered<Vec<u32>> =
                    parts.iter().map(|(node, from)| self.remap(*node, *from, to)).collect();
                self.push(Node::Concat { inputs: inputs?, axis: *axis })?
            }
            Value::Ordered { .. } | Value::Constant(_) | Value::Index { .. } => {
                return Err("it isn't an activation".into())
            }
        };
        Ok(Value::Quantized { node, shape, quantization: to })
    }

    /// The same real numbers under another quantization.
    fn remap(&mut self, node: u32, from: Quantization, to: Quantization) -> Lowered<u32> {
        if from == to {
            return Ok(node);
        }
        let table = self.table_of(&|x| x, from, to)?;
        self.read_by_tables.insert(node, from);
        self.push(Node::Lookup { input: node, table })
    }

    /// A function as a table.
    fn table_of(&self, map: &dyn Fn(f64) -> f64, from: Quantization, to: Quantization) -> Lowered<Vec<i8>> {
        if self.rehearsal {
            return Ok(vec![0; 256]);
        }
        (i8::MIN..=i8::MAX)
            .map(|x| {
                let (real, value) = (from.real(x), map(from.real(x)));
                if value.is_nan() {
                    return Err(format!(
                        "at {real} it and what comes before it are no number; clip their input to where they are one"
                    ));
                }
                Ok(to.quantize(value))
            })
            .collect()
    }

    /// How the accumulators of a product become `i8`, and the product: where a row's bias is beyond 32 bits in the row's
    /// own unit, it is a new one with that row in a coarser unit.
    fn rescaled(
        &mut self,
        product: u32,
        scales: &[f64],
        offsets: &[f64],
        zero_point: i8,
        to: Quantization,
    ) -> Lowered<(u32, Vec<Rescale>)> {
        let node = self.nodes.get(product as usize);
        let parameters = node.and_then(parameters).ok_or("its input isn't a product")?;
        let columns = parameters.len().checked_div(scales.len()).unwrap_or(0).max(1);
        let mut channels = Vec::with_capacity(scales.len());
        let mut coarse: Option<Vec<i8>> = None;
        for (row, ((weights, scale), offset)) in
            parameters.chunks(columns).zip(scales).zip(offsets).enumerate()
        {
            // A row of zeros has no unit of its own: its bias alone decides.
            let fitting = match weights.iter().any(|weight| *weight != 0) {
                true => units(weights, *scale, *offset, zero_point),
                false => None,
            };
            if let Some(bias) = fitting {
                let (multiplier, shift) = rescaling(scale / to.scale)?;
                channels.push(Rescale { bias, multiplier, shift });
                continue;
            }
            let (weights, rescale) = coarsened(weights, *scale, *offset, zero_point, to.scale)?;
            channels.push(rescale);
            let all = coarse.get_or_insert_with(|| parameters.to_vec());
            for (old, new) in all.iter_mut().skip(row * columns).zip(weights) {
                *old = new;
            }
        }
        let changed = coarse.filter(|coarse| coarse != parameters);
        let (Some(coarse), Some(node)) = (changed, node) else { return Ok((product, channels)) };
        let node = with_parameters(node, coarse);
        Ok((self.push(node)?, channels))
    }

    /// The graph that ends with this node, without what it doesn't need.
    pub(crate) fn into_model(self, last: u32) -> Model {
        let last = last as usize;
        let mut needed = vec![false; self.nodes.len()];
        needed[0] = true;
        needed[last] = true;
        for index in (0..=last).rev() {
            if needed[index] {
                self.nodes[index].reads().for_each(|read| needed[read as usize] = true);
            }
        }
        let mut names = vec![0u32; self.nodes.len()];
        let mut nodes = Vec::new();
        for (index, mut node) in self.nodes.into_iter().enumerate().take(last + 1) {
            if needed[index] {
                reads_mut(&mut node).into_iter().for_each(|read| *read = names[*read as usize]);
                names[index] = nodes.len() as u32;
                nodes.push(node);
            }
        }
        Model { nodes }
    }
}

/// Bytes of parameters, tables and channels that a node holds.
fn held(node: &Node) -> usize {
    match node {
        Node::Requantize { channels, .. } => channels.len().saturating_mul(size_of::<Rescale>()),
        Node::Lookup { table, .. } => table.len(),
        node => parameters(node).map_or(0, <[i8]>::len),
    }
}

/// The parameters of a product.
fn parameters(node: &Node) -> Option<&[i8]> {
    match node {
        Node::Linear { parameters, .. }
        | Node::Conv2d { parameters, .. }
        | Node::DepthwiseConv2d { parameters, .. } => Some(parameters),
        _ => None,
    }
}

/// The same product with other parameters.
fn with_parameters(node: &Node, new: Vec<i8>) -> Node {
    let mut node = node.clone();
    if let Node::Linear { parameters, .. }
    | Node::Conv2d { parameters, .. }
    | Node::DepthwiseConv2d { parameters, .. } = &mut node
    {
        *parameters = new;
    }
    node
}

/// A row's bias in units of its scale, with the input's zero point folded in, since `Σ W·(x − z) = Σ W·x − z·Σ W`; none
/// if the accumulators could leave 32 bits with it.
fn units(weights: &[i8], scale: f64, offset: f64, zero_point: i8) -> Option<i32> {
    let sum: i64 = weights.iter().map(|weight| i64::from(*weight)).sum();
    let reach: i64 = weights.iter().map(|weight| i64::from(*weight).abs() * 128).sum();
    let bias = (offset / scale).round_ties_even() - (i64::from(zero_point) * sum) as f64;
    (bias.abs() + (reach as f64) < TWO_31).then_some(bias as i32)
}

/// A row in a coarser unit, in which its bias fits. Trained networks have channels whose weights have died and that only
/// have a bias; no more than half a step of the output may get lost.
fn coarsened(
    weights: &[i8],
    scale: f64,
    offset: f64,
    zero_point: i8,
    step: f64,
) -> Lowered<(Vec<i8>, Rescale)> {
    let is_dead = scale == 0.0 || weights.iter().all(|weight| *weight == 0);
    let scale = if is_dead { 0.0 } else { scale };
    // Half of what a bias may have leaves room for the products.
    let mut unit = (offset.abs() / (TWO_31 / 2.0)).max(scale);
    if unit == 0.0 {
        return Ok((vec![0; weights.len()], Rescale { bias: 0, multiplier: 0, shift: 1 }));
    }
    for _ in 0..32 {
        let coarse: Vec<i8> = weights
            .iter()
            .map(|weight| (f64::from(*weight) * scale / unit).round_ties_even() as i8)
            .collect();
        if let Some(bias) = units(&coarse, unit, offset, zero_point) {
            let lost = weights.iter().zip(&coarse).map(|(old, new)| {
                (f64::from(*old) * scale - f64::from(*new) * unit).abs() * f64::from(u8::MAX)
            });
            if lost.sum::<f64>() > step / 2.0 {
                break;
            }
            let (multiplier, shift) = rescaling(unit / step)?;
            return Ok((coarse, Rescale { bias, multiplier, shift }));
        }
        unit *= 2.0;
    }
    Err(format!(
        "a channel's bias of {offset} and its sums, in units of {scale:e}, are beyond 32 bits; make the layer's weights larger or its rows shorter"
    ))
}

fn reads_mut(node: &mut Node) -> Vec<&mut u32> {
    match node {
        Node::Input { .. } => vec![],
        Node::Linear { input, .. }
        | Node::Requantize { input, .. }
        | Node::Lookup { input, .. }
        | Node::Flatten { input }
        | Node::ArgMax { input }
        | Node::Conv2d { input, .. }
        | Node::DepthwiseConv2d { input, .. }
        | Node::MaxPool2d { input, .. }
        | Node::AveragePool2d { input, .. }
        | Node::Reshape { input, .. } => vec![input],
        Node::Add { left, right, .. } => vec![left, right],
        Node::Concat { inputs, .. } => inputs.iter_mut().collect(),
    }
}

/// The integers between which a real range lies.
fn bounds(range: Range, to: Quantization) -> (i8, i8) {
    let bound = |real: f64, open: i8| if real.is_finite() { to.quantize(real) } else { open };
    (bound(range.low, i8::MIN), bound(range.high, i8::MAX))
}

/// `ratio ≈ multiplier / 2^shift` with 31 significant bits, or as many as the shift allows.
pub(crate) fn rescaling(ratio: f64) -> Lowered<(u32, u8)> {
    if !(ratio.is_finite() && ratio > 0.0) {
        return Err(format!("a rescaling by {ratio} isn't possible; its scales must be positive"));
    }
    // ratio = mantissa · 2^exponent with 1 ≤ mantissa < 2.
    let exponent = ratio.log2().floor() as i32;
    let mut shift = (30 - exponent).min(MAX_SHIFT);
    let mut multiplier = (ratio * 2f64.powi(shift)).round();
    if multiplier >= 2f64.powi(31) {
        shift -= 1;
        multiplier = (ratio * 2f64.powi(shift)).round();
    }
    match u8::try_from(shift) {
        Ok(shift) if shift >= 1 => Ok((multiplier as u32, shift)),
        _ => Err(format!("a rescaling by {ratio} is beyond 2^30")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescalings_keep_31_bits() {
        assert_eq!(rescaling(1.0), Ok((1 << 30, 30)));
        assert_eq!(rescaling(0.5), Ok((1 << 30, 31)));
        for ratio in [1e-3, 0.0123, 0.999_999_999_99, 3.7, 1234.5] {
            let (multiplier, shift) = rescaling(ratio).expect("in range");
            assert!(multiplier < 1 << 31);
            let back = f64::from(multiplier) / 2f64.powi(shift.into());
            assert!((back / ratio - 1.0).abs() < 1e-9, "{ratio} became {back}");
        }
        assert_eq!(rescaling(1e-30), Ok((0, 62)));
        assert!(rescaling(0.0).is_err() && rescaling(f64::NAN).is_err() && rescaling(1e12).is_err());
    }

    /// What a rescaled accumulator is, in steps of the output.
    fn steps(acc: i32, rescale: Rescale) -> f64 {
        let sum = f64::from(acc) + f64::from(rescale.bias);
        sum * f64::from(rescale.multiplier) / 2f64.powi(rescale.shift.into())
    }

    #[test]
    fn a_row_that_only_has_a_bias_keeps_it() {
        for (weights, scale) in [([1, -127, 5], 1e-14), ([0, 0, 0], 1.0), ([9, 9, 9], 0.0)] {
            let (coarse, rescale) =
                coarsened(&weights, scale, -0.37, 11, 0.01).expect("its weights are nothing");
            assert_eq!(coarse, [0, 0, 0]);
            assert!((steps(0, rescale) + 37.0).abs() < 1e-6, "{rescale:?}");
        }
        let (_, rescale) = coarsened(&[0, 0], 1.0, 0.0, 3, 0.01).expect("nothing at all");
        assert_eq!(steps(5, rescale), 0.0);
    }

    #[test]
    fn a_row_whose_weights_count_isnt_coarsened() {
        assert_eq!(units(&[1, -2], 0.5, 3.0, 10), Some(6 + 10));
        assert_eq!(units(&[1, -2], 1e-12, 3.0, 10), None);
        let message =
            coarsened(&[100; 200_000], 1e-9, 3.0, 0, 0.01).expect_err("its sums are beyond 32 bits");
        assert!(message.contains("beyond 32 bits"), "{message}");
    }

    #[test]
    fn an_emitter_doesnt_grow_without_end() {
        let mut emitter = Emitter::new(vec![1], false);
        let message = (0..).find_map(|_| emitter.push(Node::Flatten { input: 0 }).err()).expect("a limit");
        assert!(message.contains("make it smaller"), "{message}");
    }
}
