//! A model whose parameters are ready for products, step by step.

use millrace_inference::rows::{
    BlobError, CheckedModel, Context, Conv2d, ElementType, Kind, Layout, Linear as LinearNode, Node,
    Reference, Rope as RopeNode, Select, Width,
};

use super::{
    operators::{
        attention::Attention,
        convolution::{windows_of, Convolution, Groups},
        curve::Curve,
        depthwise::Depthwise,
        embed::Embed,
        linear::Linear,
        norm::Norm,
        pools::{GlobalPool, MaxPool},
        simple::{Activation, Mul, Pool, Requantize, Rope},
        softmax::Scale,
    },
    parameters::Parameters,
    records::{Records, RECORD_BYTES},
};

/// A model of rows with its parameters, ready for products.
pub struct PreparedRows {
    pub(super) checked: CheckedModel,
    pub(super) parameters: Parameters,
    /// One for each node.
    pub(super) steps: Vec<Step>,
    /// By node, the nodes whose rows nobody reads after it.
    pub(super) last_read: Vec<Vec<usize>>,
}

/// What makes the rows of a node.
pub(super) enum Step {
    Tokens,
    Embed(Embed),
    Linear(Linear),
    Norm(Norm),
    Activation(Activation),
    Rope(Rope),
    /// Scores and shares: the attention that reads them makes them, and keeps none.
    Fused,
    Attention(Box<Attention>),
    Mul(Mul),
    Pool(Pool),
    Select(Select),
    ArgMax(u32),
    Pixels,
    Convolution(Convolution),
    Depthwise(Depthwise),
    MaxPool(MaxPool),
    GlobalPool(GlobalPool),
    Requantize(Requantize),
}

/// Elements of a row that registration knows to be of fixed width.
pub(super) fn width(model: &CheckedModel, node: u32) -> usize {
    match model.tensor(node).map(|tensor| tensor.width) {
        Some(Width::Fixed(width)) => width as usize,
        _ => unreachable!("registration checked the widths; qed"),
    }
}

/// Type of a node's elements.
pub(super) fn element(model: &CheckedModel, node: u32) -> ElementType {
    model.tensor(node).map_or(ElementType::Id, |tensor| tensor.element)
}

impl PreparedRows {
    /// Reads and packs the parameters.
    ///
    /// # Errors
    /// [`BlobError::Length`].
    pub fn new(checked: CheckedModel, parameters: Parameters) -> Result<Self, BlobError> {
        millrace_inference::rows::Blob::new(&checked, parameters.bytes())?;
        let references = checked.references();
        let steps: Vec<Step> = (0u32..)
            .zip(&checked.model().nodes)
            .map(|(index, node)| {
                let own =
                    references.iter().filter(|(reader, _)| *reader == index).map(|(_, reference)| *reference);
                Builder { model: &checked, blob: parameters.bytes(), own: own.collect() }.step(index, node)
            })
            .collect();
        let last_read = last_read(&steps, &checked);
        Ok(Self { checked, parameters, steps, last_read })
    }

    /// The model itself.
    pub fn checked(&self) -> &CheckedModel {
        &self.checked
    }
}

/// By node, the nodes that no later one reads.
fn last_read(steps: &[Step], checked: &CheckedModel) -> Vec<Vec<usize>> {
    let mut last: Vec<usize> = (0..steps.len()).collect();
    for (index, (step, node)) in steps.iter().zip(&checked.model().nodes).enumerate() {
        step.reads(node).into_iter().for_each(|read| last[read as usize] = index);
    }
    let mut dropped = vec![Vec::new(); steps.len()];
    last.iter().enumerate().for_each(|(node, last)| dropped[*last].push(node));
    dropped
}

impl Step {
    /// The nodes whose rows it reads.
    fn reads(&self, node: &Node) -> Vec<u32> {
        match self {
            Self::Fused => Vec::new(),
            Self::Attention(attention) => vec![attention.queries, attention.keys, attention.values],
            _ => node.reads().collect(),
        }
    }
}

/// What a step is made from.
struct Builder<'a> {
    model: &'a CheckedModel,
    blob: &'a [u8],
    /// The node's parameters, in the order of its fields.
    own: Vec<Reference>,
}

