//! What verifying one batch takes.

/// What verifying a trace takes, counted from the model and the batch alone. The chain's weight of a
/// verification is a benchmarked function of these counts; nobody declares them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// 32-bit multiply-adds of the operators that are computed again.
    pub recomputed: u64,
    /// 64-bit multiply-adds of Freivalds' check, of all lanes.
    pub folded: u64,
    /// Rows that Freivalds checks, whose lanes are drawn.
    pub drawn: u64,
    /// Elements that operators which are not linear compute or look at.
    pub elements: u64,
    /// Inner loops that all operators begin.
    pub runs: u64,
    /// Patches that convolutions copy.
    pub patches: u64,
    /// Quotients of average poolings.
    pub quotients: u64,
    /// Nodes computed and operands looked up, once for every slice of the batch.
    pub evaluations: u64,
    /// Accumulators that the trace claims.
    pub accumulators: u64,
    /// Bytes of the model's encoding.
    pub model_bytes: u64,
    /// Bytes of the input.
    pub input_bytes: u64,
    /// Bytes of the trace at most.
    pub trace_bytes: u64,
}

impl Cost {
    /// Bytes that a chain reads from its state: the model's and the input's.
    pub fn stored_bytes(&self) -> u64 {
        self.model_bytes.saturating_add(self.input_bytes)
    }
}
