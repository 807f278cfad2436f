//! What a miner commits to when it executes a text model, and one element alone, as a dispute would compute it.

use millrace_inference::rows::Place;

use super::bundle::Bundle;
use crate::{
    refusal::Refusal,
    rows::{recompute_at, Executable},
};

pub use crate::rows::{Commitment, Recomputed};

impl Bundle {
    /// The model, ready to be executed by the engine.
    ///
    /// # Errors
    /// [`Refusal`] of what the engine says.
    pub fn executable(&self) -> Result<Executable, Refusal> {
        Executable::new(self.model(), self.parameters())
    }
}

/// Executes a model on the ids of one text and commits to it.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, and of what the engine says.
pub fn commit(bundle: &Bundle, ids: &[u32]) -> Result<Commitment, Refusal> {
    bundle.executable()?.commit(ids)
}

/// Computes one element of an execution from its operands, and says what the execution has there.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, of a place that isn't there, and of an execution that takes too much memory.
pub fn recompute(bundle: &Bundle, ids: &[u32], place: Place) -> Result<Recomputed, Refusal> {
    recompute_at(bundle.model(), bundle.blob()?, ids, place)
}
