//! The engine on models of rows: prepares them, executes them on batches, and goes on with sequences.

use millrace_inference::rows::{commitment::Hash, CheckedModel, ElementType};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::{
    commitment::{root, root_of_bytes},
    members::Member,
    memory::{packed_bytes, required_memory, Length},
    parameters::Parameters,
    parts::{part_rows, parts, Part},
    prepared::{element, width, PreparedRows},
    products::Kernel,
    sequence::Sequence,
    share::Share,
    walk::{Made, Walk},
};
use crate::{error::EngineError, threads::Threads};

/// What a sequence's execution gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Type of its elements.
    pub element: ElementType,
    /// Elements of a row.
    pub width: u32,
    /// The rows as they are stored and hashed: one for each new token, one, or one for each position.
    pub bytes: Vec<u8>,
}

/// What the execution of a batch gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsExecution {
    /// Of each sequence.
    pub outputs: Vec<Output>,
    /// Hashes of the trunk's leaves: what a dispute is answered from.
    pub trunk_leaves: Vec<Hash>,
    /// Root of the tree over them.
    pub trunk_root: Hash,
    /// Root of the tree over the outputs' bytes.
    pub output_root: Hash,
}

/// An engine as it executes models of rows, with one kernel.
#[derive(Clone, Copy)]
pub struct RowsEngine<'a> {
    pub(crate) threads: &'a Threads,
    pub(crate) memory: u64,
    pub(crate) kernel: Kernel,
}

