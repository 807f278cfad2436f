//! A graph under construction, and its random parameters.

use millrace_inference::{
    random::Random,
    rows::{random::RandomModel, BlobName, ElementType, Kind, Linear, Model, Node},
};

/// A graph under construction.
pub(super) struct Graph<'a> {
    pub random: &'a mut Random,
    pub nodes: Vec<Node>,
    pub trunk: Vec<u32>,
    pub blob: Vec<u8>,
}

impl Graph<'_> {
    /// The model and its blob.
    pub fn model(self, kind: Kind, max_tokens: u32) -> RandomModel {
        let blob = BlobName { root: [0; 32], length: self.blob.len() as u64 };
        let model = Model { kind, max_tokens, nodes: self.nodes, trunk: self.trunk, blob };
        RandomModel { model, blob: self.blob }
    }

    pub fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    /// A record that brings values of about `from` bits to about `to`.
    pub fn record(&mut self, from: u32, to: u32) {
        let shift = (23 + from).saturating_sub(to).clamp(1, 61);
        let multiplier = self.random.between(1 << 22, (1 << 24) - 1).cast_signed();
        let moved = i64::from(self.random.between(0, 1 << to)) - (1i64 << to) / 2;
        let bias = (1i64 << (shift - 1)) + (moved << shift) / 8;
        self.blob.extend(multiplier.to_le_bytes());
        self.blob.push(shift as u8);
        self.blob.extend(bias.to_le_bytes());
    }

    pub fn records(&mut self, count: u32, from: u32, to: u32) -> u64 {
        let offset = self.blob.len() as u64;
        (0..count).for_each(|_| self.record(from, to));
        offset
    }

    pub fn rows(&mut self, count: u32, width: u32, from: u32, to: u32) -> u64 {
        let offset = self.blob.len() as u64;
        for _ in 0..count {
            let weights = self.random.bytes(width as usize);
            self.blob.extend(weights.into_iter().map(i8::cast_unsigned));
            self.record(from, to);
        }
        offset
    }

    /// Zero below zero, and x above, but for the last bits.
    pub fn table(&mut self) -> u64 {
        let offset = self.blob.len() as u64;
        for index in 0..513 {
            let entry = (index - 256).max(0) * 256 + self.random.between(0, 63).cast_signed();
            self.blob.extend(entry.to_le_bytes());
        }
        offset
    }

    pub fn linear(
        &mut self,
        input: u32,
        (from, to): (u32, u32),
        shape: [u32; 2],
        element: ElementType,
    ) -> u32 {
        let [width, outputs] = shape;
        let rows = self.rows(outputs, width, 7 + from + width.ilog2() / 2, to);
        self.push(Node::Linear(Linear { input, outputs, rows, element, table: None, addend: None }))
    }

    /// The newest node, a linear operator.
    pub fn newest(&mut self) -> &mut Linear {
        match self.nodes.last_mut() {
            Some(Node::Linear(linear)) => linear,
            _ => unreachable!("it was just pushed; qed"),
        }
    }
}
