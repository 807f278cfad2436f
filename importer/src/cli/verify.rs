//! `verify`: whether a trace is right.

use std::path::Path;

use millrace_inference::{model_id, verify, Domain, Statement};
use sp_crypto_hashing::blake2_256;

use super::{batch::Batch, execute::unexecuted, files::read, progress::working};

pub(super) fn verify_trace(batch: &Batch, trace: &Path) -> Result<(), String> {
    let (model, encoding, input) = batch.load()?;
    let samples = model.profile().samples(input.len()).map_err(unexecuted)?;
    // A longer one isn't a trace of this batch; the verification says so.
    let trace = read(trace, model.profile().cost(samples).trace_bytes)?;
    let statement = Statement {
        domain: Domain::Lease,
        genesis_hash: [0; 32],
        subject: [0; 32],
        miner: &[0; 32],
        model: model_id(&encoding, blake2_256),
        input_hash: blake2_256(&input),
        samples,
    };
    let seed = statement.seed(&trace, blake2_256);
    working("verifying", || verify(&model, &input, &trace, seed)).map_err(|error| {
        format!("the trace is rejected: {error}; make it again with `trace` from the same model and input")
    })?;
    println!("the trace is right");
    Ok(())
}
