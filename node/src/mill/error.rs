//! What can go wrong in the mill.

use millrace_engine::EngineError;
use millrace_primitives::{ModelId, TaskId};
use sp_api::ApiError;

/// Why the mill didn't finish something.
#[derive(Debug, thiserror::Error)]
pub enum MillError {
    #[error("the runtime doesn't answer: {0}")]
    Api(#[from] ApiError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("the chain doesn't have model {0:?}")]
    UnknownModel(ModelId),
    #[error("the chain doesn't have the input of task {0}")]
    NoInput(TaskId),
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
