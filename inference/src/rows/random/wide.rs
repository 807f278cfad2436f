//! Models of images whose layers cross the borders of an engine's tiles, of every operator that reads positions.

use alloc::{vec, vec::Vec};

use super::{
    builder::{Graph, RandomModel},
    image::Layer,
};
use crate::{
    format::element_type::ElementType,
    random::Random,
    rows::{
        format::{
            image::{Conv2d, GlobalPool, MaxPool2d, Pixels},
            model::{BlobName, Kind, Model},
            node::{Activation, ArgMax, Mul, Node, Norm, Requantize},
            window::Window,
        },
        patches::Patches,
        tensor::{RowCount, Tensor, Width},
    },
};

impl Graph<'_> {
    /// Rows of this type, rescaled if they have another.
    fn typed(&mut self, read: Layer, element: ElementType) -> Layer {
        if read.tensor.element == element {
            return read;
        }
        let rescales = self.rescales(read.width, read.bits(), Self::bits(element));
        let node = Node::Requantize(Requantize { input: read.node, rescales, element });
        self.layer(node, read.width, element, read.tensor.rows)
    }

    /// Rows that a convolution or a linear operator reads.
    fn operand(&mut self, read: Layer) -> Layer {
        match read.tensor.element {
            ElementType::I8 | ElementType::I16 => read,
            _ => self.narrowed(read),
        }
    }

    fn any(&mut self) -> ElementType {
        [ElementType::I8, ElementType::I16, ElementType::Wide][self.random.between(0, 2) as usize]
    }

    /// A window of up to five by five places that lies on this image.
    fn large_window(&mut self, read: Layer) -> (Window, Patches) {
        loop {
            let most = if self.chance(6) { 5 } else { 3 };
            let mut draw = |least, most| self.random.between(least, most) as u8;
            let window = Window {
                kernel: [draw(1, most), draw(1, most)],
                stride: [draw(1, 3), draw(1, 3)],
                padding: [draw(0, 2), draw(0, 2), draw(0, 2), draw(0, 2)],
                dilation: [draw(1, 3), draw(1, 3)],
            };
            if let Ok(patches) = Patches::new(read.tensor, window) {
                return (window, patches);
            }
        }
    }

    /// A number of groups that divides the channels: one, all, or any.
    fn groups(&mut self, width: u32) -> u32 {
        match self.random.between(0, 2) {
            0 => 1,
            1 => width,
            _ => {
                let divisors: Vec<u32> = (1..=width).filter(|groups| width.is_multiple_of(*groups)).collect();
                divisors[self.random.between(0, divisors.len() as u32 - 1) as usize]
            }
        }
    }

    /// What lies beyond the border.
    fn pad(&mut self, read: Layer) -> i16 {
        match read.tensor.element {
            ElementType::I8 => (self.random.bits() as i8).into(),
            _ => self.random.bits() as i16,
        }
    }

    fn grouped(&mut self, read: Layer) -> Layer {
        let read = self.operand(read);
        let ((window, patches), groups) = (self.large_window(read), self.groups(read.width));
        let outputs = groups * self.random.between(1, (70 / groups).max(1));
        let outputs = if self.chance(2) { groups * read.width.div_ceil(groups) } else { outputs };
        let terms = patches.places() * read.width / groups;
        let (element, pad) = (self.any(), self.pad(read));
        let rows = self.rows(outputs, terms, 8 + read.bits() + terms.ilog2() / 2, Self::bits(element));
        let node = Conv2d { input: read.node, outputs, window, groups, pad, rows, element, addend: None };
        self.layer(Node::Conv2d(node), outputs, element, patches.rows())
    }

    /// A convolution in groups that is added to what it follows, which is wide.
    fn added(&mut self, read: Layer) -> Layer {
        let wide = self.typed(read, ElementType::Wide);
        let narrow = self.narrowed(wide);
        let (groups, pad) = (self.groups(narrow.width), self.pad(narrow));
        let reach = self.random.between(0, 1) as u8;
        let window = Window {
            kernel: [1, 2 * reach + 1],
            stride: [1; 2],
            padding: [0, reach, 0, reach],
            dilation: [1; 2],
        };
        let terms = u32::from(window.kernel[1]) * narrow.width / groups;
        let rows = self.rows(wide.width, terms, 8 + narrow.bits() + terms.ilog2() / 2, 20);
        let node = Conv2d {
            input: narrow.node,
            outputs: wide.width,
            window,
            groups,
            pad,
            rows,
            element: ElementType::Wide,
            addend: Some(wide.node),
        };
        self.layer(Node::Conv2d(node), wide.width, ElementType::Wide, wide.tensor.rows)
    }

    /// A linear operator at each position; added to what it follows now and then.
    fn pointwise(&mut self, read: Layer) -> Layer {
        let narrow = self.operand(read);
        let adds = read.tensor.element == ElementType::Wide;
        let outputs = if adds { read.width } else { self.random.between(1, 60) };
        let element = if adds { ElementType::Wide } else { self.any() };
        let node = self.linear(narrow.node, narrow.tensor.element, narrow.width, outputs, element);
        if let (true, Some(Node::Linear(linear))) = (adds, self.nodes.last_mut()) {
            linear.addend = Some(read.node);
        }
        let tensor = Tensor { width: Width::Fixed(outputs), element, rows: read.tensor.rows };
        Layer { node, tensor, width: outputs }
    }

    /// What works on each element or each position by itself.
    fn each(&mut self, read: Layer) -> Layer {
        let (width, rows) = (read.width, read.tensor.rows);
        match self.random.between(0, 2) {
            0 => {
                let input = self.typed(read, ElementType::I16).node;
                let table = self.table(15);
                let element = if self.chance(2) { ElementType::I16 } else { ElementType::Wide };
                self.layer(Node::Activation(Activation { input, table, element }), width, element, rows)
            }
            1 => {
                let (left, right) = (self.typed(read, ElementType::I16), self.any());
                let right = self.typed(left, right);
                let right = self.typed(right, ElementType::I16);
                let element = self.any();
                let rescales = self.rescales(width, 28, Self::bits(element));
                let node = Mul { left: left.node, right: right.node, rescales, element };
                self.layer(Node::Mul(node), width, element, rows)
            }
            _ => {
                let input = self.typed(read, ElementType::Wide).node;
                let (element, centre) = (self.any(), self.chance(2));
                let rescales = self.rescales(width, 16, Self::bits(element));
                self.layer(Node::Norm(Norm { input, centre, rescales, element }), width, element, rows)
            }
        }
    }

    fn largest(&mut self, read: Layer) -> Layer {
        let (mut window, _) = self.large_window(read);
        window.dilation = [1; 2];
        let Ok(patches) = Patches::new(read.tensor, window) else { return read };
        let node = Node::MaxPool2d(MaxPool2d { input: read.node, window });
        self.layer(node, read.width, read.tensor.element, patches.rows())
    }

    /// Rows as they are, the largest element of each position, or what all positions sum up to.
    fn image_head(&mut self, layer: Layer) {
        match self.random.between(0, 3) {
            0 => {
                let input = self.typed(layer, ElementType::Wide).node;
                self.push(Node::ArgMax(ArgMax { input }));
            }
            1 => {
                let (element, bits) = (self.any(), layer.bits() + 2);
                let rescales = self.rescales(layer.width, bits, Self::bits(element));
                self.push(Node::GlobalPool(GlobalPool { input: layer.node, rescales, element }));
            }
            2 => {
                let (element, bits) = (self.narrow(), layer.bits() + 2);
                let rescales = self.rescales(layer.width, bits, Self::bits(element));
                let pool = Node::GlobalPool(GlobalPool { input: layer.node, rescales, element });
                let input = self.push(pool);
                let (outputs, own) = (self.random.between(1, 60), self.any());
                self.linear(input, element, layer.width, outputs, own);
            }
            _ => {}
        }
    }
}

/// An image, up to five layers, and a head.
pub(super) fn model(random: &mut Random) -> RandomModel {
    let (height, width, channels) = (random.between(1, 9), random.between(1, 9), random.between(1, 20));
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
    layer = graph.grouped(layer);
    graph.trunk.push(layer.node);
    for _ in 0..graph.random.between(0, 4) {
        layer = match graph.random.between(0, 6) {
            0..=2 => graph.grouped(layer),
            3 => graph.added(layer),
            4 => graph.pointwise(layer),
            5 => graph.each(layer),
            _ => graph.largest(layer),
        };
        if graph.trunk.last() != Some(&layer.node) && graph.chance(2) {
            graph.trunk.push(layer.node);
        }
    }
    graph.image_head(layer);
    let blob = BlobName { root: [0; 32], length: graph.blob.len() as u64 };
    RandomModel {
        model: Model { kind: Kind::Encoder, max_tokens: 1, nodes: graph.nodes, trunk: graph.trunk, blob },
        blob: graph.blob,
    }
}
