//! The command-line program `millrace-model`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use millrace_importer::{
    import, npy,
    npy::{Array, Numbers},
    onnx::Graph,
    report, Options, Quantization, Ranges,
};
use millrace_inference::{execute, model_id, verify, CheckedModel, Domain, Statement, Values};
use sp_crypto_hashing::blake2_256;

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
        /// End with the index of the largest output instead of the outputs.
        #[arg(long)]
        arg_max: bool,
        /// Samples that stand for what the model will see (.npy, N × a sample's shape): needed for a model in
        /// floats, whose tensors are quantized to the ranges that come up. A few hundred suffice.
        #[arg(long, value_name = "SAMPLES")]
        calibrate: Option<PathBuf>,
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

#[derive(clap::Args)]
struct Batch {
    /// The model.
    model: PathBuf,
    /// Its input (.npy): bytes as they are posted (int8, or uint8 for the same bytes), or real numbers.
    input: PathBuf,
    /// Real distance of two neighbouring input bytes, where the input is real; `import` prints it.
    #[arg(long, requires = "zero_point")]
    scale: Option<f64>,
    /// The input byte that stands for zero.
    #[arg(long, allow_negative_numbers = true, requires = "scale")]
    zero_point: Option<i8>,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("millrace-model: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Import { onnx, output, arg_max, calibrate } => {
            import_file(&onnx, &output, arg_max, calibrate.as_deref())
        }
        Command::Inspect { model, samples } => {
            let (model, encoding) = load(&model)?;
            println!("name         0x{}\n", hex::encode(model_id(&encoding, blake2_256)));
            print!("{}", report::inspect(&model, samples));
            Ok(())
        }
        Command::Run { batch, output } => {
            let (model, _, input) = batch.load()?;
            let execution =
                working("executing", || execute(&model, &input)).map_err(|error| error.to_string())?;
            let samples = (input.len() / model.profile().sample_bytes as usize) as u64;
            let shape: Vec<u64> = std::iter::once(samples)
                .chain(model.output().0.iter().map(|axis| u64::from(*axis)))
                .collect();
            match &execution.output {
                Values::I8(values) => npy::write(&output, &shape, values)?,
                Values::I32(values) => npy::write(&output, &shape, values)?,
            }
            println!("{samples} samples executed, output written to {}", output.display());
            Ok(())
        }
        Command::Trace { batch, output } => {
            let (model, _, input) = batch.load()?;
            let execution =
                working("executing", || execute(&model, &input)).map_err(|error| error.to_string())?;
            write(&output, &execution.trace)?;
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
        Command::Verify { batch, trace } => {
            let (model, encoding, input) = batch.load()?;
            let trace = read(&trace)?;
            let statement = Statement {
                domain: Domain::Lease,
                genesis_hash: [0; 32],
                subject: [0; 32],
                miner: &[0; 32],
                model: model_id(&encoding, blake2_256),
                input_hash: blake2_256(&input),
                samples: model.profile().samples(input.len()).map_err(|error| error.to_string())?,
            };
            let seed = statement.seed(&trace, blake2_256);
            working("verifying", || verify(&model, &input, &trace, seed))
                .map_err(|error| format!("the trace is rejected: {error}"))?;
            println!("the trace is right");
            Ok(())
        }
        Command::Diff { batch, reference } => diff(&batch, &reference),
    }
}

