//! A convolution's W, and its product with patches that are laid out a cache's worth at a time.

use millrace_inference::{Linear, Patches};

use super::{images::Images, packed::PackedWeights};
use crate::{
    error::EngineError,
    kernels::{kernel::Prepared, planes::append_planes},
};

/// W of a convolution whose images are laid out.
pub(super) struct Convolution {
    /// W, with the columns in the order of [`Images::unroll`].
    pub filters: PackedWeights,
    pub patches: Patches,
    pub pad_value: i8,
}

impl Prepared for Convolution {
    fn bytes(&self) -> usize {
        self.filters.bytes()
    }

    /// It takes no notice of `block`: the patches that it holds at once take far less.
    fn accumulate(&self, operator: &Linear<'_>, _block: usize) -> Result<Vec<i32>, EngineError> {
        let Self { filters, patches, pad_value } = self;
        let (n, m) = (filters.n(), filters.m());
        let mut accumulators = Vec::with_capacity(operator.count() * n);
        let mut images = Images::new(patches);
        let (mut rows, mut sums) = (Vec::new(), Vec::new());
        for block in operator.input.chunks((images.together() * patches.sample()).max(1)) {
            images.lay_out(block, *pad_value);
            let positions = block.len() / patches.sample().max(1) * patches.positions();
            sums.resize(positions * n, 0);
            let at_once = images.at_once(m);
            for (index, sums) in sums.chunks_mut((at_once * n).max(1)).enumerate() {
                let first = index * at_once;
                images.unroll(first..positions.min(first + at_once), &mut rows);
                filters.multiply(&rows, sums)?;
            }
            append_planes(&sums, n, patches.positions(), &mut accumulators);
        }
        Ok(accumulators)
    }
}
