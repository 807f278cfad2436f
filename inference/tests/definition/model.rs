//! Sections 1, 2 and 4: encoding, shapes, and what is registered.

use super::{demand, Definition, Mistake, Refused, Result};

/// A model that is registered.
pub struct Model {
    pub nodes: Vec<Node>,
    pub tensors: Vec<Tensor>,
}

pub struct Node {
    pub reads: Vec<usize>,
    pub operator: Operator,
}

pub enum Operator {
    Input { shape: Vec<usize> },
    Linear { outputs: usize, parameters: Vec<i64> },
    Requantize { channels: Vec<Channel>, target: Target },
    Lookup { table: Vec<i64> },
    Add { zero_points: [i64; 2], multipliers: [i64; 2], shift: u8, target: Target },
    Flatten,
    ArgMax,
    Conv2d { outputs: usize, window: Window, pad_value: i64, parameters: Vec<i64> },
    DepthwiseConv2d { window: Window, pad_value: i64, parameters: Vec<i64> },
    MaxPool2d { window: Window },
    AveragePool2d { window: Window },
    Reshape { shape: Vec<usize> },
    Concat { axis: usize },
}

pub struct Channel {
    pub bias: i64,
    pub multiplier: i64,
    pub shift: u8,
}

pub struct Target {
    pub zero_point: i64,
    pub min: i64,
    pub max: i64,
}

#[derive(Clone, Copy)]
pub struct Window {
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// Above, left, below, right.
    pub padding: [usize; 4],
}

/// Shape of a sample of a node, and whether its elements are i32.
pub struct Tensor {
    pub shape: Vec<usize>,
    pub wide: bool,
}

impl Node {
    /// Whether a trace holds its accumulators.
    pub fn is_traced(&self) -> bool {
        matches!(self.operator, Operator::Linear { .. } | Operator::Conv2d { .. })
    }

    /// Its parameters and how many rows or filters they are.
    fn rows(&self, tensor: &Tensor) -> Option<(&[i64], usize)> {
        match &self.operator {
            Operator::Linear { outputs, parameters } | Operator::Conv2d { outputs, parameters, .. } => {
                Some((parameters.as_slice(), *outputs))
            }
            Operator::DepthwiseConv2d { parameters, .. } => Some((parameters.as_slice(), tensor.shape[0])),
            _ => None,
        }
    }
}

pub fn product(shape: &[usize]) -> usize {
    shape.iter().fold(1, |product: usize, axis| product.saturating_mul(*axis))
}

fn is_scale(multiplier: i64, shift: u8) -> bool {
    multiplier < 1 << 31 && (1..=62).contains(&shift)
}

struct Reader<'a> {
    rest: &'a [u8],
    definition: Definition,
}

impl Reader<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or(Refused)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn byte(&mut self) -> Result<u8> {
        let [byte] = self.bytes()?;
        Ok(byte)
    }

    fn signed_byte(&mut self) -> Result<i64> {
        Ok(i8::from_le_bytes(self.bytes()?).into())
    }

    fn number(&mut self) -> Result<usize> {
        Ok(u32::from_le_bytes(self.bytes()?) as usize)
    }

    fn multiplier(&mut self) -> Result<i64> {
        Ok(u32::from_le_bytes(self.bytes()?).into())
    }

    fn compact(&mut self) -> Result<usize> {
        let first = self.byte()?;
        let value = usize::from(first >> 2);
        match first & 3 {
            0 => Ok(value),
            1 if self.definition.has(Mistake::CompactInOneByte) => Ok(value),
            1 => {
                let value = value + (usize::from(self.byte()?) << 6);
                demand(value >= 1 << 6)?;
                Ok(value)
            }
            2 => {
                let [second, third, fourth] = self.bytes()?;
                let upper = u32::from_le_bytes([second, third, fourth, 0]) as usize;
                let value = value + (upper << 6);
                demand(value >= 1 << 14)?;
                Ok(value)
            }
            _ => Err(Refused),
        }
    }

    fn list<T>(&mut self, mut entry: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let length = self.compact()?;
        let mut entries = Vec::new();
        for _ in 0..length {
            entries.push(entry(self)?);
        }
        Ok(entries)
    }

    fn numbers(&mut self) -> Result<Vec<usize>> {
        self.list(|reader| reader.number())
    }

    fn signed_bytes(&mut self) -> Result<Vec<i64>> {
        self.list(|reader| reader.signed_byte())
    }

    fn channel(&mut self) -> Result<Channel> {
        let bias = i32::from_le_bytes(self.bytes()?).into();
        Ok(Channel { bias, multiplier: self.multiplier()?, shift: self.byte()? })
    }

    fn target(&mut self) -> Result<Target> {
        Ok(Target { zero_point: self.signed_byte()?, min: self.signed_byte()?, max: self.signed_byte()? })
    }

    fn window(&mut self) -> Result<Window> {
        let mut pair = || -> Result<[usize; 2]> { Ok([self.number()?, self.number()?]) };
        let (mut kernel, mut stride, before, after) = (pair()?, pair()?, pair()?, pair()?);
        let mut padding = [before[0], before[1], after[0], after[1]];
        match self.definition.mistake {
            Some(Mistake::KernelWidthFirst) => kernel.reverse(),
            Some(Mistake::StrideAcrossFirst) => stride.reverse(),
            Some(Mistake::StrideBeforeKernel) => (kernel, stride) = (stride, kernel),
            Some(Mistake::PaddingLeftFirst) => padding = [before[1], before[0], after[1], after[0]],
            Some(Mistake::PaddingBelowSecond) => padding = [before[0], after[0], before[1], after[1]],
            _ => {}
        }
        Ok(Window { kernel, stride, padding })
    }

    fn node(&mut self) -> Result<Node> {
        let kind = self.byte()?;
        let mut reads = match kind {
            0 => Vec::new(),
            12 => self.numbers()?,
            _ => vec![self.number()?],
        };
        let operator = match kind {
            0 => Operator::Input { shape: self.numbers()? },
            1 => Operator::Linear { outputs: self.number()?, parameters: self.signed_bytes()? },
            2 => {
                let channels = self.list(|reader| reader.channel())?;
                Operator::Requantize { channels, target: self.target()? }
            }
            3 => Operator::Lookup { table: self.signed_bytes()? },
            4 => {
                reads.push(self.number()?);
                let zero_points = [self.signed_byte()?, self.signed_byte()?];
                let mut multipliers = [self.multiplier()?, self.multiplier()?];
                if self.definition.has(Mistake::AddMultipliersSwapped) {
                    multipliers.reverse();
                }
                Operator::Add { zero_points, multipliers, shift: self.byte()?, target: self.target()? }
            }
            5 => Operator::Flatten,
            6 => Operator::ArgMax,
            7 => Operator::Conv2d {
                outputs: self.number()?,
                window: self.window()?,
                pad_value: self.signed_byte()?,
                parameters: self.signed_bytes()?,
            },
            8 => Operator::DepthwiseConv2d {
                window: self.window()?,
                pad_value: self.signed_byte()?,
                parameters: self.signed_bytes()?,
            },
            9 => Operator::MaxPool2d { window: self.window()? },
            10 => Operator::AveragePool2d { window: self.window()? },
            11 => Operator::Reshape { shape: self.numbers()? },
            12 => Operator::Concat { axis: self.byte()?.into() },
            _ => return Err(Refused),
        };
        Ok(Node { reads, operator })
    }
}

