//! Simulates the market with its honest and hostile players on the real runtime, and writes what comes of each attack.
//!
//! Nothing of the chain is computed beside it. Tasks are posted, leased, executed, verified and settled by the runtime's
//! calls; sprints are attempted, executed, signed and verified as a node's are, at the chain's own difficulty; its sessions
//! say whose turn a block is; and everyone pays the fees of what they sign. Each scenario runs twice from the same seed,
//! once with the attack and once with honest miners of the same hardware and capital in its place.

use std::{
    collections::BTreeMap,
    fs,
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Mutex,
    },
    thread,
};

use clap::Parser;

mod authors;
mod market;
mod outcome;
mod player;
mod report;
mod scenarios;
mod sprints;
#[cfg(test)]
mod tests;
mod totals;

use outcome::Setting;
use report::Compared;

/// What the program is asked for.
#[derive(Parser)]
#[command(about = "Simulates honest and hostile players on the real runtime")]
struct Options {
    /// Rounds of each run, ten blocks each
    #[arg(long, default_value_t = 1_000)]
    rounds: u32,
    /// Where random numbers begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tasks that the customer posts in a hundred blocks, a mega-MAC each; the miners could do some 240
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    demand: u8,
    /// Folder for tables and figures
    #[arg(long, default_value = "docs/economics")]
    out: PathBuf,
    /// Scenarios to run; all of them if none is named
    scenarios: Vec<String>,
}

/// Runs a scenario with and without its attack.
fn compare(name: &str, setting: &Setting) -> Compared {
    let run = |attack| {
        let mut scenario = scenarios::find(name).expect("the name was checked");
        outcome::run(scenario.as_mut(), attack, setting)
    };
    let scenario = scenarios::find(name).expect("the name was checked");
    Compared { name: scenario.name(), about: scenario.about(), honest: run(false), attack: run(true) }
}

/// Compares each of these scenarios, as many at a time as the machine has cores; in the order of their names.
fn compare_all(names: &[String], setting: &Setting) -> Vec<Compared> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        let take = || next.fetch_add(1, Ordering::Relaxed);
        while let Some((at, name)) = Some(take()).and_then(|at| Some((at, names.get(at)?))) {
            eprintln!("{name} …");
            let compared = compare(name, setting);
            done.lock().expect("nobody panicked").insert(at, compared);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(work);
        }
    });
    done.into_inner().expect("nobody panicked").into_values().collect()
}

fn simulate(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let known: Vec<_> = scenarios::all().iter().map(|scenario| scenario.name()).collect();
    let names = if options.scenarios.is_empty() {
        known.iter().map(|name| name.to_string()).collect()
    } else {
        options.scenarios.clone()
    };
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("there is no scenario {name}; there are {}", known.join(", ")).into());
    }
    if options.rounds == 0 {
        return Err("a simulation takes a round at least".into());
    }
    fs::create_dir_all(&options.out)?;
    let setting = Setting { rounds: options.rounds, seed: options.seed, demand: options.demand.into() };
    let all = compare_all(&names, &setting);
    for compared in &all {
        report::write_csv(&options.out, compared)?;
    }
    report::write_summary(&options.out, &all)?;
    report::write_figures(&options.out, &all)?;
    report::print(&all);
    Ok(())
}

fn main() -> ExitCode {
    match simulate(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
