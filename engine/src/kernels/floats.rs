//! burn's `f32` products over at most [`CHUNK`] columns at a time. The products of two `i8` and their partial sums are
//! integers of at most 2²⁴, and each of those is an `f32`: no order of summation rounds. The partial sums are added as
//! `i32`.

use burn::tensor::{DType, Device, Tensor, TensorData};
use millrace_inference::Linear;

use super::{
    blocks::in_blocks,
    kernel::{Prepared, ProductKernel},
};
use crate::{backend::Backend, error::EngineError};

/// Columns of W that one `f32` product sums over: `1024 · 128 · 128 = 2²⁴`.
pub const CHUNK: usize = 1024;

/// The kernel. It isn't used on a GPU, whose driver decides how its `f32` units round.
pub(super) struct Floats {
    device: Device,
    is_available: bool,
}

impl Floats {
    pub fn new(backend: &Backend) -> Self {
        Self { device: backend.device.clone(), is_available: !backend.is_gpu }
    }
}

impl ProductKernel for Floats {
    fn is_available(&self) -> bool {
        self.is_available
    }

    fn most_columns(&self) -> usize {
        usize::MAX
    }

    fn prepare(&self, operator: &Linear<'_>) -> Box<dyn Prepared> {
        let Linear { parameters: w, n, m, .. } = *operator;
        let chunk = |from: usize| {
            let width = CHUNK.min(m - from);
            let rows = w.chunks_exact(m.max(1)).flat_map(|row| &row[from..from + width]);
            matrix(rows.map(|w| f32::from(*w)).collect(), n, width, &self.device).transpose()
        };
        let chunks = (0..m).step_by(CHUNK).map(chunk).collect();
        Box::new(Chunks { n, m, chunks, device: self.device.clone() })
    }
}

/// Wᵀ, cut into chunks of at most [`CHUNK`] × n.
struct Chunks {
    n: usize,
    m: usize,
    chunks: Vec<Tensor<2>>,
    device: Device,
}

impl Chunks {
    /// Adds X·Wᵀ to `sums`, `[rows, n]`.
    fn multiply(&self, x: &[i8], sums: &mut [i32]) -> Result<(), EngineError> {
        let m = self.m;
        let rows = x.len() / m;
        for (index, parameters) in self.chunks.iter().enumerate() {
            let first = index * CHUNK;
            let width = CHUNK.min(m - first);
            let values =
                x.chunks_exact(m).flat_map(|row| &row[first..first + width]).map(|x| f32::from(*x)).collect();
            let product = matrix(values, rows, width, &self.device).matmul(parameters.clone());
            let data = product.try_into_data().map_err(EngineError::burn)?;
            for (sum, value) in sums.iter_mut().zip(data.as_slice::<f32>().map_err(EngineError::burn)?) {
                // Exact: |value| ≤ 2²⁴ and integral.
                *sum = sum.wrapping_add(*value as i32);
            }
        }
        Ok(())
    }
}

impl Prepared for Chunks {
    fn bytes(&self) -> usize {
        self.n.saturating_mul(self.m).saturating_mul(4)
    }

    fn accumulate(&self, operator: &Linear<'_>, block: usize) -> Result<Vec<i32>, EngineError> {
        in_blocks(operator, block, |x, sums| self.multiply(x, sums))
    }
}

fn matrix(values: Vec<f32>, rows: usize, columns: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, [rows, columns]), (device, DType::F32))
}
