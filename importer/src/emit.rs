//! Writes integer operators: what a value becomes once its quantization is known.

use std::collections::HashMap;

use millrace_inference::{Model, Node, Rescale};

use crate::{
    curve::{curve, value_at},
    lowered::Lowered,
    onnx::MAX_ONNX_BYTES,
    refusal::Refusal,
    rescaling::{bounds, coarsened, refined, rescaling, units, SAME},
    rows::{Averaged, Multiplied},
    traced::traced,
    value::{Accumulated, Padded, Quantization, Turned, Value},
};

/// The most nodes of a graph under construction, and the most bytes of its parameters, zeros between weights included.
const MAX_NODES: usize = 1 << 14;
pub(crate) const MAX_BYTES: usize = MAX_ONNX_BYTES / 4;

/// The integer graph under construction.
pub(crate) struct Emitter {
    /// Shape of a sample in the file. The input may have another one, of as many elements.
    pub(crate) sample: Vec<u32>,
    pub(crate) nodes: Vec<Node>,
    /// Quantization of the input, once something asked for it.
    pub(crate) input: Option<Quantization>,
    /// Quantizations of the tensors that tables read.
    read_by_tables: HashMap<u32, Quantization>,
    /// Bytes of the parameters and tables so far.
    bytes: usize,
    /// The nodes that end a product of two tensors.
    pub(crate) products: HashMap<u32, Multiplied>,
    /// The nodes that end means of windows beyond the border.
    pub(crate) means: HashMap<u32, Averaged>,
    /// The functions that tables are, finer than their entries. Where the file itself quantizes what they read, that is meant to be
    /// rounded, so that there are none.
    pub(crate) curves: HashMap<u32, Vec<i16>>,
    /// Whether it doesn't: quantizations are those of calibration.
    pub(crate) calibrated: bool,
    /// Where the nodes of each ONNX node begin, and how messages name it.
    begun: Vec<(u32, String)>,
    /// Whether quantizations aren't known yet: then nodes only hold the place of what they will be.
    pub(crate) rehearsal: bool,
}

impl Emitter {
    pub(crate) fn new(shape: Vec<u32>, rehearsal: bool) -> Self {
        let nodes = vec![Node::Input { shape: shape.clone() }];
        Self {
            sample: shape,
            nodes,
            input: None,
            read_by_tables: HashMap::new(),
            bytes: 0,
            products: HashMap::new(),
            means: HashMap::new(),
            curves: HashMap::new(),
            calibrated: false,
            begun: vec![],
            rehearsal,
        }
    }

    /// What follows is made of this ONNX node.
    pub(crate) fn begin(&mut self, label: String) {
        self.begun.push((self.nodes.len() as u32, label));
    }

    /// The ONNX node that a node is made of.
    pub(crate) fn label(&self, node: u32) -> &str {
        let after = self.begun.partition_point(|(first, _)| *first <= node);
        after.checked_sub(1).and_then(|at| self.begun.get(at)).map_or("the input", |(_, label)| label)
    }

    pub(crate) fn push(&mut self, node: Node) -> Lowered<u32> {
        self.bytes = self.bytes.saturating_add(held(&node));
        if self.is_full() {
            return Err(refusal!(
                "up to here the model has more than {MAX_NODES} nodes or {MAX_BYTES} bytes";
                "make it smaller"
            ));
        }
        let index = u32::try_from(self.nodes.len()).map_err(|_| {
            refusal!(
                "the model has too many nodes";
                "make it smaller"
            )
        })?;
        self.nodes.push(node);
        Ok(index)
    }

    /// Whether nothing more fits.
    pub(crate) fn is_full(&self) -> bool {
        self.nodes.len() >= MAX_NODES || self.bytes > MAX_BYTES
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
        let shape = value.shape().ok_or_else(not_an_activation)?.to_vec();
        let node = match value {
            Value::Input { .. } => self.quantized_input(to)?,
            Value::Quantized { node, quantization, .. } => self.remap(*node, *quantization, to)?,
            Value::Mapped { node, quantization, map, .. } => {
                let table = self.table_of(map.as_ref(), *quantization, to)?;
                self.read_by_tables.insert(*node, *quantization);
                let at = self.push(Node::Lookup { input: *node, table })?;
                if self.calibrated && !self.rehearsal {
                    self.curves.extend(curve(map.as_ref(), *quantization, to).map(|curve| (at, curve)));
                }
                at
            }
            Value::Accumulated(accumulated) => self.accumulated(accumulated, to)?,
            Value::Mean(mean) => self.mean(mean, to)?,
            Value::Product(product) => self.product(product, to)?,
            // The axes keep their order until something reads them that can't.
            Value::Turned(turned) => {
                let node = match turned.quantization {
                    Some(from) => self.remap(turned.node, from, to)?,
                    None => self.quantized_input(to)?,
                };
                return Ok(Value::Turned(Turned { node, quantization: Some(to), ..turned.clone() }));
            }
            // The padding stays outside of the tensor, at the nearest integer.
            Value::Padded(padded) => {
                let node = self.remap(padded.node, padded.quantization, to)?;
                return Ok(Value::Padded(Padded { node, quantization: to, ..padded.clone() }));
            }
            Value::Sum { left, right, range, .. } => {
                let rehearsed = ([1.0, 1.0], (i8::MIN, i8::MAX));
                let (ratios, (min, max)) = match self.rehearsal {
                    true => rehearsed,
                    false => ([left.1.scale / to.scale, right.1.scale / to.scale], bounds(*range, to)),
                };
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
                self.joined(inputs?, *axis)?
            }
            Value::Ordered { .. } | Value::Constant(_) | Value::Index { .. } => {
                return Err(not_an_activation())
            }
        };
        Ok(Value::Quantized { node, shape, quantization: to })
    }

