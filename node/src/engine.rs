//! The engine on the command line: its options, and what it says of this machine.

use std::time::{Duration, Instant};

use millrace_engine::{Backend, Engine, EngineOptions, PreparedModel};
use millrace_inference::random::{random_input, Random};
use millrace_primitives::MAC_PER_ASK;
use millrace_runtime::configs::monetary::UNIT;

/// Joules of a kilowatt hour.
const JOULES_PER_KWH: f64 = 3.6e6;

/// Models that are measured unless others are named.
const MODELS: [(&str, &[u8]); 4] = [
    ("digits", include_bytes!("../../models/digits/digits.millrace")),
    ("cnn", include_bytes!("../../models/zoo/cnn.millrace")),
    ("separable", include_bytes!("../../models/zoo/separable.millrace")),
    ("residual", include_bytes!("../../models/zoo/residual.millrace")),
];

/// How the engine is set up.
#[derive(Clone, Debug, clap::Args)]
pub struct EngineParams {
    /// Threads that execute models; all cores but one unless given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    pub engine_threads: Option<u32>,
    /// Where models are executed: `cpu`, or a GPU that `engine devices` lists.
    #[arg(long, default_value = "cpu", value_name = "NAME")]
    pub engine_backend: String,
    /// MiB that the parameters and tensors of one execution may take; what needs more is declined.
    #[arg(long, default_value_t = 1024, value_name = "MIB", value_parser = clap::value_parser!(u32).range(8..))]
    pub engine_memory: u32,
    /// Let the engine's threads compete with the node's own. By default they run at nice 10.
    #[arg(long)]
    pub engine_foreground: bool,
}

impl EngineParams {
    /// The options that the parameters stand for.
    ///
    /// # Errors
    /// If there is no such backend; the sentence lists those that there are.
    pub fn options(&self) -> Result<EngineOptions, String> {
        let defaults = EngineOptions::default();
        Ok(EngineOptions {
            threads: self.engine_threads.map_or(defaults.threads, |threads| threads as usize),
            backend: Backend::named(&self.engine_backend).map_err(|error| error.to_string())?,
            background: !self.engine_foreground,
            memory: u64::from(self.engine_memory) << 20,
        })
    }
}

/// What the engine says of this machine.
#[derive(Debug, clap::Subcommand)]
pub enum EngineCmd {
    /// Measure how fast this machine executes models, and at which ask it would break even.
    Bench(BenchCmd),
    /// List the devices that can execute models.
    Devices,
}

/// Arguments of `engine bench`.
#[derive(Debug, clap::Args)]
pub struct BenchCmd {
    #[command(flatten)]
    engine: EngineParams,
    /// Files of encoded models, as `millrace-model import` writes them; four of `models/` unless given.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    models: Vec<std::path::PathBuf>,
    /// Samples of a batch.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    samples: u32,
    /// How long each model is measured.
    #[arg(long, default_value_t = 3, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// What the machine draws under load.
    #[arg(long, default_value_t = 65.0, value_name = "WATTS")]
    watts: f64,
    /// Price of a kilowatt hour, in any currency.
    #[arg(long, default_value_t = 0.25, value_name = "PRICE")]
    kwh: f64,
    /// Price of one MILL in the same currency.
    #[arg(long, default_value_t = 1.0, value_name = "PRICE")]
    token_price: f64,
}

impl EngineCmd {
    /// Runs the command.
    ///
    /// # Errors
    /// A sentence for the person at the terminal.
    pub fn run(&self) -> Result<(), String> {
        match self {
            Self::Bench(cmd) => cmd.run(),
            Self::Devices => {
                for backend in Backend::all() {
                    let options = EngineOptions { backend: backend.clone(), ..EngineOptions::default() };
                    let verdict = match start(options) {
                        Ok(_) => "exact".to_owned(),
                        Err(error) => format!("not usable: {error}"),
                    };
                    println!("{}\t{}\t{verdict}", backend.name(), backend.description());
                }
                if !cfg!(feature = "wgpu") {
                    println!(
                        "\nThis build executes on the processor only; build with `--features wgpu` for GPUs."
                    );
                }
                Ok(())
            }
        }
    }
}

