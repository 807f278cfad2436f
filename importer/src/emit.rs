//! Writes integer operators: what a value becomes once its quantization is known.

use std::collections::HashMap;

use millrace_inference::{Model, Node, Rescale};

use crate::{
    lower::Lowered,
    value::{Quantization, Range, Value},
};

/// Most bits that a rescaling may shift.
const MAX_SHIFT: i32 = 62;

/// The integer graph under construction.
pub(crate) struct Emitter {
    pub(crate) nodes: Vec<Node>,
    /// Quantization of the input, once something asked for it.
    pub(crate) input: Option<Quantization>,
    /// Quantizations of the tensors that tables read.
    read_by_tables: HashMap<u32, Quantization>,
}

impl Emitter {
    pub(crate) fn new(shape: Vec<u32>) -> Self {
        Self { nodes: vec![Node::Input { shape }], input: None, read_by_tables: HashMap::new() }
    }

    pub(crate) fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        u32::try_from(self.nodes.len() - 1).expect("a graph in memory has fewer nodes; qed")
    }

    /// The same elements under another shape.
    pub(crate) fn reshape(&mut self, input: u32, shape: &[u32]) -> u32 {
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
                    return Err("the model's input is quantized in two ways".into());
                }
                self.input = Some(to);
                0
            }
            Value::Quantized { node, quantization, .. } => self.remap(*node, *quantization, to),
            Value::Mapped { node, quantization, map, .. } => {
                let table = (i8::MIN..=i8::MAX).map(|x| to.quantize(map(quantization.real(x)))).collect();
                self.read_by_tables.insert(*node, *quantization);
                self.push(Node::Lookup { input: *node, table })
            }
            Value::Accumulated { node, scales, bias, range, .. } => {
                let (min, max) = bounds(*range, to);
                let channels = scales
                    .iter()
                    .zip(bias)
                    .map(|(scale, bias)| {
                        let (multiplier, shift) = rescaling(scale / to.scale)?;
                        let bias = i32::try_from(*bias)
                            .map_err(|_| format!("a bias of {bias} accumulator units is beyond 32 bits"))?;
                        Ok(Rescale { bias, multiplier, shift })
                    })
                    .collect::<Lowered<_>>()?;
                self.push(Node::Requantize { input: *node, channels, zero_point: to.zero_point, min, max })
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
                })
            }
            Value::Joined { parts, axis, .. } => {
                let inputs = parts.iter().map(|(node, from)| self.remap(*node, *from, to)).collect();
                self.push(Node::Concat { inputs, axis: *axis })
            }
            Value::Ordered { .. } | Value::Constant(_) | Value::Index { .. } => {
                return Err("it isn't an activation".into())
            }
        };
        Ok(Value::Quantized { node, shape, quantization: to })
    }

    /// The same real numbers under another quantization.
    fn remap(&mut self, node: u32, from: Quantization, to: Quantization) -> u32 {
        if from == to {
            return node;
        }
        let table = (i8::MIN..=i8::MAX).map(|x| to.quantize(from.real(x))).collect();
        self.read_by_tables.insert(node, from);
        self.push(Node::Lookup { input: node, table })
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
}
