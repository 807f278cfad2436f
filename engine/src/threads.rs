//! The threads of an engine: how they start, how they give way to others, and what becomes of a panic on them.

use std::{
    any::Any,
    panic::{catch_unwind, AssertUnwindSafe},
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use thread_priority::{set_current_thread_priority, ThreadPriority, ThreadPriorityValue};

use crate::error::EngineError;

/// Priority of the threads of an engine in the background, of 0 to 99; on Linux it is the nice value 10.
const BACKGROUND: u8 = 22;

/// Threads that belong to one engine alone.
pub(crate) struct Threads(ThreadPool);

impl Threads {
    /// Starts so many threads, at least one. What `guard` returns on each of them is kept as long as the thread runs.
    ///
    /// # Errors
    /// [`EngineError::Threads`].
    pub fn start(
        count: usize,
        background: bool,
        guard: impl Fn() -> Box<dyn Any> + Clone + Send + 'static,
    ) -> Result<Self, EngineError> {
        ThreadPoolBuilder::new()
            .num_threads(count.max(1))
            .thread_name(|index| format!("engine-{index}"))
            .spawn_handler(move |thread| {
                let guard = guard.clone();
                let mut builder = std::thread::Builder::new();
                if let Some(name) = thread.name() {
                    builder = builder.name(name.to_owned());
                }
                builder.spawn(move || {
                    let _guard = guard();
                    if background {
                        give_way();
                    }
                    thread.run();
                })?;
                Ok(())
            })
            .build()
            .map(Self)
            .map_err(|error| EngineError::Threads(error.to_string()))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.current_num_threads()
    }

    /// Runs a piece of work on these threads.
    ///
    /// # Errors
    /// What the work says, or [`EngineError::Panicked`].
    pub fn run<R: Send>(
        &self,
        work: impl FnOnce() -> Result<R, EngineError> + Send,
    ) -> Result<R, EngineError> {
        self.0.install(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|panic| {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "no message".into());
            Err(EngineError::Panicked(text))
        })
    }
}

/// Lowers the calling thread's priority. If the machine refuses, the thread competes as any other.
fn give_way() {
    if let Ok(priority) = ThreadPriorityValue::try_from(BACKGROUND) {
        let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(background: bool) -> Threads {
        Threads::start(2, background, || Box::new(())).expect("two threads can be started")
    }

    #[test]
    fn a_panic_is_an_error_and_the_threads_go_on() {
        let threads = start(true);
        let verdict: Result<(), _> = threads.run(|| panic!("on purpose"));
        assert!(matches!(verdict, Err(EngineError::Panicked(text)) if text == "on purpose"));
        assert!(matches!(threads.run(|| Ok(7)), Ok(7)));
    }

    #[test]
    fn threads_in_the_background_have_a_lower_priority() {
        let nice = |threads: &Threads| {
            threads.0.install(|| {
                let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux has it");
                stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(16)?.parse::<i32>().ok())
            })
        };
        let own = nice(&start(false)).expect("the 19th field is the nice value");
        assert_eq!(nice(&start(true)), Some(10.max(own)));
    }
}