impl RowsEngine<'_> {
    /// The same with another kernel.
    pub fn with_kernel(self, kernel: Kernel) -> Self {
        Self { kernel, ..self }
    }

    /// Who multiplies.
    pub fn kernel(self) -> Kernel {
        self.kernel
    }

    /// Decodes, checks and prepares a model. Whether the parameters have the hash that it names is not asked here, see
    /// [`Parameters::verify`].
    ///
    /// # Errors
    /// [`EngineError::Model`], and as [`Self::prepare_checked`].
    pub fn prepare(self, encoding: &[u8], parameters: Parameters) -> Result<PreparedRows, EngineError> {
        self.prepare_checked(CheckedModel::from_bytes(encoding)?, parameters)
    }

    /// [`Self::prepare`] of a model that was checked.
    ///
    /// # Errors
    /// [`EngineError::Blob`] if the parameters' length is wrong, [`EngineError::TooLarge`] or [`EngineError::Panicked`].
    pub fn prepare_checked(
        self,
        model: CheckedModel,
        parameters: Parameters,
    ) -> Result<PreparedRows, EngineError> {
        self.fits(packed_bytes(&model))?;
        self.threads.run(|| Ok(PreparedRows::new(model, parameters)?))
    }

    /// Bytes that executing sequences of so many tokens takes at most, the packed parameters included. An image counts as one.
    pub fn required_memory(self, model: &PreparedRows, lengths: &[u32]) -> u64 {
        let batch: Vec<Length> = lengths.iter().map(|new| Length { before: 0, new: *new }).collect();
        required_memory(model, &batch, self.threads.count(), false)
    }

    /// Bytes that appending so many tokens to each of some sequences takes at most, and what they keep, the packed parameters
    /// included.
    ///
    /// # Errors
    /// [`EngineError::Sequences`].
    pub fn memory_to_append(
        self,
        model: &PreparedRows,
        sequences: &[Sequence],
        lengths: &[u32],
    ) -> Result<u64, EngineError> {
        if sequences.len() != lengths.len() {
            return Err(EngineError::Sequences { sequences: sequences.len(), ids: lengths.len() });
        }
        let length = |(sequence, new): (&Sequence, &u32)| Length { before: sequence.tokens(), new: *new };
        let batch: Vec<Length> = sequences.iter().zip(lengths).map(length).collect();
        Ok(required_memory(model, &batch, self.threads.count(), true))
    }

    /// Executes a model on a batch, each sequence as if it were alone: outputs exactly as
    /// [`millrace_inference::rows::evaluate`] gives them, and the roots of their trees.
    ///
    /// # Errors
    /// [`EngineError::Sequence`], [`EngineError::TooLarge`] or [`EngineError::Panicked`].
    pub fn execute(self, model: &PreparedRows, batch: &[&[u32]]) -> Result<RowsExecution, EngineError> {
        self.execute_unless(model, batch, &|| false)
    }

    /// [`Self::execute`], which `stop` may end before each operator.
    ///
    /// # Errors
    /// [`EngineError::Stopped`], and as [`Self::execute`].
    pub fn execute_unless(
        self,
        model: &PreparedRows,
        batch: &[&[u32]],
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<RowsExecution, EngineError> {
        let mut sequences = new_sequences(batch.len());
        let made = self.run(model, &mut sequences, batch, (true, false), stop)?;
        self.threads.run(|| {
            let output_root = root_of_bytes(made.outputs.iter().map(Vec::as_slice));
            let trunk_leaves = made.leaves.concat();
            // They are there twice already, and the tree takes as much.
            drop(made.leaves);
            let trunk_root = root(trunk_leaves.clone());
            Ok(RowsExecution { outputs: outputs(model, made.outputs), trunk_leaves, trunk_root, output_root })
        })
    }

    /// Executes a model on a batch without a commitment, as an engine does whose work nobody has to believe.
    ///
    /// # Errors
    /// As [`Self::execute`].
    pub fn infer(self, model: &PreparedRows, batch: &[&[u32]]) -> Result<Vec<Output>, EngineError> {
        let made = self.run(model, &mut new_sequences(batch.len()), batch, (false, false), &|| false)?;
        Ok(outputs(model, made.outputs))
    }

    /// Appends tokens to sequences of a causal model, or begins sequences of any. Whatever pieces a sequence is appended in, its
    /// rows are the same.
    ///
    /// # Errors
    /// As [`Self::execute`]. After [`EngineError::Panicked`] the sequences are useless.
    pub fn append(
        self,
        model: &PreparedRows,
        sequences: &mut [Sequence],
        batch: &[&[u32]],
    ) -> Result<Vec<Output>, EngineError> {
        let made = self.run(model, sequences, batch, (false, true), &|| false)?;
        Ok(outputs(model, made.outputs))
    }

    /// # Errors
    /// [`EngineError::TooLarge`].
    fn fits(self, needed: u64) -> Result<(), EngineError> {
        if needed > self.memory {
            return Err(EngineError::TooLarge { needed, bound: self.memory });
        }
        Ok(())
    }

    /// Everything that can be refused is refused before the first row is made.
    fn run(
        self,
        model: &PreparedRows,
        sequences: &mut [Sequence],
        batch: &[&[u32]],
        (commits, keep): (bool, bool),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Made, EngineError> {
        if sequences.len() != batch.len() {
            return Err(EngineError::Sequences { sequences: sequences.len(), ids: batch.len() });
        }
        let mut lengths = Vec::with_capacity(batch.len());
        for (number, (sequence, ids)) in sequences.iter().zip(batch).enumerate() {
            let after =
                sequence.expect(model, ids).map_err(|error| EngineError::Sequence { number, error })?;
            let before = sequence.tokens();
            lengths.push(Length { before, new: after - before });
        }
        self.fits(required_memory(model, &lengths, self.threads.count(), keep))?;
        let walk = |share| Walk { model, kernel: self.kernel, share, commits, keep, stop };
        let rows: Vec<usize> = lengths.iter().map(|length| part_rows(&model.checked, length.new)).collect();
        self.threads.run(|| self.parts(sequences, batch, &rows, walk))
    }

    /// Shared parts one after the other, then the others side by side.
    fn parts<'a>(
        self,
        mut sequences: &mut [Sequence],
        batch: &[&[u32]],
        rows: &[usize],
        walk: impl Fn(Share) -> Walk<'a> + Sync,
    ) -> Result<Made, EngineError> {
        let threads = self.threads.count();
        let (mut shared, mut alone) = (Vec::new(), Vec::new());
        for (order, Part { sequences: range, shared: is_shared }) in
            parts(rows, threads).into_iter().enumerate()
        {
            let (own, rest) = sequences.split_at_mut(range.len());
            sequences = rest;
            let members = own.iter_mut().zip(&batch[range]).map(|(sequence, ids)| Member { ids, sequence });
            let list = if is_shared { &mut shared } else { &mut alone };
            list.push((order, members.collect::<Vec<_>>()));
        }
        let run = |share, (order, mut members): (usize, Vec<Member<'_>>)| {
            Ok((order, walk(share).run(&mut members)?))
        };
        let mut made = Vec::new();
        if !shared.is_empty() {
            let parts = shared.into_iter().map(|part| run(Share { threads }, part));
            made = self.threads.awake(|| parts.collect::<Result<Vec<_>, EngineError>>())?;
        }
        let side_by_side = alone.into_par_iter().with_max_len(1).map(|part| run(Share { threads: 1 }, part));
        made.extend(side_by_side.collect::<Result<Vec<_>, EngineError>>()?);
        made.sort_unstable_by_key(|(order, _)| *order);
        let mut all = Made { outputs: Vec::new(), leaves: Vec::new() };
        for (_, part) in made {
            all.outputs.extend(part.outputs);
            all.leaves.resize(part.leaves.len(), Vec::new());
            all.leaves.iter_mut().zip(part.leaves).for_each(|(all, part)| all.extend(part));
        }
        Ok(all)
    }
}

fn new_sequences(count: usize) -> Vec<Sequence> {
    std::iter::repeat_with(Sequence::new).take(count).collect()
}

fn outputs(model: &PreparedRows, all: Vec<Vec<u8>>) -> Vec<Output> {
    let last = model.steps.len().saturating_sub(1) as u32;
    let (element, width) = (element(&model.checked, last), width(&model.checked, last) as u32);
    all.into_iter().map(|bytes| Output { element, width, bytes }).collect()
}
