//! Bounds that every model of rows obeys. A model beyond one of them is refused at registration.

/// Bytes of an encoded model, version byte included. Its parameters lie in a blob, which isn't counted.
pub const MAX_MODEL_BYTES: usize = 64 * 1024;
/// Nodes of a graph, the tokens included.
pub const MAX_NODES: usize = 4_096;
/// Tokens of a sequence.
pub const MAX_TOKENS: u32 = 8_192;
/// Different tokens.
pub const MAX_VOCABULARY: u32 = 1 << 18;
/// Terms that one element of a [`Linear`](super::Linear), a [`Conv2d`](super::Conv2d), a [`GlobalPool`](super::GlobalPool), a [`Norm`](super::Norm) or a head of [`Scores`](super::Scores)
/// sums, and elements of an [`Embed`](super::Embed)'s rows.
pub const MAX_TERMS: u32 = 1 << 14;
/// Elements of rows that a [`Pool`](super::Pool) sums. Each of its elements depends on all sums of a row, eight bytes each.
pub const MAX_POOLED: u32 = 1 << 13;
/// Positions of an image.
pub const MAX_POSITIONS: u32 = 1 << 18;
/// Elements of a node for one image.
pub const MAX_ELEMENTS: u64 = 1 << 26;
/// Places of a kernel: an element depends on a row for each.
pub const MAX_KERNEL: u32 = 64;
/// Elements that executing a model may write for each multiply-accumulate.
pub const UNPAID_ELEMENTS: u64 = 8;
/// Elements of a row whose width doesn't depend on a sequence's length.
pub const MAX_WIDTH: u32 = 1 << 18;
/// R24, the largest absolute value of a [`Wide`](super::ElementType::Wide) element: 2²³ − 1.
pub const R24: i32 = (1 << 23) - 1;
/// A rescaling's multiplier is smaller in absolute value.
pub const MULTIPLIER_LIMIT: i32 = 1 << 24;
/// A rescaling's bias is smaller in absolute value.
pub const BIAS_LIMIT: i64 = 1 << 62;
/// Largest shift of a rescaling.
pub const MAX_SHIFT: u8 = 61;
/// No value that is rescaled exceeds it: `2³⁸·(2²⁴ − 1) + 2⁶²` is below 2⁶³.
pub const MAX_RESCALED: u64 = 1 << 38;
/// Entries of an activation's table.
pub const TABLE_ENTRIES: u32 = 513;