impl Definition {
    /// The model of an encoding, if it is registered.
    pub fn model(self, bytes: &[u8]) -> Result<Model> {
        demand(bytes.len() <= 2 * 1024 * 1024 && bytes.first() == Some(&1))?;
        let mut reader = Reader { rest: &bytes[1..], definition: self };
        let count = reader.compact()?;
        demand((1..=256).contains(&count))?;
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(reader.node()?);
        }
        demand(reader.rest.is_empty())?;
        let tensors = self.tensors(&nodes)?;
        let model = Model { nodes, tensors };
        let elements: usize = model.tensors.iter().map(|tensor| product(&tensor.shape)).sum();
        demand(elements <= 256 * bytes.len())?;
        model.graph()?;
        model.bounds()?;
        Ok(model)
    }

    fn tensors(self, nodes: &[Node]) -> Result<Vec<Tensor>> {
        let mut tensors: Vec<Tensor> = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            demand((index == 0) == matches!(node.operator, Operator::Input { .. }))?;
            demand(node.reads.iter().all(|read| *read < index))?;
            let requantizes = matches!(node.operator, Operator::Requantize { .. });
            if !matches!(node.operator, Operator::ArgMax) {
                demand(node.reads.iter().all(|read| tensors[*read].wide == requantizes))?;
            }
            let shape = self.shape(nodes, node, &tensors)?;
            demand((1..=4).contains(&shape.len()) && !shape.contains(&0))?;
            demand(product(&shape) <= 262_144)?;
            let accumulates = matches!(node.operator, Operator::DepthwiseConv2d { .. } | Operator::ArgMax);
            tensors.push(Tensor { shape, wide: node.is_traced() || accumulates });
        }
        Ok(tensors)
    }

    fn shape(self, nodes: &[Node], node: &Node, tensors: &[Tensor]) -> Result<Vec<usize>> {
        let mut read = node.reads.iter().map(|read| tensors[*read].shape.as_slice());
        let first = read.next().unwrap_or_default();
        Ok(match &node.operator {
            Operator::Input { shape } => shape.clone(),
            Operator::Linear { outputs, parameters } => {
                let (m, before) = first.split_last().ok_or(Refused)?;
                demand(parameters.len() == outputs * m)?;
                [before, &[*outputs]].concat()
            }
            Operator::Requantize { channels, target } => {
                let rows = match &nodes[node.reads[0]].operator {
                    Operator::Linear { .. } => first.last(),
                    Operator::Conv2d { .. } | Operator::DepthwiseConv2d { .. } => first.first(),
                    _ => None,
                };
                demand(rows == Some(&channels.len()))?;
                demand(channels.iter().all(|channel| is_scale(channel.multiplier, channel.shift)))?;
                demand(target.min <= target.max)?;
                first.to_vec()
            }
            Operator::Lookup { table } => {
                demand(table.len() == 256)?;
                first.to_vec()
            }
            Operator::Add { multipliers, shift, target, .. } => {
                demand(read.next() == Some(first))?;
                demand(multipliers.iter().all(|multiplier| is_scale(*multiplier, *shift)))?;
                demand(target.min <= target.max)?;
                first.to_vec()
            }
            Operator::Flatten => vec![product(first)],
            Operator::ArgMax => match first.split_last() {
                Some((_, before)) if !before.is_empty() => before.to_vec(),
                _ => vec![1],
            },
            Operator::Conv2d { outputs, window, parameters, .. } => {
                let [rows, columns] = self.patches(first, window)?;
                demand(
                    parameters.len() == product(&[*outputs, first[0], window.kernel[0], window.kernel[1]]),
                )?;
                vec![*outputs, rows, columns]
            }
            Operator::DepthwiseConv2d { window, parameters, .. } => {
                let [rows, columns] = self.patches(first, window)?;
                demand(parameters.len() == product(&[first[0], window.kernel[0], window.kernel[1]]))?;
                vec![first[0], rows, columns]
            }
            Operator::MaxPool2d { window } | Operator::AveragePool2d { window } => {
                let [rows, columns] = self.patches(first, window)?;
                vec![first[0], rows, columns]
            }
            Operator::Reshape { shape } => {
                demand(product(shape) == product(first))?;
                shape.clone()
            }
            Operator::Concat { axis } => {
                demand((1..=64).contains(&node.reads.len()) && *axis < first.len())?;
                let axis = self.concat_axis(*axis, first);
                let mut joined = first.to_vec();
                for shape in read {
                    demand(shape.len() == first.len())?;
                    let differs = |at: &usize| shape[*at] != first[*at];
                    demand((0..first.len()).filter(differs).all(|at| at == axis))?;
                    joined[axis] += shape[axis];
                }
                joined
            }
        })
    }

    pub(super) fn concat_axis(self, axis: usize, shape: &[usize]) -> usize {
        if self.has(Mistake::ConcatLastAxis) {
            shape.len() - 1
        } else {
            axis
        }
    }

    /// H′ and W′.
    pub(super) fn patches(self, shape: &[usize], window: &Window) -> Result<[usize; 2]> {
        let &[_, height, width] = shape else { return Err(Refused) };
        let ([down, across], [above, left, below, right]) = (window.stride, window.padding);
        let [rows, columns] = window.kernel;
        demand(rows >= 1 && columns >= 1 && down >= 1 && across >= 1)?;
        demand(above.max(below) < rows && left.max(right) < columns)?;
        demand(product(&window.kernel) <= 262_144)?;
        let count = |padded: usize, kernel: usize, stride: usize| -> Result<usize> {
            let slack = padded.checked_sub(kernel).ok_or(Refused)?;
            let up = self.has(Mistake::PatchesRoundedUp) && slack % stride > 0;
            Ok(slack / stride + 1 + usize::from(up))
        };
        Ok([count(height + above + below, rows, down)?, count(width + left + right, columns, across)?])
    }

    /// Multiply-accumulates of a sample.
    pub fn work(self, model: &Model) -> u64 {
        let mut work = 0;
        for (node, tensor) in model.nodes.iter().zip(&model.tensors) {
            let Some((parameters, rows)) = node.rows(tensor) else { continue };
            if node.is_traced() || !self.has(Mistake::WorkWithoutDepthwise) {
                // Each accumulator takes a row.
                work += product(&tensor.shape) * (parameters.len() / rows);
            }
        }
        work as u64
    }
}