    /// The model's input, which has one quantization.
    pub(crate) fn quantized_input(&mut self, to: Quantization) -> Lowered<u32> {
        if self.input.is_some_and(|input| input != to) {
            return Err(refusal!(
                "the model's input is quantized in two ways";
                "quantize it once, before all that reads it"
            ));
        }
        self.input = Some(to);
        Ok(0)
    }

    /// The quantized tensor of a product's accumulators.
    pub(crate) fn accumulated(&mut self, accumulated: &Accumulated, to: Quantization) -> Lowered<u32> {
        let (min, max) = if self.rehearsal { (i8::MIN, i8::MAX) } else { bounds(accumulated.range, to) };
        let (input, channels) = match self.rehearsal {
            true => (accumulated.node, vec![SAME; accumulated.scales.len()]),
            false => self.rescaled(accumulated, to)?,
        };
        let at = self.push(Node::Requantize { input, channels, zero_point: to.zero_point, min, max })?;
        if accumulated.reshaped {
            self.reshape(at, &accumulated.shape)
        } else {
            Ok(at)
        }
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

    /// The same integers between two bounds: by the rescaling that gives them, if one does, or else by a table.
    pub(crate) fn bounded(&mut self, node: u32, low: i8, high: i8) -> Lowered<u32> {
        let mut rescaling =
            self.nodes.get(node as usize).filter(|_| !self.products.contains_key(&node)).cloned();
        if let Some(Node::Requantize { min, max, .. } | Node::Add { min, max, .. }) = &mut rescaling {
            (*min, *max) = ((*min).clamp(low, high), (*max).clamp(low, high));
            return rescaling.map_or(Ok(node), |node| self.push(node));
        }
        let table = (i8::MIN..=i8::MAX).map(|x| x.clamp(low, high)).collect();
        self.push(Node::Lookup { input: node, table })
    }

    /// A function as a table.
    pub(crate) fn table_of(
        &self,
        map: &dyn Fn(f64) -> f64,
        from: Quantization,
        to: Quantization,
    ) -> Lowered<Vec<i8>> {
        if self.rehearsal {
            return Ok(vec![0; 256]);
        }
        (i8::MIN..=i8::MAX)
            .map(|x| {
                let real = from.real(x);
                let value = value_at(map, real, from.scale);
                if value.is_nan() {
                    return Err(refusal!(
                        "at {real} it and what comes before it are no number";
                        "clip their input to where they are one"
                    ));
                }
                Ok(to.quantize(value))
            })
            .collect()
    }

    /// How the accumulators of a product become `i8`, and the product: where a row's bias is beyond 32 bits in the row's
    /// own unit, or would lose too much there, it is a new one with that row in a coarser or a finer unit.
    fn rescaled(&mut self, accumulated: &Accumulated, to: Quantization) -> Lowered<(u32, Vec<Rescale>)> {
        let Accumulated { node: product, scales, offsets, zero_point, .. } = accumulated;
        let (product, zero_point) = (*product, *zero_point);
        let node = self.nodes.get(product as usize);
        let parameters = node.and_then(parameters).ok_or_else(|| {
            refusal!(
                "its input isn't a product";
                "export the model again"
            )
        })?;
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
            let finer = refined(weights, *scale, *offset, zero_point, to.scale)?;
            if let (Some(bias), None) = (fitting, &finer) {
                let (multiplier, shift) = rescaling(scale / to.scale)?;
                channels.push(Rescale { bias, multiplier, shift });
                continue;
            }
            let (weights, rescale) = match finer {
                Some(finer) => finer,
                None => coarsened(weights, *scale, *offset, zero_point, to.scale)?,
            };
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

    /// The graph that ends with this node, without what it doesn't need, and with what registration needs besides.
    pub(crate) fn model(&self, last: u32) -> Model {
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
        for (index, node) in self.nodes.iter().enumerate().take(last + 1) {
            if needed[index] {
                let mut node = node.clone();
                node.reads_mut().for_each(|read| *read = names[*read as usize]);
                names[index] = nodes.len() as u32;
                nodes.push(node);
            }
        }
        Model { nodes: traced(nodes) }
    }
}

/// Why a constant or an index has no quantization.
fn not_an_activation() -> Refusal {
    refusal!(
        "it quantizes something that isn't an activation";
        "quantize activations only, and end the model with an arg max"
    )
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
pub(crate) fn parameters(node: &Node) -> Option<&[i8]> {
    match node {
        Node::Linear { parameters, .. }
        | Node::Conv2d { parameters, .. }
        | Node::DepthwiseConv2d { parameters, .. } => Some(parameters),
        _ => None,
    }
}

/// The same product with other parameters.
pub(crate) fn with_parameters(node: &Node, new: Vec<i8>) -> Node {
    let mut node = node.clone();
    if let Node::Linear { parameters, .. }
    | Node::Conv2d { parameters, .. }
    | Node::DepthwiseConv2d { parameters, .. } = &mut node
    {
        *parameters = new;
    }
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emitter_doesnt_grow_without_end() {
        let mut emitter = Emitter::new(vec![1], false);
        let message = (0..).find_map(|_| emitter.push(Node::Flatten { input: 0 }).err()).expect("a limit");
        let message = message.to_string();
        assert!(message.contains("make it smaller"), "{message}");
    }
}
