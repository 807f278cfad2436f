use alloc::vec::Vec;

use crate::{
    limits::{MAX_CONCAT, MAX_ELEMENTS, MAX_EXPANSION, MAX_NODES, MAX_RANK, MAX_SHIFT},
    model::{DataType, Model, Node, Rescale, Window},
    patches::Patches,
    profile::{LayerShape, Profile},
    trace::{width_of_bound, MAX_WIDTH},
    walk::{Columns, Linear},
    ModelError, ModelFault,
};

/// Strict bound of every accumulator and multiplier: 2³¹.
const TWO_31: u64 = 1 << 31;

/// What the checks learnt about one node.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<u32>,
    pub(crate) elements: u32,
    pub(crate) data_type: DataType,
    /// Index of the last node that reads it; its own index for the output.
    pub(crate) last_read: usize,
}

impl Tensor {
    fn new(shape: Vec<u32>, data_type: DataType) -> Result<Self, ModelFault> {
        if shape.is_empty() || shape.len() > MAX_RANK || shape.contains(&0) {
            return Err(ModelFault::Shape);
        }
        let elements = product(&shape);
        match u32::try_from(elements) {
            Ok(elements) if elements <= MAX_ELEMENTS => Ok(Self { shape, elements, data_type, last_read: 0 }),
            _ => Err(ModelFault::Elements { got: elements }),
        }
    }

    pub(crate) fn first_axis(&self) -> u32 {
        self.shape.first().copied().unwrap_or(1)
    }

    /// Elements from one index of an axis' outer neighbour to the next: what a concatenation copies at once.
    pub(crate) fn run(&self, axis: usize) -> usize {
        let inner = self.shape.iter().skip(axis).fold(1u32, |product, axis| product.saturating_mul(*axis));
        usize::try_from(inner).unwrap_or(usize::MAX)
    }

    pub(crate) fn last_axis(&self) -> u32 {
        self.shape.last().copied().unwrap_or(1)
    }
}

/// A model that passed every check that registration makes, with what follows from it: shapes, work and
/// the lengths of everything. Executing and verifying it can't overflow.
#[derive(Clone, Debug)]
pub struct CheckedModel {
    pub(crate) model: Model,
    pub(crate) tensors: Vec<Tensor>,
    profile: Profile,
}

