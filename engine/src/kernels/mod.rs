//! The kernels that compute exact integer products, `i8` in and `i32` out, and which of them an operator gets.

use millrace_inference::Linear;

use self::{
    bytes::Bytes,
    floats::Floats,
    integers::Integers,
    kernel::{Kernel, Prepared, ProductKernel},
};
use crate::backend::Backend;

pub(crate) mod blocks;
mod bytes;
pub(crate) mod floats;
mod integers;
pub(crate) mod kernel;
mod planes;

/// docs/benchmarks.md has the figures.
const FASTEST_FIRST: [Kernel; 3] = [Kernel::Byte, Kernel::Float, Kernel::Integer];

/// All kernels, for one backend.
pub(crate) struct Kernels {
    floats: Floats,
    bytes: Bytes,
    integers: Integers,
}

impl Kernels {
    pub fn new(backend: &Backend) -> Self {
        Self { floats: Floats::new(backend), bytes: Bytes::new(backend), integers: Integers::new(backend) }
    }

    fn get(&self, kernel: Kernel) -> &dyn ProductKernel {
        match kernel {
            Kernel::Float => &self.floats,
            Kernel::Byte => &self.bytes,
            Kernel::Integer => &self.integers,
        }
    }

    /// Those that may be used on this backend.
    pub fn available(&self) -> impl Iterator<Item = Kernel> + '_ {
        FASTEST_FIRST.into_iter().filter(move |kernel| self.get(*kernel).is_available())
    }

    /// The byte kernel's name, and whether its instructions never saturate.
    pub fn byte_instructions(&self) -> (String, bool) {
        self.bytes.instructions()
    }

    /// The kernel for a W of m columns: the one that is asked for, else the fastest that is available and takes so many.
    fn choose(&self, m: usize, asked: Option<Kernel>) -> Kernel {
        let takes = |kernel: &Kernel| m <= self.get(*kernel).most_columns();
        asked.filter(takes).or_else(|| self.available().find(takes)).unwrap_or(Kernel::Integer)
    }

    /// An operator's W, laid out for the kernel that is asked for, else for the fastest.
    pub fn prepare(&self, operator: &Linear<'_>, asked: Option<Kernel>) -> Box<dyn Prepared> {
        self.get(self.choose(operator.m, asked)).prepare(operator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::floats::CHUNK;
    use millrace_inference::{random::Random, Columns};

    #[test]
    fn wide_operators_on_a_processor_get_floats_and_gpus_only_integers() {
        let mut backend = Backend::cpu();
        let kernels = Kernels::new(&backend);
        assert_eq!(kernels.choose(65_793, None), Kernel::Byte);
        assert_eq!(kernels.choose(65_794, None), Kernel::Float);
        assert_eq!(kernels.choose(65_794, Some(Kernel::Byte)), Kernel::Float);
        assert_eq!(kernels.choose(1, Some(Kernel::Integer)), Kernel::Integer);
        backend.is_gpu = true;
        let kernels = Kernels::new(&backend);
        assert!(kernels.available().eq([Kernel::Integer]));
        assert_eq!(kernels.choose(1, None), Kernel::Integer);
    }

    #[test]
    fn every_kernel_is_exact_over_chunks_and_blocks() {
        let (n, m, count) = (3, 2 * CHUNK + 5, 7);
        let mut random = Random(1);
        let (w, x) = (random.bytes(n * m), random.bytes(count * m));
        let dot =
            |x: &[i8], w: &[i8]| -> i32 { x.iter().zip(w).map(|(x, w)| i32::from(*x) * i32::from(*w)).sum() };
        let expected: Vec<i32> = x.chunks(m).flat_map(|x| w.chunks(m).map(move |w| dot(x, w))).collect();
        let operator = Linear { node: 1, parameters: &w, n, m, input: &x, columns: Columns::Contiguous };
        let kernels = Kernels::new(&Backend::cpu());
        for kernel in FASTEST_FIRST {
            let prepared = kernels.prepare(&operator, Some(kernel));
            for block in [1, 2 * m, usize::MAX] {
                let sums = prepared.accumulate(&operator, block).expect("it takes every shape");
                assert_eq!(sums, expected, "{kernel:?}, {block} elements at once");
            }
        }
    }
}
