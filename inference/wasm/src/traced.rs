//! Executions that leave a trace, and the verification of traces.

use alloc::{string::String, vec::Vec};

use codec::{Decode, Encode};
use millrace_inference::{execute, model_id, verify, CheckedModel, Domain, Statement};
use sp_crypto_hashing::blake2_256;

use super::{refused, Hash};

/// An execution to make, and what its trace would be claimed for.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Traced {
    /// The model's encoding.
    pub model: Vec<u8>,
    /// The input, whole samples.
    pub input: Vec<u8>,
    /// Whether it is for a sprint, not for a lease.
    pub sprint: bool,
    /// As in [`Statement`].
    pub genesis_hash: Hash,
    /// As in [`Statement`].
    pub subject: Hash,
    /// As in [`Statement`].
    pub miner: Vec<u8>,
    /// As in [`Statement`].
    pub input_hash: Hash,
}

/// What the execution gives.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub struct TracedAnswer {
    /// The model's name.
    pub model_id: Hash,
    /// Multiply-accumulates of a sample.
    pub work: u64,
    /// N.
    pub samples: u32,
    /// The output.
    pub output: Vec<u8>,
    /// The trace.
    pub trace: Vec<u8>,
    /// The seed with which that trace is verified.
    pub seed: Hash,
}

impl Traced {
    pub(crate) fn answer(&self) -> Result<TracedAnswer, String> {
        let model = CheckedModel::from_bytes(&self.model).map_err(|error| refused(&error))?;
        let samples = model.profile().samples(self.input.len()).map_err(|error| refused(&error))?;
        let execution = execute(&model, &self.input).map_err(|error| refused(&error))?;
        let model_id = model_id(&self.model, blake2_256);
        let statement = Statement {
            domain: if self.sprint { Domain::Sprint } else { Domain::Lease },
            genesis_hash: self.genesis_hash,
            subject: self.subject,
            miner: &self.miner,
            model: model_id,
            input_hash: self.input_hash,
            samples,
        };
        let seed = statement.seed(&execution.trace, blake2_256);
        let (output, work) = (execution.output.to_bytes(), model.profile().work(1));
        Ok(TracedAnswer { model_id, work, samples, output, trace: execution.trace, seed })
    }
}

/// A trace to verify.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Verify {
    /// The model's encoding.
    pub model: Vec<u8>,
    /// The input.
    pub input: Vec<u8>,
    /// The trace.
    pub trace: Vec<u8>,
    /// The verifier's randomness.
    pub seed: Hash,
}

/// The output that a trace proves, or why it is refused.
pub type Verdict = Result<Vec<u8>, String>;

impl Verify {
    pub(crate) fn answer(&self) -> Result<Verdict, String> {
        let model = CheckedModel::from_bytes(&self.model).map_err(|error| refused(&error))?;
        let verdict = verify(&model, &self.input, &self.trace, self.seed);
        Ok(verdict.map(|output| output.to_bytes()).map_err(|error| refused(&error)))
    }
}
