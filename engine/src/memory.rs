//! What an execution takes: into how many parts a batch is cut, and how many bytes they need.

use crate::{kernels::blocks::BLOCK, model::PreparedModel};

/// Bytes of tensors that the walk over one part keeps at once, if a sample takes less: about what a core's own cache
/// holds.
const CACHE: u64 = 1 << 20;
/// Bytes that an operator's packed accumulators take besides themselves.
const PACKED: u64 = 128;

/// Samples of each part of a batch that so many threads share, if a sample's tensors take `live_bytes` at once. At least 1.
pub(crate) fn samples_of_a_part(live_bytes: u64, samples: u32, threads: usize) -> usize {
    let shared = (samples as usize).div_ceil(threads);
    let cached = usize::try_from(CACHE.checked_div(live_bytes).unwrap_or(1)).unwrap_or(usize::MAX);
    // The accumulators of eight samples take whole bytes at any width, so that parts are joined without shifting bits.
    let cached = if cached > 8 { cached / 8 * 8 } else { cached };
    shared.min(cached).max(1)
}

/// Bytes that executing a batch on so many threads takes at most, the model's parameters included: the tensors that
/// live at once, one operator's sums and columns beside them, and the trace, in parts and joined.
pub(crate) fn bytes_of_an_execution(model: &PreparedModel, samples: u32, threads: usize) -> u64 {
    let profile = model.checked().profile();
    let wide = u64::from(samples);
    let parts = wide.div_ceil(samples_of_a_part(model.live_bytes(), samples, threads) as u64);
    let widest = profile.layers.iter().map(|layer| {
        let columns = wide.saturating_mul(layer.columns.into());
        // A sum takes 4 bytes up to three times: as burn returns it, among the others, and in planes.
        let sums = columns.saturating_mul(layer.n.into()).saturating_mul(12);
        let block = columns.saturating_mul(layer.m.into()).min(BLOCK as u64);
        // 1 byte for each element of X and 4 for the same as a float; the threads share the block.
        sums.saturating_add(block.saturating_mul(5))
    });
    (model.bytes() as u64)
        .saturating_add(wide.saturating_mul(model.live_bytes()))
        .saturating_add(widest.max().unwrap_or(0))
        .saturating_add(profile.max_trace_bytes(samples).saturating_mul(2))
        .saturating_add(PACKED.saturating_mul(profile.layers.len() as u64).saturating_mul(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_fits_the_cache_in_eights_and_leaves_no_thread_idle() {
        let of_a_part = |live_bytes| samples_of_a_part(live_bytes, 10_000, 2);
        assert_eq!(of_a_part(CACHE / 1024), 1024);
        assert_eq!(of_a_part(CACHE / 15), 8);
        assert_eq!(of_a_part(CACHE / 5), 5);
        assert_eq!(of_a_part(CACHE + 1), 1);
        assert_eq!(samples_of_a_part(1, 7, 2), 4);
        assert_eq!(samples_of_a_part(1, 0, 2), 1);
    }
}
