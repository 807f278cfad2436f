//! What every operator on rows says of itself. Registration, evaluation and disputes know operators through this alone.

use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    format::fault::ModelFault,
    rows::{
        openings::{Opened, Opening, Openings, Place},
        parameters::{Reference, Slice},
        tensor::{Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

/// An operator: the fields of a node. Nothing has a default, so that a new operator can't forget it.
///
/// All methods but [`Self::infer`] are called only for nodes that it accepted; for others they may return none.
pub(crate) trait Operator {
    /// Width, type and number of its rows, if it can read the nodes that it names and its fields are right.
    ///
    /// # Errors
    /// The first fault.
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault>;

    /// Its parameters, in the order of its fields.
    fn references(&self, tensors: Tensors<'_>) -> Option<Vec<Reference>>;

    /// The largest absolute value of what it rescales or sums, whatever lies in the blob.
    fn bound(&self, tensors: Tensors<'_>) -> Option<u64>;

    /// What it counts, in MAC.
    fn work(&self, tensors: Tensors<'_>) -> Option<Work>;

    /// Pushes row `operands.row` of its rows.
    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()>;

    /// Everything that one element depends on, beside the ids that were posted.
    fn openings(&self, site: &Site<'_>) -> Option<Openings>;

    /// One element from what [`Self::openings`] asked for, in that order.
    fn element(&self, site: &Site<'_>, opened: &Opened<'_>) -> Option<i64>;
}

/// What an operator may read while a row of it is evaluated.
pub(crate) struct Operands<'a> {
    pub(crate) tensors: Tensors<'a>,
    pub(crate) blob: &'a [u8],
    /// The rows of the nodes before it.
    pub(crate) rows: &'a [Rows],
    /// The sequence's ids that are new, from that of row `fresh.start`.
    pub(crate) ids: &'a [u32],
    /// Rows that are new.
    pub(crate) fresh: Range<u32>,
    /// The row to make: the token's position, or zero if a sequence has one row.
    pub(crate) row: u32,
}

impl<'a> Operands<'a> {
    /// All rows of a node.
    pub(crate) fn rows_of(&self, node: u32) -> Option<&'a Rows> {
        self.rows.get(usize::try_from(node).ok()?)
    }

    /// The row of a node that has the number of the row to make.
    pub(crate) fn row_of(&self, node: u32) -> Option<&'a [i32]> {
        self.rows_of(node)?.row(self.row)
    }

    /// Tokens of the sequence up to now.
    pub(crate) fn tokens(&self) -> u32 {
        self.fresh.end
    }

    /// How many rows the row to make may see.
    pub(crate) fn seen(&self) -> u32 {
        self.tensors.seen(self.row, self.tokens())
    }

    /// The bytes of an entry.
    pub(crate) fn entry(&self, reference: Reference, index: u32) -> Option<&'a [u8]> {
        reference.entry(index).and_then(|slice| slice.of(self.blob))
    }

    /// The bytes of all entries, each by itself.
    pub(crate) fn entries(&self, reference: Reference) -> Option<core::slice::ChunksExact<'a, u8>> {
        let bytes = usize::try_from(reference.layout.entry_bytes()).ok().filter(|bytes| *bytes > 0)?;
        Some(reference.slice().of(self.blob)?.chunks_exact(bytes))
    }
}

/// One element of an execution, without the execution.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) tensors: Tensors<'a>,
    /// The sequence as it was posted.
    pub(crate) ids: &'a [u32],
    /// Where the element is; its node is the operator's.
    pub(crate) place: Place,
}

impl Site<'_> {
    /// Tokens of the sequence.
    pub(crate) fn tokens(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// How many rows the element's row may see.
    pub(crate) fn seen(&self) -> u32 {
        self.tensors.seen(self.place.row, self.tokens())
    }

    /// Elements of the row of the same number.
    pub(crate) fn row_of(&self, node: u32, from: u32, count: u32) -> Opening {
        Opening::Row { node, row: self.place.row, from, count }
    }

    /// The element of the same number in the row of the same number.
    pub(crate) fn same_of(&self, node: u32) -> Opening {
        self.row_of(node, self.place.element, 1)
    }
}

/// The entries of a list of parameters, as openings.
pub(crate) fn slices<const N: usize>(entries: [Option<Slice>; N]) -> Option<Vec<Slice>> {
    entries.into_iter().collect()
}
