//! Small models that bring an operator to its bounds.

use millrace_inference::rows::{
    BlobName, ElementType, Embed, Kind, Linear, Model, Node, Pixels, Requantize, Table, Tokens,
};

/// A model, its parameters and a batch.
pub struct Case {
    pub name: String,
    pub model: Model,
    pub blob: Vec<u8>,
    pub batch: Vec<Vec<u32>>,
}

/// A graph under construction.
pub struct Builder {
    pub nodes: Vec<Node>,
    pub trunk: Vec<u32>,
    pub blob: Vec<u8>,
    kind: Kind,
    max_tokens: u32,
    batch: Vec<Vec<u32>>,
}

/// A record's bytes, whatever they mean.
pub fn record(multiplier: i32, shift: u8, bias: i64) -> [u8; 13] {
    let mut bytes = [0; 13];
    bytes[..4].copy_from_slice(&multiplier.to_le_bytes());
    bytes[4] = shift;
    bytes[5..].copy_from_slice(&bias.to_le_bytes());
    bytes
}

/// The record that changes nothing.
pub fn same() -> [u8; 13] {
    record(2, 1, 0)
}

/// Records at their bounds, and just beyond them.
pub fn extremes() -> Vec<[u8; 13]> {
    let (most, bias) = ((1 << 24) - 1, (1i64 << 62) - 1);
    vec![
        same(),
        record(most, 1, bias),
        record(-most, 1, -bias),
        record(most, 61, bias),
        record(-most, 61, -bias),
        record(-most, 37, 0),
        record(3, 5, 16),
        record(most + 1, 1, 0),
        record(-most - 1, 1, 0),
        record(i32::MIN, 1, 0),
        record(1, 0, 0),
        record(1, 62, 0),
        record(1, 255, 0),
        record(1, 1, bias + 1),
        record(1, 1, -bias - 1),
        record(1, 1, i64::MIN),
    ]
}

/// So many records, the extremes over and over.
pub fn cycle(count: usize) -> Vec<u8> {
    extremes().into_iter().cycle().take(count).flatten().collect()
}

impl Builder {
    /// Tokens whose embedding is all zero, but for the rows that their positions add: any wide rows at all.
    pub fn rows(kind: Kind, rows: &[Vec<i32>]) -> Self {
        let (max_tokens, width) = (rows.len() as u32, rows[0].len() as u32);
        let mut builder = Self {
            nodes: vec![Node::Tokens(Tokens { vocabulary: 1 })],
            trunk: vec![1],
            blob: Vec::new(),
            kind,
            max_tokens,
            batch: vec![vec![0; rows.len()]],
        };
        let zero = [vec![0; width as usize], record(0, 1, 0).to_vec()].concat();
        let rows_at = builder.put(&zero);
        let positions =
            Some(builder.put(&rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>()));
        builder.push(Node::Embed(Embed { input: 0, width, rows: rows_at, positions }));
        builder
    }

    /// An image of these bytes, position by position.
    pub fn image(height: u32, width: u32, bytes: &[u8]) -> Self {
        let channels = bytes.len() as u32 / height / width;
        Self {
            nodes: vec![Node::Pixels(Pixels { height, width, channels })],
            trunk: vec![1],
            blob: Vec::new(),
            kind: Kind::Encoder,
            max_tokens: 1,
            batch: vec![bytes.iter().map(|byte| (*byte).into()).collect()],
        }
    }

    pub fn put(&mut self, bytes: &[u8]) -> u64 {
        let offset = self.blob.len() as u64;
        self.blob.extend(bytes);
        offset
    }

    pub fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.nodes.len() as u32 - 1
    }

    /// Elements of another type, as they are.
    pub fn cast(&mut self, input: u32, width: usize, element: ElementType) -> u32 {
        let rescales = self.put(&same().repeat(width));
        self.push(Node::Requantize(Requantize { input, rescales, element }))
    }

    /// A linear operator with these rows.
    pub fn linear(&mut self, input: u32, rows: &[(Vec<i8>, [u8; 13])], element: ElementType) -> u32 {
        self.linear_with(input, rows, element, None, None)
    }

    pub fn linear_with(
        &mut self,
        input: u32,
        rows: &[(Vec<i8>, [u8; 13])],
        element: ElementType,
        table: Option<Table>,
        addend: Option<u32>,
    ) -> u32 {
        let bytes = rows.iter().flat_map(|(weights, record)| {
            weights.iter().map(|weight| weight.cast_unsigned()).chain(*record).collect::<Vec<u8>>()
        });
        let bytes: Vec<u8> = bytes.collect();
        let (offset, outputs) = (self.put(&bytes), rows.len() as u32);
        self.push(Node::Linear(Linear { input, outputs, rows: offset, element, table, addend }))
    }

    /// One sum of narrow elements: the work that a model of rows must have.
    pub fn sum(&mut self, input: u32, width: usize) -> u32 {
        self.linear(input, &[(vec![1; width], same())], ElementType::Wide)
    }

    /// Two nodes multiplied, so that neither is left unread.
    pub fn join(&mut self, left: u32, right: u32, width: usize) -> u32 {
        let rescales = self.put(&cycle(width));
        self.push(Node::Mul(millrace_inference::rows::Mul {
            left,
            right,
            rescales,
            element: ElementType::I16,
        }))
    }

    pub fn case(self, name: &str) -> Case {
        let blob = BlobName { root: [0; 32], length: 0 };
        let Self { nodes, trunk, blob: bytes, kind, max_tokens, batch } = self;
        Case { name: name.into(), model: Model { kind, max_tokens, nodes, trunk, blob }, blob: bytes, batch }
    }
}
