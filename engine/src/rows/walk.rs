//! The walk over a model's nodes, with all rows of some sequences at once.

use std::ops::Range;

use millrace_inference::rows::{commitment::Hash, RowCount};

use super::{
    commitment::leaves,
    elements::{for_element, held_bytes, Element, Elements},
    members::{attended, first_rows, pooled, Member, Rows},
    operators::{
        linear::Operands,
        norm::Norm,
        simple::{arg_max, Activation, Mul},
    },
    prepared::{element, width, PreparedRows, Step},
    products::Kernel,
    sequence::Held,
    share::Share,
};
use crate::error::EngineError;

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

impl Walk<'_> {
    /// Executes the model on some sequences together.
    ///
    /// # Errors
    /// [`EngineError::Stopped`].
    pub fn run(self, members: &mut [Member<'_>]) -> Result<Made, EngineError> {
        let count = self.model.steps.len();
        let mut rows = Rows { all: Vec::new(), ranges: Vec::new(), positions: Vec::new() };
        rows.all.resize_with(count, || None);
        let is_image = self.model.checked.image_bytes().is_some();
        for member in members.iter_mut() {
            member.sequence.held.resize_with(count, Held::default);
            let (start, before) = (rows.positions.len(), member.sequence.tokens as usize);
            let new = if is_image { 1 } else { member.ids.len() };
            rows.positions.extend(before..before + new);
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
        for (member, range) in members.iter_mut().zip(&rows.ranges) {
            member.sequence.tokens += range.len() as u32;
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
            Step::Linear(linear) => {
                linear.run(self.operands(index, linear.input, linear.addend, rows), kernel, share)
            }
            Step::Convolution(conv) => {
                conv.run(self.operands(index, conv.input, conv.addend, rows), kernel, share)
            }
            Step::Depthwise(conv) => conv.run(self.operands(index, conv.input, conv.addend, rows), share),
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
            Step::ArgMax(input) => Elements::I32(arg_max(rows.of(*input).i32(), width(*input), share)),
            Step::Pixels => Elements::I8(pixels(members)),
            Step::MaxPool(pool) => pool.run(rows.of(pool.input), rows.ranges.len(), share),
            Step::GlobalPool(pool) => pool.run(rows.of(pool.input), width(pool.input), share),
            Step::Requantize(of) => of.run(rows.of(of.input), width(of.input), share),
        })
    }

    /// What a linear operator or a convolution reads to make this node.
    fn operands<'a>(self, node: usize, input: u32, addend: Option<u32>, rows: &'a Rows) -> Operands<'a> {
        let addend = addend.map(|addend| rows.of(addend).i32());
        Operands { input: rows.of(input), addend, rows: self.count(node as u32, rows) }
    }

    /// How many rows of a node a sequence has beside those of its tokens; none if it has these.
    fn of_a_sequence(self, node: u32) -> Option<usize> {
        match self.model.checked.tensor(node).map(|tensor| tensor.rows) {
            Some(rows @ (RowCount::One | RowCount::Positions { .. })) => Some(rows.of(1) as usize),
            _ => None,
        }
    }

    /// How many rows a node has.
    fn count(self, node: u32, rows: &Rows) -> usize {
        self.of_a_sequence(node).map_or(rows.positions.len(), |each| each * rows.ranges.len())
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
        match self.of_a_sequence(last) {
            Some(each) => (0..rows.ranges.len()).map(|index| of(index * each..(index + 1) * each)).collect(),
            None => rows.ranges.iter().cloned().map(of).collect(),
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
        Some(leaves(rows.of(node), self.count(node, rows), width(checked, node), bytes, self.share))
    }
}

/// The images' bytes, which they are, as was checked before.
fn pixels(members: &[Member<'_>]) -> Vec<i8> {
    let mut all = Vec::with_capacity(members.iter().map(|member| member.ids.len()).sum());
    members.iter().for_each(|member| all.extend(member.ids.iter().map(|byte| *byte as i8)));
    all
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
