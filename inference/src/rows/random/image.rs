//! Models of images: convolutions of every kind, residuals, a pool and a head.

use alloc::{vec, vec::Vec};

use super::builder::{Graph, RandomModel};
use crate::{
    format::element_type::ElementType,
    random::Random,
    rows::{
        format::{
            image::{Conv2d, GlobalPool, MaxPool2d, Pixels},
            model::{BlobName, Kind, Model},
            node::{ArgMax, Node, Requantize},
            window::Window,
        },
        patches::Patches,
        tensor::{RowCount, Tensor, Width},
    },
};

/// A node of rows of an image.
#[derive(Clone, Copy)]
pub(super) struct Layer {
    pub(super) node: u32,
    pub(super) tensor: Tensor,
    pub(super) width: u32,
}

impl Layer {
    /// `i8` or `i16`.
    pub(super) fn bits(self) -> u32 {
        Graph::bits(self.tensor.element)
    }
}

impl Graph<'_> {
    pub(super) fn layer(&mut self, node: Node, width: u32, element: ElementType, rows: RowCount) -> Layer {
        let tensor = Tensor { width: Width::Fixed(width), element, rows };
        Layer { node: self.push(node), tensor, width }
    }

    /// A window that lies on this image.
    fn window(&mut self, read: Tensor, dilated: bool) -> (Window, Patches) {
        loop {
            let mut draw = |least, most| self.random.between(least, most) as u8;
            let window = Window {
                kernel: [draw(1, 3), draw(1, 3)],
                stride: [draw(1, 2), draw(1, 2)],
                padding: [draw(0, 2), draw(0, 2), draw(0, 2), draw(0, 2)],
                dilation: if dilated { [draw(1, 2), draw(1, 2)] } else { [1, 1] },
            };
            if let Ok(patches) = Patches::new(read, window) {
                return (window, patches);
            }
        }
    }

    fn conv2d(&mut self, read: Layer, element: ElementType) -> Layer {
        let (window, patches) = self.window(read.tensor, true);
        let groups = if self.chance(2) { read.width } else { 1 };
        let outputs = groups * self.random.between(1, 3);
        let terms = patches.places() * read.width / groups;
        let bits = 8 + read.bits() + terms.ilog2() / 2;
        let rows = self.rows(outputs, terms, bits, Self::bits(element));
        let pad = self.random.bits() as i8;
        let node = Conv2d {
            input: read.node,
            outputs,
            window,
            groups,
            pad: pad.into(),
            rows,
            element,
            addend: None,
        };
        self.layer(Node::Conv2d(node), outputs, element, patches.rows())
    }

    /// Rescaled to what a convolution reads.
    pub(super) fn narrowed(&mut self, read: Layer) -> Layer {
        let element = self.narrow();
        let rescales = self.rescales(read.width, read.bits(), Self::bits(element));
        let node = Node::Requantize(Requantize { input: read.node, rescales, element });
        self.layer(node, read.width, element, read.tensor.rows)
    }

    /// A convolution of as many rows and channels, added to what it follows.
    fn residual(&mut self, read: Layer) -> Layer {
        let narrow = self.narrowed(read);
        let (odd, terms) = (self.random.between(0, 1) as u8 * 2, read.width);
        let window = Window { kernel: [odd + 1; 2], stride: [1, 1], padding: [odd / 2; 4], dilation: [1, 1] };
        let terms = terms * u32::from(odd + 1).pow(2);
        let bits = 8 + narrow.bits() + terms.ilog2() / 2;
        let rows = self.rows(read.width, terms, bits, 20);
        let node = Conv2d {
            input: narrow.node,
            outputs: read.width,
            window,
            groups: 1,
            pad: 0,
            rows,
            element: ElementType::Wide,
            addend: Some(read.node),
        };
        self.layer(Node::Conv2d(node), read.width, ElementType::Wide, read.tensor.rows)
    }
}

/// An image, up to four layers, and a head.
pub(super) fn model(random: &mut Random) -> RandomModel {
    let (height, width, channels) = (random.between(1, 6), random.between(1, 6), random.between(1, 3));
    let mut graph = Graph {
        random,
        nodes: vec![],
        trunk: Vec::new(),
        blob: Vec::new(),
        max_tokens: 1,
        width: channels,
        residual: 0,
    };
    let rows = RowCount::Positions { height, width };
    let pixels = Node::Pixels(Pixels { height, width, channels });
    let mut layer = graph.layer(pixels, channels, ElementType::I8, rows);
    let element = graph.narrow();
    layer = graph.conv2d(layer, element);
    graph.trunk.push(layer.node);
    for _ in 0..graph.random.between(0, 3) {
        layer = match graph.random.between(0, 3) {
            0 => {
                let (window, patches) = graph.window(layer.tensor, false);
                let node = Node::MaxPool2d(MaxPool2d { input: layer.node, window });
                graph.layer(node, layer.width, layer.tensor.element, patches.rows())
            }
            1 => {
                let wide = graph.conv2d(layer, ElementType::Wide);
                let sum = graph.residual(wide);
                graph.narrowed(sum)
            }
            _ => {
                let element = graph.narrow();
                graph.conv2d(layer, element)
            }
        };
        if graph.chance(2) {
            graph.trunk.push(layer.node);
        }
    }
    if graph.chance(2) {
        let rescales = graph.rescales(layer.width, layer.bits() + 2, 15);
        let element = graph.narrow();
        let pool = Node::GlobalPool(GlobalPool { input: layer.node, rescales, element });
        let pooled = graph.layer(pool, layer.width, element, RowCount::One);
        graph.linear(pooled.node, element, pooled.width, 5, ElementType::Wide);
        let input = graph.nodes.len() as u32 - 1;
        graph.push(Node::ArgMax(ArgMax { input }));
    }
    let blob = BlobName { root: [0; 32], length: graph.blob.len() as u64 };
    RandomModel {
        model: Model { kind: Kind::Encoder, max_tokens: 1, nodes: graph.nodes, trunk: graph.trunk, blob },
        blob: graph.blob,
    }
}
