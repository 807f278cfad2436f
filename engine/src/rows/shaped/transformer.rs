//! Transformers of a given shape.

use millrace_inference::{
    random::Random,
    rows::{
        random::RandomModel, Context, ElementType, Embed, Kind, Node, Norm, Pool, Scores, Softmax, Table,
        Tokens,
    },
};

use super::graph::Graph;

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
        let mut graph = Graph { random, nodes, trunk: vec![1], blob: Vec::new() };
        let rows = graph.rows(self.vocabulary, self.width, 7, 18);
        let positions = Some(graph.blob.len() as u64);
        for _ in 0..self.max_tokens * self.width {
            let position = (graph.random.bits() as i32) >> 13;
            graph.blob.extend(position.to_le_bytes());
        }
        graph.push(Node::Embed(Embed { input: 0, width: self.width, rows, positions }));
        let mut residual = 1;
        for _ in 0..self.blocks {
            residual = self.block(&mut graph, residual);
            graph.trunk.push(residual);
        }
        if self.pooled {
            let rescales = graph.records(self.width, 16, 7);
            graph.push(Node::Pool(Pool { input: residual, rescales, element: ElementType::I8 }));
        } else {
            self.norm(&mut graph, residual, ElementType::I16);
        }
        graph.model(self.kind, self.max_tokens)
    }

    fn norm(self, graph: &mut Graph<'_>, input: u32, element: ElementType) -> u32 {
        let to = [6, 14, 18][element as usize];
        let rescales = graph.records(self.width, 16, to);
        graph.push(Node::Norm(Norm { input, centre: true, rescales, element }))
    }

    fn block(self, graph: &mut Graph<'_>, residual: u32) -> u32 {
        let Shape { width, inner, heads, key_heads, .. } = self;
        let keys_width = width / heads * key_heads;
        let narrow = self.norm(graph, residual, ElementType::I8);
        let wide = self.norm(graph, residual, ElementType::Wide);
        let queries = graph.linear(narrow, (7, 6), [width, width], ElementType::I8);
        let keys = graph.linear(narrow, (7, 6), [width, keys_width], ElementType::I8);
        let values = graph.linear(narrow, (7, 6), [width, keys_width], ElementType::I8);
        let scores = graph.push(Node::Scores(Scores { queries, keys, heads, key_heads }));
        let scales = graph.blob.len() as u64;
        for _ in 0..heads {
            let multiplier = graph.random.between(1 << 22, (1 << 23) - 1);
            graph.blob.extend(multiplier.to_le_bytes());
            graph.blob.push(24);
        }
        let probabilities = graph.push(Node::Softmax(Softmax { input: scores, scales }));
        let rescales = graph.records(width, 20, 7);
        let context =
            Context { probabilities, values, value_heads: key_heads, rescales, element: ElementType::I8 };
        let context = graph.push(Node::Context(context));
        let attended = graph.linear(context, (7, 17), [width, width], ElementType::Wide);
        graph.newest().addend = Some(wide);
        let narrow = self.norm(graph, attended, ElementType::I8);
        let wide = self.norm(graph, attended, ElementType::Wide);
        let up = graph.linear(narrow, (7, 14), [width, inner], ElementType::I16);
        let entries = graph.table();
        let rescales = graph.records(inner, 16, 14);
        graph.newest().table = Some(Table { entries, rescales });
        let down = graph.linear(up, (14, 17), [inner, width], ElementType::Wide);
        graph.newest().addend = Some(wide);
        down
    }
}
