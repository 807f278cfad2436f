//! The integer graph while it is made: nodes with their parameters, from real weights and scales.

use millrace_inference::rows::{
    limits::R24, Context, ElementType, Embed, Kind, Linear, Model, Mul, Node, Norm, Rescale, Scores, Softmax,
    Table, Tokens,
};
use ndarray::{Array1, Array2};

use super::{
    function::TABLE_FRACTION,
    layers::{Dense, NormLayer},
    record::{record, scale},
    search::{integers, Narrowing},
};
use crate::{parameters::Parameters, refusal::Refusal};

/// 16 fraction bits: what a norm gives for one.
pub(crate) const NORM_ONE: f64 = 65_536.0;

/// What a share of one is.
const SHARE_ONE: f64 = 32_767.0;

/// Room that wide rows have beyond what calibration saw.
const WIDE_MARGIN: f64 = 1.25;

/// Room that a function's argument has beyond what calibration saw.
const ARGUMENT_MARGIN: f64 = 1.3;

/// A node of rows that products read, and what its integers mean.
pub(crate) struct Narrow {
    pub(crate) node: u32,
    pub(crate) narrowing: Narrowing,
}

/// A node of wide rows, and the real distance of two neighbouring integers.
#[derive(Clone, Copy)]
pub(crate) struct Wide {
    pub(crate) node: u32,
    pub(crate) step: f64,
}

/// What follows a product's first rescaling.
pub(crate) enum Then<'a> {
    /// Nothing: rows of this type, with a step for each output.
    Rows(ElementType, &'a [f64]),
    /// The sum with these rows, whose step it has.
    Add(Wide),
    /// A function's table for arguments with this step, and rows of this kind.
    Function(Vec<i32>, f64, &'a Narrowing),
}

/// Queries, keys and values, and what their integers mean.
pub(crate) struct Attention<'a> {
    pub(crate) queries: u32,
    pub(crate) keys: u32,
    pub(crate) values: u32,
    /// The step of each head of queries.
    pub(crate) query_steps: &'a [f64],
    /// The step of each head of keys, and how many there are of values.
    pub(crate) key_steps: &'a [f64],
    /// The step of each element of values.
    pub(crate) value_steps: &'a [f64],
}

/// A graph while it is made.
pub(crate) struct Builder {
    nodes: Vec<Node>,
    trunk: Vec<u32>,
    pub(crate) parameters: Parameters,
}

impl Builder {
    pub(crate) fn new(vocabulary: usize) -> Self {
        let nodes = vec![Node::Tokens(Tokens { vocabulary: number(vocabulary) })];
        Self { nodes, trunk: vec![], parameters: Parameters::default() }
    }

    pub(crate) fn push(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        number(self.nodes.len()) - 1
    }

    /// Makes a node one of those that an execution commits to.
    pub(crate) fn commit(&mut self, node: u32) {
        self.trunk.push(node);
    }

    pub(crate) fn finish(self, kind: Kind, max_tokens: usize) -> (Model, Vec<u8>) {
        let (bytes, blob) = self.parameters.finish();
        let model =
            Model { kind, max_tokens: number(max_tokens), nodes: self.nodes, trunk: self.trunk, blob };
        (model, bytes)
    }

    /// The rows of tokens, and of positions where each has its own.
    pub(crate) fn embed(
        &mut self,
        words: &Array2<f32>,
        positions: Option<&Array2<f32>>,
        step: f64,
    ) -> Result<Wide, Refusal> {
        let (integers, steps) = integers(words);
        let records = steps.iter().map(|word| record(word / step, 0.0)).collect::<Result<Vec<_>, _>>()?;
        let rows = self.rows(&integers, &records);
        let wide =
            |x: &f32| (f64::from(*x) / step).round_ties_even().clamp(f64::from(-R24), f64::from(R24)) as i32;
        let positions = positions.map(|positions| self.parameters.numbers(positions.iter().map(wide)));
        let width = number(words.ncols());
        Ok(Wide { node: self.push(Node::Embed(Embed { input: 0, width, rows, positions })), step })
    }

