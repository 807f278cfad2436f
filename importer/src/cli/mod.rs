//! The commands of `millrace-model`, a file for each.

mod batch;
mod check;
mod choice;
mod diff;
mod execute;
mod files;
mod import;
mod inspect;
mod progress;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use batch::Batch;
use choice::Choice;

/// Brings ONNX models to Millrace: imports, inspects, runs, traces and verifies them.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import an ONNX model that onnxruntime quantized to 8 bits (QuantFormat.QDQ), or a float one with
    /// samples to calibrate it.
    Import {
        /// The ONNX file.
        onnx: PathBuf,
        /// Where to write the model.
        #[arg(short, long)]
        output: PathBuf,
        /// End with the index of the largest output instead of the outputs: along the only axis of outputs, or the
        /// last one of two. A softmax at the end is replaced by the index along its own axis with or without this.
        #[arg(long)]
        arg_max: bool,
        /// Samples that stand for what the model will see (.npy, N × a sample's shape, axes in the model's order):
        /// needed for a model in floats, whose tensors are quantized to the ranges that come up. A few hundred suffice.
        #[arg(long, value_name = "SAMPLES")]
        calibrate: Option<PathBuf>,
        #[command(flatten)]
        choice: Choice,
    },
    /// List all that keeps an ONNX file from being imported, each with what to do, and say how many samples the chain
    /// would verify in one call. Exits with 1 if anything is listed.
    Check {
        /// The ONNX file.
        onnx: PathBuf,
        /// Check it as `import --arg-max` would make it.
        #[arg(long)]
        arg_max: bool,
        /// Samples as for `import`: then a model in floats is calibrated and checked with the ranges that come up.
        #[arg(long, value_name = "SAMPLES")]
        calibrate: Option<PathBuf>,
        #[command(flatten)]
        choice: Choice,
        /// Print one line of JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Show a model's graph, shapes and MAC, and what verifying a batch takes.
    Inspect {
        /// The model.
        model: PathBuf,
        /// Samples of the batch.
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
        samples: u32,
    },
    /// Execute a model and write its output as an array.
    Run {
        #[command(flatten)]
        batch: Batch,
        /// Where to write the output (.npy).
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Execute a model and write the trace that a miner would submit.
    Trace {
        #[command(flatten)]
        batch: Batch,
        /// Where to write the trace.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Verify a trace as the chain would.
    Verify {
        #[command(flatten)]
        batch: Batch,
        /// The trace.
        trace: PathBuf,
    },
    /// Compare a model's output with what onnxruntime or another program gave (.npy): labels, or one number
    /// for each class.
    Diff {
        #[command(flatten)]
        batch: Batch,
        /// The other program's output.
        reference: PathBuf,
    },
}

/// Does what the command line says.
pub(crate) fn run() -> Result<(), String> {
    match Cli::parse().command {
        Command::Import { onnx, output, arg_max, calibrate, choice } => {
            import::import_file(&onnx, &output, &choice, arg_max, calibrate.as_deref())
        }
        Command::Check { onnx, arg_max, calibrate, choice, json } => {
            check::check_file(&onnx, &choice, arg_max, calibrate.as_deref(), json)
        }
        Command::Inspect { model, samples } => inspect::inspect(&model, samples),
        Command::Run { batch, output } => execute::run(&batch, &output),
        Command::Trace { batch, output } => execute::trace(&batch, &output),
        Command::Verify { batch, trace } => verify::verify_trace(&batch, &trace),
        Command::Diff { batch, reference } => diff::diff(&batch, &reference),
    }
}
