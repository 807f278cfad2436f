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
