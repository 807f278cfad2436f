//! What can go wrong in the mill.

use millrace_engine::EngineError;
use millrace_primitives::{ModelId, TaskId};
use sp_api::ApiError;

/// Why the mill couldn't do what it was about to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum MillError {
    /// The runtime gave no answer.
    #[error("the runtime doesn't answer: {0}")]
    Api(#[from] ApiError),
    /// The engine executed nothing.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The chain leases a model that it doesn't have.
    #[error("the chain doesn't have model {0:?}")]
    UnknownModel(ModelId),
    /// The chain leases a task without its input.
    #[error("the chain doesn't have the input of task {0}")]
    NoInput(TaskId),
    /// The offchain database lost what was written.
    #[error(
        "a finished trace could not be stored, so the node stops: free space on the disk of --base-path and start \
         it again; finished traces that were stored are submitted then"
    )]
    NotStored,
}

impl MillError {
    /// Whether trying again on this machine can't help.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Engine(EngineError::TooLarge { .. } | EngineError::Model(_)))
    }
}
