//! Executes models of rows, bit-exact with [`millrace_inference::rows`], on the processor.
//!
//! A batch is cut into parts of whole sequences. Within a part each operator makes all rows of all sequences before the next
//! begins, so that weights are read once for a few hundred rows. Scores, shares and means of values are one operator that goes
//! through a sequence in tiles: they take memory in proportion to its length, not to its square.
//!
//! An image is a sequence of one token, whose nodes have a row for each position. A convolution copies what its windows read into
//! rows, some dozens at a time, and multiplies these as a linear operator does; if each channel has a filter of its own, it
//! multiplies element by element.
//!
//! Rooms, each of which uses only those before it: `products` (sums of products of bytes); `elements`, `records` and `share`
//! (rows, rescaling them, and dividing them among threads). `products` and `avx512` alone have a processor's instructions; `operators`; `parameters`, `prepared` and `sequence`;
//! `keyed` and `commitment` (hashes of rows, and trees of them); `members`; `walk`; `parts` and `memory`; `execution`; `self_test`.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod commitment;
mod elements;
mod execution;
mod keyed;
mod members;
mod memory;
mod operators;
mod parameters;
mod parts;
mod prepared;
mod products;
mod records;
pub(crate) mod self_test;
mod sequence;
pub mod shaped;
mod share;
mod walk;

pub use execution::{Output, RowsEngine, RowsExecution};
pub use parameters::Parameters;
pub use prepared::PreparedRows;
pub use products::Kernel;
pub use sequence::Sequence;

#[cfg(test)]
mod tests;
