//! The sequences of a part and their rows, and what reads all rows of a sequence or keeps some for later ones.

use std::ops::Range;

use super::{
    elements::{Element, Elements},
    operators::{
        attention::{Attention, Fresh},
        simple::Pool,
    },
    products::Kernel,
    sequence::{Held, Sequence},
    share::Share,
};

/// A sequence and its new tokens.
pub(super) struct Member<'a> {
    pub ids: &'a [u32],
    pub sequence: &'a mut Sequence,
}

/// Rows up to now.
pub(super) struct Rows {
    /// By node; none before it is made and after it is read for the last time.
    pub all: Vec<Option<Elements>>,
    /// Each sequence's rows within those of a node with a row for each token.
    pub ranges: Vec<Range<usize>>,
    /// Each token's position in its sequence; an image counts as a token.
    pub positions: Vec<usize>,
}

impl Rows {
    /// The rows of a node that another one reads.
    pub fn of(&self, node: u32) -> &Elements {
        let rows = self.all.get(node as usize).and_then(Option::as_ref);
        rows.expect("a node's rows are kept as long as another reads them; qed")
    }
}

/// An attention's rows, sequence by sequence.
pub(super) fn attended<T: Element>(
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
pub(super) fn pooled<T: Element>(
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
pub(super) fn first_rows(
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