fn import_file(onnx: &Path, output: &Path, arg_max: bool, calibrate: Option<&Path>) -> Result<(), String> {
    let graph = Graph::load(onnx).map_err(|error| error.to_string())?;
    let ranges = calibrate
        .map(|samples| {
            let samples: Vec<f32> = npy::read(samples)?.reals().into_iter().map(|x| x as f32).collect();
            working("calibrating", || Ranges::calibrate(onnx, &samples)).map_err(|error| error.to_string())
        })
        .transpose()?;
    let imported = working("importing", || import(&graph, Options { arg_max, ranges: ranges.as_ref() }))
        .map_err(|error| format!("{}: {error}", onnx.display()))?;
    for step in &imported.steps {
        println!("{:<44} {}", step.onnx, step.became);
    }
    let encoding = imported.model.to_bytes();
    write(output, &encoding)?;
    let quantization = |q: Quantization| format!("--scale {} --zero-point {}", q.scale, q.zero_point);
    println!("\ninput        {}", quantization(imported.input));
    match imported.output {
        Some(output) => println!("output       {}", quantization(output)),
        None => println!("output       indices"),
    }
    println!("name         0x{}", hex::encode(model_id(&encoding, blake2_256)));
    println!("written      {} ({} bytes)", output.display(), encoding.len());
    Ok(())
}

fn diff(batch: &Batch, reference: &Path) -> Result<(), String> {
    let (model, _, input) = batch.load()?;
    let output = working("executing", || execute(&model, &input)).map_err(|error| error.to_string())?.output;
    let samples = model.profile().samples(input.len()).map_err(|error| error.to_string())? as usize;
    let reference = npy::read(reference)?;
    let largest = |values: Vec<f64>| -> Vec<usize> {
        let classes = values.len() / samples.max(1);
        if classes == 1 {
            return values.iter().map(|value| *value as usize).collect();
        }
        values.chunks(classes.max(1)).map(first_largest).collect()
    };
    let ours = largest(match output {
        Values::I8(values) => values.into_iter().map(f64::from).collect(),
        Values::I32(values) => values.into_iter().map(f64::from).collect(),
    });
    let theirs = largest(reference.reals());
    if ours.len() != theirs.len() {
        return Err(format!("the reference has {} samples, the batch {}", theirs.len(), ours.len()));
    }
    let different: Vec<usize> = (0..samples).filter(|sample| ours[*sample] != theirs[*sample]).collect();
    for sample in different.iter().take(20) {
        println!("sample {sample}: {} here, {} there", ours[*sample], theirs[*sample]);
    }
    let equal = samples - different.len();
    println!("{equal} of {samples} agree ({:.2} %)", 100.0 * equal as f64 / samples.max(1) as f64);
    Ok(())
}

fn first_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

impl Batch {
    fn load(&self) -> Result<(CheckedModel, Vec<u8>, Vec<u8>), String> {
        let (model, encoding) = load(&self.model)?;
        let Array { numbers, .. } = npy::read(&self.input)?;
        let input = match (numbers, self.scale, self.zero_point) {
            (Numbers::Integer(values), None, _) => values
                .into_iter()
                .map(|value| u8::try_from(value).or_else(|_| i8::try_from(value).map(i8::cast_unsigned)))
                .collect::<Result<_, _>>()
                .map_err(|_| format!("{} holds integers beyond 8 bits", self.input.display()))?,
            (numbers, Some(scale), Some(zero_point)) => {
                let quantization = Quantization { scale, zero_point };
                let reals = Array { shape: vec![], numbers }.reals();
                reals.into_iter().map(|real| quantization.quantize(real).cast_unsigned()).collect()
            }
            (Numbers::Real(_), ..) => {
                return Err(format!(
                    "{} holds real numbers: say how they become bytes with --scale and --zero-point, as import printed them",
                    self.input.display()
                ))
            }
            (Numbers::Integer(_), Some(_), None) => return Err("--scale needs --zero-point".into()),
        };
        Ok((model, encoding, input))
    }
}

fn load(path: &Path) -> Result<(CheckedModel, Vec<u8>), String> {
    let encoding = read(path)?;
    let model =
        CheckedModel::from_bytes(&encoding).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((model, encoding))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("can't read {}: {error}", path.display()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes).map_err(|error| format!("can't write {}: {error}", path.display()))
}

/// Shows that something is going on while it takes longer than a moment.
fn working<R>(what: &'static str, work: impl FnOnce() -> R) -> R {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or(ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(250));
    let result = work();
    bar.finish_and_clear();
    result
}
