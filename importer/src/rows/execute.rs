//! Executes models of rows on images with the engine.

use millrace_engine::{
    rows::{Output, Parameters, PreparedRows},
    Engine, EngineError, EngineOptions,
};
use millrace_inference::rows::ElementType;

use super::RowsModel;
use crate::refusal::Refusal;

/// Memory that an execution may take, parameters included.
const MEMORY: u64 = 16 << 30;

/// A model of rows that is ready to be executed on images.
pub struct Executable {
    engine: Engine,
    model: PreparedRows,
}

impl Executable {
    /// Prepares a model.
    ///
    /// # Errors
    /// [`Refusal`] of what the engine says.
    pub fn new(model: &RowsModel) -> Result<Self, Refusal> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let options =
            EngineOptions { threads, background: false, memory: MEMORY, ..EngineOptions::default() };
        let engine = Engine::new(options, || Box::new(())).map_err(failed)?;
        let parameters = Parameters::from(model.blob().to_vec());
        let model = engine.rows().prepare_checked(model.model().clone(), parameters).map_err(failed)?;
        Ok(Self { engine, model })
    }

    /// Bytes that executing an image takes at most.
    pub fn memory(&self) -> u64 {
        self.engine.rows().required_memory(&self.model, &[1])
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
        EngineError::Sequence { error, .. } => {
            refusal!("{error}"; "give whole samples of the shape that `inspect` shows")
        }
        EngineError::TooLarge { needed, .. } => refusal!(
            "executing this takes {needed} bytes of memory, and it may take {MEMORY}";
            "take a smaller model"
        ),
        other => refusal!("the engine says: {other}"; "report the model and the machine that show it"),
    }
}
