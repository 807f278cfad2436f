//! What one element depends on, and how it is handed over when that element is computed alone.

use alloc::vec::Vec;

use super::parameters::Slice;

/// One element of an execution of one sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The node.
    pub node: u32,
    /// The row: a token's position, or zero if a sequence has one row.
    pub row: u32,
    /// The element of the row.
    pub element: u32,
    /// Which rows of the node.
    pub part: Part,
}

/// Which rows of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Those that other nodes read.
    Output,
    /// The running sums of a [`Pool`](crate::rows::Pool), one for each row that it reads, as `i64`.
    Sums,
}

/// Elements of an execution that an element depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Elements of a row that follow one another.
    Row {
        /// The node.
        node: u32,
        /// The row.
        row: u32,
        /// The first element.
        from: u32,
        /// How many.
        count: u32,
    },
    /// The same element of the first rows.
    Column {
        /// The node.
        node: u32,
        /// The element.
        element: u32,
        /// How many rows.
        rows: u32,
    },
    /// Running sums of a [`Pool`](crate::rows::Pool) after a row.
    Sums {
        /// The node of the pool.
        node: u32,
        /// The row.
        row: u32,
        /// The first element.
        from: u32,
        /// How many.
        count: u32,
    },
}

impl Opening {
    /// How many elements.
    pub fn count(self) -> u32 {
        match self {
            Self::Row { count, .. } | Self::Sums { count, .. } => count,
            Self::Column { rows, .. } => rows,
        }
    }
}

/// What one element depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Openings {
    /// Elements of the execution.
    pub values: Vec<Opening>,
    /// Parts of the blob.
    pub parameters: Vec<Slice>,
}

/// Elements that were opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenedValues {
    /// Of [`Opening::Row`] or [`Opening::Column`].
    Elements(Vec<i32>),
    /// Of [`Opening::Sums`].
    Sums(Vec<i64>),
}

/// Everything that [`Openings`] asked for, in the same order.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a> {
    /// Elements of the execution.
    pub values: &'a [OpenedValues],
    /// Parts of the blob.
    pub parameters: &'a [&'a [u8]],
}

impl<'a> Opened<'a> {
    /// Elements that were asked for as number `index`.
    pub(crate) fn elements(&self, index: usize) -> Option<&'a [i32]> {
        match self.values.get(index)? {
            OpenedValues::Elements(elements) => Some(elements),
            OpenedValues::Sums(_) => None,
        }
    }

    /// Sums that were asked for as number `index`.
    pub(crate) fn sums(&self, index: usize) -> Option<&'a [i64]> {
        match self.values.get(index)? {
            OpenedValues::Sums(sums) => Some(sums),
            OpenedValues::Elements(_) => None,
        }
    }

    /// The one element that was asked for as number `index`.
    pub(crate) fn one(&self, index: usize) -> Option<i32> {
        self.elements(index)?.first().copied()
    }

    /// Bytes of the blob that were asked for as number `index`.
    pub(crate) fn bytes(&self, index: usize) -> Option<&'a [u8]> {
        self.parameters.get(index).copied()
    }
}
