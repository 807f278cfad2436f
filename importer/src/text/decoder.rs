//! Executes language models with the engine, whose sequences keep keys and values: one token more costs one row more.

use millrace_engine::{
    rows::{Output, PreparedRows, Sequence},
    Engine, EngineError, EngineOptions,
};
use millrace_inference::rows::CheckedModel;

use super::bundle::Bundle;
use crate::{
    refusal::Refusal,
    rows::{impossible, too_much, MEMORY},
};

/// A language model that is ready to be executed.
pub struct Decoder {
    engine: Engine,
    model: PreparedRows,
}

impl Decoder {
    /// Prepares a model, whose rows are the likeliest tokens.
    ///
    /// # Errors
    /// [`Refusal`] of other models, and of what the engine says.
    pub fn new(bundle: &Bundle) -> Result<Self, Refusal> {
        bundle.expect_decoder()?;
        Self::of(bundle.model().clone(), bundle)
    }

    /// Prepares a model without its last operator: rows are a number for each token of the vocabulary, the largest of
    /// which is the likeliest.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_logits(bundle: &Bundle) -> Result<Self, Refusal> {
        Self::of(bundle.expect_decoder()?, bundle)
    }

    fn of(model: CheckedModel, bundle: &Bundle) -> Result<Self, Refusal> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let options =
            EngineOptions { threads, background: false, memory: MEMORY, ..EngineOptions::default() };
        let engine = Engine::new(options, || Box::new(())).map_err(failed)?;
        let model = engine.rows().prepare_checked(model, bundle.parameters()).map_err(failed)?;
        Ok(Self { engine, model })
    }

    /// Bytes that executing a text of so many tokens takes at most.
    pub fn memory(&self, tokens: usize) -> u64 {
        self.engine.rows().required_memory(&self.model, &[u32::try_from(tokens).unwrap_or(u32::MAX)])
    }

    /// The rows of a text, all at once.
    ///
    /// # Errors
    /// [`Refusal`] of ids that the model doesn't take.
    pub fn rows(&self, ids: &[u32]) -> Result<Vec<i32>, Refusal> {
        let outputs = self.engine.rows().infer(&self.model, &[ids]).map_err(failed)?;
        Ok(outputs.iter().flat_map(numbers).collect())
    }

    /// The rows of more tokens of a text.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn append(&self, text: &mut Sequence, ids: &[u32]) -> Result<Vec<i32>, Refusal> {
        let text = std::slice::from_mut(text);
        let outputs = self.engine.rows().append(&self.model, text, &[ids]).map_err(failed)?;
        Ok(outputs.iter().flat_map(numbers).collect())
    }

    /// The likeliest token behind a text, the likeliest behind that, and so on: so many at most, none that ends the text,
    /// and not beyond the tokens that the model takes.
    ///
    /// # Errors
    /// As [`Self::rows`].
    pub fn generate(
        &self,
        ids: &[u32],
        most: usize,
        is_end: impl Fn(u32) -> bool,
    ) -> Result<Vec<u32>, Refusal> {
        let limit = usize::try_from(self.model.checked().model().max_tokens).unwrap_or(usize::MAX);
        let (mut text, mut made) = (Sequence::new(), Vec::new());
        let mut rows = self.append(&mut text, ids)?;
        while let Some(next) = rows.last().map(|id| id.cast_unsigned()).filter(|next| !is_end(*next)) {
            if made.len() == most {
                break;
            }
            made.push(next);
            if ids.len() + made.len() >= limit {
                break;
            }
            rows = self.append(&mut text, &[next])?;
        }
        Ok(made)
    }
}

/// Wide numbers, sums and ids have four bytes each.
fn numbers(output: &Output) -> impl Iterator<Item = i32> + '_ {
    output.bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes))
}

fn failed(error: EngineError) -> Refusal {
    match error {
        EngineError::Sequence { error, .. } => impossible(&error),
        EngineError::TooLarge { needed, .. } => too_much(needed),
        other => refusal!("the engine says: {other}"; "report the model and the machine that show it"),
    }
}
