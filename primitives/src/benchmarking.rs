//! What benchmarks need: models of a wanted size. Their parameters are zero, so every accumulator of an honest
//! execution is the zero that a trace of zeros claims.

use alloc::{vec, vec::Vec};

use frame_support::traits::Get;
use millrace_inference::{Model, Node, Packed, Profile, Rescale, Window};

/// The bound of a list.
pub fn bound<B: Get<u32>>() -> u32 {
    B::get()
}

/// One linear operator, n × m; `n·m` bytes and a few more.
pub fn linear(m: u32, n: u32) -> Model {
    Model { nodes: vec![Node::Input { shape: vec![m] }, linear_node(0, m, n)] }
}

/// `layers` linear operators of `width` × `width`, each requantized but for the last.
pub fn deep(width: u32, layers: u32) -> Model {
    let mut nodes = vec![Node::Input { shape: vec![width] }];
    for layer in 0..layers {
        let input = layer.saturating_mul(2);
        nodes.push(linear_node(input, width, width));
        if layer.saturating_add(1) < layers {
            nodes.push(requantize(input.saturating_add(1), width));
        }
    }
    Model { nodes }
}

/// One linear operator of n rows that `branches` requantizations read, added up pairwise: almost all of its
/// bytes are rescalings, the slowest to decode, and almost all of its work is element by element. It computes
/// `2·branches·n` elements a sample besides the accumulators and the input.
pub fn branched(n: u32, branches: u32) -> Model {
    let mut nodes = vec![Node::Input { shape: vec![1] }, linear_node(0, 1, n), requantize(1, n)];
    for branch in 1..branches {
        let sum = branch.saturating_mul(2);
        nodes.push(requantize(1, n));
        nodes.push(Node::Add {
            left: sum,
            right: sum.saturating_add(1),
            left_zero_point: 3,
            right_zero_point: -3,
            left_multiplier: 1 << 30,
            right_multiplier: 1 << 30,
            shift: 31,
            zero_point: 0,
            min: i8::MIN,
            max: i8::MAX,
        });
    }
    Model { nodes }
}

/// A convolution of one pixel with `outputs` filters on one row of pixels: the columns that are slowest to
/// gather.
pub fn pixels(channels: u32, pixels: u32, outputs: u32) -> Model {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    let image = Node::Input { shape: vec![channels, 1, pixels] };
    let parameters = zeros(channels, outputs);
    Model { nodes: vec![image, Node::Conv2d { input: 0, outputs, window, pad_value: 0, parameters }] }
}

/// The trace of zeros that an honest execution of these models leaves, whatever the input.
pub fn zero_trace(profile: &Profile, samples: u32) -> Vec<u8> {
    let zeros = profile.layers.iter().map(|layer| {
        let columns = u64::from(layer.columns).saturating_mul(samples.into());
        let count = columns.saturating_mul(layer.n.into());
        Packed::new(&vec![0; usize::try_from(count).unwrap_or(0)], 0)
    });
    Packed::join(&[zeros.collect()])
}

fn linear_node(input: u32, m: u32, n: u32) -> Node {
    Node::Linear { input, outputs: n, parameters: zeros(m, n) }
}

fn requantize(input: u32, n: u32) -> Node {
    let channel = Rescale { bias: 0, multiplier: 1 << 30, shift: 31 };
    Node::Requantize {
        input,
        channels: vec![channel; usize::try_from(n).unwrap_or(0)],
        zero_point: 0,
        min: i8::MIN,
        max: i8::MAX,
    }
}

fn zeros(m: u32, n: u32) -> Vec<i8> {
    vec![0; usize::try_from(m.saturating_mul(n)).unwrap_or(0)]
}
