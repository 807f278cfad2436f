//! What can go wrong in an engine.

use millrace_inference::{rows, ExecutionError, ModelError};

/// What can go wrong in an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The model's bytes are no valid model.
    #[error("the model can't be executed: {0}")]
    Model(#[from] ModelError),
    /// The input doesn't fit the model.
    #[error("the model can't be executed on this input: {0}")]
    Execution(#[from] ExecutionError),
    /// The bytes are not the model's parameters.
    #[error("these parameters are not the model's: {0}; fetch them again")]
    Blob(#[from] rows::BlobError),
    /// A sequence of a batch doesn't fit the model.
    #[error("the model can't be executed on sequence {number} of the batch: {error}")]
    Sequence {
        /// Its number.
        number: usize,
        /// What is wrong with it.
        error: rows::EvaluationError,
    },
    /// Tokens came for another number of sequences.
    #[error("there are {sequences} sequences, and tokens for {ids}; give each sequence its tokens")]
    Sequences {
        /// Sequences that came.
        sequences: usize,
        /// Lists of ids that came.
        ids: usize,
    },
    /// The batch needs more memory than the engine may take.
    #[error("executing this takes {needed} bytes, and the engine may take {bound}; raise its memory bound, or don't offer the model")]
    TooLarge {
        /// Bytes needed, an upper bound.
        needed: u64,
        /// Bytes allowed.
        bound: u64,
    },
    /// Whoever asked for the execution doesn't want it any more.
    #[error("the execution was stopped")]
    Stopped,
    /// No backend has this name.
    #[error("there is no engine backend {name}; this machine and build have: {names}")]
    NoBackend {
        /// What was asked for.
        name: String,
        /// What there is.
        names: String,
    },
    /// burn refused an operation.
    #[error("burn failed: {0}")]
    Burn(String),
    /// The byte kernel refused an operation.
    #[error("the byte kernel failed: {0}")]
    Product(String),
    /// burn panicked; the engine goes on.
    #[error("burn panicked: {0}")]
    Panicked(String),
    /// The threads could not be started.
    #[error("the engine's threads can't be started: {0}")]
    Threads(String),
    /// The self-test gave another result than the reference.
    #[error("this machine's arithmetic differs from the reference; it must not mine")]
    Inexact,
}

impl EngineError {
    /// What burn says of an operation that it refused.
    pub(crate) fn burn(error: impl std::fmt::Debug) -> Self {
        Self::Burn(format!("{error:?}"))
    }
}