    /// Normalised rows that products read.
    pub(crate) fn narrow_norm(
        &mut self,
        input: Wide,
        norm: &NormLayer,
        narrowing: Narrowing,
    ) -> Result<Narrow, Refusal> {
        let steps: Vec<f64> = narrowing.factors.iter().map(|f| f64::from(*f) * narrowing.step).collect();
        let node = self.norm(input, norm, &steps, narrowing.element)?;
        Ok(Narrow { node, narrowing })
    }

    /// Normalised rows that something is added to.
    pub(crate) fn wide_norm(&mut self, input: Wide, norm: &NormLayer, step: f64) -> Result<Wide, Refusal> {
        let steps = vec![step; norm.gain.len()];
        Ok(Wide { node: self.norm(input, norm, &steps, ElementType::Wide)?, step })
    }

    fn norm(
        &mut self,
        input: Wide,
        norm: &NormLayer,
        steps: &[f64],
        element: ElementType,
    ) -> Result<u32, Refusal> {
        let of = |((gain, offset), step): ((&f32, &f32), &f64)| {
            record(f64::from(*gain) / NORM_ONE / step, f64::from(*offset) / step)
        };
        let records = norm.gain.iter().zip(&norm.offset).zip(steps).map(of).collect::<Result<Vec<_>, _>>()?;
        let rescales = self.parameters.rescales(&records);
        Ok(self.push(Node::Norm(Norm { input: input.node, centre: norm.centre, rescales, element })))
    }

    /// A product with weights, and what follows it.
    pub(crate) fn linear(&mut self, input: &Narrow, dense: &Dense, then: &Then<'_>) -> Result<u32, Refusal> {
        let (weights, steps) = input.narrowing.integers(&dense.weights);
        let products: Vec<f64> = steps.iter().map(|step| step * input.narrowing.step).collect();
        let outputs = products.len();
        let (element, own, table, addend) = match then {
            Then::Rows(element, own) => (*element, own.to_vec(), None, None),
            Then::Add(wide) => (ElementType::Wide, vec![wide.step; outputs], None, Some(wide.node)),
            Then::Function(entries, step, narrowing) => {
                let table = self.table(entries, narrowing, *step)?;
                (narrowing.element, vec![*step; outputs], Some(table), None)
            }
        };
        let of = |((product, bias), own): ((&f64, &f32), &f64)| record(product / own, f64::from(*bias) / own);
        let records = products.iter().zip(&dense.bias).zip(&own).map(of).collect::<Result<Vec<_>, _>>()?;
        let rows = self.rows(&weights, &records);
        let outputs = number(outputs);
        Ok(self.push(Node::Linear(Linear { input: input.node, outputs, rows, element, table, addend })))
    }

    /// Means of values, ready for the product that follows.
    pub(crate) fn attend(
        &mut self,
        attention: &Attention<'_>,
        narrowing: Narrowing,
    ) -> Result<Narrow, Refusal> {
        let Attention { queries, keys, values, query_steps, key_steps, value_steps } = *attention;
        let (heads, key_heads) = (query_steps.len(), key_steps.len());
        let size = value_steps.len() / key_heads;
        let group = |head: usize| head * key_heads / heads;
        let scores = Scores { queries, keys, heads: number(heads), key_heads: number(key_heads) };
        let input = self.push(Node::Scores(scores));
        // Softmax counts in 1/256 octaves.
        let octaves = 256.0 * std::f64::consts::LOG2_E / (size as f64).sqrt();
        let scales =
            query_steps.iter().enumerate().map(|(head, q)| scale(q * key_steps[group(head)] * octaves));
        let scales = self.parameters.scales(&scales.collect::<Result<Vec<_>, _>>()?);
        let probabilities = self.push(Node::Softmax(Softmax { input, scales }));

        let of = |(index, f): (usize, &f32)| {
            let value = value_steps[group(index / size) * size + index % size];
            record(value / SHARE_ONE / (f64::from(*f) * narrowing.step), 0.0)
        };
        let records = narrowing.factors.iter().enumerate().map(of).collect::<Result<Vec<_>, _>>()?;
        let rescales = self.parameters.rescales(&records);
        let element = narrowing.element;
        let value_heads = number(key_heads);
        let context = Context { probabilities, values, value_heads, rescales, element };
        Ok(Narrow { node: self.push(Node::Context(context)), narrowing })
    }

