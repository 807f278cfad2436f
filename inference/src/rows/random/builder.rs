//! A graph of rows under construction, and the parameters that it refers to.

use alloc::{vec, vec::Vec};

use crate::{
    format::element_type::ElementType,
    random::Random,
    rows::{
        format::{model::Model, node::Node},
        limits::MULTIPLIER_LIMIT,
    },
};

/// A model and the bytes of its blob, whose root is left zero.
#[derive(Clone, Debug)]
pub struct RandomModel {
    /// The model.
    pub model: Model,
    /// Its parameters.
    pub blob: Vec<u8>,
}

/// A graph under construction.
pub(super) struct Graph<'a> {
    pub(super) random: &'a mut Random,
    pub(super) nodes: Vec<Node>,
    pub(super) trunk: Vec<u32>,
    pub(super) blob: Vec<u8>,
    pub(super) max_tokens: u32,
    /// Elements of the residual.
    pub(super) width: u32,
    /// The newest wide node with a row for each token.
    pub(super) residual: u32,
}

impl Graph<'_> {
    pub(super) fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    pub(super) fn chance(&mut self, of: u32) -> bool {
        self.random.between(1, of) == 1
    }

    pub(super) fn narrow(&mut self) -> ElementType {
        if self.chance(2) {
            ElementType::I8
        } else {
            ElementType::I16
        }
    }

    /// A record that brings values of about `from` bits to about `to`; one in forty is out of range.
    pub(super) fn record(&mut self, from: u32, to: u32) -> [u8; 13] {
        let bits = 23 + from;
        let shift = bits.saturating_sub(to + self.random.between(0, 3)).clamp(1, 61);
        let multiplier = self.random.between(1 << 21, (1 << 24) - 1).cast_signed();
        let sign = if self.chance(2) { 1 } else { -1 };
        let moved = i64::from(self.random.between(0, 1 << to)) - (1i64 << to) / 2;
        let mut bias = (1i64 << (shift - 1)) + (moved << shift.saturating_sub(1)) / 4;
        let (mut multiplier, mut shift) = (sign * multiplier, shift as u8);
        match self.random.between(0, 159) {
            0 => multiplier = MULTIPLIER_LIMIT,
            1 => shift = [0, 62, 255][self.random.between(0, 2) as usize],
            2 => bias = i64::MIN >> self.random.between(0, 1),
            3 => (multiplier, bias) = (i32::MIN, i64::MAX),
            _ => {}
        }
        let mut bytes = [0; 13];
        bytes[..4].copy_from_slice(&multiplier.to_le_bytes());
        bytes[4] = shift;
        bytes[5..].copy_from_slice(&bias.to_le_bytes());
        bytes
    }

    /// Where the next parameters lie: gaps mean nothing.
    pub(super) fn offset(&mut self) -> u64 {
        let gap = self.random.between(0, 3) as usize;
        self.blob.extend(vec![0xa5; gap]);
        self.blob.len() as u64
    }

    pub(super) fn rescales(&mut self, count: u32, from: u32, to: u32) -> u64 {
        let offset = self.offset();
        for _ in 0..count {
            let record = self.record(from, to);
            self.blob.extend(record);
        }
        offset
    }

    pub(super) fn rows(&mut self, count: u32, width: u32, from: u32, to: u32) -> u64 {
        let offset = self.offset();
        for _ in 0..count {
            let weights = self.random.bytes(width as usize);
            self.blob.extend(weights.into_iter().map(i8::cast_unsigned));
            let record = self.record(from, to);
            self.blob.extend(record);
        }
        offset
    }

    /// 513 entries of a curve that is somewhere steep; now and then anything at all.
    pub(super) fn table(&mut self, to: u32) -> u64 {
        let offset = self.offset();
        let wild = self.chance(8);
        for index in 0..513i64 {
            let curve = ((index * index - 60_000) * (1 << to) / 200_000) as i32;
            let entry =
                if wild { self.random.bits() as i32 } else { curve + self.random.between(0, 9) as i32 };
            self.blob.extend(entry.to_le_bytes());
        }
        offset
    }

    pub(super) fn bits(element: ElementType) -> u32 {
        match element {
            ElementType::I8 => 7,
            ElementType::I16 => 15,
            _ => 22,
        }
    }
}
