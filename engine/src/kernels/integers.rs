//! burn's `i32` products: the only kernel that is used on a GPU.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use millrace_inference::Linear;

use super::{
    blocks::in_blocks,
    kernel::{Prepared, ProductKernel},
};
use crate::{backend::Backend, error::EngineError};

/// The kernel.
pub(super) struct Integers {
    device: Device,
}

impl Integers {
    pub fn new(backend: &Backend) -> Self {
        Self { device: backend.device.clone() }
    }
}

impl ProductKernel for Integers {
    fn is_available(&self) -> bool {
        true
    }

    fn most_columns(&self) -> usize {
        usize::MAX
    }

    fn prepare(&self, operator: &Linear<'_>) -> Box<dyn Prepared> {
        let Linear { parameters, n, m, .. } = *operator;
        let w = matrix(parameters, n, m, &self.device);
        Box::new(Matrix { n, m, w, device: self.device.clone() })
    }
}

/// W itself, `[n, m]`.
struct Matrix {
    n: usize,
    m: usize,
    w: Tensor<2, Int>,
    device: Device,
}

impl Matrix {
    /// Writes X·Wᵀ to `sums`, `[rows, n]`. W stays on the left: burn's product transposes its right operand anew each
    /// time.
    fn multiply(&self, x: &[i8], sums: &mut [i32]) -> Result<(), EngineError> {
        let columns = matrix(x, x.len() / self.m, self.m, &self.device).transpose();
        let product = self.w.clone().matmul(columns).transpose();
        let data = product.try_into_data().map_err(EngineError::burn)?;
        sums.copy_from_slice(data.as_slice::<i32>().map_err(EngineError::burn)?);
        Ok(())
    }
}

impl Prepared for Matrix {
    fn bytes(&self) -> usize {
        self.n.saturating_mul(self.m).saturating_mul(4)
    }

    fn accumulate(&self, operator: &Linear<'_>, block: usize) -> Result<Vec<i32>, EngineError> {
        in_blocks(operator, block, |x, sums| self.multiply(x, sums))
    }
}

fn matrix(values: &[i8], rows: usize, columns: usize, device: &Device) -> Tensor<2, Int> {
    let values: Vec<i32> = values.iter().map(|value| i32::from(*value)).collect();
    Tensor::from_data(TensorData::new(values, [rows, columns]), (device, DType::I32))
}
