//! Whole evaluation: sequences and images row by row, and a causal sequence in as many pieces as one likes.

use alloc::vec::Vec;
use core::{fmt, ops::Range};

use super::{
    blob::Blob,
    format::{
        model::Kind,
        node::{Context, Node, Scores},
    },
    openings::{OpenedValues, Opening},
    operators::{operator, operator::Operands},
    registration::checked::CheckedModel,
    tensor::RowCount,
    values::Rows,
};
use crate::format::element_type::ElementType;

/// Why a sequence can't be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvaluationError {
    /// There is no token.
    Empty,
    /// There are more tokens than a sequence may have.
    TooManyTokens {
        /// Allowed tokens.
        limit: u32,
        /// Tokens that the sequence would have.
        got: u64,
    },
    /// There is no such token.
    Vocabulary {
        /// Its position within the ids that came.
        position: u32,
        /// Ids are below it.
        limit: u32,
        /// The id that came.
        got: u32,
    },
    /// An image has another number of bytes.
    Image {
        /// Bytes of an image.
        expected: u64,
        /// Bytes that came.
        got: u64,
    },
    /// Rows were appended to a sequence whose rows see what follows them.
    NotCausal,
    /// Something isn't there that a registered model has.
    Inconsistent,
}

/// The rows that an evaluation gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Type of their elements.
    pub element: ElementType,
    /// One for each new token, one, or one for each position.
    pub rows: Rows,
}

impl Output {
    /// The bytes as they are stored and hashed: row by row, each element little-endian in its type's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.rows.iter().flat_map(|row| row_bytes(row, self.element)).collect()
    }
}

/// The bytes of a row.
pub(crate) fn row_bytes(row: &[i32], element: ElementType) -> Vec<u8> {
    let bytes = usize::try_from(element.bytes()).unwrap_or(4);
    row.iter().flat_map(|value| value.to_le_bytes().into_iter().take(bytes)).collect()
}

/// What was evaluated of one sequence, and what later rows of it need.
#[derive(Clone, Debug)]
pub struct Sequence<'a> {
    model: &'a CheckedModel,
    blob: Blob<'a>,
    /// By node.
    rows: Vec<Rows>,
    /// By node, whether its rows are needed when later ones are made.
    kept: Vec<bool>,
    tokens: u32,
}

impl<'a> Sequence<'a> {
    /// An empty sequence. It keeps of the rows only keys and values: what is called a KV cache.
    pub fn new(model: &'a CheckedModel, blob: Blob<'a>) -> Self {
        let mut sequence = Self::recording(model, blob);
        sequence.kept.fill(false);
        for node in &model.model().nodes {
            let read = match *node {
                Node::Scores(Scores { keys, .. }) => Some(keys),
                Node::Context(Context { values, .. }) => Some(values),
                _ => None,
            };
            let read = read.and_then(|read| usize::try_from(read).ok());
            if let Some(kept) = read.and_then(|read| sequence.kept.get_mut(read)) {
                *kept = true;
            }
        }
        sequence
    }

    /// An empty sequence that keeps all rows of all nodes, to be committed to and opened.
    pub fn recording(model: &'a CheckedModel, blob: Blob<'a>) -> Self {
        let count = model.model().nodes.len();
        let (rows, kept) = (alloc::vec![Rows::default(); count], alloc::vec![true; count]);
        Self { model, blob, rows, kept, tokens: 0 }
    }

    /// Tokens up to now.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// The rows of a node, as far as they are kept.
    pub fn rows(&self, node: u32) -> Option<&Rows> {
        self.rows.get(usize::try_from(node).ok()?)
    }

    /// Appends tokens and gives the output: of a node with a row for each token the rows of the new ones, of one with a row for
    /// the sequence that row as it is now. Only a causal sequence can be appended to twice.
    ///
    /// # Errors
    /// Any [`EvaluationError`]; the sequence is as before, unless it is [`EvaluationError::Inconsistent`], which no registered
    /// model gives.
    pub fn append(&mut self, ids: &[u32]) -> Result<Output, EvaluationError> {
        let tokens = expect_ids(self.model, self.tokens, ids)?;
        if self.tokens > 0 && self.model.model().kind == Kind::Encoder {
            return Err(EvaluationError::NotCausal);
        }
        let fresh = self.tokens..tokens;
        for (index, node) in self.model.model().nodes.iter().enumerate() {
            self.evaluate(index, node, ids, fresh.clone()).ok_or(EvaluationError::Inconsistent)?;
        }
        self.tokens = tokens;
        let output = self.output(fresh).ok_or(EvaluationError::Inconsistent)?;
        for (rows, _) in self.rows.iter_mut().zip(&self.kept).filter(|(_, kept)| !**kept) {
            rows.forget();
        }
        Ok(output)
    }

