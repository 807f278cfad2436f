//! Runs our engine on a model of rows for a while, with and without a commitment by turns, or appends tokens to a sequence; or rten on
//! the same model as an ONNX file. Prints what it did as a line of JSON; `rows.py` calls it for each row of its table.

use std::{
    error::Error,
    fs,
    hint::black_box,
    path::{Path, PathBuf},
    time::Instant,
};

use clap::Parser;
use millrace_engine::{
    rows::{shaped::Mobile, Parameters, PreparedRows, RowsEngine, Sequence},
    Engine, EngineOptions,
};
use millrace_inference::{random::Random, rows::CheckedModel};
use rten_tensor::Tensor;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
struct Cli {
    /// A .millrace file with its blob beside it, or an ONNX file for rten; without one, MobileNetV2's shape with random parameters.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Sequences or images of a batch.
    #[arg(long)]
    sequences: usize,
    /// Tokens of each sequence.
    #[arg(long, default_value_t = 1)]
    tokens: usize,
    /// Ids are below it.
    #[arg(long, default_value_t = 256)]
    vocabulary: u32,
    /// Measure the token after those, not those.
    #[arg(long)]
    decode: bool,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

/// Positions of an image, down and across, and its channels.
const IMAGE: [usize; 3] = [224, 224, 3];
/// Tokens that are decoded before a sequence begins anew.
const DECODED: usize = 32;

type Fallible<T> = Result<T, Box<dyn Error>>;
/// A kind of work to measure, which says how many seconds it took.
type Work<'a> = Box<dyn FnMut() -> Fallible<f64> + 'a>;

/// Times some work, whose result is dropped thereafter.
fn timed<R>(work: impl FnOnce() -> Fallible<R>) -> Fallible<f64> {
    let start = Instant::now();
    let made = black_box(work()?);
    let seconds = start.elapsed().as_secs_f64();
    drop(made);
    Ok(seconds)
}

/// The times of each kind of work, by turns, so that a busy machine slows them alike.
fn times<const N: usize>(cli: &Cli, mut works: [Work<'_>; N]) -> Fallible<[Vec<f64>; N]> {
    for work in &mut works {
        work()?;
    }
    let (begin, mut all) = (Instant::now(), [const { Vec::new() }; N]);
    while begin.elapsed().as_secs_f64() < cli.seconds || all.iter().any(|times| times.len() < 3) {
        for (times, work) in all.iter_mut().zip(&mut works) {
            times.push(work()?);
        }
    }
    Ok(all)
}

fn ours(cli: &Cli, batch: &[&[u32]]) -> Fallible<String> {
    let memory = 8 << 30;
    let options =
        EngineOptions { threads: cli.threads, background: false, memory, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(()))?;
    let rows = engine.rows();
    let model = match &cli.model {
        Some(path) => {
            let blob = Parameters::map(&fs::File::open(path.with_extension("blob"))?)?;
            rows.prepare(&fs::read(path)?, blob)?
        }
        None => {
            let made = Mobile::V2.model(&mut Random(1));
            rows.prepare_checked(CheckedModel::new(made.model)?, made.blob.into())?
        }
    };
    let tokens = if cli.model.is_some() { cli.tokens as u32 } else { 1 };
    let all = model.checked().mac(tokens);
    let kernel = rows.kernel().name();
    if cli.decode {
        let mac = model.checked().mac(tokens + 1) - all;
        let [times] = times(cli, [decoding(rows, &model, batch)])?;
        return Ok(format!("\"kernel\": \"{kernel}\", \"mac\": {mac}, \"times\": {times:?}"));
    }
    let plain: Work<'_> = Box::new(|| timed(|| Ok(rows.infer(&model, black_box(batch))?)));
    let committed: Work<'_> = Box::new(|| timed(|| Ok(rows.execute(&model, black_box(batch))?)));
    let [plain, committed] = times(cli, [plain, committed])?;
    let mac = all * batch.len() as u64;
    Ok(format!(
        "\"kernel\": \"{kernel}\", \"mac\": {mac}, \"times\": {plain:?}, \"committed\": {committed:?}"
    ))
}

/// One token after those of the first sequence and a few more.
fn decoding<'a>(rows: RowsEngine<'a>, model: &'a PreparedRows, batch: &'a [&'a [u32]]) -> Work<'a> {
    let (mut sequence, mut decoded) = ([Sequence::new()], DECODED);
    Box::new(move || {
        if decoded == DECODED {
            sequence = [Sequence::new()];
            rows.append(model, &mut sequence, &batch[..1])?;
            decoded = 0;
        }
        decoded += 1;
        timed(|| Ok(rows.append(model, &mut sequence, &[&[7]])?))
    })
}

fn rten(cli: &Cli, path: &Path, batch: &[&[u32]]) -> Fallible<String> {
    std::env::set_var("RTEN_NUM_THREADS", cli.threads.to_string());
    let model = &rten::ModelOptions::with_all_ops().prepack_weights(true).load_file(path)?;
    let (inputs, output) = (model.input_ids(), model.output_ids()[0]);
    let (ids, sequences) = (batch.concat(), batch.len());
    let integers = |shape: &[usize], all: Vec<i32>| Tensor::from_data(shape, all);
    let work: Work<'_> = if let [images] = inputs[..] {
        let [height, width, channels] = IMAGE;
        let reals: Vec<f32> = ids.iter().map(|byte| *byte as f32 / 255.0).collect();
        let reals = Tensor::from_data(&[sequences, channels, height, width][..], reals);
        Box::new(move || timed(|| Ok(model.run(vec![(images, (&reals).into())], &[output], None)?)))
    } else {
        let ids = integers(&[sequences, cli.tokens], ids.into_iter().map(u32::cast_signed).collect());
        let positions = integers(&[cli.tokens], (0..cli.tokens as i32).collect());
        Box::new(move || {
            let given = vec![(inputs[0], (&ids).into()), (inputs[1], (&positions).into())];
            timed(|| Ok(model.run(given, &[output], None)?))
        })
    };
    let [times] = times(cli, [work])?;
    Ok(format!("\"times\": {times:?}"))
}

fn main() -> Fallible<()> {
    let cli = Cli::parse();
    let mut random = Random(7);
    let onnx =
        cli.model.as_ref().filter(|path| path.extension().is_some_and(|extension| extension == "onnx"));
    let is_image = cli.vocabulary == 256;
    let each = if is_image { IMAGE.iter().product() } else { cli.tokens };
    let mut sequence = || (0..each).map(|_| random.between(0, cli.vocabulary - 1)).collect();
    let batch: Vec<Vec<u32>> = (0..cli.sequences).map(|_| sequence()).collect();
    let batch: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
    let measured = if let Some(path) = onnx { rten(&cli, path, &batch) } else { ours(&cli, &batch) }?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB").trim();
    let peak: u64 = peak.trim_end_matches(" kB").parse()?;
    println!("{{{measured}, \"peak_kib\": {peak}}}");
    Ok(())
}