impl CheckedModel {
    /// Decodes and checks an encoded model.
    ///
    /// # Errors
    /// The first fault, with its node.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let model = Model::from_bytes(bytes)?;
        let mut checked = Self::structure(model, bytes.len())?;
        checked.check_accumulators()?;
        Ok(checked)
    }

    /// Like [`Self::from_bytes`] for bytes that are known to have passed it (the chain's registry): the
    /// bound of every accumulator, a pass over all parameters, is not computed again, so its profile takes
    /// every accumulator for 32 bits wide.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], but for [`ModelFault::Accumulator`].
    pub fn from_registered_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::structure(Model::from_bytes(bytes)?, bytes.len())
    }

    /// The model itself.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What follows from the graph alone: sizes, work, and the cost of verifying any batch.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Shape of one input sample.
    pub fn input_shape(&self) -> &[u32] {
        self.tensors.first().map_or(&[], |input| &input.shape)
    }

    /// Shape of one sample of a node's tensor, and its type.
    pub fn tensor(&self, node: usize) -> Option<(&[u32], DataType)> {
        self.tensors.get(node).map(|tensor| (tensor.shape.as_slice(), tensor.data_type))
    }

    /// Shape of one output sample, and its type.
    pub fn output(&self) -> (&[u32], DataType) {
        self.tensors.last().map_or((&[], DataType::I8), |output| (&output.shape, output.data_type))
    }

    /// The linear operators whose accumulators a trace holds, in node order, without their input.
    pub fn linear_operators(&self) -> impl Iterator<Item = Linear<'_>> {
        (0..self.model.nodes.len()).filter_map(|index| self.linear_operator(index, &[]))
    }

    /// The linear operator of a node, on this input.
    pub(crate) fn linear_operator<'a>(&'a self, index: usize, input: &'a [i8]) -> Option<Linear<'a>> {
        let node = u32::try_from(index).ok()?;
        let size = |value: u32| usize::try_from(value).ok();
        match self.model.nodes.get(index)? {
            Node::Linear { input: read, outputs, parameters } => {
                let m = size(self.tensors.get(size(*read)?)?.last_axis())?;
                Some(Linear { node, parameters, n: size(*outputs)?, m, input, columns: Columns::Contiguous })
            }
            Node::Conv2d { input: read, outputs, window, pad_value, parameters } => {
                let patches = self.patches(*read, *window)?;
                let m = patches.kernel().checked_mul(size(patches.channels)?)?;
                let columns = Columns::Patches { patches, pad_value: *pad_value };
                Some(Linear { node, parameters, n: size(*outputs)?, m, input, columns })
            }
            _ => None,
        }
    }

    /// The patches of a window on a node's tensor.
    pub(crate) fn patches(&self, read: u32, window: Window) -> Option<Patches> {
        Patches::new(&self.tensors.get(usize::try_from(read).ok()?)?.shape, window).ok()
    }

    fn structure(model: Model, encoded_bytes: usize) -> Result<Self, ModelError> {
        let count = model.nodes.len();
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { got: count });
        }
        let mut checked = Self {
            model: Model { nodes: Vec::new() },
            tensors: Vec::new(),
            profile: Profile {
                encoded_bytes: u32::try_from(encoded_bytes).unwrap_or(u32::MAX),
                ..Profile::default()
            },
        };
        let mut elements = 0u64;
        for (index, node) in model.nodes.iter().enumerate() {
            let here = u32::try_from(index).unwrap_or(u32::MAX);
            let at = |fault| ModelError::Node { node: here, fault };
            let tensor = checked.infer(&model, index, node).map_err(at)?;
            elements = elements.saturating_add(tensor.elements.into());
            checked.count(node, &tensor);
            for read in node.reads() {
                if let Some(tensor) = checked.tensors.get_mut(read) {
                    tensor.last_read = index;
                }
            }
            checked.tensors.push(tensor);
        }
        let last = count.saturating_sub(1);
        for (index, tensor) in checked.tensors.iter_mut().enumerate() {
            if index == last {
                tensor.last_read = last;
            } else if tensor.last_read == 0 {
                let node = u32::try_from(index).unwrap_or(u32::MAX);
                return Err(ModelError::Node { node, fault: ModelFault::Dead });
            }
        }
        if checked.profile.layers.is_empty() {
            return Err(ModelError::NoWork);
        }
        expect_traced(&model)?;
        let limit = MAX_EXPANSION.saturating_mul(u64::try_from(encoded_bytes).unwrap_or(u64::MAX));
        if elements > limit {
            return Err(ModelError::Expansion { limit, got: elements });
        }
        checked.profile.sample_bytes = checked.tensors.first().map_or(1, |input| input.elements);
        checked.profile.output_bytes = checked
            .tensors
            .last()
            .map_or(1, |output| output.elements.saturating_mul(output.data_type.bytes()));
        checked.model = model;
        Ok(checked)
    }

    /// Adds what executing and verifying a node takes to the profile.
    fn count(&mut self, node: &Node, tensor: &Tensor) {
        let shape_of = |read: u32| usize::try_from(read).ok().and_then(|read| self.tensors.get(read));
        match node {
            Node::Linear { input, outputs, .. } => {
                let m = shape_of(*input).map_or(1, Tensor::last_axis);
                let columns = tensor.elements.checked_div(*outputs).unwrap_or(0);
                self.profile.layers.push(LayerShape { n: *outputs, m, columns, width: MAX_WIDTH });
            }
            Node::Conv2d { outputs, parameters, .. } => {
                let m = u32::try_from(parameters.len()).ok().and_then(|count| count.checked_div(*outputs));
                let columns = tensor.elements.checked_div(*outputs).unwrap_or(0);
                let m = m.unwrap_or(1);
                self.profile.layers.push(LayerShape { n: *outputs, m, columns, width: MAX_WIDTH });
            }
            Node::DepthwiseConv2d { window, .. } => {
                let [rows, columns] = window.kernel;
                let macs =
                    u64::from(tensor.elements).saturating_mul(rows.into()).saturating_mul(columns.into());
                self.profile.depthwise = self.profile.depthwise.saturating_add(macs);
            }
            Node::MaxPool2d { input, window } | Node::AveragePool2d { input, window } => {
                let patches = shape_of(*input).and_then(|read| Patches::new(&read.shape, *window).ok());
                let steps = patches.map_or(1, |patches| patches.steps());
                let steps = u64::from(tensor.elements).saturating_mul(steps);
                self.profile.elements = self.profile.elements.saturating_add(steps);
            }
            _ => self.profile.elements = self.profile.elements.saturating_add(tensor.elements.into()),
        }
    }

    fn read(&self, index: usize, read: u32, expected: Option<DataType>) -> Result<&Tensor, ModelFault> {
        let position = usize::try_from(read).unwrap_or(usize::MAX);
        let tensor = match self.tensors.get(position) {
            Some(tensor) if position < index => tensor,
            _ => return Err(ModelFault::ReadsLater { read }),
        };
        match expected {
            Some(expected) if expected != tensor.data_type => {
                Err(ModelFault::Type { expected, got: tensor.data_type })
            }
            _ => Ok(tensor),
        }
    }

    fn infer(&self, model: &Model, index: usize, node: &Node) -> Result<Tensor, ModelFault> {
        if (index == 0) != matches!(node, Node::Input { .. }) {
            return Err(ModelFault::MisplacedInput);
        }
        match node {
            Node::Input { shape } => Tensor::new(shape.clone(), DataType::I8),
            Node::Linear { input, outputs, parameters } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                let expected = u64::from(*outputs).saturating_mul(read.last_axis().into());
                expect_length(expected, parameters.len())?;
                let mut shape = read.shape.clone();
                if let Some(last) = shape.last_mut() {
                    *last = *outputs;
                }
                Tensor::new(shape, DataType::I32)
            }
            Node::Requantize { input, channels, min, max, .. } => {
                let read = self.read(index, *input, Some(DataType::I32))?;
                let position = usize::try_from(*input).unwrap_or(usize::MAX);
                let rows = match model.nodes.get(position) {
                    Some(Node::Linear { .. }) => read.last_axis(),
                    Some(Node::Conv2d { .. } | Node::DepthwiseConv2d { .. }) => read.first_axis(),
                    _ => return Err(ModelFault::NotAnAccumulator),
                };
                expect_length(rows.into(), channels.len())?;
                for Rescale { multiplier, shift, .. } in channels {
                    expect_scale(*multiplier, *shift)?;
                }
                expect_clamp(*min, *max)?;
                Tensor::new(read.shape.clone(), DataType::I8)
            }
            Node::Lookup { input, table } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                expect_length(256, table.len())?;
                Tensor::new(read.shape.clone(), DataType::I8)
            }
            Node::Add { left, right, left_multiplier, right_multiplier, shift, min, max, .. } => {
                let a = self.read(index, *left, Some(DataType::I8))?;
                let b = self.read(index, *right, Some(DataType::I8))?;
                if a.shape != b.shape {
                    return Err(ModelFault::ShapesDiffer);
                }
                expect_scale(*left_multiplier, *shift)?;
                expect_scale(*right_multiplier, *shift)?;
                expect_clamp(*min, *max)?;
                Tensor::new(a.shape.clone(), DataType::I8)
            }
            Node::Flatten { input } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                Tensor::new(alloc::vec![read.elements], DataType::I8)
            }
            Node::Conv2d { input, outputs, window, parameters, .. } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                let patches = Patches::new(&read.shape, *window)?;
                let [rows, columns] = window.kernel;
                let expected = [*outputs, patches.channels, rows, columns];
                expect_length(product(&expected), parameters.len())?;
                Tensor::new(alloc::vec![*outputs, patches.rows, patches.columns], DataType::I32)
            }
            Node::DepthwiseConv2d { input, window, parameters, .. } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                let patches = Patches::new(&read.shape, *window)?;
                let [rows, columns] = window.kernel;
                expect_length(product(&[patches.channels, rows, columns]), parameters.len())?;
                Tensor::new(alloc::vec![patches.channels, patches.rows, patches.columns], DataType::I32)
            }
            Node::MaxPool2d { input, window } | Node::AveragePool2d { input, window } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                let patches = Patches::new(&read.shape, *window)?;
                Tensor::new(alloc::vec![patches.channels, patches.rows, patches.columns], DataType::I8)
            }
            Node::Reshape { input, shape } => {
                let read = self.read(index, *input, Some(DataType::I8))?;
                let tensor = Tensor::new(shape.clone(), DataType::I8)?;
                if tensor.elements != read.elements {
                    let (expected, got) = (read.elements.into(), tensor.elements.into());
                    return Err(ModelFault::Reshape { expected, got });
                }
                Ok(tensor)
            }
            Node::Concat { inputs, axis } => self.infer_concat(index, inputs, *axis),
            Node::ArgMax { input } => {
                let read = self.read(index, *input, None)?;
                let mut shape = read.shape.clone();
                shape.pop();
                if shape.is_empty() {
                    shape.push(1);
                }
                Tensor::new(shape, DataType::I32)
            }
        }
    }

    fn infer_concat(&self, index: usize, inputs: &[u32], axis: u8) -> Result<Tensor, ModelFault> {
        if inputs.is_empty() || inputs.len() > MAX_CONCAT {
            return Err(ModelFault::Operands { got: inputs.len() });
        }
        let axis_at = usize::from(axis);
        let mut joined: Option<Vec<u32>> = None;
        for input in inputs {
            let read = self.read(index, *input, Some(DataType::I8))?;
            let own = *read.shape.get(axis_at).ok_or(ModelFault::Axis { got: axis })?;
            match &mut joined {
                None => joined = Some(read.shape.clone()),
                Some(shape) => {
                    let same = shape.len() == read.shape.len()
                        && shape
                            .iter()
                            .zip(&read.shape)
                            .enumerate()
                            .all(|(at, (a, b))| at == axis_at || a == b);
                    if !same {
                        return Err(ModelFault::ShapesDiffer);
                    }
                    if let Some(length) = shape.get_mut(axis_at) {
                        *length = length.saturating_add(own);
                    }
                }
            }
        }
        Tensor::new(joined.unwrap_or_default(), DataType::I8)
    }

    /// `128·Σ|W| + |bias| < 2³¹` for every row of every linear operator: no accumulator overflows, and the
    /// soundness of the verification rests on it. Learns on the way how wide each operator's can become.
    fn check_accumulators(&mut self) -> Result<(), ModelError> {
        let mut widths = Vec::new();
        let mut bounds: Vec<Vec<u64>> = alloc::vec![Vec::new(); self.model.nodes.len()];
        for (index, node) in self.model.nodes.iter().enumerate() {
            let at = |row: usize, got| ModelError::Node {
                node: u32::try_from(index).unwrap_or(u32::MAX),
                fault: ModelFault::Accumulator { row: u32::try_from(row).unwrap_or(u32::MAX), got },
            };
            match node {
                Node::Linear { parameters, .. }
                | Node::Conv2d { parameters, .. }
                | Node::DepthwiseConv2d { parameters, .. } => {
                    let rows = match self.tensors.get(index) {
                        Some(tensor) if matches!(node, Node::Linear { .. }) => tensor.last_axis(),
                        Some(tensor) => tensor.first_axis(),
                        None => continue,
                    };
                    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
                    let m = parameters.len().checked_div(rows).unwrap_or(0).max(1);
                    let rows: Vec<u64> = parameters
                        .chunks(m)
                        .map(|row| {
                            let sum =
                                row.iter().fold(0u64, |sum, w| sum.saturating_add(w.unsigned_abs().into()));
                            sum.saturating_mul(128)
                        })
                        .collect();
                    if let Some((row, bound)) = rows.iter().enumerate().find(|(_, bound)| **bound >= TWO_31) {
                        return Err(at(row, *bound));
                    }
                    if !matches!(node, Node::DepthwiseConv2d { .. }) {
                        widths.push(width_of_bound(rows.iter().copied().max().unwrap_or(0)));
                    }
                    if let Some(slot) = bounds.get_mut(index) {
                        *slot = rows;
                    }
                }
                Node::Requantize { input, channels, .. } => {
                    let position = usize::try_from(*input).unwrap_or(usize::MAX);
                    let Some(rows) = bounds.get(position) else { continue };
                    for (row, (bound, channel)) in rows.iter().zip(channels).enumerate() {
                        let bound = bound.saturating_add(channel.bias.unsigned_abs().into());
                        if bound >= TWO_31 {
                            return Err(at(row, bound));
                        }
                    }
                }
                _ => {}
            }
        }
        for (layer, width) in self.profile.layers.iter_mut().zip(widths) {
            layer.width = width;
        }
        Ok(())
    }
}

