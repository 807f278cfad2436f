//! What every kernel does: it lays out an operator's W once, and multiplies it with each batch's X.

use millrace_inference::Linear;

use crate::error::EngineError;

/// How products are computed. Each is exact: it gives every bit of `Σ w·x` in `i32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// burn's `f32` products, over at most 1,024 columns at a time.
    Float,
    /// rten's products of 8-bit integers, for at most 65,793 columns. It runs on the processor.
    Byte,
    /// burn's `i32` products.
    Integer,
}

/// A kernel on one backend.
pub(crate) trait ProductKernel {
    /// Whether it may be used on this backend: it computes there, and exactly.
    fn is_available(&self) -> bool;

    /// Columns of W that it takes at most.
    fn most_columns(&self) -> usize;

    /// An operator's W, laid out for this kernel.
    fn prepare(&self, operator: &Linear<'_>) -> Box<dyn Prepared>;
}

/// W of one operator, laid out for the kernel that made it.
pub(crate) trait Prepared: Send + Sync {
    /// Bytes that it takes.
    fn bytes(&self) -> usize;

    /// The accumulators of the operator that it was made from, on `operator.input`, in the layout that
    /// [`Columns`](millrace_inference::Columns) says. It reads about `block` elements of X at once, and at least one
    /// column.
    ///
    /// # Errors
    /// What the library says that multiplies.
    fn accumulate(&self, operator: &Linear<'_>, block: usize) -> Result<Vec<i32>, EngineError>;
}
