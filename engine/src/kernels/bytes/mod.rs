//! rten's products of 8-bit integers on the processor, `u8` on the left and `i8` on the right. X is moved into `u8`, which
//! the kernel takes back through a zero point.
//!
//! Some instructions (AVX2's) add two products in 16 bits and saturate there. With those it is exact as long as no |w|
//! exceeds [`SATURATION_FREE`]. A W that does is split into two halves within ±64, and two products are added.

use millrace_inference::{Columns, Linear};

use self::{
    convolution::Convolution,
    images::{reorder, Images},
    packed::{kernel_name, may_saturate, moved, PackedWeights},
};
use super::{
    blocks::in_blocks,
    kernel::{Prepared, ProductKernel},
};
use crate::{backend::Backend, error::EngineError};

mod convolution;
mod images;
mod packed;

/// `255 · 64 + 255 · 64 ≤ 2¹⁵ − 1`.
const SATURATION_FREE: u8 = 64;
/// `m · 255 · 128 < 2³¹`: no intermediate sum leaves `i32`. It is 65,793.
const MOST_COLUMNS: usize = (i32::MAX / (255 * 128)) as usize;

/// The kernel. It always computes on the processor, so a GPU's engine doesn't use it.
pub(super) struct Bytes {
    is_available: bool,
    saturates: bool,
}

impl Bytes {
    pub fn new(backend: &Backend) -> Self {
        Self { is_available: !backend.is_gpu, saturates: may_saturate() }
    }

    /// The name of rten's kernel, and whether its instructions never saturate.
    pub fn instructions(&self) -> (String, bool) {
        (kernel_name(), !self.saturates)
    }

    /// W, or two matrices that add up to it.
    fn parts(&self, w: &[i8]) -> Vec<Vec<i8>> {
        let fits = w.iter().all(|w| w.unsigned_abs() <= SATURATION_FREE);
        if !self.saturates || fits {
            return vec![w.to_vec()];
        }
        let half: Vec<i8> = w.iter().map(|w| w >> 1).collect();
        let rest = w.iter().zip(&half).map(|(w, half)| w - half).collect();
        vec![half, rest]
    }
}

impl ProductKernel for Bytes {
    fn is_available(&self) -> bool {
        self.is_available
    }

    fn most_columns(&self) -> usize {
        MOST_COLUMNS
    }

    fn prepare(&self, operator: &Linear<'_>) -> Box<dyn Prepared> {
        let Linear { parameters, n, m, columns, .. } = *operator;
        let parts = self.parts(parameters);
        match columns {
            Columns::Patches { patches, pad_value } if Images::suit(&patches) => {
                let filters: Vec<_> = parts.iter().map(|w| reorder(w, &patches)).collect();
                Box::new(Convolution { filters: PackedWeights::new(&filters, n, m), patches, pad_value })
            }
            _ => Box::new(Rows(PackedWeights::new(&parts, n, m))),
        }
    }
}

/// W for columns of X that follow each other, or are gathered one by one.
struct Rows(PackedWeights);

impl Prepared for Rows {
    fn bytes(&self) -> usize {
        self.0.bytes()
    }

    fn accumulate(&self, operator: &Linear<'_>, block: usize) -> Result<Vec<i32>, EngineError> {
        in_blocks(operator, block, |x, sums| {
            let x: Vec<u8> = x.iter().map(|x| moved(*x)).collect();
            self.0.multiply(&x, sums)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_add_up_and_are_free_of_saturation() {
        let w: Vec<i8> = (i8::MIN..=i8::MAX).collect();
        let bytes = |saturates| Bytes { is_available: true, saturates };
        assert_eq!(bytes(false).parts(&w), std::slice::from_ref(&w));
        assert_eq!(bytes(true).parts(&[-64, 64]), [[-64, 64]]);
        let parts = bytes(true).parts(&w);
        assert!(parts.iter().flatten().all(|w| w.unsigned_abs() <= SATURATION_FREE));
        let [half, rest] = <[_; 2]>::try_from(parts).expect("some are beyond 64");
        assert!(w.iter().zip(half.iter().zip(&rest)).all(|(w, (half, rest))| *w == half + rest));
    }

    #[test]
    fn halves_give_the_product_of_the_whole() {
        let w: Vec<i8> = (i8::MIN..=i8::MAX).collect();
        let x = vec![i8::MAX; w.len()];
        let (m, columns) = (w.len(), Columns::Contiguous);
        let operator = Linear { node: 1, parameters: &w, n: 1, m, input: &x, columns };
        let sum: i32 = w.iter().map(|w| i32::from(*w) * i32::from(i8::MAX)).sum();
        for saturates in [may_saturate(), true] {
            let prepared = Bytes { is_available: true, saturates }.prepare(&operator);
            assert_eq!(prepared.accumulate(&operator, m).expect("it takes every shape"), [sum]);
        }
    }
}
