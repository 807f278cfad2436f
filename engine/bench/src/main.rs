//! Runs one engine on one model for a while and prints what it did as a line of JSON; `run.py` calls it for each row
//! of the table.

use std::{path::PathBuf, time::Instant};

use clap::{Parser, ValueEnum};
use millrace_engine::{Backend, Engine, EngineOptions, Kernel};
use millrace_inference::random::Random;
use rten_tensor::Tensor;
use tract_onnx::prelude::*;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Which {
    /// Our engine with the kernel that it chooses, output and trace.
    Millrace,
    /// The same without a trace.
    MillracePlain,
    /// The same with burn's float kernel everywhere.
    MillraceFloat,
    /// The same with the byte kernel everywhere.
    MillraceByte,
    /// The same with burn's integer kernel everywhere.
    MillraceInteger,
    /// rten, on an ONNX file.
    Rten,
    /// tract, on an ONNX file; it has one thread.
    Tract,
}

#[derive(Parser)]
struct Cli {
    /// The engine.
    #[arg(long)]
    engine: Which,
    /// A .millrace file for our engine, an ONNX file for the others.
    #[arg(long)]
    model: PathBuf,
    /// Axes of a sample, such as 3,32,32.
    #[arg(long, value_delimiter = ',')]
    sample: Vec<usize>,
    /// Samples of a batch.
    #[arg(long)]
    batch: usize,
    /// Threads, where the engine has them.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where our engine computes, by the name that `millrace-node engine devices` lists.
    #[arg(long, default_value = "cpu")]
    backend: String,
    /// How long to measure.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cli = Cli::parse();
    let length = cli.batch * cli.sample.iter().product::<usize>();
    let mut random = Random(7);
    let bytes: Vec<u8> = (0..length).map(|_| random.between(0, 255) as u8).collect();
    let reals: Vec<f32> = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
    let shape: Vec<usize> = std::iter::once(cli.batch).chain(cli.sample.iter().copied()).collect();

    let mut run: Box<dyn FnMut() -> Result<usize, Box<dyn std::error::Error>>> = match cli.engine {
        Which::Millrace
        | Which::MillracePlain
        | Which::MillraceFloat
        | Which::MillraceByte
        | Which::MillraceInteger => {
            let options = EngineOptions {
                threads: cli.threads,
                backend: Backend::named(&cli.backend)?,
                background: false,
                ..EngineOptions::default()
            };
            let engine = Engine::new(options, || Box::new(()))?;
            let kernel = match cli.engine {
                Which::MillraceFloat => Some(Kernel::Float),
                Which::MillraceByte => Some(Kernel::Byte),
                Which::MillraceInteger => Some(Kernel::Integer),
                _ => None,
            };
            let model = engine.prepare_for(&std::fs::read(&cli.model)?, kernel)?;
            match cli.engine {
                Which::MillracePlain => Box::new(move || Ok(engine.infer(&model, &bytes)?.to_bytes().len())),
                _ => Box::new(move || Ok(engine.execute(&model, &bytes)?.trace.len())),
            }
        }
        Which::Rten => {
            std::env::set_var("RTEN_NUM_THREADS", cli.threads.to_string());
            let model = rten::ModelOptions::with_all_ops().prepack_weights(true).load_file(&cli.model)?;
            let input = model.input_ids()[0];
            let output = model.output_ids()[0];
            let tensor = Tensor::from_data(&shape[..], reals);
            Box::new(move || Ok(model.run(vec![(input, (&tensor).into())], &[output], None)?.len()))
        }
        Which::Tract => {
            let model = tract_onnx::onnx()
                .model_for_path(&cli.model)?
                .with_input_fact(0, f32::fact(&shape[..]).into())?
                .into_optimized()?
                .into_runnable()?;
            let tensor: tract_onnx::prelude::Tensor =
                tract_ndarray::ArrayD::from_shape_vec(shape.clone(), reals)?.into();
            Box::new(move || Ok(model.run(tvec!(tensor.clone().into()))?.len()))
        }
    };
    let warm = Instant::now();
    run()?;
    let once = warm.elapsed().as_secs_f64();
    run()?;
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    let mut runs = 0u32;
    while begin.elapsed().as_secs_f64() < cli.seconds || runs < 3 {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed().as_secs_f64());
        runs += 1;
    }
    let mean = begin.elapsed().as_secs_f64() / f64::from(runs);
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB").trim().to_owned();
    let peak: u64 = peak.trim_end_matches(" kB").parse()?;
    println!(
        "{{\"best_s\": {best}, \"mean_s\": {mean}, \"first_s\": {once}, \"runs\": {runs}, \"peak_kib\": {peak}}}"
    );
    Ok(())
}
