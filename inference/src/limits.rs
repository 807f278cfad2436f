//! Bounds that every model obeys. A model beyond one of them is refused at registration.

/// Bytes of an encoded model, version byte included.
pub const MAX_MODEL_BYTES: usize = 2 * 1024 * 1024;
/// Nodes of a graph, the input included.
pub const MAX_NODES: usize = 256;
/// Axes of a tensor, the batch not counted.
pub const MAX_RANK: usize = 4;
/// Elements of one node's tensor per sample.
pub const MAX_ELEMENTS: u32 = 262_144;
/// A graph's elements per sample, summed over all nodes, may be at most this multiple of its encoded bytes:
/// a small encoding can't claim large activations.
pub const MAX_EXPANSION: u64 = 256;
/// Largest right shift of a rescaling; keeps `(2^31 + 2^31)·2^31` and the rounding term inside an `i64`.
pub const MAX_SHIFT: u8 = 62;
/// Tensors that one concatenation may read.
pub const MAX_CONCAT: usize = 64;
/// Bytes of tensors and scratch that a verification holds at once: it takes as many of a batch's samples at a time as keep
/// to it. A chain refuses batches of a model of which a single sample needs more.
pub const SLICE_BYTES: u64 = 2 * 1024 * 1024;
/// Bytes of lanes that a verification keeps for a whole batch; operators whose lanes don't fit are computed again.
pub const LANE_BYTES: u64 = 2 * 1024 * 1024;
/// Every accumulator and every multiplier is below this.
pub(crate) const TWO_31: u64 = 1 << 31;
