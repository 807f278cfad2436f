//! A node of a graph: one operator with its parameters, as it is encoded.

use alloc::vec::Vec;
use core::slice;

use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// One operator. `input`, `left` and `right` are indices of earlier nodes; shapes are per sample.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Node {
    /// The batch as it was posted, `i8`.
    #[codec(index = 0)]
    Input {
        /// Axes of one sample, row-major.
        shape: Vec<u32>,
    },
    /// `acc[o] = Σ_k W[o,k]·x[k]` over the last axis: `[…, m] i8 → […, n] i32`.
    #[codec(index = 1)]
    Linear {
        /// The node that it reads.
        input: u32,
        /// n, the rows of W.
        outputs: u32,
        /// W, n × m, row-major.
        parameters: Vec<i8>,
    },
    /// `clamp((((acc + bias)·M + 2^(s−1)) >> s) + zero_point, min, max)` per channel: `i32 → i8`.
    #[codec(index = 2)]
    Requantize {
        /// The linear operator or convolution whose accumulators it reads.
        input: u32,
        /// One rescaling for each channel: row of W, or filter.
        channels: Vec<Rescale>,
        /// Added after the shift.
        zero_point: i8,
        /// Lower clamp; a ReLU is `min = zero_point`.
        min: i8,
        /// Upper clamp.
        max: i8,
    },
    /// `table[x + 128]`: `i8 → i8`.
    #[codec(index = 3)]
    Lookup {
        /// The node that it reads.
        input: u32,
        /// 256 entries, for −128 to 127.
        table: Vec<i8>,
    },
    /// `clamp((((a − za)·Ma + (b − zb)·Mb + 2^(s−1)) >> s) + zero_point, min, max)`: `i8, i8 → i8`.
    #[codec(index = 4)]
    Add {
        /// The node of a.
        left: u32,
        /// The node of b.
        right: u32,
        /// za.
        left_zero_point: i8,
        /// zb.
        right_zero_point: i8,
        /// Ma, below 2³¹.
        left_multiplier: u32,
        /// Mb, below 2³¹.
        right_multiplier: u32,
        /// s, 1..=62.
        shift: u8,
        /// Added after the shift.
        zero_point: i8,
        /// Lower clamp.
        min: i8,
        /// Upper clamp.
        max: i8,
    },
    /// All axes become one, `i8`.
    #[codec(index = 5)]
    Flatten {
        /// The node that it reads.
        input: u32,
    },
    /// Index of the largest entry of the last axis, the lowest on ties; the axis disappears unless it is
    /// the only one, which becomes an axis of length 1: `i8` or `i32 → i32`.
    #[codec(index = 6)]
    ArgMax {
        /// The node that it reads.
        input: u32,
    },
    /// `Linear`'s product on every patch: `[C, H, W] i8 → [n, H', W'] i32`, all channels in one group.
    #[codec(index = 7)]
    Conv2d {
        /// The node that it reads.
        input: u32,
        /// n, the output channels.
        outputs: u32,
        /// Where the patches lie.
        window: Window,
        /// What a patch holds beyond the border.
        pad_value: i8,
        /// W, n × C × kernel height × kernel width, row-major.
        parameters: Vec<i8>,
    },
    /// One filter for each channel: `[C, H, W] i8 → [C, H', W'] i32`. Its accumulators are not part of the
    /// trace.
    #[codec(index = 8)]
    DepthwiseConv2d {
        /// The node that it reads.
        input: u32,
        /// Where the patches lie.
        window: Window,
        /// What a patch holds beyond the border.
        pad_value: i8,
        /// C × kernel height × kernel width, row-major.
        parameters: Vec<i8>,
    },
    /// The largest element of each patch, of those inside the border: `[C, H, W] → [C, H', W']`, `i8`.
    #[codec(index = 9)]
    MaxPool2d {
        /// The node that it reads.
        input: u32,
        /// Where the patches lie.
        window: Window,
    },
    /// The mean of each patch, of the elements inside the border, rounded half away from zero:
    /// `[C, H, W] → [C, H', W']`, `i8`.
    #[codec(index = 10)]
    AveragePool2d {
        /// The node that it reads.
        input: u32,
        /// Where the patches lie.
        window: Window,
    },
    /// The same elements under another shape, `i8`.
    #[codec(index = 11)]
    Reshape {
        /// The node that it reads.
        input: u32,
        /// The new axes of a sample.
        shape: Vec<u32>,
    },
    /// Tensors one after the other along an axis, `i8`.
    #[codec(index = 12)]
    Concat {
        /// The nodes that it reads, in their order along the axis.
        inputs: Vec<u32>,
        /// The axis, from 0; the batch isn't counted.
        axis: u8,
    },
}

/// Where the patches of a convolution or a pooling lie on a plane: patch (i, j) begins at row
/// `i·stride[0] − padding[0]` and column `j·stride[1] − padding[1]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Window {
    /// Height and width; at most [`crate::limits::MAX_ELEMENTS`] elements.
    pub kernel: [u32; 2],
    /// Rows and columns from one patch to the next.
    pub stride: [u32; 2],
    /// Rows above, columns left, rows below, columns right; each is less than the kernel's side.
    pub padding: [u32; 4],
}

/// How the accumulators of one channel become `i8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Rescale {
    /// Added to the accumulator; the layer's bias, with the input's zero point folded in.
    pub bias: i32,
    /// M, below 2³¹.
    pub multiplier: u32,
    /// s, 1..=62.
    pub shift: u8,
}

impl Node {
    /// The nodes that it reads.
    pub fn reads(&self) -> impl Iterator<Item = u32> + '_ {
        let (reads, last): (&[u32], Option<&u32>) = match self {
            Self::Input { .. } => (&[], None),
            Self::Linear { input, .. }
            | Self::Requantize { input, .. }
            | Self::Lookup { input, .. }
            | Self::Flatten { input }
            | Self::ArgMax { input }
            | Self::Conv2d { input, .. }
            | Self::DepthwiseConv2d { input, .. }
            | Self::MaxPool2d { input, .. }
            | Self::AveragePool2d { input, .. }
            | Self::Reshape { input, .. } => (slice::from_ref(input), None),
            Self::Add { left, right, .. } => (slice::from_ref(left), Some(right)),
            Self::Concat { inputs, .. } => (inputs, None),
        };
        reads.iter().chain(last).copied()
    }

    /// The same, to name other nodes: for whoever renumbers a graph.
    pub fn reads_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        let (reads, last): (&mut [u32], Option<&mut u32>) = match self {
            Self::Input { .. } => (&mut [], None),
            Self::Linear { input, .. }
            | Self::Requantize { input, .. }
            | Self::Lookup { input, .. }
            | Self::Flatten { input }
            | Self::ArgMax { input }
            | Self::Conv2d { input, .. }
            | Self::DepthwiseConv2d { input, .. }
            | Self::MaxPool2d { input, .. }
            | Self::AveragePool2d { input, .. }
            | Self::Reshape { input, .. } => (slice::from_mut(input), None),
            Self::Add { left, right, .. } => (slice::from_mut(left), Some(right)),
            Self::Concat { inputs, .. } => (inputs, None),
        };
        reads.iter_mut().chain(last)
    }
}
