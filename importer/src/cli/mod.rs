//! The commands of `millrace-model`, a file for each.

mod batch;
mod beside;
mod check;
mod choice;
mod commitment;
mod described;
mod diff;
mod execute;
mod files;
mod import;
mod inspect;
mod posted;
mod progress;
mod rows;
#[cfg_attr(not(feature = "text"), path = "no_rows_engine.rs")]
mod rows_engine;
#[cfg_attr(not(feature = "text"), path = "no_text.rs")]
mod text;
mod text_check;
mod text_options;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use millrace_importer::{is_text_model, of_mill};

use batch::{Batch, Reals};
use choice::{Choice, Samples};
use described::Described;
use text_options::{Answer, At, Options, Spoken};

/// Brings ONNX and text models to Millrace: imports, inspects, runs, traces and verifies them.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import an ONNX model that onnxruntime quantized to 8 bits (QuantFormat.QDQ), a float one with samples to calibrate
    /// it, or a text model from its weights: an encoder (BERT) or a decoder (LLaMA).
    Import {
        /// The ONNX file; or a text model: a folder with model.safetensors, its shards or model.onnx, config.json and tokenizer.json,
        /// the weights in it, or a GGUF file.
        file: PathBuf,
        /// Where to write the model. Beside it goes what it is, for people, as NAME.metadata.json; the parameters of a model of rows,
        /// as NAME.blob; and a text model's tokenizer, which the metadata name by its hash, as NAME.tokenizer.json.
        #[arg(short, long)]
        output: PathBuf,
        /// End with the index of the largest output instead of the outputs: along the only axis of outputs, or the
        /// last one of two. A softmax at the end is replaced by the index along its own axis with or without this.
        #[arg(long)]
        arg_max: bool,
        /// Make a model of rows of an ONNX file, whose executions are claimed and whose parameters lie in a blob beside it, even if
        /// it could be verified in its call. One that is too large for that becomes one of rows with or without this.
        #[arg(long)]
        rows: bool,
        #[command(flatten)]
        samples: Samples,
        #[command(flatten)]
        choice: Choice,
        #[command(flatten)]
        described: Described,
        #[command(flatten)]
        text: Options,
    },
    /// List all that keeps a file from being imported, each with what to do, and say how many samples the chain would verify in
    /// one call, or what is claimed instead. Exits with 1 if anything is listed.
    Check {
        /// The ONNX file; or a text model, as `import` takes it.
        file: PathBuf,
        /// Check it as `import --arg-max` would make it.
        #[arg(long)]
        arg_max: bool,
        #[command(flatten)]
        samples: Samples,
        #[command(flatten)]
        choice: Choice,
        /// Print one line of JSON instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Show a model's graph, shapes and MAC, what verifying a batch takes, and what it costs at a fee multiplier of 1, besides
    /// the transaction that posts it.
    Inspect {
        /// The model.
        model: PathBuf,
        /// Samples of the batch.
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
        samples: u32,
        /// What the miner asks for, in MILL a mega-MAC. A development node's miner asks for as much as this is without it.
        #[arg(long, value_name = "MILL", default_value = "0.00005", value_parser = ask)]
        ask: u128,
    },
    /// Execute a model and write its output as an array; or print a text's embedding, a JSON array for each text, or how
    /// a language model goes on with it.
    Run {
        /// The model.
        model: PathBuf,
        /// Its input (.npy), unless texts are: real numbers, the int8 or uint8 that the model's file reads, or bytes as they are posted
        /// (int8).
        #[arg(required_unless_present = "text")]
        input: Option<PathBuf>,
        #[command(flatten)]
        reals: Reals,
        /// Where to write the output (.npy), unless texts are the input.
        #[arg(short, long, required_unless_present = "text")]
        output: Option<PathBuf>,
        /// A text for a text model; repeat it for more.
        #[arg(long, conflicts_with_all = ["input", "output", "scale"])]
        text: Vec<String>,
        #[command(flatten)]
        answer: Answer,
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
    /// for each class. A text encoder's embeddings are compared with those of the weights that it was imported
    /// from, and of a language model how well it predicts texts.
    Diff {
        /// The model.
        model: PathBuf,
        /// Its input (.npy), unless it is a text model.
        #[arg(required_unless_present = "weights")]
        input: Option<PathBuf>,
        /// The other program's output.
        #[arg(required_unless_present = "weights")]
        reference: Option<PathBuf>,
        #[command(flatten)]
        reals: Reals,
        /// What a text model was imported from: a folder, the safetensors or ONNX file in it, or a GGUF file.
        #[arg(long, conflicts_with_all = ["input", "reference", "scale"])]
        weights: Option<PathBuf>,
        /// A file with a text in each line, of which every fifth is compared; without it, texts that are built in.
        #[arg(long, requires = "weights", value_name = "FILE")]
        texts: Option<PathBuf>,
    },
    /// Execute a model of rows on a text or a sample and write what a miner commits to: hashes of the trunk's leaves, 32 bytes each.
    Trunk {
        #[command(flatten)]
        spoken: Spoken,
        /// Where to write the hashes.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Compute one element of an execution of a model of rows from its operands alone, as a dispute would, and compare it with the
    /// whole execution.
    Element {
        #[command(flatten)]
        spoken: Spoken,
        #[command(flatten)]
        at: At,
    },
}

/// Does what the command line says.
pub(crate) fn run() -> Result<(), String> {
    match Cli::parse().command {
        Command::Import { file, output, described, text: options, .. } if is_text_model(&file) => {
            let words = described.words(&output)?;
            text::import_folder(&file, &output, words, &options)
        }
        Command::Import { file, output, arg_max, rows, samples, choice, described, text } => {
            let words = described.words(&output)?;
            let wanted =
                import::Wanted { output: &output, arg_max, rows, despite_loss: text.despite_loss, words };
            import::import_file(&file, &choice, &samples, wanted)
        }
        Command::Check { file, json, .. } if is_text_model(&file) => text::check(&file, json),
        Command::Check { file: onnx, arg_max, samples, choice, json } => {
            check::check_file(&onnx, &choice, arg_max, &samples, json)
        }
        Command::Inspect { model, .. } if rows::is_meant(&model) => rows::inspect(&model),
        Command::Inspect { model, samples, ask } => inspect::inspect(&model, samples, ask),
        Command::Run { model, input: Some(input), output: Some(output), reals, .. } => {
            let batch = Batch { model, input, reals };
            match rows::is_meant(&batch.model) {
                true => rows::run(&batch, &output),
                false => execute::run(&batch, &output),
            }
        }
        Command::Run { model, text, answer, .. } => text::run(&model, &text, &answer),
        Command::Trace { batch, output } => execute::trace(&batch, &output),
        Command::Verify { batch, trace } => verify::verify_trace(&batch, &trace),
        Command::Diff { model, input: Some(input), reference: Some(reference), reals, .. } => {
            let batch = Batch { model, input, reals };
            match rows::is_meant(&batch.model) {
                true => rows::diff(&batch, &reference),
                false => diff::diff(&batch, &reference),
            }
        }
        Command::Diff { model, weights, texts, .. } => {
            text::diff(&model, weights.as_deref(), texts.as_deref())
        }
        Command::Trunk { spoken, output } => match spoken.batch() {
            Some(batch) => rows::trunk(&batch, &output),
            None => text::trunk(&spoken, &output),
        },
        Command::Element { spoken, at } => match spoken.batch() {
            Some(batch) => rows::element(&batch, &at),
            None => text::element(&spoken, &at),
        },
    }
}

/// An ask as the command line gives it.
fn ask(text: &str) -> Result<u128, String> {
    of_mill(text).ok_or_else(|| "an ask is MILL a mega-MAC with at most 12 decimals, such as 0.00005".into())
}