impl<'a> Builder<'a> {
    /// The bytes of the node's parameters of this number.
    fn bytes(&self, number: usize) -> &'a [u8] {
        let slice = self.own.get(number).and_then(|reference| reference.slice().of(self.blob));
        slice.expect("registration checked that parameters lie within the blob; qed")
    }

    /// Where they are.
    fn offset(&self, number: usize) -> usize {
        self.own.get(number).map_or(0, |reference| reference.offset as usize)
    }

    fn step(&self, index: u32, node: &Node) -> Step {
        match *node {
            Node::Tokens(_) => Step::Tokens,
            Node::Embed(embed) => Step::Embed(Embed {
                width: embed.width as usize,
                rows: self.offset(0),
                positions: embed.positions.map(|_| self.offset(1)),
            }),
            Node::Linear(linear) => Step::Linear(self.linear(linear)),
            Node::Norm(norm) => {
                let records = Records::read(self.bytes(0));
                Step::Norm(Norm { input: norm.input, centre: norm.centre, records, element: norm.element })
            }
            Node::Activation(activation) => {
                let curve = Curve::read(self.bytes(0));
                Step::Activation(Activation { input: activation.input, curve, element: activation.element })
            }
            Node::Rope(rope) => Step::Rope(self.rope(rope)),
            Node::Scores(_) | Node::Softmax(_) => Step::Fused,
            Node::Context(context) => Step::Attention(Box::new(self.attention(context))),
            Node::Mul(mul) => {
                let records = Records::read(self.bytes(0));
                Step::Mul(Mul { left: mul.left, right: mul.right, records, element: mul.element })
            }
            Node::Pool(pool) => {
                let records = Records::read(self.bytes(0));
                Step::Pool(Pool { input: pool.input, records, element: pool.element })
            }
            Node::Select(select) => Step::Select(select),
            Node::ArgMax(arg_max) => Step::ArgMax(arg_max.input),
            Node::Pixels(_) => Step::Pixels,
            Node::Conv2d(conv) => self.convolution(index, conv),
            Node::MaxPool2d(pool) => Step::MaxPool(MaxPool {
                input: pool.input,
                windows: windows_of(self.model, pool.window, [pool.input, index]),
                width: width(self.model, pool.input),
            }),
            Node::GlobalPool(pool) => {
                let records = Records::read(self.bytes(0));
                let positions = self.model.tensor(pool.input).map_or(0, |tensor| tensor.rows.of(1)) as usize;
                Step::GlobalPool(GlobalPool { input: pool.input, positions, records, element: pool.element })
            }
            Node::Requantize(of) => {
                let records = Records::read(self.bytes(0));
                Step::Requantize(Requantize { input: of.input, records, element: of.element })
            }
        }
    }

    /// A convolution that reads a position for each of its own is a linear operator, unless it has groups.
    fn convolution(&self, index: u32, conv: Conv2d) -> Step {
        let windows = windows_of(self.model, conv.window, [conv.input, index]);
        let (width, reads) = (width(self.model, conv.input), element(self.model, conv.input));
        let rows = self.bytes(0);
        if Groups::new(&conv, width).are_channels() {
            Step::Depthwise(Depthwise::pack(&conv, windows, rows))
        } else if conv.groups == 1 && windows.are_positions() {
            Step::Linear(Linear::pack((conv.input, conv.addend), (reads, conv.element), width, rows, None))
        } else {
            Step::Convolution(Convolution::pack(&conv, (windows, width), reads, rows))
        }
    }

    fn linear(&self, linear: LinearNode) -> Linear {
        let table = linear.table.map(|_| (self.bytes(1), self.bytes(2)));
        let types = (element(self.model, linear.input), linear.element);
        let terms = width(self.model, linear.input);
        Linear::pack((linear.input, linear.addend), types, terms, self.bytes(0), table)
    }

    fn rope(&self, rope: RopeNode) -> Rope {
        let pairs = match self.own.first().map(|reference| reference.layout) {
            Some(Layout::Angles { pairs, .. }) => pairs as usize,
            _ => unreachable!("its parameters are angles; qed"),
        };
        Rope { input: rope.input, angles: self.offset(0), pairs }
    }

    /// A context with the scores and shares that it reads.
    fn attention(&self, context: Context) -> Attention {
        let nodes = &self.model.model().nodes;
        let Some(Node::Softmax(softmax)) = nodes.get(context.probabilities as usize) else {
            unreachable!("registration checked that a context reads shares; qed")
        };
        let Some(Node::Scores(scores)) = nodes.get(softmax.input as usize) else {
            unreachable!("registration checked that shares are of scores; qed")
        };
        let (heads, value_heads) = (scores.heads as usize, context.value_heads as usize);
        let value_width = width(self.model, context.values) / value_heads;
        let references = self.model.references();
        let scales = references.iter().find(|(reader, _)| *reader == context.probabilities);
        let scales = scales.and_then(|(_, reference)| reference.slice().of(self.blob)).unwrap_or_default();
        let records = self.bytes(0).chunks(value_width * RECORD_BYTES);
        Attention {
            queries: scores.queries,
            keys: scores.keys,
            values: context.values,
            heads,
            key_heads: scores.key_heads as usize,
            value_heads,
            width: width(self.model, scores.queries) / heads,
            value_width,
            scales: scales.chunks_exact(5).map(Scale::read).collect(),
            records: records.map(Records::read).collect(),
            element: context.element,
            causal: self.model.model().kind == Kind::Causal,
        }
    }
}
