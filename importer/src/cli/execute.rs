//! `run` and `trace`: execute a model, for its output or for the trace that a miner submits.

use std::path::Path;

use millrace_importer::npy;
use millrace_inference::{execute, Values};

use super::{batch::Batch, files::write, progress::working};

/// Why an input can't be executed.
pub(super) fn unexecuted(error: impl std::fmt::Display) -> String {
    format!("{error}; give whole samples")
}

pub(super) fn run(batch: &Batch, output: &Path) -> Result<(), String> {
    let (model, _, input) = batch.load()?;
    let execution = working("executing", || execute(&model, &input)).map_err(unexecuted)?;
    let samples = (input.len() / model.profile().sample_bytes as usize) as u64;
    let shape: Vec<u64> =
        std::iter::once(samples).chain(model.output().0.iter().map(|axis| u64::from(*axis))).collect();
    match &execution.output {
        Values::I8(values) => npy::write(output, &shape, values)?,
        Values::I32(values) => npy::write(output, &shape, values)?,
    }
    println!("{samples} samples executed, output of the shape {shape:?} written to {}", output.display());
    Ok(())
}

pub(super) fn trace(batch: &Batch, output: &Path) -> Result<(), String> {
    let (model, _, input) = batch.load()?;
    let execution = working("executing", || execute(&model, &input)).map_err(unexecuted)?;
    write(output, &execution.trace)?;
    let samples = input.len() / model.profile().sample_bytes.max(1) as usize;
    let accumulators: usize =
        model.profile().layers.iter().map(|layer| (layer.n * layer.columns) as usize * samples).sum();
    println!(
        "{} bytes of trace written to {}, instead of {} as 32-bit accumulators",
        execution.trace.len(),
        output.display(),
        accumulators * 4
    );
    Ok(())
}
