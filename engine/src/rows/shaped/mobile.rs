//! Networks of MobileNetV2's shape: blocks that widen each position, convolve each channel by itself, and narrow it again.

use millrace_inference::{
    random::Random,
    rows::{random::RandomModel, Conv2d, ElementType, GlobalPool, Kind, Node, Pixels, Requantize, Window},
};

use super::graph::Graph;

/// How large a network is.
#[derive(Clone, Copy, Debug)]
pub struct Mobile {
    /// Positions of the image, down and across; of three channels each.
    pub side: u32,
    /// Channels, in eighths of MobileNetV2's.
    pub eighths: u32,
    /// Elements of the output.
    pub classes: u32,
}

/// How much wider the middle of a stage's blocks is, its channels, blocks, and the first one's stride.
const STAGES: [(u32, u32, u32, u8); 7] = [
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
];
/// What zero is, if nothing is below it.
const ZERO: i16 = -128;

/// Rows of an image.
#[derive(Clone, Copy)]
struct Layer {
    node: u32,
    width: u32,
}

impl Mobile {
    /// MobileNetV2 of width 1.0 on images of 224 × 224.
    pub const V2: Self = Self { side: 224, eighths: 8, classes: 1_000 };

    fn channels(self, of: u32) -> u32 {
        (of * self.eighths / 8).max(1)
    }

    /// A model of this shape: `i8` rows into every convolution, wide ones where blocks are added; trunk after each stage but
    /// the first.
    pub fn model(self, random: &mut Random) -> RandomModel {
        let pixels = Pixels { height: self.side, width: self.side, channels: 3 };
        let nodes = vec![Node::Pixels(pixels)];
        let mut graph = Graph { random, nodes, trunk: Vec::new(), blob: Vec::new() };
        let stem =
            Conv { outputs: self.channels(32), kernel: 3, stride: 2, groups: 1, element: ElementType::I8 };
        let mut layer = stem.push(&mut graph, Layer { node: 0, width: 3 }, None);
        for (number, (widening, channels, blocks, stride)) in STAGES.into_iter().enumerate() {
            let outputs = self.channels(channels);
            let mut wide = block(&mut graph, layer, widening, (outputs, stride), None);
            layer = narrow(&mut graph, wide);
            for _ in 1..blocks {
                wide = block(&mut graph, layer, widening, (outputs, 1), Some(wide.node));
                layer = narrow(&mut graph, wide);
            }
            if number > 0 {
                graph.trunk.push(wide.node);
            }
        }
        layer = pointwise(self.channels(1_280), ElementType::I8).push(&mut graph, layer, None);
        // A mean's divisor is in its rescaling.
        let rescales = graph.records(layer.width, 11, 6);
        let pool = GlobalPool { input: layer.node, rescales, element: ElementType::I8 };
        let pooled = graph.push(Node::GlobalPool(pool));
        graph.linear(pooled, (6, 18), [layer.width, self.classes], ElementType::Wide);
        graph.model(Kind::Encoder, 1)
    }
}

/// A convolution whose windows lie around each position.
struct Conv {
    outputs: u32,
    kernel: u8,
    stride: u8,
    groups: u32,
    element: ElementType,
}

/// One that reads a position for each of its own.
fn pointwise(outputs: u32, element: ElementType) -> Conv {
    Conv { outputs, kernel: 1, stride: 1, groups: 1, element }
}

impl Conv {
    fn push(self, graph: &mut Graph<'_>, read: Layer, addend: Option<u32>) -> Layer {
        let Self { outputs, kernel, stride, groups, element } = self;
        let terms = u32::from(kernel).pow(2) * read.width / groups;
        let to = if element == ElementType::Wide { 17 } else { 7 };
        let rows = graph.rows(outputs, terms, 7 + 6 + terms.ilog2() / 2, to);
        let window =
            Window { kernel: [kernel; 2], stride: [stride; 2], padding: [kernel / 2; 4], dilation: [1; 2] };
        let node = Conv2d { input: read.node, outputs, window, groups, pad: ZERO, rows, element, addend };
        Layer { node: graph.push(Node::Conv2d(node)), width: outputs }
    }
}

/// Wide rows of so many channels, which `addend` is added to.
fn block(
    graph: &mut Graph<'_>,
    mut layer: Layer,
    widening: u32,
    (outputs, stride): (u32, u8),
    addend: Option<u32>,
) -> Layer {
    if widening > 1 {
        layer = pointwise(layer.width * widening, ElementType::I8).push(graph, layer, None);
    }
    let outputs_here = layer.width;
    let channels =
        Conv { outputs: outputs_here, kernel: 3, stride, groups: outputs_here, element: ElementType::I8 };
    layer = channels.push(graph, layer, None);
    pointwise(outputs, ElementType::Wide).push(graph, layer, addend)
}

/// What the next convolution reads of wide rows.
fn narrow(graph: &mut Graph<'_>, wide: Layer) -> Layer {
    let rescales = graph.records(wide.width, 18, 7);
    let node = Requantize { input: wide.node, rescales, element: ElementType::I8 };
    Layer { node: graph.push(Node::Requantize(node)), ..wide }
}
