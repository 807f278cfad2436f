//! How an engine is set up.

use crate::backend::Backend;

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Threads that execute models; at least one is started.
    pub threads: usize,
    /// Where products are computed.
    pub backend: Backend,
    /// Whether its threads give way to the process's other threads.
    pub background: bool,
    /// Bytes that a model's parameters and the tensors of one batch may take together.
    pub memory: u64,
}

impl Default for EngineOptions {
    /// All cores but one, on the processor, in the background, with 1 GiB.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: cores.saturating_sub(1).max(1),
            backend: Backend::cpu(),
            background: true,
            memory: 1 << 30,
        }
    }
}
