//! The threads of an engine: how they start, how they give way to others, and what becomes of a panic on them.

use std::{
    any::Any,
    hint::spin_loop,
    panic::{catch_unwind, AssertUnwindSafe},
    sync::{
        atomic::{AtomicBool, AtomicUsize, Ordering},
        Mutex, PoisonError,
    },
};

use rayon::{ThreadPool, ThreadPoolBuilder, Yield};
use thread_priority::{set_current_thread_priority, ThreadPriority, ThreadPriorityValue};

use crate::error::EngineError;

/// Priority of the threads of an engine in the background, of 0 to 99; on Linux it is the nice value 10.
const BACKGROUND: u8 = 22;

/// Threads that belong to one engine alone.
pub(crate) struct Threads {
    pool: ThreadPool,
    /// Whether [`Self::awake`] keeps them awake.
    awake: AtomicBool,
}

/// Does something when it is dropped, even if that is because of a panic.
struct Finally<F: Fn()>(F);

impl<F: Fn()> Drop for Finally<F> {
    fn drop(&mut self) {
        self.0();
    }
}

/// Does other work of these threads until something is so, without sleeping.
fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        if rayon::yield_now() != Some(Yield::Executed) {
            spin_loop();
        }
    }
}

/// Has each item made by one of so many of the threads on which this runs. Whoever is done takes the next.
pub(crate) fn each<I>(threads: usize, items: impl Iterator<Item = I> + Send, make: impl Fn(I) + Sync) {
    if threads == 1 {
        return items.for_each(make);
    }
    let items = Mutex::new(items);
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(item) = next() {
            make(item);
        }
    };
    let others = AtomicUsize::new(threads - 1);
    rayon::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|_| {
                let _done = Finally(|| {
                    others.fetch_sub(1, Ordering::Release);
                });
                work();
            });
        }
        work();
        // The scope would wait too, but asleep, and be woken late.
        until(|| others.load(Ordering::Acquire) == 0);
    });
}

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
            .map(|pool| Self { pool, awake: AtomicBool::new(false) })
            .map_err(|error| EngineError::Threads(error.to_string()))
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Runs a piece of work on these threads.
    ///
    /// # Errors
    /// What the work says, or [`EngineError::Panicked`].
    pub fn run<R: Send>(
        &self,
        work: impl FnOnce() -> Result<R, EngineError> + Send,
    ) -> Result<R, EngineError> {
        self.pool.install(|| catch_unwind(AssertUnwindSafe(work))).unwrap_or_else(|panic| {
            let text = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
                .unwrap_or_else(|| "no message".into());
            Err(EngineError::Panicked(text))
        })
    }
}

impl Threads {
    /// Does a piece of work on one of these threads, and keeps the others awake until it is done: waking one takes as long as many an
    /// operator. One piece of work at a time has them so, because two would wait for each other.
    pub fn awake<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        if self.awake.swap(true, Ordering::Acquire) {
            return work();
        }
        let _free = Finally(|| self.awake.store(false, Ordering::Release));
        let over = AtomicBool::new(false);
        let own = rayon::current_thread_index();
        rayon::scope(|scope| {
            let _over = Finally(|| over.store(true, Ordering::Release));
            scope.spawn_broadcast(|_, thread| {
                if Some(thread.index()) != own {
                    until(|| over.load(Ordering::Acquire));
                }
            });
            work()
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
    fn threads_share_items_and_a_panic_of_one_ends_all() {
        let threads = Threads::start(3, false, || Box::new(())).expect("three threads can be started");
        let mut made = vec![0; 1_000];
        let verdict = threads.run(|| {
            threads.awake(|| {
                for round in 1..50 {
                    each(3, made.iter_mut().enumerate(), |(index, item)| *item += index * round);
                }
            });
            Ok(())
        });
        assert!(verdict.is_ok());
        assert!(made.iter().enumerate().all(|(index, item)| *item == index * 1_225));
        for wrong in [0, 1, 500, 999] {
            let verdict: Result<(), _> = threads.run(|| {
                threads.awake(|| each(3, 0..1_000, |item| assert_ne!(item, wrong, "on purpose")));
                Ok(())
            });
            assert!(matches!(verdict, Err(EngineError::Panicked(_))));
        }
        assert!(matches!(threads.run(|| Ok(threads.awake(|| 7))), Ok(7)));
    }

    #[test]
    fn pieces_of_work_do_not_wait_for_each_other() {
        let threads = Threads::start(3, false, || Box::new(())).expect("three threads can be started");
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let work = || {
                            each(3, 0..20, |_| {
                                done.fetch_add(1, Ordering::Relaxed);
                            });
                        };
                        let verdict = threads.run(|| {
                            threads.awake(work);
                            Ok(())
                        });
                        assert!(verdict.is_ok());
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 6 * 200 * 20);
    }

    #[test]
    fn threads_in_the_background_have_a_lower_priority() {
        let nice = |threads: &Threads| {
            threads.pool.install(|| {
                let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux has it");
                stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(16)?.parse::<i32>().ok())
            })
        };
        let own = nice(&start(false)).expect("the 19th field is the nice value");
        assert_eq!(nice(&start(true)), Some(10.max(own)));
    }
}
