//! Walks the parts of a batch side by side, and packs their accumulators as they come.

use std::sync::atomic::{AtomicU8, Ordering};

use millrace_inference::{walk, ExecutionError, Linear, LinearOperators, Output, Packed};
use rayon::{iter::ParallelIterator, slice::ParallelSlice};

use crate::{
    error::EngineError,
    model::{Layer, PreparedModel},
};

/// How a batch is walked.
pub(crate) struct Walk<'a> {
    pub model: &'a PreparedModel,
    /// Samples of a part.
    pub part: usize,
    /// Elements of X that one operator on one part reads at most at once.
    pub block: usize,
    /// Whether accumulators are kept for a trace.
    pub traced: bool,
    /// Asked before each linear operator; if it says true, the walk ends.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Walk<'_> {
    /// The output of each part of an input of whole samples and, if wanted, the accumulators of its linear operators. The
    /// parts are shared by the threads of the pool that it is called on.
    ///
    /// # Errors
    /// [`EngineError::Stopped`], or what a kernel says.
    pub fn parts(&self, input: &[u8]) -> Result<Vec<(Output, Vec<Packed>)>, EngineError> {
        let layers = self.model.layers();
        let widths: Vec<AtomicU8> = layers.iter().map(|_| AtomicU8::new(0)).collect();
        let sample_bytes = self.model.checked().profile().sample_bytes as usize;
        let parts = input.par_chunks(self.part.saturating_mul(sample_bytes).max(1)).map(|part| {
            let packed = self.traced.then(|| Vec::with_capacity(layers.len()));
            let mut run =
                Run { layers, widths: &widths, block: self.block, begun: 0, packed, stop: self.stop };
            let output = walk(self.model.checked(), part, &mut run)?;
            Ok((output, run.packed.unwrap_or_default()))
        });
        parts.collect()
    }
}

/// The walk over one part.
struct Run<'a> {
    layers: &'a [Layer],
    /// Bits that the accumulators of each operator need, as far as the batch's parts know.
    widths: &'a [AtomicU8],
    block: usize,
    /// Linear operators begun.
    begun: usize,
    /// The accumulators of those, if a trace is wanted.
    packed: Option<Vec<Packed>>,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl LinearOperators for Run<'_> {
    type Error = EngineError;

    fn linear(&mut self, operator: Linear<'_>) -> Result<Vec<i32>, EngineError> {
        if (self.stop)() {
            return Err(EngineError::Stopped);
        }
        let (layer, width) =
            self.layers.get(self.begun).zip(self.widths.get(self.begun)).ok_or(ExecutionError::TooLarge)?;
        debug_assert_eq!(layer.node, operator.node);
        self.begun += 1;
        let accumulators = layer.parameters.accumulate(&operator, self.block)?;
        if let Some(packed) = &mut self.packed {
            // They are packed now, while they are in the cache.
            let part = Packed::new(&accumulators, width.load(Ordering::Relaxed));
            width.fetch_max(part.narrowest(), Ordering::Relaxed);
            packed.push(part);
        }
        Ok(accumulators)
    }
}
