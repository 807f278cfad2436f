//! How much memory verifying a batch takes, whatever its size: the samples go in slices, and what a slice takes follows
//! from the graph.

use super::graph::Graph;
use crate::{
    allocation::{bucket, LANES_OF_ONE},
    limits::{LANE_BYTES, MAX_NODES, SLICE_BYTES},
    operators::with_operator,
    tensor::Tensor,
};

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
    let folding = LANE_BYTES / LANES_OF_ONE * FOLDING_BYTES;
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

/// As many samples as [`SLICE_BYTES`] hold, at least one.
pub(super) fn slice(graph: &Graph) -> Slice {
    let scratch = graph
        .nodes()
        .map(|(_, node, tensor)| with_operator(node, |operator| operator.scratch(graph.tensors(), tensor)))
        .fold(0, |most, scratch| most.max(scratch.unwrap_or(0)));
    // An allocator of powers of two hands out more than a tensor's bytes.
    let sample = most_alive(graph, |tensor| bucket(tensor.bytes())).max(1);
    let fit = SLICE_BYTES.saturating_sub(scratch).checked_div(sample).unwrap_or(0).max(1);
    let samples = 1u64.checked_shl(fit.ilog2()).unwrap_or(1);
    // Twice as many samples take twice as much: that holds for each tensor.
    let bytes = samples.saturating_mul(sample).saturating_add(scratch);
    Slice { samples: u32::try_from(samples).unwrap_or(u32::MAX), bytes }
}

/// The most bytes per sample that the tensors of a walk take at once.
pub(super) fn live_bytes(graph: &Graph) -> u64 {
    most_alive(graph, Tensor::bytes)
}

/// The most that the tensors of a walk come to that live at once.
fn most_alive(graph: &Graph, size: impl Fn(&Tensor) -> u64) -> u64 {
    // By node, the size of all tensors that are read last there.
    let mut ending = alloc::vec![0u64; graph.tensors.len()];
    let (mut alive, mut most) = (0u64, 0u64);
    for (index, tensor) in graph.tensors.iter().enumerate() {
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
