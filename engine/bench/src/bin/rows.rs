//! Runs our engine on a model of rows for a while, on sequences of random ids, with and without a commitment by turns; or rten on
//! the same model as an ONNX file. Prints what it did as a line of JSON; `minilm.py` calls it for each row of its table.

use std::{error::Error, fs, hint::black_box, path::PathBuf, time::Instant};

use clap::Parser;
use millrace_engine::{rows::Parameters, Engine, EngineOptions};
use millrace_inference::random::Random;
use rten_tensor::Tensor;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
struct Cli {
    /// A .millrace file with its blob beside it, or an ONNX file of ids and positions for rten.
    #[arg(long)]
    model: PathBuf,
    /// Sequences of a batch.
    #[arg(long)]
    sequences: usize,
    /// Tokens of each.
    #[arg(long)]
    tokens: u32,
    /// Ids are below it.
    #[arg(long)]
    vocabulary: u32,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// How long to measure.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

/// A kind of work to measure.
type Work<'a> = Box<dyn FnMut() -> Result<(), Box<dyn Error>> + 'a>;

/// The shortest time that each kind of work took, by turns, so that a busy machine slows them alike.
fn shortest<const N: usize>(cli: &Cli, mut works: [Work<'_>; N]) -> Result<[f64; N], Box<dyn Error>> {
    works.iter_mut().try_for_each(|work| work())?;
    let (begin, mut runs, mut shortest) = (Instant::now(), 0, [f64::INFINITY; N]);
    while begin.elapsed().as_secs_f64() < cli.seconds || runs < 3 {
        for (shortest, work) in shortest.iter_mut().zip(&mut works) {
            let start = Instant::now();
            work()?;
            *shortest = shortest.min(start.elapsed().as_secs_f64());
        }
        runs += 1;
    }
    Ok(shortest)
}

fn ours(cli: &Cli, batch: &[&[u32]]) -> Result<String, Box<dyn Error>> {
    let options = EngineOptions { threads: cli.threads, background: false, ..EngineOptions::default() };
    let engine = Engine::new(options, || Box::new(()))?;
    let blob = Parameters::map(&fs::File::open(cli.model.with_extension("blob"))?)?;
    let rows = engine.rows();
    let model = rows.prepare(&fs::read(&cli.model)?, blob)?;
    let plain: Work<'_> = Box::new(|| Ok(drop(black_box(rows.infer(&model, black_box(batch))?))));
    let committed: Work<'_> = Box::new(|| Ok(drop(black_box(rows.execute(&model, black_box(batch))?))));
    let [plain, committed] = shortest(cli, [plain, committed])?;
    let (kernel, mac) = (rows.kernel().name(), model.checked().mac(cli.tokens) * batch.len() as u64);
    Ok(format!("\"kernel\": \"{kernel}\", \"mac\": {mac}, \"best_s\": {plain}, \"committed_s\": {committed}"))
}

fn rten(cli: &Cli, batch: &[&[u32]]) -> Result<String, Box<dyn Error>> {
    std::env::set_var("RTEN_NUM_THREADS", cli.threads.to_string());
    let model = rten::ModelOptions::with_all_ops().prepack_weights(true).load_file(&cli.model)?;
    let (inputs, output) = (model.input_ids(), model.output_ids()[0]);
    let ids = batch.concat().into_iter().map(u32::cast_signed).collect::<Vec<_>>();
    let ids = Tensor::from_data(&[batch.len(), cli.tokens as usize][..], ids);
    let positions =
        Tensor::from_data(&[cli.tokens as usize][..], (0..cli.tokens.cast_signed()).collect::<Vec<_>>());
    let work: Work<'_> = Box::new(|| {
        let given = vec![(inputs[0], (&ids).into()), (inputs[1], (&positions).into())];
        Ok(drop(black_box(model.run(given, &[output], None)?)))
    });
    let [best] = shortest(cli, [work])?;
    Ok(format!("\"best_s\": {best}"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    let mut random = Random(7);
    let mut sequence = || (0..cli.tokens).map(|_| random.between(0, cli.vocabulary - 1)).collect();
    let batch: Vec<Vec<u32>> = (0..cli.sequences).map(|_| sequence()).collect();
    let batch: Vec<&[u32]> = batch.iter().map(Vec::as_slice).collect();
    let is_onnx = cli.model.extension().is_some_and(|extension| extension == "onnx");
    let measured = if is_onnx { rten(&cli, &batch) } else { ours(&cli, &batch) }?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB").trim();
    let peak: u64 = peak.trim_end_matches(" kB").parse()?;
    println!("{{{measured}, \"peak_kib\": {peak}}}");
    Ok(())
}
