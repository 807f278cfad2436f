//! Random models and inputs, and traces taken apart, for tests here and in the crates that must agree with
//! this one.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a generator for tests, not reachable from a runtime"
)]

use alloc::{vec, vec::Vec};

use crate::{
    kernels, trace::pack, walk, CheckedModel, Domain, ExecutionError, Linear, LinearOperators, Model, Node,
    Rescale, Statement, Window,
};

/// A golden execution: what every implementation gives, see `inference/vectors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Golden {
    /// The model's encoding.
    pub model: &'static [u8],
    /// The input, whole samples.
    pub input: &'static [u8],
    /// The trace.
    pub trace: &'static [u8],
}

/// The golden executions, in the order of `inference/vectors/v1.json`.
pub fn golden() -> impl Iterator<Item = Golden> {
    let mut rest: &'static [u8] = include_bytes!("../vectors/executions.bin");
    let mut part = move || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = after;
        Some(part)
    };
    core::iter::from_fn(move || Some(Golden { model: part()?, input: part()?, trace: part()? }))
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seedable, good enough to choose test cases.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in `low..=high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + u32::try_from(self.bits() % u64::from(high - low + 1)).unwrap_or(0)
    }

    /// Any byte.
    pub fn byte(&mut self) -> i8 {
        self.bits().to_le_bytes()[0].cast_signed()
    }

    /// `length` bytes; every fourth draw is all extreme values.
    pub fn bytes(&mut self, length: usize) -> Vec<i8> {
        match self.between(0, 7) {
            0 => vec![i8::MIN; length],
            1 => vec![i8::MAX; length],
            _ => (0..length).map(|_| self.byte()).collect(),
        }
    }

    /// A clamp range that may also be a single value.
    fn clamp(&mut self) -> (i8, i8) {
        let (a, b) = (self.byte(), self.byte());
        (a.min(b), a.max(b))
    }

    fn rescale(&mut self) -> Rescale {
        Rescale {
            bias: self.between(0, 20_000).cast_signed() - 10_000,
            multiplier: self.between(0, (1 << 31) - 1),
            shift: u8::try_from(self.between(28, 44)).unwrap_or(36),
        }
    }
}

/// A graph under construction: the newest `i8` node and its shape.
struct Graph<'a> {
    random: &'a mut Random,
    nodes: Vec<Node>,
    shape: Vec<u32>,
}

impl Graph<'_> {
    fn last(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX) - 1
    }

    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.last()
    }

    /// A requantization of the newest node, which has so many rows or filters.
    fn requantize(&mut self, input: u32, rows: u32) -> u32 {
        let (min, max) = self.random.clamp();
        let channels = (0..rows).map(|_| self.random.rescale()).collect();
        let zero_point = self.random.byte();
        self.push(Node::Requantize { input, channels, zero_point, min, max })
    }

    fn add(&mut self, left: u32, right: u32) -> u32 {
        let (min, max) = self.random.clamp();
        let node = Node::Add {
            left,
            right,
            left_zero_point: self.random.byte(),
            right_zero_point: self.random.byte(),
            left_multiplier: self.random.between(0, (1 << 31) - 1),
            right_multiplier: self.random.between(0, (1 << 31) - 1),
            shift: u8::try_from(self.random.between(1, 62)).unwrap_or(1),
            zero_point: self.random.byte(),
            min,
            max,
        };
        self.push(node)
    }

    /// A window that fits the image, and the rows and columns of its patches.
    fn window(&mut self) -> (Window, [u32; 2]) {
        let mut axis = |length: u32| {
            let kernel = self.random.between(1, length.min(4));
            let stride = self.random.between(1, 3);
            let (before, after) = (self.random.between(0, kernel - 1), self.random.between(0, kernel - 1));
            (kernel, stride, before, after, (length + before + after - kernel) / stride + 1)
        };
        let (rows, columns) = (axis(self.shape[1]), axis(self.shape[2]));
        let window = Window {
            kernel: [rows.0, columns.0],
            stride: [rows.1, columns.1],
            padding: [rows.2, columns.2, rows.3, columns.3],
        };
        (window, [rows.4, columns.4])
    }

    /// A linear operator or a convolution with its requantization, of at most `width` rows or filters.
    fn layer(&mut self, width: u32) {
        let input = self.last();
        let is_image = self.shape.len() == 3;
        if is_image && self.random.between(0, 3) > 0 {
            let (window, [rows, columns]) = self.window();
            let kernel = window.kernel[0] * window.kernel[1];
            let pad_value = self.random.byte();
            let channels = self.shape[0];
            if self.random.between(0, 3) == 0 {
                let parameters = self.random.bytes((channels * kernel) as usize);
                self.push(Node::DepthwiseConv2d { input, window, pad_value, parameters });
                self.shape = vec![channels, rows, columns];
            } else {
                let outputs = self.random.between(1, width.min(12));
                let parameters = self.random.bytes((outputs * channels * kernel) as usize);
                self.push(Node::Conv2d { input, outputs, window, pad_value, parameters });
                self.shape = vec![outputs, rows, columns];
            }
            self.requantize(input + 1, self.shape[0]);
        } else {
            let m = self.shape[self.shape.len() - 1];
            let outputs = self.random.between(1, width);
            let parameters = self.random.bytes((outputs * m) as usize);
            self.push(Node::Linear { input, outputs, parameters });
            *self.shape.last_mut().unwrap_or(&mut 0) = outputs;
            self.requantize(input + 1, outputs);
        }
    }

    /// One of the operators between the layers, or none.
    fn between_layers(&mut self) {
        let input = self.last();
        match self.random.between(0, 7) {
            0 => {
                let table = self.random.bytes(256);
                self.push(Node::Lookup { input, table });
            }
            1 => {
                let table = self.random.bytes(256);
                let other = self.push(Node::Lookup { input, table });
                self.add(input, other);
            }
            2 if self.shape.len() == 3 => {
                let (window, [rows, columns]) = self.window();
                let node = match self.random.between(0, 1) {
                    0 => Node::MaxPool2d { input, window },
                    _ => Node::AveragePool2d { input, window },
                };
                self.push(node);
                self.shape = vec![self.shape[0], rows, columns];
            }
            3 => {
                let axis = self.random.between(0, self.shape.len() as u32 - 1) as usize;
                let copies = self.random.between(1, 3);
                self.push(Node::Concat { inputs: vec![input; copies as usize], axis: axis as u8 });
                self.shape[axis] *= copies;
            }
            4 => {
                self.shape = vec![self.shape.iter().product(), 1];
                self.shape.swap(0, 1);
                let shape = self.shape.clone();
                self.push(Node::Reshape { input, shape });
            }
            5 if self.shape.len() > 1 => {
                self.shape = vec![self.shape.iter().product()];
                self.push(Node::Flatten { input });
            }
            _ => {}
        }
    }
}

/// A random graph that registration accepts: 1 to 4 layers of up to `width` rows, linear or convolutions,
/// with everything else between them and an arg max now and then.
pub fn random_model(random: &mut Random, width: u32) -> Model {
    loop {
        let shape = match random.between(0, 3) {
            0 => vec![random.between(1, 3), random.between(1, width)],
            1 => vec![random.between(1, width)],
            _ => vec![random.between(1, 4), random.between(1, 9), random.between(1, 9)],
        };
        let nodes = vec![Node::Input { shape: shape.clone() }];
        let mut graph = Graph { random, nodes, shape };
        for _ in 0..graph.random.between(1, 4) {
            graph.layer(width);
            graph.between_layers();
        }
        let input = graph.last();
        if graph.random.between(0, 1) == 0 {
            graph.push(Node::ArgMax { input });
        }
        let model = Model { nodes: graph.nodes };
        // A few small encodings expand too much.
        if CheckedModel::from_bytes(&model.to_bytes()).is_ok() {
            return model;
        }
    }
}

/// What a test claims to have executed; only that it stays the same matters.
pub fn statement() -> Statement<'static> {
    Statement {
        domain: Domain::Lease,
        genesis_hash: [1; 32],
        subject: [2; 32],
        miner: &[3; 32],
        model: [4; 32],
        input_hash: [5; 32],
        samples: 6,
    }
}

/// `samples` samples of `sample_bytes` each.
pub fn random_input(random: &mut Random, sample_bytes: u32, samples: u32) -> Vec<u8> {
    random.bytes((sample_bytes * samples) as usize).into_iter().map(|x| x.cast_unsigned()).collect()
}

/// The accumulators of each linear operator in node order: a trace taken apart.
pub fn accumulators(model: &CheckedModel, input: &[u8]) -> Vec<Vec<i32>> {
    struct Recorder(Vec<Vec<i32>>);
    impl LinearOperators for Recorder {
        type Error = ExecutionError;
        fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, ExecutionError> {
            let accumulators = kernels::linear(&operator);
            self.0.push(accumulators.clone());
            Ok(accumulators)
        }
    }
    let mut recorder = Recorder(Vec::new());
    let _ = walk(model, input, &mut recorder);
    recorder.0
}

/// The same model, whose batches are verified so many samples at a time.
pub fn in_slices_of(mut model: CheckedModel, samples: u32) -> CheckedModel {
    model.profile.slice_samples = samples;
    model
}

/// The trace of these accumulators.
pub fn trace_of(accumulators: &[Vec<i32>]) -> Vec<u8> {
    let mut trace = Vec::new();
    accumulators.iter().for_each(|values| pack(values, &mut trace));
    trace
}
