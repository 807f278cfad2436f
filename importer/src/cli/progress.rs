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

#[cfg(feature = "text")]
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
