//! Random models and inputs that registration accepts: for tests, and for engines that measure or prove themselves.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a generator of small models, which is not part of a runtime"
)]

use alloc::{vec, vec::Vec};

use crate::{
    format::{
        model::Model,
        node::{Node, Rescale, Window},
    },
    registration::checked::CheckedModel,
};

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

    /// A linear operator or a convolution with its requantization, of at most `most_rows` rows or filters.
    fn layer(&mut self, most_rows: u32) {
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
                let outputs = self.random.between(1, most_rows.min(12));
                let parameters = self.random.bytes((outputs * channels * kernel) as usize);
                self.push(Node::Conv2d { input, outputs, window, pad_value, parameters });
                self.shape = vec![outputs, rows, columns];
            }
            self.requantize(input + 1, self.shape[0]);
        } else {
            let m = self.shape[self.shape.len() - 1];
            let outputs = self.random.between(1, most_rows);
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

/// A random graph that registration accepts: 1 to 4 layers of up to `most_rows` rows, linear or convolutions,
/// with everything else between them and an arg max now and then.
pub fn random_model(random: &mut Random, most_rows: u32) -> Model {
    loop {
        let shape = match random.between(0, 3) {
            0 => vec![random.between(1, 3), random.between(1, most_rows)],
            1 => vec![random.between(1, most_rows)],
            _ => vec![random.between(1, 4), random.between(1, 9), random.between(1, 9)],
        };
        let nodes = vec![Node::Input { shape: shape.clone() }];
        let mut graph = Graph { random, nodes, shape };
        for _ in 0..graph.random.between(1, 4) {
            graph.layer(most_rows);
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

/// `samples` samples of `sample_bytes` each.
pub fn random_input(random: &mut Random, sample_bytes: u32, samples: u32) -> Vec<u8> {
    random.bytes((sample_bytes * samples) as usize).into_iter().map(|x| x.cast_unsigned()).collect()
}
