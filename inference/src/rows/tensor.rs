//! What registration learns of the rows of a node.

use super::{
    format::model::Kind,
    limits::{MAX_ELEMENTS, MAX_POSITIONS, MAX_TERMS, MAX_WIDTH},
};
use crate::format::{element_type::ElementType, fault::ModelFault};

/// How many elements a row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As many in every row.
    Fixed(u32),
    /// For each of so many heads one for each row that a row may see: head by head.
    Heads(u32),
}

/// How many rows a sequence has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCount {
    /// One for each token.
    Tokens,
    /// One.
    One,
    /// One for each position of an image, whose rows follow one another.
    Positions {
        /// Rows of the image.
        height: u32,
        /// Columns of the image.
        width: u32,
    },
}

impl RowCount {
    /// The rows of a sequence of so many tokens.
    pub fn of(self, tokens: u32) -> u32 {
        match self {
            Self::Tokens => tokens,
            Self::One => 1,
            Self::Positions { height, width } => height.saturating_mul(width),
        }
    }
}

/// The rows of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// How many elements a row has.
    pub width: Width,
    /// Their type.
    pub element: ElementType,
    /// How many rows a sequence has.
    pub rows: RowCount,
}

impl Tensor {
    /// Rows of a fixed width, which is 1..=[`MAX_WIDTH`]. Those of an image are 1..=[`MAX_POSITIONS`].
    ///
    /// # Errors
    /// [`ModelFault::Width`], [`ModelFault::Positions`] or [`ModelFault::Elements`].
    pub(crate) fn fixed(width: u64, element: ElementType, rows: RowCount) -> Result<Self, ModelFault> {
        let narrow = u32::try_from(width).ok().filter(|width| (1..=MAX_WIDTH).contains(width));
        let width = narrow.ok_or(ModelFault::Width { limit: MAX_WIDTH, got: width })?;
        if let RowCount::Positions { height, width: columns } = rows {
            let got = u64::from(height).saturating_mul(columns.into());
            if got == 0 || got > MAX_POSITIONS.into() {
                return Err(ModelFault::Positions { limit: MAX_POSITIONS, got });
            }
            let got = got.saturating_mul(width.into());
            if got > MAX_ELEMENTS {
                return Err(ModelFault::Elements { limit: MAX_ELEMENTS, got });
            }
        }
        Ok(Self { width: Width::Fixed(width), element, rows })
    }

    /// The number of elements in every row.
    ///
    /// # Errors
    /// [`ModelFault::Scores`] if it depends on the sequence's length.
    pub(crate) fn expect_fixed(self) -> Result<u32, ModelFault> {
        match self.width {
            Width::Fixed(width) => Ok(width),
            Width::Heads(_) => Err(ModelFault::Scores),
        }
    }

    /// [`Self::expect_fixed`] of rows over whose elements one sums.
    ///
    /// # Errors
    /// Also [`ModelFault::Width`] beyond [`MAX_TERMS`].
    pub(crate) fn expect_terms(self) -> Result<u32, ModelFault> {
        let width = self.expect_fixed()?;
        match width {
            1..=MAX_TERMS => Ok(width),
            _ => Err(ModelFault::Width { limit: MAX_TERMS, got: width.into() }),
        }
    }

    /// # Errors
    /// [`ModelFault::OneRow`] unless each token has a row.
    pub(crate) fn expect_tokens(self) -> Result<Self, ModelFault> {
        match self.rows {
            RowCount::Tokens => Ok(self),
            RowCount::One | RowCount::Positions { .. } => Err(ModelFault::OneRow),
        }
    }

    /// # Errors
    /// [`ModelFault::OneRow`] unless each token or position has a row.
    pub(crate) fn expect_rows(self) -> Result<Self, ModelFault> {
        match self.rows {
            RowCount::One => Err(ModelFault::OneRow),
            RowCount::Tokens | RowCount::Positions { .. } => Ok(self),
        }
    }

    /// The positions of an image.
    ///
    /// # Errors
    /// [`ModelFault::NotPositions`].
    pub(crate) fn expect_positions(self) -> Result<u32, ModelFault> {
        match self.rows {
            RowCount::Positions { .. } => Ok(self.rows.of(1)),
            RowCount::Tokens | RowCount::One => Err(ModelFault::NotPositions),
        }
    }

    /// The elements of one head, if the row consists of so many heads.
    ///
    /// # Errors
    /// [`ModelFault::Scores`] or [`ModelFault::Heads`].
    pub(crate) fn expect_heads(self, heads: u32) -> Result<u32, ModelFault> {
        let width = self.expect_fixed()?;
        let fault = ModelFault::Heads { got: heads };
        match width.checked_rem(heads) {
            Some(0) => width.checked_div(heads).ok_or(fault),
            _ => Err(fault),
        }
    }
}

/// The rows that operators read, by node, and what holds for the whole graph.
#[derive(Clone, Copy)]
pub(crate) struct Tensors<'a> {
    pub(crate) kind: Kind,
    pub(crate) max_tokens: u32,
    /// Zero before the tokens.
    pub(crate) vocabulary: u32,
    pub(crate) all: &'a [Tensor],
}

impl Tensors<'_> {
    /// The rows of an earlier node.
    ///
    /// # Errors
    /// [`ModelFault::ReadsLater`].
    pub(crate) fn read(self, node: u32) -> Result<Tensor, ModelFault> {
        let index = usize::try_from(node).unwrap_or(usize::MAX);
        self.all.get(index).copied().ok_or(ModelFault::ReadsLater { read: node })
    }

    /// The rows of an earlier node, which must have one of these types.
    ///
    /// # Errors
    /// [`ModelFault::ReadsLater`] or [`ModelFault::Type`].
    pub(crate) fn read_as(self, node: u32, expected: &[ElementType]) -> Result<Tensor, ModelFault> {
        let tensor = self.read(node)?;
        match expected.first() {
            Some(first) if !expected.contains(&tensor.element) => {
                Err(ModelFault::Type { expected: *first, got: tensor.element })
            }
            _ => Ok(tensor),
        }
    }

    /// Elements of a row of fixed width; none for a node that registration didn't accept.
    pub(crate) fn width(self, node: u32) -> Option<u32> {
        self.read(node).ok()?.expect_fixed().ok()
    }

    /// Heads of scores or shares; none for a node that registration didn't accept.
    pub(crate) fn heads(self, node: u32) -> Option<u32> {
        match self.read(node).ok()?.width {
            Width::Heads(heads) => Some(heads),
            Width::Fixed(_) => None,
        }
    }

    /// How many rows row `row` of a sequence of `tokens` may see.
    pub(crate) fn seen(self, row: u32, tokens: u32) -> u32 {
        match self.kind {
            Kind::Encoder => tokens,
            Kind::Causal => row.saturating_add(1).min(tokens),
        }
    }

    /// Elements of a row of a node, in a sequence of so many tokens.
    pub(crate) fn elements(self, tensor: Tensor, row: u32, tokens: u32) -> u32 {
        match tensor.width {
            Width::Fixed(width) => width,
            Width::Heads(heads) => heads.saturating_mul(self.seen(row, tokens)),
        }
    }
}

/// # Errors
/// [`ModelFault::Element`] unless it is one of those.
pub(crate) fn expect_element(element: ElementType, allowed: &[ElementType]) -> Result<(), ModelFault> {
    allowed.contains(&element).then_some(()).ok_or(ModelFault::Element { got: element })
}

/// What a rescaling can give.
pub(crate) const RESCALED: &[ElementType] = &[ElementType::I8, ElementType::I16, ElementType::Wide];
