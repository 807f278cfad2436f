//! What a miner commits to when it executes a text model, and one element alone, as a dispute would compute it.

use millrace_inference::rows::{ElementError, Place};

use super::bundle::{impossible, Bundle};
use crate::{
    refusal::Refusal,
    rows::{commit_to, recompute_at},
};

pub use crate::rows::{Commitment, Recomputed};

/// Executes a model on the ids of one text and commits to it.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take.
pub fn commit(bundle: &Bundle, ids: &[u32]) -> Result<Commitment, Refusal> {
    commit_to(bundle.model(), bundle.blob()?, ids).map_err(|error| impossible(&error))
}

/// Computes one element of an execution from its operands, and says what the execution has there.
///
/// # Errors
/// [`Refusal`] of ids that the model doesn't take, and of a place that isn't there.
pub fn recompute(bundle: &Bundle, ids: &[u32], place: Place) -> Result<Recomputed, Refusal> {
    recompute_at(bundle.model(), bundle.blob()?, ids, place).map_err(|error| no_element(&error))
}

fn no_element(error: &ElementError) -> Refusal {
    match error {
        ElementError::Ids(error) => impossible(error),
        ElementError::NoSuchElement => refusal!(
            "{error}";
            "name a node of the model, a row below the text's tokens, and an element below the node's width"
        ),
        _ => refusal!("{error}"; "import the model again"),
    }
}
