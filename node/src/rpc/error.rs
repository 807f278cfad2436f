//! The errors of our methods: a code for programs, a sentence for people.

use jsonrpsee::types::{error::INVALID_PARAMS_CODE, ErrorObjectOwned};
use millrace_primitives::{ModelId, TaskId, Unpostable};
use millrace_runtime::AccountId;

/// The runtime of the newest block doesn't answer.
pub const RUNTIME: i32 = 7000;
/// No such task.
pub const NO_TASK: i32 = 7001;
/// No such model.
pub const NO_MODEL: i32 = 7002;
/// No such miner.
pub const NO_MINER: i32 = 7003;
/// The batch can't be posted; `data` says why.
pub const UNPOSTABLE: i32 = 7004;

fn error(code: i32, message: String) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(code, message, None::<()>)
}

pub fn runtime_failed(why: sp_api::ApiError) -> ErrorObjectOwned {
    error(RUNTIME, format!("The runtime doesn't answer: {why}. Is the node older or newer than the chain?"))
}

pub fn no_task(task: TaskId) -> ErrorObjectOwned {
    error(
        NO_TASK,
        format!(
            "There is no task {task}, or its retention is over: millrace_tasks lists those of an account"
        ),
    )
}

pub fn no_model(model: ModelId) -> ErrorObjectOwned {
    error(NO_MODEL, format!("No model {model:?} is registered: millrace_models lists those that are"))
}

pub fn no_miner(miner: &AccountId) -> ErrorObjectOwned {
    error(NO_MINER, format!("{miner} is no miner: millrace_offers lists who offers a model, and miners.register makes an account one"))
}

/// Arguments that can't be read, with what they should be.
pub fn invalid(usage: &str, why: impl std::fmt::Display) -> ErrorObjectOwned {
    error(INVALID_PARAMS_CODE, format!("{why}. Give {usage}"))
}

pub fn unpostable(model: ModelId, why: Unpostable) -> ErrorObjectOwned {
    let message = match &why {
        Unpostable::UnknownModel => return no_model(model),
        Unpostable::RetiredModel => "The model was retired: take another".into(),
        Unpostable::NoSamples => "A batch has one sample at least".into(),
        Unpostable::Deadline { first, last } => {
            format!("The deadline is a block from {first} to {last}")
        }
        Unpostable::ZeroWork => "A batch of this model takes no work: no task can be posted to it".into(),
        Unpostable::VerificationMemory => {
            "Verifying one sample of this model takes more memory than the chain has: no task can be posted to it"
                .into()
        }
        Unpostable::TooManySamples { most } => {
            format!("So many samples don't fit one task: post {most} at once at most")
        }
    };
    ErrorObjectOwned::owned(UNPOSTABLE, message, Some(why))
}
