//! How much memory verifying a batch takes, whatever its size: the samples go in slices, and what a slice takes follows
//! from the graph.
//!
//! A runtime's allocator hands out powers of two and never joins them, so every tensor counts as the next of them.

use crate::{
    check::CheckedModel,
    kernels::CHANNELS,
    limits::{LANE_BYTES, MAX_NODES, SLICE_BYTES},
    model::{DataType, Node},
    shapes::Tensor,
    verify::TILE,
};

/// Bytes of a channel's rescaling as vectors read it.
const CHANNEL_BYTES: u64 = 28;

/// Bytes of a tile of four folded columns, for each of them.
const FOLDING_BYTES: u64 = 40;
/// Tensors and scratch that one operator may have beside those of the other nodes.
const ALLOCATIONS: u64 = 16;

/// Bytes that verifications take of one instance of a runtime at most, one after the other, however many there are and
/// whatever their models: an allocator that never joins what was freed keeps the most that any of them took of each size.
/// Models, inputs, traces and outputs aren't counted.
pub fn most_bytes_of_verifications() -> u64 {
    let sizes = || (3..=SLICE_BYTES.ilog2()).map(|power| 1u64 << power);
    // Of a small size there can only be so many.
    let count = u64::try_from(MAX_NODES).unwrap_or(u64::MAX).saturating_add(ALLOCATIONS);
    let tensors =
        sizes().map(|size| size.saturating_mul(count).min(SLICE_BYTES)).fold(0, u64::saturating_add);
    // Two allocations hold the lanes, one what is being folded: each can be of every size up to its largest.
    let every_size = |largest: u64| bucket(largest).saturating_mul(2);
    let folding = LANE_BYTES / 32 * FOLDING_BYTES;
    tensors.saturating_add(every_size(LANE_BYTES).saturating_mul(2)).saturating_add(every_size(folding))
}

/// How many samples are verified at once, and what that takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slice {
    /// A power of two.
    pub(crate) samples: u32,
    /// Bytes of tensors and scratch at most.
    pub(crate) bytes: u64,
}

impl CheckedModel {
    /// As many samples as [`SLICE_BYTES`] hold, at least one.
    pub(crate) fn slice(&self) -> Slice {
        let scratch = (0..self.tensors.len()).map(|now| self.scratch(now)).max().unwrap_or(0);
        let sample = self.bytes_of_sample().max(1);
        let fit = SLICE_BYTES.saturating_sub(scratch).checked_div(sample).unwrap_or(0).max(1);
        let samples = 1u64.checked_shl(fit.ilog2()).unwrap_or(1);
        // Twice as many samples take twice as much: that holds for each tensor.
        let bytes = samples.saturating_mul(sample).saturating_add(scratch);
        Slice { samples: u32::try_from(samples).unwrap_or(u32::MAX), bytes }
    }

    /// Bytes of one sample's tensors that live at once at most, as an allocator of powers of two counts them.
    fn bytes_of_sample(&self) -> u64 {
        self.most_alive(|tensor| bucket(tensor.bytes()))
    }

    /// The most that the tensors of a walk come to that live at once.
    fn most_alive(&self, size: impl Fn(&Tensor) -> u64) -> u64 {
        // What ends with each node.
        let mut ending = alloc::vec![0u64; self.tensors.len()];
        let (mut alive, mut most) = (0u64, 0u64);
        for (index, tensor) in self.tensors.iter().enumerate() {
            let own = size(tensor);
            if let Some(ending) = ending.get_mut(tensor.last_read) {
                *ending = ending.saturating_add(own);
            }
            alive = alive.saturating_add(own);
            most = most.max(alive);
            alive = alive.saturating_sub(ending.get(index).copied().unwrap_or(0));
        }
        most
    }

    /// The most bytes per sample that the tensors of a walk take at once.
    pub fn live_bytes(&self) -> u64 {
        self.most_alive(Tensor::bytes)
    }

    /// Bytes that computing a node takes beside the tensors that it reads and makes, whatever the number of samples.
    fn scratch(&self, index: usize) -> u64 {
        let Some((node, tensor)) = self.model.nodes.get(index).zip(self.tensors.get(index)) else { return 0 };
        let wide = |size: usize| u64::try_from(size).unwrap_or(u64::MAX);
        let tile = bucket(wide(TILE).saturating_mul(32));
        match node {
            Node::Conv2d { outputs, parameters, .. } => {
                let patch = parameters.len().checked_div(usize::try_from(*outputs).unwrap_or(1)).unwrap_or(0);
                bucket(wide(patch)).saturating_add(tile)
            }
            Node::Requantize { .. } => bucket(wide(CHANNELS).saturating_mul(CHANNEL_BYTES)),
            Node::DepthwiseConv2d { input, window, .. } | Node::MaxPool2d { input, window } => {
                let own = self.patches(*input, *window).map_or(0, |patches| patches.sweeping().bytes);
                let paddings = u64::from(tensor.first_axis()).saturating_mul(4);
                bucket(own).saturating_mul(2).saturating_add(bucket(paddings))
            }
            Node::AveragePool2d { input, window } => self.patches(*input, *window).map_or(0, |patches| {
                let sums = bucket(wide(patches.positions()).saturating_mul(4));
                let widths = bucket(u64::from(patches.columns).saturating_mul(4));
                bucket(patches.sweeping().bytes).saturating_mul(2).saturating_add(sums).saturating_add(widths)
            }),
            Node::Input { .. }
            | Node::Linear { .. }
            | Node::Lookup { .. }
            | Node::Add { .. }
            | Node::Flatten { .. }
            | Node::ArgMax { .. }
            | Node::Reshape { .. }
            | Node::Concat { .. } => 0,
        }
    }
}

impl Tensor {
    /// Bytes of one sample.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.elements).saturating_mul(match self.data_type {
            DataType::I8 => 1,
            DataType::I32 => 4,
        })
    }
}

/// What an allocator of powers of two takes for so many bytes.
fn bucket(bytes: u64) -> u64 {
    if bytes == 0 {
        0
    } else {
        bytes.checked_next_power_of_two().unwrap_or(u64::MAX)
    }
}
