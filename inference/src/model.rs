use alloc::vec::Vec;

use codec::{Compact, Decode, Encode};
use scale_info::TypeInfo;

use crate::{
    limits::{MAX_MODEL_BYTES, MAX_NODES},
    HashFunction, ModelError,
};

/// First byte of every encoded model.
pub const FORMAT_VERSION: u8 = 1;

/// Name of a model: blake2-256 of its encoding, version byte included.
pub type ModelId = [u8; 32];

/// A graph of integer operators with its parameters, as it is encoded. Nothing about it is known to be
/// consistent until it has become a [`crate::CheckedModel`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct Model {
    /// The nodes in the order of their computation; node 0 is the input, the last is the output.
    pub nodes: Vec<Node>,
}

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
    /// The same product over patches: `[C, H, W] i8 → [n, H', W'] i32`, all channels in one group.
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
    /// Rows above, columns left, rows below, columns right; each is less than the kernel.
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

/// Type of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum DataType {
    /// Activations: one byte, two's complement.
    I8,
    /// Accumulators and indices: four bytes, little-endian two's complement.
    I32,
}

impl DataType {
    /// Bytes of one element.
    pub const fn bytes(self) -> u32 {
        match self {
            Self::I8 => 1,
            Self::I32 => 4,
        }
    }
}

impl Model {
    /// The encoding that is hashed, stored and posted: the version byte, then SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_size().saturating_add(1));
        bytes.push(FORMAT_VERSION);
        self.encode_to(&mut bytes);
        bytes
    }

    /// Reads an encoding. Allocates at most a small multiple of the bytes that are there, whatever
    /// lengths they claim, and reads no node of a graph that has too many.
    ///
    /// # Errors
    /// [`ModelError::TooLong`], [`ModelError::UnknownVersion`], [`ModelError::NodeCount`] or
    /// [`ModelError::Undecodable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        if bytes.len() > MAX_MODEL_BYTES {
            return Err(ModelError::TooLong { limit: MAX_MODEL_BYTES, got: bytes.len() });
        }
        match bytes.split_first() {
            Some((&FORMAT_VERSION, rest)) => Self::nodes_from(rest),
            other => Err(ModelError::UnknownVersion { got: other.map(|(version, _)| *version) }),
        }
    }

    /// Reads the list of nodes. A node takes more memory than the two bytes that the shortest has, so their number is
    /// checked before the first is read.
    fn nodes_from(mut rest: &[u8]) -> Result<Self, ModelError> {
        let undecodable = |_| ModelError::Undecodable;
        let Compact(count) = Compact::<u32>::decode(&mut rest).map_err(undecodable)?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { got: count });
        }
        let nodes =
            (0..count).map(|_| Node::decode(&mut rest)).collect::<Result<_, _>>().map_err(undecodable)?;
        rest.is_empty().then_some(Self { nodes }).ok_or(ModelError::Undecodable)
    }
}

/// Name of the model with this encoding.
pub fn model_id(bytes: &[u8], blake2_256: HashFunction) -> ModelId {
    blake2_256(bytes)
}

impl Node {
    /// The nodes that it reads.
    pub fn reads(&self) -> impl Iterator<Item = u32> + '_ {
        let (first, second, many) = match self {
            Self::Input { .. } => (None, None, [].as_slice()),
            Self::Linear { input, .. }
            | Self::Requantize { input, .. }
            | Self::Lookup { input, .. }
            | Self::Flatten { input }
            | Self::ArgMax { input }
            | Self::Conv2d { input, .. }
            | Self::DepthwiseConv2d { input, .. }
            | Self::MaxPool2d { input, .. }
            | Self::AveragePool2d { input, .. }
            | Self::Reshape { input, .. } => (Some(*input), None, [].as_slice()),
            Self::Add { left, right, .. } => (Some(*left), Some(*right), [].as_slice()),
            Self::Concat { inputs, .. } => (None, None, inputs.as_slice()),
        };
        first.into_iter().chain(second).chain(many.iter().copied())
    }
}