/// Starts an engine whose threads may panic without ending the node.
///
/// # Errors
/// What the engine says; above all if its arithmetic isn't the reference's.
pub fn start(options: EngineOptions) -> Result<Engine, String> {
    // burn may panic on a thread of the engine; the node's hook would end the process there.
    Engine::new(options, || Box::new(sp_panic_handler::AbortGuard::force_unwind()))
        .map_err(|error| error.to_string())
}

impl BenchCmd {
    fn run(&self) -> Result<(), String> {
        let engine = start(self.engine.options()?)?;
        let (kernel, _) = engine.byte_kernel();
        println!(
            "{} ({}), {} threads, 8-bit kernel {kernel}, batches of {}",
            engine.backend().name(),
            engine.backend().description(),
            engine.threads(),
            self.samples
        );
        println!("\nmodel                    MAC/sample   samples/s      GMAC/s   break-even ask");
        for (name, encoding) in self.encodings()? {
            let said = engine
                .prepare(&encoding)
                .map_err(|error| error.to_string())
                .and_then(|model| self.measure(&engine, &model));
            match said {
                Ok((mac, samples, seconds)) => {
                    let per_second = mac * samples / seconds;
                    println!(
                        "{name:<22} {mac:>12.0} {:>11.0} {:>11.2}   {} planck per mega-MAC",
                        samples / seconds,
                        per_second / 1e9,
                        self.break_even(per_second)
                    );
                }
                Err(error) => println!("{name:<22} declined: {error}"),
            }
        }
        println!(
            "\nBreak-even: {} W at {} a kWh and {} a MILL; hardware and what sprints earn are not counted.",
            self.watts, self.kwh, self.token_price
        );
        Ok(())
    }

    fn encodings(&self) -> Result<Vec<(String, Vec<u8>)>, String> {
        if self.models.is_empty() {
            return Ok(MODELS.iter().map(|(name, bytes)| ((*name).into(), bytes.to_vec())).collect());
        }
        let read = |path: &std::path::PathBuf| {
            let bytes =
                std::fs::read(path).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
            Ok((path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), bytes))
        };
        self.models.iter().map(read).collect()
    }

    /// MAC per sample, samples executed, and seconds that it took.
    fn measure(&self, engine: &Engine, model: &PreparedModel) -> Result<(f64, f64, f64), String> {
        let profile = model.checked().profile();
        let input = random_input(&mut Random(1), profile.sample_bytes, self.samples);
        let execute = || engine.execute(model, &input).map_err(|error| error.to_string());
        execute()?;
        let (started, mut batches) = (Instant::now(), 0u32);
        while started.elapsed() < Duration::from_secs(self.seconds) {
            execute()?;
            batches = batches.saturating_add(1);
        }
        let samples = f64::from(batches) * f64::from(self.samples);
        Ok((profile.work(1) as f64, samples, started.elapsed().as_secs_f64()))
    }

    /// Planck per mega-MAC that pay for the power, rounded up.
    fn break_even(&self, mac_per_second: f64) -> u128 {
        let cost_per_mac = self.watts / JOULES_PER_KWH * self.kwh / mac_per_second;
        (cost_per_mac / self.token_price * UNIT as f64 * MAC_PER_ASK as f64).ceil() as u128
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Program {
        #[command(subcommand)]
        cmd: EngineCmd,
    }

    #[test]
    fn break_even_is_the_price_of_power() {
        // 3600 W at 1 a kWh cost 0.001 a second; 10⁹ MAC a second are 1000 mega-MAC, so 10⁻⁶ MILL each.
        let arguments = ["engine", "bench", "--watts", "3600", "--kwh", "1"];
        let EngineCmd::Bench(cmd) = Program::parse_from(arguments).cmd else { panic!("bench was asked for") };
        assert_eq!(cmd.break_even(1e9), UNIT / 1_000_000);
    }

    #[test]
    fn a_backend_that_is_not_there_is_refused_with_the_list() {
        let arguments = ["engine", "bench", "--engine-backend", "gpu-99"];
        let EngineCmd::Bench(cmd) = Program::parse_from(arguments).cmd else { panic!("bench was asked for") };
        let error = cmd.engine.options().expect_err("no machine has a hundred");
        assert!(error.contains("gpu-99") && error.contains("cpu"), "{error}");
    }
}
