use alloc::vec::Vec;

use crate::{
    limits::{MAX_ELEMENTS, MAX_EXPANSION, MAX_NODES, MAX_RANK, MAX_SHIFT},
    model::{DataType, Model, Node, Rescale},
    profile::{LayerShape, Profile},
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
        let elements = shape.iter().fold(1u64, |product, axis| product.saturating_mul((*axis).into()));
        match u32::try_from(elements) {
            Ok(elements) if elements <= MAX_ELEMENTS => Ok(Self { shape, elements, data_type, last_read: 0 }),
            _ => Err(ModelFault::Elements { got: elements }),
        }
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
        let checked = Self::structure(model, bytes.len())?;
        checked.check_accumulators()?;
        Ok(checked)
    }

    /// Like [`Self::from_bytes`] for bytes that are known to have passed it (the chain's registry): the
    /// bound of every accumulator, a pass over all parameters, is not computed again.
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

    /// Shape of one output sample, and its type.
    pub fn output(&self) -> (&[u32], DataType) {
        self.tensors.last().map_or((&[], DataType::I8), |output| (&output.shape, output.data_type))
    }

    /// The linear operators in node order: node, W row-major, and its columns m.
    pub fn linear_operators(&self) -> impl Iterator<Item = (u32, &[i8], usize)> {
        self.model.nodes.iter().enumerate().filter_map(|(index, node)| match node {
            Node::Linear { parameters, .. } => {
                let (_, m, _) = self.linear_dimensions(index)?;
                Some((u32::try_from(index).ok()?, parameters.as_slice(), usize::try_from(m).ok()?))
            }
            _ => None,
        })
    }

    /// The linear operator of a node: (n, m, columns per sample).
    pub(crate) fn linear_dimensions(&self, node: usize) -> Option<(u32, u32, u32)> {
        let Some(Node::Linear { input, outputs, .. }) = self.model.nodes.get(node) else { return None };
        let read = self.tensors.get(usize::try_from(*input).ok()?)?;
        let m = read.last_axis();
        Some((*outputs, m, read.elements.checked_div(m)?))
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
            if let Node::Linear { outputs, .. } = node {
                let m = node
                    .reads()
                    .next()
                    .and_then(|read| checked.tensors.get(read))
                    .map_or(1, Tensor::last_axis);
                let columns = tensor.elements.checked_div(*outputs).unwrap_or(0);
                checked.profile.layers.push(LayerShape { n: *outputs, m, columns });
            } else {
                checked.profile.elements = checked.profile.elements.saturating_add(tensor.elements.into());
            }
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
                if !matches!(model.nodes.get(position), Some(Node::Linear { .. })) {
                    return Err(ModelFault::NotAnAccumulator);
                }
                expect_length(read.last_axis().into(), channels.len())?;
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

    /// `128·Σ|W| + |bias| < 2³¹` for every row of every linear operator: no accumulator overflows, and the
    /// soundness of the verification rests on it.
    fn check_accumulators(&self) -> Result<(), ModelError> {
        let mut bounds: Vec<Vec<u64>> = alloc::vec![Vec::new(); self.model.nodes.len()];
        for (index, node) in self.model.nodes.iter().enumerate() {
            let at = |row: usize, got| ModelError::Node {
                node: u32::try_from(index).unwrap_or(u32::MAX),
                fault: ModelFault::Accumulator { row: u32::try_from(row).unwrap_or(u32::MAX), got },
            };
            match node {
                Node::Linear { parameters, .. } => {
                    let Some((_, m, _)) = self.linear_dimensions(index) else { continue };
                    let rows: Vec<u64> = parameters
                        .chunks(usize::try_from(m).unwrap_or(usize::MAX).max(1))
                        .map(|row| {
                            let sum =
                                row.iter().fold(0u64, |sum, w| sum.saturating_add(w.unsigned_abs().into()));
                            sum.saturating_mul(128)
                        })
                        .collect();
                    if let Some((row, bound)) = rows.iter().enumerate().find(|(_, bound)| **bound >= TWO_31) {
                        return Err(at(row, *bound));
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
        Ok(())
    }
}

impl Node {
    /// Positions of the nodes that it reads.
    pub(crate) fn reads(&self) -> impl Iterator<Item = usize> {
        let (first, second) = match self {
            Self::Input { .. } => (None, None),
            Self::Linear { input, .. }
            | Self::Requantize { input, .. }
            | Self::Lookup { input, .. }
            | Self::Flatten { input }
            | Self::ArgMax { input } => (Some(*input), None),
            Self::Add { left, right, .. } => (Some(*left), Some(*right)),
        };
        first.into_iter().chain(second).map(|read| usize::try_from(read).unwrap_or(usize::MAX))
    }
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
