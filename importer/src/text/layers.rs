//! What float graphs of all families are made of: texts one behind the other, products and norms.

use std::ops::Range;

use ndarray::{linalg::general_mat_mul, Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// Rows that one thread multiplies at a time.
const ROWS_AT_A_TIME: usize = 256;

/// y = W·x + b.
#[derive(Clone, Debug)]
pub(crate) struct Dense {
    /// W, a row for each output.
    pub(crate) weights: Array2<f32>,
    /// b.
    pub(crate) bias: Array1<f32>,
}

/// y = γ·(x − mean)/σ + β, or γ·x/rms + β.
#[derive(Clone, Debug)]
pub(crate) struct NormLayer {
    /// Whether the mean is taken off.
    pub(crate) centre: bool,
    /// γ.
    pub(crate) gain: Array1<f32>,
    /// β.
    pub(crate) offset: Array1<f32>,
}

/// Texts as ids, one behind the other.
pub(crate) struct Stacked {
    pub(crate) ids: Vec<u32>,
    /// Which rows are a text's.
    pub(crate) spans: Vec<Range<usize>>,
}

impl Stacked {
    pub(crate) fn new(texts: &[Vec<u32>]) -> Self {
        let mut spans = Vec::with_capacity(texts.len());
        let mut ids = Vec::new();
        for text in texts {
            let start = ids.len();
            ids.extend_from_slice(text);
            spans.push(start..ids.len());
        }
        Self { ids, spans }
    }
}

/// x·Wᵀ, some rows on each thread.
pub(crate) fn product(x: ArrayView2<'_, f32>, weights: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut result = Array2::zeros((x.nrows(), weights.nrows()));
    let parts = result.axis_chunks_iter_mut(Axis(0), ROWS_AT_A_TIME).into_par_iter();
    parts.zip(x.axis_chunks_iter(Axis(0), ROWS_AT_A_TIME)).for_each(|(mut part, x)| {
        general_mat_mul(1.0, &x, &weights.t(), 0.0, &mut part);
    });
    result
}

impl Dense {
    pub(crate) fn apply(&self, x: &Array2<f32>) -> Array2<f32> {
        product(x.view(), self.weights.view()) + &self.bias
    }
}

impl NormLayer {
    pub(crate) fn apply(&self, x: &Array2<f32>, epsilon: f32) -> Array2<f32> {
        let mut result = x.clone();
        result.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut row| {
            if self.centre {
                let mean = row.mean().unwrap_or(0.0);
                row -= mean;
            }
            let variance = row.dot(&row) / row.len() as f32;
            row /= (variance + epsilon).sqrt();
            row *= &self.gain;
            row += &self.offset;
        });
        result
    }
}
