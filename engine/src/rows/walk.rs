//! The walk over a model's nodes, with all rows of some sequences at once.

use std::ops::Range;

use millrace_inference::rows::{commitment::Hash, RowCount};

use super::{
    commitment::leaves,
    elements::{for_element, held_bytes, Element, Elements, Share},
    operators::{
        attention::{Attention, Fresh},
        linear::{Linear, Operands},
        norm::Norm,
        simple::{arg_max, Activation, Mul, Pool},
    },
    prepared::{element, width, PreparedRows, Step},
    products::Kernel,
    sequence::{Held, Sequence},
};
use crate::error::EngineError;

/// A sequence and its new tokens.
pub(super) struct Member<'a> {
    pub ids: &'a [u32],
    pub sequence: &'a mut Sequence,
}

/// What a walk does beside the rows.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a> {
    pub model: &'a PreparedRows,
    pub kernel: Kernel,
    pub share: Share,
    /// Whether the trunk is hashed.
    pub commits: bool,
    /// Whether sequences are appended to later.
    pub keep: bool,
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

/// What a walk gives.
pub(super) struct Made {
    /// The bytes of each sequence's output.
    pub outputs: Vec<Vec<u8>>,
    /// Leaves by trunk node.
    pub leaves: Vec<Vec<Hash>>,
}

/// Rows up to now.
struct Rows {
    /// By node; none before it is made and after it is read for the last time.
    all: Vec<Option<Elements>>,
    /// Each sequence's rows within those of a node with a row for each token.
    ranges: Vec<Range<usize>>,
    /// Each row's position in its sequence.
    positions: Vec<usize>,
}

impl Rows {
    fn of(&self, node: u32) -> &Elements {
        let rows = self.all.get(node as usize).and_then(Option::as_ref);
        rows.expect("a node's rows are kept as long as another reads them; qed")
    }
}