impl Node {
    /// Positions of the nodes that it reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> + '_ {
        let (first, second, many) = match self {
            Self::Input { .. } => (None, None, [].as_slice()),
            Self::Linear { input, .. }
            | Self::Requantize { input, .. }
            | Self::Lookup { input, .. }
            | Self::Flatten { input }
            | Self::ArgMax { input }
            | Self::Conv2d { input, .. }
            | Self::DepthwiseConv2d { input, .. }
            | Self::MaxPool2d { input, .. }
            | Self::AveragePool2d { input, .. }
            | Self::Reshape { input, .. } => (Some(*input), None, [].as_slice()),
            Self::Add { left, right, .. } => (Some(*left), Some(*right), [].as_slice()),
            Self::Concat { inputs, .. } => (None, None, inputs.as_slice()),
        };
        let reads = first.into_iter().chain(second).chain(many.iter().copied());
        reads.map(|read| usize::try_from(read).unwrap_or(usize::MAX))
    }
}

/// A trace must depend on every depthwise convolution: work that no later operator's accumulators show would
/// be paid without being done.
fn expect_traced(model: &Model) -> Result<(), ModelError> {
    let mut shown = alloc::vec![false; model.nodes.len()];
    for (index, node) in model.nodes.iter().enumerate().rev() {
        let here = shown.get(index).copied().unwrap_or(false);
        if matches!(node, Node::DepthwiseConv2d { .. }) && !here {
            let node = u32::try_from(index).unwrap_or(u32::MAX);
            return Err(ModelError::Node { node, fault: ModelFault::Untraced });
        }
        if here || matches!(node, Node::Linear { .. } | Node::Conv2d { .. }) {
            for read in node.reads() {
                if let Some(slot) = shown.get_mut(read) {
                    *slot = true;
                }
            }
        }
    }
    Ok(())
}

fn product(factors: &[u32]) -> u64 {
    factors.iter().fold(1u64, |product, factor| product.saturating_mul((*factor).into()))
}

fn expect_length(expected: u64, got: usize) -> Result<(), ModelFault> {
    let got = u64::try_from(got).unwrap_or(u64::MAX);
    (expected == got).then_some(()).ok_or(ModelFault::Length { expected, got })
}

fn expect_scale(multiplier: u32, shift: u8) -> Result<(), ModelFault> {
    if u64::from(multiplier) >= TWO_31 {
        return Err(ModelFault::Multiplier { got: multiplier });
    }
    (1..=MAX_SHIFT).contains(&shift).then_some(()).ok_or(ModelFault::Shift { got: shift })
}

fn expect_clamp(min: i8, max: i8) -> Result<(), ModelFault> {
    (min <= max).then_some(()).ok_or(ModelFault::Clamp { min, max })
}
