//! The engine: prepares models and executes them on batches.

use std::{any::Any, ops::Range};

use millrace_inference::{CheckedModel, Execution, Output, Packed};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::{
    backend::Backend,
    error::EngineError,
    kernels::{blocks::BLOCK, kernel::Kernel, Kernels},
    memory::{bytes_of_an_execution, samples_of_a_part},
    model::PreparedModel,
    options::EngineOptions,
    rows::{self, RowsEngine},
    self_test,
    threads::Threads,
    walk::Walk,
};

/// Threads that execute models.
pub struct Engine {
    threads: Threads,
    kernels: Kernels,
    backend: Backend,
    memory: u64,
}

impl Engine {
    /// Starts an engine. `guard` is called on each of its threads and what it returns is kept as long as the
    /// thread runs: a node keeps its panic hook from ending the process there.
    ///
    /// # Errors
    /// [`EngineError::Threads`], or what [`Self::self_test`] says.
    pub fn new(
        options: EngineOptions,
        guard: impl Fn() -> Box<dyn Any> + Clone + Send + 'static,
    ) -> Result<Self, EngineError> {
        let EngineOptions { threads, backend, background, memory } = options;
        let threads = Threads::start(threads, background, guard)?;
        let engine = Self { threads, kernels: Kernels::new(&backend), backend, memory };
        engine.self_test()?;
        engine.rows().self_test()?;
        Ok(engine)
    }

    /// The engine as it executes models of rows, on the same threads and within the same memory bound.
    pub fn rows(&self) -> RowsEngine<'_> {
        RowsEngine { threads: &self.threads, memory: self.memory, kernel: rows::Kernel::fastest() }
    }

    /// Where it computes.
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The byte kernel that this machine runs, and whether its instructions never saturate.
    pub fn byte_kernel(&self) -> (String, bool) {
        self.kernels.byte_instructions()
    }

    /// Threads of this engine.
    pub fn threads(&self) -> usize {
        self.threads.count()
    }

    /// Compares each kernel with the golden executions, and with the reference on products of all-extreme values across a
    /// chunk's border and on some random models of every operator.
    ///
    /// # Errors
    /// [`EngineError::Inexact`] if one bit differs.
    pub fn self_test(&self) -> Result<(), EngineError> {
        self_test::run(self.kernels.available(), |encoding, kernel, input| {
            self.execute(&self.prepare_for(encoding, kernel)?, input)
        })
    }

    /// Decodes, checks and prepares a model.
    ///
    /// # Errors
    /// [`EngineError::Model`], [`EngineError::TooLarge`] or [`EngineError::Panicked`].
    pub fn prepare(&self, encoding: &[u8]) -> Result<PreparedModel, EngineError> {
        self.prepare_for(encoding, None)
    }

    /// [`Self::prepare`] for one kernel; none stands for the fastest of each operator, and replaces a kernel that doesn't
    /// take an operator's columns.
    ///
    /// # Errors
    /// As [`Self::prepare`].
    pub fn prepare_for(&self, encoding: &[u8], kernel: Option<Kernel>) -> Result<PreparedModel, EngineError> {
        let checked = CheckedModel::from_bytes(encoding)?;
        let model = self.threads.run(|| Ok(PreparedModel::new(checked, &self.kernels, kernel)))?;
        self.fits(&model, 1)?;
        Ok(model)
    }

    /// Whether the memory bound allows a batch of this many samples.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`].
    pub fn fits(&self, model: &PreparedModel, samples: u32) -> Result<(), EngineError> {
        let needed = bytes_of_an_execution(model, samples, self.threads());
        if needed > self.memory {
            return Err(EngineError::TooLarge { needed, bound: self.memory });
        }
        Ok(())
    }

    /// Executes a model on a batch: output and trace, exactly as [`millrace_inference::execute`] gives them. `input` is
    /// whole samples, one after the other.
    ///
    /// # Errors
    /// [`EngineError::Execution`], [`EngineError::TooLarge`], what a kernel says, or [`EngineError::Panicked`].
    pub fn execute(&self, model: &PreparedModel, input: &[u8]) -> Result<Execution, EngineError> {
        self.execute_unless(model, input, &|| false)
    }

    /// [`Self::execute`], which `stop` may end before each linear operator.
    ///
    /// # Errors
    /// [`EngineError::Stopped`], and as [`Self::execute`].
    pub fn execute_unless(
        &self,
        model: &PreparedModel,
        input: &[u8],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Execution, EngineError> {
        self.threads.run(|| {
            let (outputs, parts): (_, Vec<_>) = self.walk(model, input, true, stop)?.into_iter().unzip();
            Ok(Execution { output: concat(outputs), trace: Packed::join(&parts) })
        })
    }

    /// Executes a model on a batch without keeping a trace, as an engine does whose work nobody has to believe.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn infer(&self, model: &PreparedModel, input: &[u8]) -> Result<Output, EngineError> {
        self.threads.run(|| {
            let parts = self.walk(model, input, false, &|| false)?;
            Ok(concat(parts.into_iter().map(|(output, _)| output).collect()))
        })
    }

    /// The parts of a batch, once it is known to fit.
    fn walk(
        &self,
        model: &PreparedModel,
        input: &[u8],
        traced: bool,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Vec<(Output, Vec<Packed>)>, EngineError> {
        let samples = model.checked().profile().samples(input.len())?;
        self.fits(model, samples)?;
        let part = samples_of_a_part(model.live_bytes(), samples, self.threads());
        Walk { model, part, block: BLOCK / self.threads(), traced, stop }.parts(input)
    }

    /// Runs one piece of work for each number of `numbers` side by side on the engine's threads, and returns what they
    /// found. A piece that calls [`Self::execute_unless`] shares the threads with the others.
    ///
    /// # Errors
    /// The first error of a piece, or [`EngineError::Panicked`].
    pub fn each<R: Send>(
        &self,
        numbers: Range<u64>,
        work: impl Fn(u64) -> Result<Option<R>, EngineError> + Send + Sync,
    ) -> Result<Vec<R>, EngineError> {
        let found = |number| work(number).transpose();
        self.threads.run(|| numbers.into_par_iter().filter_map(found).collect())
    }
}

/// The output of a batch from those of its parts.
fn concat(parts: Vec<Output>) -> Output {
    let mut parts = parts.into_iter();
    let mut output = parts.next().unwrap_or(Output::I8(Vec::new()));
    parts.for_each(|part| output.append(part));
    output
}

#[cfg(test)]
mod tests;
