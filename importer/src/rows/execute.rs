//! Executes models of rows with the engine, for what they give on images, and for what a miner commits to.

use millrace_engine::{
    rows::{Output, PreparedRows},
    Engine, EngineError, EngineOptions,
};
use millrace_inference::rows::{CheckedModel, ElementType};

use super::{
    impossible::impossible,
    memory::{too_much, MEMORY},
    Commitment,
};
use crate::refusal::Refusal;

pub use millrace_engine::rows::Parameters;

/// A model of rows that is ready to be executed.
pub struct Executable {
    engine: Engine,
    model: PreparedRows,
}

impl Executable {
    /// Prepares a model.
    ///
    /// # Errors
    /// [`Refusal`] of what the engine says.
    pub fn new(model: &CheckedModel, parameters: Parameters) -> Result<Self, Refusal> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let options =
            EngineOptions { threads, background: false, memory: MEMORY, ..EngineOptions::default() };
        let engine = Engine::new(options, || Box::new(())).map_err(failed)?;
        let model = engine.rows().prepare_checked(model.clone(), parameters).map_err(failed)?;
        Ok(Self { engine, model })
    }

    /// Bytes that executing a text of so many tokens takes at most; an image counts as one.
    pub fn memory(&self, tokens: u32) -> u64 {
        self.engine.rows().required_memory(&self.model, &[tokens])
    }

    /// Executes the model on the ids of one text, or the bytes of one image, and commits to it.
    ///
    /// # Errors
    /// [`Refusal`] of ids that the model doesn't take, and of what the engine says.
    pub fn commit(&self, ids: &[u32]) -> Result<Commitment, Refusal> {
        let execution = self.engine.rows().execute(&self.model, &[ids]).map_err(failed)?;
        let roots = [execution.trunk_root, execution.output_root];
        Ok(Commitment::new((self.model.checked(), ids), execution.trunk_leaves, roots))
    }

    /// What the model gives for an image, whose bytes are as they are posted: row by row.
    ///
    /// # Errors
    /// [`Refusal`] of an image of another size, and of what the engine says.
    pub fn output(&self, image: &[u8]) -> Result<Vec<i32>, Refusal> {
        let ids: Vec<u32> = image.iter().map(|byte| u32::from(*byte)).collect();
        let outputs = self.engine.rows().infer(&self.model, &[&ids]).map_err(failed)?;
        Ok(outputs.iter().flat_map(numbers).collect())
    }
}

fn numbers(output: &Output) -> Vec<i32> {
    let bytes = &output.bytes;
    match output.element {
        ElementType::I8 => bytes.iter().map(|byte| i32::from(byte.cast_signed())).collect(),
        ElementType::I16 => {
            bytes.as_chunks().0.iter().map(|bytes| i32::from(i16::from_le_bytes(*bytes))).collect()
        }
        ElementType::Wide | ElementType::I32 | ElementType::Id => {
            bytes.as_chunks().0.iter().map(|bytes| i32::from_le_bytes(*bytes)).collect()
        }
    }
}

fn failed(error: EngineError) -> Refusal {
    match error {
        EngineError::Sequence { error, .. } => impossible(&error),
        EngineError::TooLarge { needed, .. } => too_much(needed),
        other => refusal!("the engine says: {other}"; "report the model and the machine that show it"),
    }
}
