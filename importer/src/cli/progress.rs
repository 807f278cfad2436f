//! The sign that a command is at work.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Shows that something is going on while it takes longer than a moment.
pub(super) fn working<R>(what: &'static str, work: impl FnOnce() -> R) -> R {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.set_style(
        ProgressStyle::with_template("{spinner} {msg} {elapsed}").unwrap_or(ProgressStyle::default_spinner()),
    );
    bar.enable_steady_tick(Duration::from_millis(250));
    let result = work();
    bar.finish_and_clear();
    result
}

/// Parts of the work that a bar shows.
const PARTS: f64 = 1000.0;

/// Shows which share of the work is done. The work says so to what it is given.
pub(super) fn share<R>(what: &'static str, work: impl FnOnce(&dyn Fn(f64)) -> R) -> R {
    let bar = ProgressBar::new(PARTS as u64).with_message(what);
    bar.set_style(
        ProgressStyle::with_template("{msg} {bar:30} {percent} % {elapsed}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(250));
    let result = work(&|done| bar.set_position((done * PARTS) as u64));
    bar.finish_and_clear();
    result
}

/// Shows how many of so many steps are done. The work calls what it is given after each.
pub(super) fn steps<R>(what: &'static str, count: usize, work: impl FnOnce(&(dyn Fn() + Sync)) -> R) -> R {
    let bar = ProgressBar::new(count as u64).with_message(what);
    bar.set_style(
        ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {elapsed}")
            .unwrap_or(ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(250));
    let result = work(&|| bar.inc(1));
    bar.finish_and_clear();
    result
}
