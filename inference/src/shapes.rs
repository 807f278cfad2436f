//! What each operator makes of its operands' shapes and types.

use alloc::vec::Vec;

use crate::{
    limits::{MAX_CONCAT, MAX_ELEMENTS, MAX_RANK, MAX_SHIFT},
    model::{DataType, Model, Node, Rescale},
    patches::Patches,
    CheckedModel, ModelFault,
};

/// Strict bound of every accumulator and multiplier: 2³¹.
pub(crate) const TWO_31: u64 = 1 << 31;

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

impl CheckedModel {
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

    pub(crate) fn infer(&self, model: &Model, index: usize, node: &Node) -> Result<Tensor, ModelFault> {
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