    /// Products of two rows, element by element, each with the steps of its elements.
    pub(crate) fn multiply(
        &mut self,
        (left, left_steps): (u32, &[f64]),
        (right, right_steps): (u32, &[f64]),
        narrowing: Narrowing,
    ) -> Result<Narrow, Refusal> {
        let of = |((a, b), f): ((&f64, &f64), &f32)| record(a * b / (f64::from(*f) * narrowing.step), 0.0);
        let records = left_steps.iter().zip(right_steps).zip(&narrowing.factors).map(of);
        let rescales = self.parameters.rescales(&records.collect::<Result<Vec<_>, _>>()?);
        let element = narrowing.element;
        Ok(Narrow { node: self.push(Node::Mul(Mul { left, right, rescales, element })), narrowing })
    }

    fn table(&mut self, entries: &[i32], narrowing: &Narrowing, step: f64) -> Result<Table, Refusal> {
        let of = |f: &f32| record(step / TABLE_FRACTION / (f64::from(*f) * narrowing.step), 0.0);
        let records = narrowing.factors.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        let entries = self.parameters.numbers(entries.iter().copied());
        Ok(Table { entries, rescales: self.parameters.rescales(&records) })
    }

    fn rows(&mut self, weights: &Array2<i8>, records: &[Rescale]) -> u64 {
        let rows: Vec<Vec<i8>> = weights.rows().into_iter().map(|row| row.to_vec()).collect();
        self.parameters.rows(rows.iter().map(Vec::as_slice).zip(records.iter().copied()))
    }
}

/// The step of wide rows that reach so far.
pub(crate) fn wide_step(rows: &[&Array2<f32>]) -> f64 {
    let largest = rows.iter().map(|rows| largest(rows)).fold(0.0, f64::max);
    (largest * WIDE_MARGIN / f64::from(R24)).max(1e-30)
}

/// The step of a function's arguments that reach so far: a power of two.
pub(crate) fn argument_step(largest: f64) -> f64 {
    (largest * ARGUMENT_MARGIN / 32_767.0).max(1e-30).log2().ceil().exp2()
}

/// The largest absolute value.
pub(crate) fn largest(rows: &Array2<f32>) -> f64 {
    rows.iter().fold(0.0f32, |most, x| most.max(x.abs())).into()
}

/// The largest absolute value of each column, and at least so little that it can be a divisor.
pub(crate) fn largest_of_columns(rows: &Array2<f32>) -> Array1<f64> {
    let largest = rows.fold_axis(ndarray::Axis(0), 0.0f32, |most, x| most.max(x.abs()));
    largest.mapv(|x| f64::from(x).max(1e-9))
}

/// The step of each head of rows, whose columns reach so far, in 8 bits.
pub(crate) fn head_steps(columns: &Array1<f64>, heads: usize) -> Vec<f64> {
    let columns = columns.to_vec();
    let size = columns.len().checked_div(heads).unwrap_or(0).max(1);
    columns.chunks(size).map(|head| head.iter().copied().fold(0.0, f64::max) / 127.0).collect()
}

/// The same number for each element of its head.
pub(crate) fn each(steps: &[f64], size: usize) -> Vec<f64> {
    steps.iter().flat_map(|step| std::iter::repeat_n(*step, size)).collect()
}

/// A size as the format has it; configurations are checked to be far below its limit.
pub(crate) fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