impl Walk<'_> {
    /// Executes the model on some sequences together.
    ///
    /// # Errors
    /// [`EngineError::Stopped`].
    pub fn run(self, members: &mut [Member<'_>]) -> Result<Made, EngineError> {
        let count = self.model.steps.len();
        let mut rows = Rows { all: Vec::new(), ranges: Vec::new(), positions: Vec::new() };
        rows.all.resize_with(count, || None);
        for member in members.iter_mut() {
            member.sequence.held.resize_with(count, Held::default);
            let (start, before) = (rows.positions.len(), member.sequence.tokens as usize);
            rows.positions.extend(before..before + member.ids.len());
            rows.ranges.push(start..rows.positions.len());
        }
        let mut made = Made { outputs: Vec::new(), leaves: Vec::new() };
        for (index, step) in self.model.steps.iter().enumerate() {
            if (self.stop)() {
                return Err(EngineError::Stopped);
            }
            rows.all[index] = self.step(index, step, &rows, members);
            if index + 1 == count {
                made.outputs = self.outputs(&rows);
            }
            made.leaves.extend(self.leaves(index, &rows));
            self.model.last_read[index].iter().for_each(|node| rows.all[*node] = None);
        }
        for member in members.iter_mut() {
            member.sequence.tokens += member.ids.len() as u32;
        }
        Ok(made)
    }

    /// The rows of one node; none if it is part of another.
    fn step(self, index: usize, step: &Step, rows: &Rows, members: &mut [Member<'_>]) -> Option<Elements> {
        let (share, kernel) = (self.share, self.kernel);
        let (blob, checked) = (self.model.parameters.bytes(), &self.model.checked);
        let width = |node: u32| width(checked, node);
        Some(match step {
            Step::Fused => return None,
            Step::Tokens => {
                let ids = members.iter().flat_map(|member| member.ids);
                Elements::I32(ids.map(|id| id.cast_signed()).collect())
            }
            Step::Embed(embed) => Elements::I32(embed.rows(blob, rows.of(0).i32(), &rows.positions, share)),
            Step::Linear(linear) => self.linear(linear, rows),
            Step::Norm(norm) => {
                let input = rows.of(norm.input).i32();
                for_element!(norm.element, norm_of(norm, input, width(norm.input), share))
            }
            Step::Activation(activation) => {
                let input = rows.of(activation.input).i16();
                for_element!(activation.element, activated(activation, input, width(activation.input), share))
            }
            Step::Rope(rope) => {
                let input = rows.of(rope.input).i16();
                Elements::I8(rope.rows(blob, input, width(rope.input), &rows.positions, share))
            }
            Step::Attention(attention) => {
                for_element!(
                    attention.element,
                    attended(attention, index, rows, members, kernel, share, self.keep)
                )
            }
            Step::Mul(mul) => {
                let (left, right) = (rows.of(mul.left).i16(), rows.of(mul.right).i16());
                for_element!(mul.element, multiplied(mul, left, right, width(mul.left), share))
            }
            Step::Pool(pool) => {
                for_element!(pool.element, pooled(pool, index, rows, members, width(pool.input)))
            }
            Step::Select(select) => {
                let (input, width) = (rows.of(select.input), width(select.input));
                if select.last {
                    input.select(width, rows.ranges.iter().map(|range| range.end - 1))
                } else {
                    first_rows(index, input, width, rows, members)
                }
            }
            Step::ArgMax(input) => Elements::I32(arg_max(rows.of(*input).i32(), width(*input))),
        })
    }

    fn linear(self, linear: &Linear, rows: &Rows) -> Elements {
        let operands = Operands {
            input: rows.of(linear.input),
            addend: linear.addend.map(|addend| rows.of(addend).i32()),
            rows: self.count(linear.input, rows),
        };
        linear.run(operands, self.kernel, self.share)
    }

    /// How many rows a node has.
    fn count(self, node: u32, rows: &Rows) -> usize {
        match self.model.checked.tensor(node).map(|tensor| tensor.rows) {
            Some(RowCount::One) => rows.ranges.len(),
            _ => rows.positions.len(),
        }
    }

    /// The bytes of the last node's rows, by sequence.
    fn outputs(self, rows: &Rows) -> Vec<Vec<u8>> {
        let last = (self.model.steps.len() - 1) as u32;
        let width = width(&self.model.checked, last);
        let of = |rows_here: Range<usize>| {
            let mut bytes = Vec::new();
            rows.of(last).write(rows_here.start * width..rows_here.end * width, &mut bytes);
            bytes
        };
        match self.model.checked.tensor(last).map(|tensor| tensor.rows) {
            Some(RowCount::One) => (0..rows.ranges.len()).map(|row| of(row..row + 1)).collect(),
            _ => rows.ranges.iter().cloned().map(of).collect(),
        }
    }

    /// The leaves of a node's rows, if they are trunk and wanted.
    fn leaves(self, index: usize, rows: &Rows) -> Option<Vec<Hash>> {
        let (checked, node) = (&self.model.checked, index as u32);
        if !self.commits {
            return None;
        }
        checked.model().trunk.binary_search(&node).ok()?;
        let bytes = held_bytes(element(checked, node)) as usize;
        Some(leaves(rows.of(node), rows.positions.len(), width(checked, node), bytes, self.share))
    }
}

fn norm_of<T: Element>(norm: &Norm, input: &[i32], width: usize, share: Share) -> Vec<T> {
    norm.rows(input, width, share)
}

fn activated<T: Element>(activation: &Activation, input: &[i16], width: usize, share: Share) -> Vec<T> {
    activation.rows(input, width, share)
}

fn multiplied<T: Element>(mul: &Mul, left: &[i16], right: &[i16], width: usize, share: Share) -> Vec<T> {
    mul.rows(left, right, width, share)
}

/// An attention's rows, sequence by sequence.
fn attended<T: Element>(
    attention: &Attention,
    index: usize,
    rows: &Rows,
    members: &mut [Member<'_>],
    kernel: Kernel,
    share: Share,
    keep: bool,
) -> Vec<T> {
    let operand = |node: u32, heads: usize, width: usize, range: &Range<usize>| {
        let width = heads * width;
        &rows.of(node).i8()[range.start * width..range.end * width]
    };
    let mut all = Vec::with_capacity(rows.positions.len() * attention.heads * attention.value_width);
    for (member, range) in members.iter_mut().zip(&rows.ranges) {
        let fresh = Fresh {
            queries: operand(attention.queries, attention.heads, attention.width, range),
            keys: operand(attention.keys, attention.key_heads, attention.width, range),
            values: operand(attention.values, attention.value_heads, attention.value_width, range),
            before: member.sequence.tokens as usize,
            rows: range.len(),
        };
        let held = std::mem::take(&mut member.sequence.held[index]);
        let mut cache = if let Held::KeyValues(cache) = held { Some(cache) } else { None };
        all.extend(attention.rows::<T>(fresh, &mut cache, kernel, share));
        if let Some(cache) = cache.filter(|_| keep) {
            member.sequence.held[index] = Held::KeyValues(cache);
        }
    }
    all
}

/// Each sequence's pooled row.
fn pooled<T: Element>(
    pool: &Pool,
    index: usize,
    rows: &Rows,
    members: &mut [Member<'_>],
    width: usize,
) -> Vec<T> {
    let input = rows.of(pool.input).i32();
    let of = |(member, range): (&mut Member<'_>, &Range<usize>)| {
        let held = &mut member.sequence.held[index];
        let mut sums = if let Held::Sums(sums) = std::mem::take(held) { sums } else { Vec::new() };
        let row = pool.row::<T>(&input[range.start * width..range.end * width], width, &mut sums);
        *held = Held::Sums(sums);
        row
    };
    members.iter_mut().zip(&rows.ranges).flat_map(of).collect()
}

/// Each sequence's first row, which is kept from when it was new.
fn first_rows(
    index: usize,
    input: &Elements,
    width: usize,
    rows: &Rows,
    members: &mut [Member<'_>],
) -> Elements {
    for (member, range) in members.iter_mut().zip(&rows.ranges) {
        if member.sequence.tokens == 0 {
            let first = input.select(width, std::iter::once(range.start));
            member.sequence.held[index] = Held::First(first);
        }
    }
    let mut all = input.select(width, std::iter::empty());
    for member in members.iter() {
        if let Held::First(row) = &member.sequence.held[index] {
            all.append(row);
        }
    }
    all
}
