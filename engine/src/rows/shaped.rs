//! Transformers of a given shape with random parameters, to measure and to test with.

use millrace_inference::{
    random::Random,
    rows::{
        random::RandomModel, BlobName, Context, ElementType, Embed, Kind, Linear, Model, Node, Norm, Pool,
        Scores, Softmax, Table, Tokens,
    },
};

/// How large a transformer is.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What a row sees.
    pub kind: Kind,
    /// Different tokens.
    pub vocabulary: u32,
    /// Tokens of a sequence at most.
    pub max_tokens: u32,
    /// Blocks of attention and two linear operators.
    pub blocks: u32,
    /// Elements of the residual.
    pub width: u32,
    /// Elements between the two linear operators.
    pub inner: u32,
    /// Heads of queries.
    pub heads: u32,
    /// Heads of keys and values.
    pub key_heads: u32,
    /// Whether the output is one pooled row, not a row for each token.
    pub pooled: bool,
}

impl Shape {
    /// The shape of all-MiniLM-L6-v2, for sequences of up to 512 tokens.
    pub const MINILM: Self = Self {
        kind: Kind::Encoder,
        vocabulary: 30_522,
        max_tokens: 512,
        blocks: 6,
        width: 384,
        inner: 1_536,
        heads: 12,
        key_heads: 12,
        pooled: true,
    };

    /// A model of this shape: `i8` rows into every linear operator, but `i16` ones into the second of a block; trunk after the
    /// embedding and after each block.
    pub fn model(self, random: &mut Random) -> RandomModel {
        let nodes = vec![Node::Tokens(Tokens { vocabulary: self.vocabulary })];
        let mut graph = Graph { shape: self, random, nodes, trunk: vec![1], blob: Vec::new() };
        let rows = graph.rows(self.vocabulary, self.width, 7, 18);
        let positions = Some(graph.blob.len() as u64);
        for _ in 0..self.max_tokens * self.width {
            let position = (graph.random.bits() as i32) >> 13;
            graph.blob.extend(position.to_le_bytes());
        }
        graph.push(Node::Embed(Embed { input: 0, width: self.width, rows, positions }));
        let mut residual = 1;
        for _ in 0..self.blocks {
            residual = graph.block(residual);
            graph.trunk.push(residual);
        }
        if self.pooled {
            let rescales = graph.records(self.width, 16, 7);
            graph.push(Node::Pool(Pool { input: residual, rescales, element: ElementType::I8 }));
        } else {
            graph.norm(residual, ElementType::I16);
        }
        let blob = BlobName { root: [0; 32], length: graph.blob.len() as u64 };
        let Graph { nodes, trunk, blob: bytes, .. } = graph;
        let model = Model { kind: self.kind, max_tokens: self.max_tokens, nodes, trunk, blob };
        RandomModel { model, blob: bytes }
    }
}

/// A graph under construction.
struct Graph<'a> {
    shape: Shape,
    random: &'a mut Random,
    nodes: Vec<Node>,
    trunk: Vec<u32>,
    blob: Vec<u8>,
}

impl Graph<'_> {
    fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    /// A record that brings values of about `from` bits to about `to`.
    fn record(&mut self, from: u32, to: u32) {
        let shift = (23 + from).saturating_sub(to).clamp(1, 61);
        let multiplier = self.random.between(1 << 22, (1 << 24) - 1).cast_signed();
        let moved = i64::from(self.random.between(0, 1 << to)) - (1i64 << to) / 2;
        let bias = (1i64 << (shift - 1)) + (moved << shift) / 8;
        self.blob.extend(multiplier.to_le_bytes());
        self.blob.push(shift as u8);
        self.blob.extend(bias.to_le_bytes());
    }

    fn records(&mut self, count: u32, from: u32, to: u32) -> u64 {
        let offset = self.blob.len() as u64;
        (0..count).for_each(|_| self.record(from, to));
        offset
    }

    fn rows(&mut self, count: u32, width: u32, from: u32, to: u32) -> u64 {
        let offset = self.blob.len() as u64;
        for _ in 0..count {
            let weights = self.random.bytes(width as usize);
            self.blob.extend(weights.into_iter().map(i8::cast_unsigned));
            self.record(from, to);
        }
        offset
    }

    /// Zero below zero, and x above, but for the last bits.
    fn table(&mut self) -> u64 {
        let offset = self.blob.len() as u64;
        for index in 0..513 {
            let entry = (index - 256).max(0) * 256 + self.random.between(0, 63).cast_signed();
            self.blob.extend(entry.to_le_bytes());
        }
        offset
    }

    fn norm(&mut self, input: u32, element: ElementType) -> u32 {
        let to = [6, 14, 18][element as usize];
        let rescales = self.records(self.shape.width, 16, to);
        self.push(Node::Norm(Norm { input, centre: true, rescales, element }))
    }

    fn linear(&mut self, input: u32, (from, to): (u32, u32), shape: [u32; 2], element: ElementType) -> u32 {
        let [width, outputs] = shape;
        let rows = self.rows(outputs, width, 7 + from + width.ilog2() / 2, to);
        self.push(Node::Linear(Linear { input, outputs, rows, element, table: None, addend: None }))
    }

    /// The newest node, a linear operator.
    fn newest(&mut self) -> &mut Linear {
        match self.nodes.last_mut() {
            Some(Node::Linear(linear)) => linear,
            _ => unreachable!("it was just pushed; qed"),
        }
    }

    fn block(&mut self, residual: u32) -> u32 {
        let Shape { width, inner, heads, key_heads, .. } = self.shape;
        let keys_width = width / heads * key_heads;
        let narrow = self.norm(residual, ElementType::I8);
        let wide = self.norm(residual, ElementType::Wide);
        let queries = self.linear(narrow, (7, 6), [width, width], ElementType::I8);
        let keys = self.linear(narrow, (7, 6), [width, keys_width], ElementType::I8);
        let values = self.linear(narrow, (7, 6), [width, keys_width], ElementType::I8);
        let scores = self.push(Node::Scores(Scores { queries, keys, heads, key_heads }));
        let scales = self.blob.len() as u64;
        for _ in 0..heads {
            let multiplier = self.random.between(1 << 22, (1 << 23) - 1);
            self.blob.extend(multiplier.to_le_bytes());
            self.blob.push(24);
        }
        let probabilities = self.push(Node::Softmax(Softmax { input: scores, scales }));
        let rescales = self.records(width, 20, 7);
        let context =
            Context { probabilities, values, value_heads: key_heads, rescales, element: ElementType::I8 };
        let context = self.push(Node::Context(context));
        let attended = self.linear(context, (7, 17), [width, width], ElementType::Wide);
        self.newest().addend = Some(wide);
        let narrow = self.norm(attended, ElementType::I8);
        let wide = self.norm(attended, ElementType::Wide);
        let up = self.linear(narrow, (7, 14), [width, inner], ElementType::I16);
        let entries = self.table();
        let rescales = self.records(inner, 16, 14);
        self.newest().table = Some(Table { entries, rescales });
        let down = self.linear(up, (14, 17), [inner, width], ElementType::Wide);
        self.newest().addend = Some(wide);
        down
    }
}
