//! A node of a graph of rows: one operator with its numbers and its references into the blob, as it is encoded.
//!
//! `input`, `left` and the like are indices of earlier nodes. Every `u64` is a byte offset into the blob; what lies there is
//! said by [`Layout`](crate::rows::Layout). The indices of the operators follow those of [`crate::Node`].

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use super::image::{Conv2d, GlobalPool, MaxPool2d, Pixels};
use crate::format::element_type::ElementType;

/// One operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Node {
    /// The sequence as it was posted: `→ ids`.
    #[codec(index = 13)]
    Tokens(Tokens),
    /// A row for each token: `ids → wide`.
    #[codec(index = 14)]
    Embed(Embed),
    /// W·x, rescaled: `i8 or i16 → i8, i16 or wide`.
    #[codec(index = 15)]
    Linear(Linear),
    /// A row's deviations over their size, rescaled: `wide → i8, i16 or wide`.
    #[codec(index = 16)]
    Norm(Norm),
    /// A function as a table: `i16 → i16 or wide`.
    #[codec(index = 17)]
    Activation(Activation),
    /// Pairs turned by an angle of their position: `i16 → i8`.
    #[codec(index = 18)]
    Rope(Rope),
    /// Products of queries and keys: `i8, i8 → i32`.
    #[codec(index = 19)]
    Scores(Scores),
    /// Shares of powers: `i32 → i16`.
    #[codec(index = 20)]
    Softmax(Softmax),
    /// Means of values, rescaled: `i16, i8 → i8, i16 or wide`.
    #[codec(index = 21)]
    Context(Context),
    /// Products of elements, rescaled: `i16, i16 → i8, i16 or wide`.
    #[codec(index = 22)]
    Mul(Mul),
    /// The sum of a sequence's rows over its size, rescaled: `wide → i8 or i16`, one row.
    #[codec(index = 23)]
    Pool(Pool),
    /// One row of a sequence.
    #[codec(index = 24)]
    Select(Select),
    /// Index of a row's largest element, the lowest on ties: `i32 or wide → id`.
    #[codec(index = 25)]
    ArgMax(ArgMax),
    /// The image as it was posted: `→ i8`, a row for each position.
    #[codec(index = 26)]
    Pixels(Pixels),
    /// W·x over windows of positions, rescaled: `i8 or i16 → i8, i16 or wide`.
    #[codec(index = 27)]
    Conv2d(Conv2d),
    /// The largest element of each window: `i8, i16 or wide → the same`.
    #[codec(index = 28)]
    MaxPool2d(MaxPool2d),
    /// The sum of all positions, rescaled: `i8, i16 or wide → i8, i16 or wide`, one row.
    #[codec(index = 29)]
    GlobalPool(GlobalPool),
    /// Elements rescaled: `i8, i16 or wide → i8, i16 or wide`.
    #[codec(index = 30)]
    Requantize(Requantize),
}

/// Fields of [`Node::Tokens`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Tokens {
    /// Ids are below it. They are posted as `u16` if it is at most 65,536, else as `u32`.
    pub vocabulary: u32,
}

/// `x[i,c] = clamp(clamp((E[id,c]·M_id + B_id) >> s_id) + Pos[i,c])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Embed {
    /// The tokens.
    pub input: u32,
    /// n, elements of a row.
    pub width: u32,
    /// E: for each id n weights and a rescaling.
    pub rows: u64,
    /// Pos: `max_tokens` × n wide numbers.
    pub positions: Option<u64>,
}

/// `z_j = Σ_k W[j,k]·x[k]`, rescaled; then the table, if there is one; then the addend, if there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Linear {
    /// The node of x.
    pub input: u32,
    /// n, rows of W.
    pub outputs: u32,
    /// W: for each output K weights and a rescaling.
    pub rows: u64,
    /// What it gives.
    pub element: ElementType,
    /// A function of the rescaled sums, which are `i16` then.
    pub table: Option<Table>,
    /// A node of wide rows; `clamp(addend[j] + rescaled z_j)` is wide.
    pub addend: Option<u32>,
}

/// An activation within a [`Linear`]: its result is wide and rescaled again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Table {
    /// 513 entries.
    pub entries: u64,
    /// A rescaling for each output.
    pub rescales: u64,
}