impl Model {
    /// Every node is read, there is work, and no depthwise convolution goes without a trace.
    fn graph(&self) -> Result<()> {
        let mut shown = vec![false; self.nodes.len()];
        let mut read = shown.clone();
        for (index, node) in self.nodes.iter().enumerate().rev() {
            demand(read[index] || index + 1 == self.nodes.len())?;
            demand(shown[index] || !matches!(node.operator, Operator::DepthwiseConv2d { .. }))?;
            for operand in &node.reads {
                read[*operand] = true;
                shown[*operand] |= shown[index] || node.is_traced();
            }
        }
        demand(self.nodes.iter().any(Node::is_traced))
    }

    /// No accumulator overflows, nor does its sum with a bias.
    fn bounds(&self) -> Result<()> {
        for (index, node) in self.nodes.iter().enumerate() {
            let Some((parameters, rows)) = node.rows(&self.tensors[index]) else { continue };
            for (row, weights) in parameters.chunks(parameters.len() / rows).enumerate() {
                let bound = 128 * weights.iter().map(|weight| weight.abs()).sum::<i64>();
                demand(bound < 1 << 31)?;
                for reader in self.nodes.iter().filter(|reader| reader.reads.contains(&index)) {
                    if let Operator::Requantize { channels, .. } = &reader.operator {
                        demand(bound + channels[row].bias.abs() < 1 << 31)?;
                    }
                }
            }
        }
        Ok(())
    }
}
