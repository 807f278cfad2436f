//! The command-line program `millrace-model`.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use millrace_importer::{
    import, npy,
    npy::{Array, Numbers},
    onnx, report, Options, Quantization, Ranges,
};
use millrace_inference::{
    execute, limits::MAX_MODEL_BYTES, model_id, verify, CheckedModel, Domain, Statement, Values,
};
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
        /// End with the index of the largest output instead of the outputs: along the only axis of outputs, or the
        /// last one of two. A softmax at the end is replaced by the index along its own axis with or without this.
        #[arg(long)]
        arg_max: bool,
        /// Samples that stand for what the model will see (.npy, N × a sample's shape, axes in the model's order):
        /// needed for a model in floats, whose tensors are quantized to the ranges that come up. A few hundred suffice.
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
    #[arg(long, requires = "zero_point", allow_negative_numbers = true, value_parser = positive)]
    scale: Option<f64>,
    /// The input byte that stands for zero.
    #[arg(long, allow_negative_numbers = true, requires = "scale")]
    zero_point: Option<i8>,
}

/// A scale as the command line gives it.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        _ => Err("a scale is a positive number; take the one that import printed".into()),
    }
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
            let samples = model.profile().samples(input.len()).map_err(|error| error.to_string())?;
            // A longer one isn't a trace of this batch; the verification says so.
            let trace = read(&trace, model.profile().cost(samples).trace_bytes)?;
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
            working("verifying", || verify(&model, &input, &trace, seed))
                .map_err(|error| format!("the trace is rejected: {error}"))?;
            println!("the trace is right");
            Ok(())
        }
        Command::Diff { batch, reference } => diff(&batch, &reference),
    }
}

fn import_file(onnx: &Path, output: &Path, arg_max: bool, calibrate: Option<&Path>) -> Result<(), String> {
    let file = onnx::Model::load(onnx).map_err(|error| error.to_string())?;
    let failed = |error: millrace_importer::ImportError| format!("{}: {error}", onnx.display());
    let ranges = calibrate
        .map(|samples| {
            let samples = npy::read(samples)?;
            working("calibrating", || Ranges::calibrate(onnx, &samples)).map_err(failed)
        })
        .transpose()?;
    let imported = working("importing", || import(&file, Options { arg_max, ranges: ranges.as_ref() }))
        .map_err(failed)?;
    for step in &imported.steps {
        println!("{:<44} {}", step.onnx, step.became);
    }
    let encoding = imported.model.to_bytes();
    write(output, &encoding)?;
    let quantization = |q: Quantization| format!("--scale {} --zero-point {}", q.scale, q.zero_point);
    println!("\ninput        {}", quantization(imported.input));
    match imported.output {
        Some(output) => println!("output       {}", quantization(output)),
        None => println!("output       indices of the largest"),
    }
    println!("name         0x{}", hex::encode(model_id(&encoding, blake2_256)));
    println!("written      {} ({} bytes)", output.display(), encoding.len());
    Ok(())
}

fn diff(batch: &Batch, reference: &Path) -> Result<(), String> {
    let (model, _, input) = batch.load()?;
    let output = working("executing", || execute(&model, &input)).map_err(|error| error.to_string())?.output;
    let samples = model.profile().samples(input.len()).map_err(|error| error.to_string())? as usize;
    let ours: Vec<f64> = match output {
        // One label for each position of a sample.
        Values::I32(values) => values.into_iter().map(f64::from).collect(),
        Values::I8(values) if values.len() > samples => {
            largest(&values.into_iter().map(f64::from).collect::<Vec<_>>(), samples)?
        }
        Values::I8(_) => {
            return Err(
                "the model gives one number a sample, which is no label; look at them with `run`".into()
            )
        }
    };
    let theirs = npy::read(reference)?.reals();
    if theirs.iter().any(|value| value.is_nan()) {
        return Err(format!("{} holds NaN; compare with what a program gave", reference.display()));
    }
    let theirs = if theirs.len() == ours.len() { theirs } else { largest(&theirs, ours.len())? };
    let each = ours.len().checked_div(samples).unwrap_or(0).max(1);
    let pairs = || ours.iter().zip(&theirs).enumerate().filter(|(_, (a, b))| a != b);
    for (at, (here, there)) in pairs().take(20) {
        println!("sample {}: {here} here, {there} there", at / each);
    }
    let equal = ours.len() - pairs().count();
    println!("{equal} of {} agree ({:.2} %)", ours.len(), 100.0 * equal as f64 / ours.len().max(1) as f64);
    Ok(())
}