/// `(x_c − mean)/σ` with 16 fraction bits, rescaled; exactly as [`Normaliser`](crate::rows::Normaliser) says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Norm {
    /// The node that it reads.
    pub input: u32,
    /// Whether the mean is taken off: LayerNorm does, RMSNorm doesn't.
    pub centre: bool,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}

/// `T[i] + (((T[i+1] − T[i])·f + 64) >> 7)` with `i = (x + 32768) >> 7` and `f = (x + 32768) & 127`, clamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Activation {
    /// The node that it reads.
    pub input: u32,
    /// T, 513 entries.
    pub table: u64,
    /// What it gives.
    pub element: ElementType,
}

/// `(a·C − b·S + 2²⁰) >> 21` and `(a·S + b·C + 2²⁰) >> 21` for pairs (a, b) of neighbours, clamped to `i8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Rope {
    /// The node that it reads.
    pub input: u32,
    /// Heads of which a row consists; each is turned by the same angles.
    pub heads: u32,
    /// C and S, 2¹⁴ being one: `max_tokens` × half a head.
    pub angles: u64,
}

/// `s[i,h,j] = Σ_d q[i,h,d]·k[j,g(h),d]` with `g(h) = ⌊h·KV/H⌋`; if causal for `j ≤ i` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Scores {
    /// The node of q.
    pub queries: u32,
    /// The node of k.
    pub keys: u32,
    /// H.
    pub heads: u32,
    /// KV, which divides H.
    pub key_heads: u32,
}

/// `⌊(2·32767·e_j + Σ)/(2Σ)⌋` of powers e_j of two, for each head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Softmax {
    /// The node that it reads.
    pub input: u32,
    /// A multiplier and a shift for each head.
    pub scales: u64,
}

/// `z[i,h,d] = Σ_j p[i,h,j]·v[j,g(h),d]`, rescaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Context {
    /// The node of p.
    pub probabilities: u32,
    /// The node of v.
    pub values: u32,
    /// KV, which divides the heads of p.
    pub value_heads: u32,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}

/// `z = a·b`, rescaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Mul {
    /// The node of a.
    pub left: u32,
    /// The node of b.
    pub right: u32,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}

/// The norm, without centre, of the rows' sum; rescaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Pool {
    /// The node that it reads.
    pub input: u32,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}

/// One row of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Select {
    /// The node that it reads.
    pub input: u32,
    /// The last row if true, else the first.
    pub last: bool,
}

/// Index of a row's largest element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct ArgMax {
    /// The node that it reads.
    pub input: u32,
}

/// Each element rescaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Requantize {
    /// The node that it reads.
    pub input: u32,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}

impl Node {
    /// The nodes that it reads.
    pub fn reads(&self) -> impl Iterator<Item = u32> {
        let reads = match *self {
            Self::Tokens(_) | Self::Pixels(_) => [None, None],
            Self::Embed(Embed { input, .. })
            | Self::Norm(Norm { input, .. })
            | Self::Activation(Activation { input, .. })
            | Self::Rope(Rope { input, .. })
            | Self::Softmax(Softmax { input, .. })
            | Self::Pool(Pool { input, .. })
            | Self::Select(Select { input, .. })
            | Self::MaxPool2d(MaxPool2d { input, .. })
            | Self::GlobalPool(GlobalPool { input, .. })
            | Self::Requantize(Requantize { input, .. })
            | Self::ArgMax(ArgMax { input }) => [Some(input), None],
            Self::Linear(Linear { input, addend, .. }) | Self::Conv2d(Conv2d { input, addend, .. }) => {
                [Some(input), addend]
            }
            Self::Scores(Scores { queries, keys, .. }) => [Some(queries), Some(keys)],
            Self::Context(Context { probabilities, values, .. }) => [Some(probabilities), Some(values)],
            Self::Mul(Mul { left, right, .. }) => [Some(left), Some(right)],
        };
        reads.into_iter().flatten()
    }

    /// The node of which it reads other rows than its own.
    pub fn reads_rows_of(&self) -> Option<u32> {
        match *self {
            Self::Scores(Scores { keys, .. }) => Some(keys),
            Self::Context(Context { values, .. }) => Some(values),
            Self::Pool(Pool { input, .. }) | Self::Select(Select { input, .. }) => Some(input),
            Self::Conv2d(Conv2d { input, .. })
            | Self::MaxPool2d(MaxPool2d { input, .. })
            | Self::GlobalPool(GlobalPool { input, .. }) => Some(input),
            _ => None,
        }
    }
}
