//! Random models and inputs for property tests, here and in the crates that must agree with this one.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a generator for tests, not reachable from a runtime"
)]

use alloc::{vec, vec::Vec};

use crate::{Model, Node, Rescale};

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

/// A random graph that registration accepts: 1 to 4 linear layers of up to `width` rows, some rows in
/// several columns a sample, with rescalings, tables, additions and an optional arg max.
pub fn random_model(random: &mut Random, width: u32) -> Model {
    let mut shape = vec![random.between(1, width)];
    if random.between(0, 3) == 0 {
        shape.insert(0, random.between(1, 3));
    }
    let mut nodes = vec![Node::Input { shape: shape.clone() }];
    let mut current = 0u32; // the newest i8 node
    for _ in 0..random.between(1, 4) {
        if shape.len() > 1 && random.between(0, 2) == 0 {
            nodes.push(Node::Flatten { input: current });
            current = last(&nodes);
            shape = vec![shape.iter().product()];
        }
        let m = shape[shape.len() - 1];
        let n = random.between(1, width);
        let parameters = random.bytes((n * m) as usize);
        nodes.push(Node::Linear { input: current, outputs: n, parameters });
        let linear = last(&nodes);
        *shape.last_mut().unwrap_or(&mut 0) = n;
        let requantize = |random: &mut Random| {
            let (min, max) = random.clamp();
            let channels = (0..n).map(|_| random.rescale()).collect();
            Node::Requantize { input: linear, channels, zero_point: random.byte(), min, max }
        };
        nodes.push(requantize(random));
        current = last(&nodes);
        match random.between(0, 3) {
            0 => {
                nodes.push(Node::Lookup { input: current, table: random.bytes(256) });
                current = last(&nodes);
            }
            1 => {
                nodes.push(requantize(random));
                let (min, max) = random.clamp();
                nodes.push(Node::Add {
                    left: current,
                    right: last(&nodes),
                    left_zero_point: random.byte(),
                    right_zero_point: random.byte(),
                    left_multiplier: random.between(0, (1 << 31) - 1),
                    right_multiplier: random.between(0, (1 << 31) - 1),
                    shift: u8::try_from(random.between(1, 62)).unwrap_or(1),
                    zero_point: random.byte(),
                    min,
                    max,
                });
                current = last(&nodes);
            }
            _ => {}
        }
    }
    if random.between(0, 1) == 0 {
        nodes.push(Node::ArgMax { input: current });
    }
    Model { nodes }
}

/// `samples` samples of `sample_bytes` each.
pub fn random_input(random: &mut Random, sample_bytes: u32, samples: u32) -> Vec<u8> {
    random.bytes((sample_bytes * samples) as usize).into_iter().map(|x| x.cast_unsigned()).collect()
}

fn last(nodes: &[Node]) -> u32 {
    u32::try_from(nodes.len()).unwrap_or(u32::MAX) - 1
}
