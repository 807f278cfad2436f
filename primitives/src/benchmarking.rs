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
        nodes.push(addition(sum, sum.saturating_add(1)));
    }
    Model { nodes }
}

fn addition(left: u32, right: u32) -> Node {
    Node::Add {
        left,
        right,
        left_zero_point: 3,
        right_zero_point: -3,
        left_multiplier: 1 << 30,
        right_multiplier: 1 << 30,
        shift: 31,
        zero_point: 0,
        min: i8::MIN,
        max: i8::MAX,
    }
}

/// A convolution of one pixel with `outputs` filters on one row of pixels: the columns that are slowest to
/// gather.
pub fn pixels(channels: u32, pixels: u32, outputs: u32) -> Model {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    let image = Node::Input { shape: vec![channels, 1, pixels] };
    let parameters = zeros(channels, outputs);
    Model { nodes: vec![image, Node::Conv2d { input: 0, outputs, window, pad_value: 0, parameters }] }
}

/// An image of one element, which `copies` poolings pad to `side` × `side` patches of that one element each, and others
/// read back: the inner loops are as short as they can be, and there are `2·side²` and a few more for each copy. `pool`
/// makes the pooling of a node.
pub fn padded(side: u32, copies: u32, pool: fn(u32, Window) -> Node) -> Model {
    let window =
        |kernel, stride, padding| Window { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 4] };
    let mut nodes = vec![Node::Input { shape: vec![1, 1, 1] }];
    // What the elements of the poolings need of an encoding.
    for input in 0..copies.saturating_mul(side).saturating_mul(side) / 50_000 {
        nodes.push(Node::Lookup { input, table: vec![0; 256] });
    }
    for _ in 0..copies {
        nodes.push(pool(last(&nodes), window(side, 1, side.saturating_sub(1))));
        nodes.push(Node::MaxPool2d { input: last(&nodes), window: window(1, side, 0) });
    }
    nodes.push(linear_node(last(&nodes), 1, 1));
    Model { nodes }
}

/// Two columns, doubled `times` times by concatenations that copy single elements, then read as one row.
pub fn pieces(rows: u32, times: u32) -> Model {
    let mut nodes = vec![Node::Input { shape: vec![rows, 1] }];
    for _ in 0..times {
        let input = last(&nodes);
        nodes.push(Node::Concat { inputs: vec![0, input], axis: 1 });
    }
    let columns = times.saturating_add(1);
    nodes.push(linear_node(last(&nodes), columns, 1));
    Model { nodes }
}

/// `channels` filters of one element on two pixels, requantized `times` times over: planes of two elements.
pub fn planes(channels: u32, times: u32) -> Model {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    let mut nodes = vec![
        Node::Input { shape: vec![1, 1, 2] },
        Node::Conv2d { input: 0, outputs: channels, window, pad_value: 0, parameters: zeros(1, channels) },
        requantize(1, channels),
    ];
    for branch in 1..times {
        let sum = branch.saturating_mul(2);
        nodes.push(requantize(1, channels));
        nodes.push(addition(sum, sum.saturating_add(1)));
    }
    Model { nodes }
}

/// A chain of nodes that do nothing to one element, read by a linear operator.
pub fn chain(nodes: u32) -> Model {
    let flattens = (0..nodes).map(|input| Node::Flatten { input });
    let mut nodes: Vec<Node> = core::iter::once(Node::Input { shape: vec![1] }).chain(flattens).collect();
    nodes.push(linear_node(last(&nodes), 1, 1));
    Model { nodes }
}

/// An average pooling of single elements, and a filter on what it gives.
pub fn quotients(pixels: u32) -> Model {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    Model {
        nodes: vec![
            Node::Input { shape: vec![1, 1, pixels] },
            Node::AveragePool2d { input: 0, window },
            Node::Flatten { input: 1 },
            linear_node(2, pixels, 1),
        ],
    }
}

fn last(nodes: &[Node]) -> u32 {
    u32::try_from(nodes.len()).unwrap_or(u32::MAX).saturating_sub(1)
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
