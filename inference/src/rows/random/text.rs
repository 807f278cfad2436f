//! Models of tokens: an embedding, blocks, a head.

use alloc::{vec, vec::Vec};

use super::builder::{Graph, RandomModel};
use crate::{
    format::element_type::ElementType,
    random::Random,
    rows::{
        format::{
            model::{BlobName, Kind, Model},
            node::{
                Activation, ArgMax, Context, Embed, Linear, Mul, Node, Norm, Pool, Rope, Scores, Select,
                Softmax, Table, Tokens,
            },
        },
        limits::R24,
    },
};

impl Graph<'_> {
    fn norm(&mut self, input: u32, element: ElementType) -> u32 {
        let rescales = self.rescales(self.width, 16, Self::bits(element));
        let centre = self.chance(2);
        self.push(Node::Norm(Norm { input, centre, rescales, element }))
    }

    pub(super) fn linear(
        &mut self,
        input: u32,
        from: ElementType,
        width: u32,
        outputs: u32,
        element: ElementType,
    ) -> u32 {
        let bits = 8 + Self::bits(from) + width.ilog2() / 2;
        let table = self.chance(4);
        let to = if table { ElementType::I16 } else { element };
        let rows = self.rows(outputs, width, bits, Self::bits(to));
        let table = table.then(|| {
            let entries = self.table(17);
            let rescales = self.rescales(outputs, 17, Self::bits(element));
            Table { entries, rescales }
        });
        self.push(Node::Linear(Linear { input, outputs, rows, element, table, addend: None }))
    }

    /// Adds a linear operator on this input to the residual.
    fn add(&mut self, input: u32, from: ElementType, width: u32) {
        let node = self.linear(input, from, width, self.width, ElementType::Wide);
        if let Some(Node::Linear(linear)) = self.nodes.last_mut() {
            linear.addend = Some(self.residual);
        }
        self.residual = node;
    }

    /// Queries or keys, `i8`: turned now and then.
    fn heads(&mut self, input: u32, from: ElementType, heads: u32, head: u32) -> u32 {
        let width = self.width;
        if !head.is_multiple_of(2) || self.chance(2) {
            return self.linear(input, from, width, heads * head, ElementType::I8);
        }
        let flat = self.linear(input, from, width, heads * head, ElementType::I16);
        let angles = self.offset();
        for _ in 0..self.max_tokens * head / 2 * 2 {
            let part = self.random.between(0, 32_768).cast_signed() - 16_384;
            self.blob.extend((part as i16).to_le_bytes());
        }
        self.push(Node::Rope(Rope { input: flat, heads, angles }))
    }

    fn attention(&mut self) {
        let from = self.narrow();
        let input = self.norm(self.residual, from);
        let groups = self.random.between(1, 3);
        let (key_heads, head, value) =
            (self.random.between(1, 2), self.random.between(1, 6), self.random.between(1, 5));
        let heads = key_heads * groups;
        let queries = self.heads(input, from, heads, head);
        let keys = self.heads(input, from, key_heads, head);
        let values = self.linear(input, from, self.width, key_heads * value, ElementType::I8);
        let scores = self.push(Node::Scores(Scores { queries, keys, heads, key_heads }));
        let scales = self.offset();
        for _ in 0..heads {
            let multiplier = self.random.between(0, (1 << 24) - 1) << if self.chance(20) { 1 } else { 0 };
            self.blob.extend(multiplier.to_le_bytes());
            let shift = if self.chance(20) { 62 } else { self.random.between(20, 32) };
            self.blob.push(shift as u8);
        }
        let probabilities = self.push(Node::Softmax(Softmax { input: scores, scales }));
        let element = self.narrow();
        let rescales = self.rescales(heads * value, 21, Self::bits(element));
        let context = Context { probabilities, values, value_heads: key_heads, rescales, element };
        let context = self.push(Node::Context(context));
        self.add(context, element, heads * value);
    }

    fn feed_forward(&mut self) {
        let (from, inner) = (self.narrow(), self.random.between(1, 12));
        let input = self.norm(self.residual, from);
        let mut left = self.linear(input, from, self.width, inner, ElementType::I16);
        if self.chance(2) {
            let table = self.table(15);
            left = self.push(Node::Activation(Activation { input: left, table, element: ElementType::I16 }));
        }
        if self.chance(2) {
            return self.add(left, ElementType::I16, inner);
        }
        let right = self.linear(input, from, self.width, inner, ElementType::I16);
        let element = self.narrow();
        let rescales = self.rescales(inner, 28, Self::bits(element));
        let product = self.push(Node::Mul(Mul { left, right, rescales, element }));
        self.add(product, element, inner);
    }

    /// What comes after the last block: rows, a pooled row, or the likeliest token.
    fn head(&mut self) {
        match self.random.between(0, 4) {
            0 => {
                let element = [ElementType::I8, ElementType::I16, ElementType::Wide]
                    [self.random.between(0, 2) as usize];
                self.norm(self.residual, element);
            }
            1 => {
                let element = self.narrow();
                let rescales = self.rescales(self.width, 16, Self::bits(element));
                self.push(Node::Pool(Pool { input: self.residual, rescales, element }));
            }
            2 => self.likeliest(self.residual),
            _ => {
                let last = self.chance(2);
                let input = self.push(Node::Select(Select { input: self.residual, last }));
                self.likeliest(input);
            }
        }
    }

    pub(super) fn likeliest(&mut self, input: u32) {
        let from = self.narrow();
        let input = self.norm(input, from);
        let outputs = self.random.between(1, 20);
        let input = self.linear(input, from, self.width, outputs, ElementType::Wide);
        self.push(Node::ArgMax(ArgMax { input }));
    }
}

/// An embedding, up to three blocks, and a head.
pub(super) fn model(random: &mut Random) -> RandomModel {
    let kind = if random.between(0, 1) == 0 { Kind::Encoder } else { Kind::Causal };
    let (vocabulary, max_tokens, width) =
        (random.between(1, 30), random.between(1, 12), random.between(1, 10));
    let nodes = vec![Node::Tokens(Tokens { vocabulary })];
    let mut graph =
        Graph { random, nodes, trunk: Vec::new(), blob: Vec::new(), max_tokens, width, residual: 1 };
    let rows = graph.rows(vocabulary, width, 7, 18);
    let positions = graph.chance(2).then(|| {
        let offset = graph.offset();
        for _ in 0..max_tokens * width {
            let position = (graph.random.bits() as i32) >> graph.random.between(8, 14);
            // Now and then just out of range.
            let position = if graph.chance(20) { R24 + 1 } else { position.clamp(-R24, R24) };
            graph.blob.extend(position.to_le_bytes());
        }
        offset
    });
    graph.push(Node::Embed(Embed { input: 0, width, rows, positions }));
    graph.trunk.push(1);
    for _ in 0..graph.random.between(1, 3) {
        if graph.chance(2) {
            graph.attention();
        } else {
            graph.feed_forward();
        }
        if graph.chance(2) {
            graph.trunk.push(graph.residual);
        }
    }
    graph.head();
    let blob = BlobName { root: [0; 32], length: graph.blob.len() as u64 };
    RandomModel {
        model: Model { kind, max_tokens, nodes: graph.nodes, trunk: graph.trunk, blob },
        blob: graph.blob,
    }
}
