//! rten's kernel for this machine's processor, W as it packs it, and the product of both.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

use crate::error::EngineError;

/// What [`moved`] makes of 0.
const ZERO_POINT: u8 = 0x80;

type ByteKernel = GemmExecutor<u8, i8, i32>;

thread_local! {
    /// It can't be sent between threads.
    static BYTE_KERNEL: ByteKernel = GemmExecutor::new();
}

pub(super) fn kernel_name() -> String {
    BYTE_KERNEL.with(|kernel| kernel.kernel_name().to_owned())
}

/// Whether its instructions may saturate sums of two products.
pub(super) fn may_saturate() -> bool {
    BYTE_KERNEL.with(ByteKernel::may_saturate)
}

/// An element of X, moved into `u8` by 128.
pub(super) fn moved(x: i8) -> u8 {
    x.cast_unsigned() ^ ZERO_POINT
}

/// Wᵀ, packed; or the parts that add up to it.
pub(super) struct PackedWeights {
    n: usize,
    m: usize,
    parts: Vec<PackedBMatrix<i8>>,
}

impl PackedWeights {
    /// Packs parts of W, each `[n, m]`.
    pub fn new(parts: &[Vec<i8>], n: usize, m: usize) -> Self {
        let pack = |w: &Vec<i8>| {
            let transposed = NdTensorView::from_data([n, m], w.as_slice()).transposed();
            BYTE_KERNEL.with(|kernel| kernel.prepack_b(transposed))
        };
        Self { n, m, parts: parts.iter().map(pack).collect() }
    }

    pub fn n(&self) -> usize {
        self.n
    }

    pub fn m(&self) -> usize {
        self.m
    }

    pub fn bytes(&self) -> usize {
        self.n.saturating_mul(self.m).saturating_mul(self.parts.len())
    }

    /// Writes X·Wᵀ to `sums`, `[rows, n]`, for an X of `[rows, m]` whose elements are [`moved`].
    pub fn multiply(&self, x: &[u8], sums: &mut [i32]) -> Result<(), EngineError> {
        let rows = x.len() / self.m;
        let zero_points = vec![ZERO_POINT; rows];
        for (index, part) in self.parts.iter().enumerate() {
            let options = GemmOptions {
                beta: i32::from(index > 0),
                a_quant: Some(QuantParams { zero_point: &zero_points }),
                ..Default::default()
            };
            let x = GemmInputA::Unpacked(NdTensorView::from_data([rows, self.m], x));
            BYTE_KERNEL
                .with(|kernel| kernel.gemm(sums, x, GemmInputB::Packed(part), options))
                .map_err(|error| EngineError::Product(error.to_string()))?;
        }
        Ok(())
    }
}