    /// Makes the new rows of a node.
    fn evaluate(&mut self, index: usize, node: &Node, ids: &[u32], fresh: Range<u32>) -> Option<()> {
        let tensors = self.model.graph.tensors();
        let own = tensors.all.get(index)?.rows;
        let (rows, rest) = self.rows.split_at_mut_checked(index)?;
        let made = rest.first_mut()?;
        let numbers = match own {
            RowCount::Tokens => fresh.clone(),
            RowCount::One | RowCount::Positions { .. } => {
                made.restart();
                0..own.of(fresh.end)
            }
        };
        for row in numbers {
            let blob = self.blob.bytes();
            let operands = Operands { tensors, blob, rows, ids, fresh: fresh.clone(), row };
            operator(node).evaluate(&operands, made)?;
        }
        Some(())
    }

    fn output(&self, fresh: Range<u32>) -> Option<Output> {
        let (tensor, held) = (self.model.output()?, self.rows.last()?);
        let numbers = match tensor.rows {
            RowCount::Tokens => fresh,
            rows => 0..rows.of(fresh.end),
        };
        let mut rows = Rows::default();
        for number in numbers {
            rows.push(held.row(number)?.iter().copied());
        }
        Some(Output { element: tensor.element, rows })
    }

    /// Elements as they are handed over for one element to be computed alone; none if they aren't there or weren't kept.
    pub fn open(&self, opening: Opening) -> Option<OpenedValues> {
        let range = |from: u32, count: u32| {
            let start = usize::try_from(from).ok()?;
            Some(start..start.checked_add(usize::try_from(count).ok()?)?)
        };
        match opening {
            Opening::Row { node, row, from, count } => {
                let elements = self.rows(node)?.row(row)?.get(range(from, count)?)?;
                Some(OpenedValues::Elements(elements.to_vec()))
            }
            Opening::Column { node, element, rows } => {
                let (held, element) = (self.rows(node)?, usize::try_from(element).ok()?);
                let column: Option<Vec<i32>> =
                    (0..rows).map(|row| held.row(row)?.get(element).copied()).collect();
                column.map(OpenedValues::Elements)
            }
            Opening::Sums { node, row, from, count } => {
                let read = self.model.model().nodes.get(usize::try_from(node).ok()?)?.reads_rows_of()?;
                let mut sums = alloc::vec![0i64; usize::try_from(count).ok()?];
                for row in 0..row.checked_add(1)? {
                    let elements = self.rows(read)?.row(row)?.get(range(from, count)?)?;
                    for (sum, x) in sums.iter_mut().zip(elements) {
                        *sum = sum.checked_add((*x).into())?;
                    }
                }
                Some(OpenedValues::Sums(sums))
            }
        }
    }
}

/// Evaluates a batch, each sequence as if it were alone.
///
/// # Errors
/// The first sequence's [`EvaluationError`], with its number.
pub fn evaluate(
    model: &CheckedModel,
    blob: Blob<'_>,
    batch: &[&[u32]],
) -> Result<Vec<Output>, (usize, EvaluationError)> {
    let of = |(number, ids): (usize, &&[u32])| {
        Sequence::new(model, blob).append(ids).map_err(|error| (number, error))
    };
    batch.iter().enumerate().map(of).collect()
}

/// How many tokens a sequence of `before` has with these; an image counts as one.
///
/// # Errors
/// [`EvaluationError::Empty`], [`EvaluationError::Image`], [`EvaluationError::TooManyTokens`] or
/// [`EvaluationError::Vocabulary`].
pub(crate) fn expect_ids(model: &CheckedModel, before: u32, ids: &[u32]) -> Result<u32, EvaluationError> {
    if ids.is_empty() {
        return Err(EvaluationError::Empty);
    }
    let limit = model.model().max_tokens;
    let came = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let came = match model.image_bytes() {
        None => came,
        Some(expected) if came == expected => 1,
        Some(expected) => return Err(EvaluationError::Image { expected, got: came }),
    };
    let got = came.saturating_add(before.into());
    let tokens = u32::try_from(got).ok().filter(|tokens| *tokens <= limit);
    let tokens = tokens.ok_or(EvaluationError::TooManyTokens { limit, got })?;
    let limit = model.vocabulary();
    match (0u32..).zip(ids).find(|(_, id)| **id >= limit) {
        Some((position, got)) => Err(EvaluationError::Vocabulary { position, limit, got: *got }),
        None => Ok(tokens),
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the sequence has no token"),
            Self::TooManyTokens { limit, got } => {
                write!(f, "the sequence has {got} tokens, the limit is {limit}")
            }
            Self::Vocabulary { position, limit, got } => {
                write!(f, "token {position} is {got}, the vocabulary has {limit}")
            }
            Self::Image { expected, got } => write!(f, "the image has {got} bytes, expected {expected}"),
            Self::NotCausal => write!(f, "only a causal model can be appended to"),
            Self::Inconsistent => write!(f, "rows or parameters are missing"),
        }
    }
}

impl core::error::Error for EvaluationError {}
