//! Random sequences of all calls, by honest and hostile accounts, on the real runtime and on a small reference: they agree
//! after every step. And what is said of shares, funds on hold and rounding.
//!
//! `MODEL_STEPS` sets how many steps are made (100,000 unless it says otherwise), `MODEL_SEED` where the seeds begin. A
//! failure prints the seed of its chain; `MODEL_SEED=… MODEL_STEPS=1` runs that chain alone. `MODEL_STATE` names a file that the
//! state of the first chain is written to.
#![allow(missing_docs)]

mod calls;
mod collators;
mod dispatch;
mod events;
mod facts;
mod governance;
mod leases;
mod mining;
mod models;
mod records;
mod reference;
mod seen;
mod shares;
mod steps;
mod world;

use std::{
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicU64, Ordering},
        Mutex,
    },
};

use millrace_runtime_tests::*;

/// Steps on one chain; then another begins, so that chains stay small.
const STEPS_ON_A_CHAIN: u64 = 400;

/// One chain in so many begins with a full queue, whose steps take longer to check.
const CHAINS_FOR_EACH_FULL: u64 = 50;

/// Chains on which everything that can happen has happened.
const ENOUGH: u64 = 250;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |value| value.parse().expect("a number"))
}

/// The steps of one seed, and what came up in them.
fn walk(seed: u64, state: Option<&Path>) -> seen::Seen {
    let walked = catch_unwind(AssertUnwindSafe(|| {
        chain("local_testnet").execute_with(|| {
            let mut random = Random(seed);
            let mut world = world::World::new();
            // One of the six on every other chain.
            world.asleep = Some(seed as usize % 12).filter(|who| *who < 6);
            if seed.is_multiple_of(CHAINS_FOR_EACH_FULL) {
                world.fill_queue(&mut random);
            }
            for _ in 0..STEPS_ON_A_CHAIN {
                world.step(&mut random);
            }
            if let Some(file) = state {
                write_state(file);
            }
            world.seen
        })
    }));
    walked.unwrap_or_else(|panic| {
        eprintln!("the chain of MODEL_SEED={seed} MODEL_STEPS=1 failed");
        resume_unwind(panic);
    })
}

#[test]
fn the_runtime_agrees_with_the_reference_whatever_is_called() {
    let first = setting("MODEL_SEED", 1);
    let chains = setting("MODEL_STEPS", 100_000).div_ceil(STEPS_ON_A_CHAIN);
    let next = AtomicU64::new(0);
    let seen = Mutex::new(seen::Seen::default());
    let state = std::env::var_os("MODEL_STATE").map(PathBuf::from);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= chains {
                    break;
                }
                let own = walk(first + number, state.as_deref().filter(|_| number == 0));
                seen.lock().expect("nobody panicked").add(own);
            });
        }
    });
    let seen = seen.into_inner().expect("nobody panicked");
    if chains >= ENOUGH {
        seen.assert_all();
    }
}
