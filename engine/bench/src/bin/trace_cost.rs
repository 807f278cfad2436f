//! What a trace costs over plain inference, as a miner's attempts are executed: each thread executes as many batches as
//! it hashes at once. The three kinds of work take turns, so that a busy machine slows them alike.

use std::{hint::black_box, path::PathBuf, time::Instant};

use clap::Parser;
use millrace_engine::{
    blake2_256_of_each, hashes_at_once, Backend, Engine, EngineError, EngineOptions, PreparedModel,
};
use millrace_inference::random::{random_input, Random};

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Parser)]
struct Cli {
    /// Models, as .millrace files.
    models: Vec<PathBuf>,
    /// Samples of a batch.
    #[arg(long, value_delimiter = ',', default_value = "1,64,256")]
    batches: Vec<u32>,
    /// Threads of the engine.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// How long to measure each line.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

/// Bytes of a trace whose hashing is measured by itself.
const TRACE: usize = 64 << 10;
/// Different inputs, which attempts have.
const INPUTS: u64 = 8;

#[derive(Clone, Copy)]
enum Work {
    Inference,
    Trace,
    Hash,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cli = Cli::parse();
    let options = EngineOptions {
        threads: cli.threads,
        backend: Backend::cpu(),
        background: false,
        ..EngineOptions::default()
    };
    let engine = Engine::new(options, || Box::new(()))?;
    println!("{} batches side by side on each of {} threads", hashes_at_once(), engine.threads());
    let [alone, together] = [1, hashes_at_once()].map(|count| hashing(count, cli.seconds));
    println!("One thread hashes {alone:.2} GB/s one trace at a time, {together:.2} side by side.");
    println!("| model | N | trace, bytes a sample | inference, samples/s | with trace | with trace and hash | trace | trace and hash |");
    println!("|---|---|---|---|---|---|---|---|");
    for path in &cli.models {
        let model = engine.prepare(&std::fs::read(path)?)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        for &samples in &cli.batches {
            let sample_bytes = model.checked().profile().sample_bytes;
            let inputs: Vec<Vec<u8>> =
                (0..INPUTS).map(|seed| random_input(&mut Random(seed), sample_bytes, samples)).collect();
            let bytes = engine.execute(&model, &inputs[0])?.trace.len() / samples as usize;
            let kinds = [Work::Inference, Work::Trace, Work::Hash];
            let mut best = [f64::INFINITY; 3];
            let begin = Instant::now();
            let mut rounds = 0;
            while rounds < 4 || begin.elapsed().as_secs_f64() < cli.seconds {
                for (best, work) in best.iter_mut().zip(kinds) {
                    let start = Instant::now();
                    attempts(&engine, &model, &inputs, work)?;
                    *best = best.min(start.elapsed().as_secs_f64());
                }
                rounds += 1;
            }
            let batches = (hashes_at_once() * engine.threads()) as f64;
            let rates = best.map(|seconds| f64::from(samples) * batches / seconds);
            let over = |work: usize| (best[work] / best[0] - 1.0) * 100.0;
            println!(
                "| {name} | {samples} | {bytes} | {:.0} | {:.0} | {:.0} | {:.0} % | {:.0} % |",
                rates[0],
                rates[1],
                rates[2],
                over(1),
                over(2)
            );
        }
    }
    Ok(())
}

/// GB a second of hashing so many traces together.
fn hashing(count: usize, seconds: f64) -> f64 {
    let traces = vec![vec![1; TRACE]; count];
    let begin = Instant::now();
    let mut best = f64::INFINITY;
    while begin.elapsed().as_secs_f64() < seconds {
        let start = Instant::now();
        black_box(blake2_256_of_each(black_box(&traces)));
        best = best.min(start.elapsed().as_secs_f64());
    }
    (count * TRACE) as f64 / best / 1e9
}

/// On each thread as many batches as it hashes at once.
fn attempts(
    engine: &Engine,
    model: &PreparedModel,
    inputs: &[Vec<u8>],
    work: Work,
) -> Result<(), EngineError> {
    let on_a_thread = |thread: u64| {
        let batches = inputs.iter().cycle().skip(thread as usize * hashes_at_once()).take(hashes_at_once());
        if let Work::Inference = work {
            batches.map(|input| engine.infer(model, input)).collect::<Result<Vec<_>, _>>()?;
            return Ok(None);
        }
        let traces = batches
            .map(|input| Ok(engine.execute(model, input)?.trace))
            .collect::<Result<Vec<_>, EngineError>>()?;
        Ok(matches!(work, Work::Hash).then(|| blake2_256_of_each(&traces)))
    };
    engine.each(0..engine.threads() as u64, on_a_thread).map(drop)
}