/// The position of the largest number in each of so many rows.
fn largest(numbers: &[f64], rows: usize) -> Result<Vec<f64>, String> {
    let columns = numbers.len().checked_div(rows).unwrap_or(0);
    if columns == 0 || columns * rows != numbers.len() {
        return Err(format!(
            "{} numbers aren't {rows} labels, nor whole rows for as many; compare with the output for the same batch",
            numbers.len()
        ));
    }
    Ok(numbers.chunks(columns).map(|row| first_largest(row) as f64).collect())
}

fn first_largest(values: &[f64]) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, value) in values.iter().enumerate() {
        if *value > best.1 {
            best = (index, *value);
        }
    }
    best.0
}

impl Batch {
    fn load(&self) -> Result<(CheckedModel, Vec<u8>, Vec<u8>), String> {
        let (model, encoding) = load(&self.model)?;
        let Array { shape, numbers } = npy::read(&self.input)?;
        expect_order(&shape, model.input_shape())?;
        let input = match (numbers, self.scale, self.zero_point) {
            (Numbers::Integer(values), None, _) => values
                .into_iter()
                .map(|value| u8::try_from(value).or_else(|_| i8::try_from(value).map(i8::cast_unsigned)))
                .collect::<Result<_, _>>()
                .map_err(|_| format!("{} holds integers beyond 8 bits", self.input.display()))?,
            (numbers, Some(scale), Some(zero_point)) => {
                let quantization = Quantization { scale, zero_point };
                let reals = Array { shape, numbers }.reals();
                if reals.iter().any(|real| !real.is_finite()) {
                    return Err(format!(
                        "{} holds NaN or infinity, which no byte stands for; leave such samples out",
                        self.input.display()
                    ));
                }
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

/// Refuses an input whose axes are the model's in another order: its bytes would be taken for other pixels.
fn expect_order(input: &[u64], sample: &[u32]) -> Result<(), String> {
    let axes = input.get(1..).unwrap_or_default();
    let sample: Vec<u64> = sample.iter().map(|axis| u64::from(*axis)).collect();
    let sorted = |axes: &[u64]| {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        axes
    };
    if axes != sample && sorted(axes) == sorted(&sample) {
        return Err(format!(
            "the input has the shape {input:?} and the model reads N × {sample:?}; bring its axes into this order with numpy.transpose"
        ));
    }
    Ok(())
}

fn load(path: &Path) -> Result<(CheckedModel, Vec<u8>), String> {
    let encoding = read(path, MAX_MODEL_BYTES as u64)?;
    if encoding.len() > MAX_MODEL_BYTES {
        return Err(format!("{} is longer than {MAX_MODEL_BYTES} bytes, so it is no model", path.display()));
    }
    let model =
        CheckedModel::from_bytes(&encoding).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((model, encoding))
}

/// Reads a file up to a limit, and a byte more, which tells that it is longer or has no end.
fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("can't read {}: {error}", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_positive_numbers() {
        assert_eq!(positive("0.5"), Ok(0.5));
        for text in ["0", "-1", "nan", "inf", "-inf", "1e999", "half"] {
            assert!(positive(text).expect_err("no scale").contains("import printed"), "{text}");
        }
    }

    #[test]
    fn axes_come_in_the_models_order() {
        assert_eq!(expect_order(&[9, 3, 8, 8], &[3, 8, 8]), Ok(()));
        // A model that flattens its input first reads them flat.
        assert_eq!(expect_order(&[9, 3, 8, 8], &[192]), Ok(()));
        assert_eq!(expect_order(&[192], &[3, 8, 8]), Ok(()));
        assert!(expect_order(&[9, 8, 8, 3], &[3, 8, 8])
            .expect_err("channels last")
            .contains("numpy.transpose"));
    }

    #[test]
    fn files_without_an_end_are_read_to_the_limit() {
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            assert_eq!(read(endless, 1000).map(|bytes| bytes.len()), Ok(1001));
            assert!(load(endless).expect_err("no model").contains("longer than"));
        }
    }

    #[test]
    fn the_first_of_the_largest_counts() {
        assert_eq!(largest(&[1.0, 3.0, 3.0, 0.0, -1.0, -2.0], 2), Ok(vec![1.0, 0.0]));
        assert!(largest(&[1.0, 2.0, 3.0], 2).expect_err("no whole rows").contains("whole rows"));
    }
}
