//! What later rows of a sequence need of earlier ones.

use millrace_inference::rows::{EvaluationError, Kind};

use super::{elements::Elements, operators::attention::KeyValues, prepared::PreparedRows};

/// A sequence as far as it was executed: keys and values, and what pooled or selected rows have seen.
#[derive(Default)]
pub struct Sequence {
    /// By node; empty before the first token.
    pub(super) held: Vec<Held>,
    pub(super) tokens: u32,
}

/// What one node needs of earlier rows.
#[derive(Default)]
pub(super) enum Held {
    #[default]
    Nothing,
    KeyValues(KeyValues),
    /// Of a pooled row.
    Sums(Vec<i64>),
    /// The first row.
    First(Elements),
}

impl Sequence {
    /// A sequence without tokens.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tokens up to now.
    pub fn tokens(&self) -> u32 {
        self.tokens
    }

    /// How many tokens it has with these; an image counts as one.
    ///
    /// # Errors
    /// Any [`EvaluationError`] but [`EvaluationError::Inconsistent`].
    pub(super) fn expect(&self, model: &PreparedRows, ids: &[u32]) -> Result<u32, EvaluationError> {
        let checked = model.checked();
        if ids.is_empty() {
            return Err(EvaluationError::Empty);
        }
        if self.tokens > 0 && checked.model().kind == Kind::Encoder {
            return Err(EvaluationError::NotCausal);
        }
        let limit = checked.model().max_tokens;
        let came = ids.len() as u64;
        let new = match checked.image_bytes() {
            None => came,
            Some(expected) if came == expected => 1,
            Some(expected) => return Err(EvaluationError::Image { expected, got: came }),
        };
        let got = new + u64::from(self.tokens);
        let tokens = u32::try_from(got).ok().filter(|tokens| *tokens <= limit);
        let tokens = tokens.ok_or(EvaluationError::TooManyTokens { limit, got })?;
        let limit = checked.vocabulary();
        match (0u32..).zip(ids).find(|(_, id)| **id >= limit) {
            Some((position, got)) => Err(EvaluationError::Vocabulary { position, limit, got: *got }),
            None => Ok(tokens),
        }
    }
}
