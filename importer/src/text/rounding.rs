//! Weights as integers whose errors cancel: what rounding one column does to the products is made good by the columns
//! that are rounded after it, as far as calibration's rows say that their channels move together.
//!
//! Products err by X·e, e being what rounding changed in a row of weights, so their squares add up to eᵀ·H·e with
//! H = Xᵀ·X = L·Lᵀ. Component j of Lᵀ·e has no e before the j-th. So the last column is rounded first, and each one before
//! it to the number that makes its own component smallest. This is GPTQ (arXiv 2210.17323), whose inverse isn't needed when
//! it is said this way.

use ndarray::{s, Array1, Array2, Axis};
use rayon::prelude::*;

use super::layers::product;

/// What is added to H's diagonal, as a share of its mean: channels that calibration hardly saw aren't relied on.
const DAMPING: f64 = 0.01;

/// Rows of weights that are rounded side by side.
const SIDE_BY_SIDE: usize = 32;

/// How the channels of rows move together.
#[derive(Clone, Debug)]
pub(crate) struct Coupling {
    /// Row j: what the error of each later column asks of the j-th, L[i][j]/L[j][j] for column i.
    asks: Array2<f32>,
}

impl Coupling {
    /// From rows as the products read them. One that is louder than most counts as if it weren't: a decoder's first token
    /// would else be the only one that counts.
    pub(crate) fn new(rows: &Array2<f32>) -> Self {
        let sizes: Array1<f32> = rows.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
        let typical = median(&sizes).max(f32::MIN_POSITIVE);
        let mut columns = rows.t().as_standard_layout().into_owned();
        columns /= &sizes.mapv(|size| (size / typical).max(1.0));
        let mut squares = product(columns.view(), columns.view()).mapv(f64::from);
        let mean = squares.diag().mean().unwrap_or(0.0);
        squares.diag_mut().mapv_inplace(|square| square + (mean * DAMPING).max(1e-30));
        let lower = factor(squares);
        let asks = Array2::from_shape_fn(lower.raw_dim(), |(j, i)| match i > j {
            true => (lower[[i, j]] / lower[[j, j]]) as f32,
            false => 0.0,
        });
        Self { asks }
    }

    /// Weights as integers of 8 bits, each row in its own steps.
    pub(crate) fn integers(&self, weights: &Array2<f32>, steps: &[f64]) -> Array2<i8> {
        let mut integers = Array2::zeros(weights.raw_dim());
        let parts = integers.axis_chunks_iter_mut(Axis(0), SIDE_BY_SIDE).into_par_iter();
        let parts = parts.zip(weights.axis_chunks_iter(Axis(0), SIDE_BY_SIDE));
        parts.zip(steps.par_chunks(SIDE_BY_SIDE)).for_each(|((mut integers, weights), steps)| {
            let mut errors = vec![[0.0f32; SIDE_BY_SIDE]; weights.ncols()];
            for j in (0..weights.ncols()).rev() {
                let mut asked = [0.0f32; SIDE_BY_SIDE];
                for (ask, errors) in self.asks.slice(s![j, j + 1..]).iter().zip(&errors[j + 1..]) {
                    asked.iter_mut().zip(errors).for_each(|(asked, error)| *asked += ask * error);
                }
                for (row, (asked, step)) in asked.iter().zip(steps).enumerate() {
                    let weight = f64::from(weights[[row, j]]);
                    let integer =
                        ((weight + f64::from(*asked)) / step).round_ties_even().clamp(-127.0, 127.0);
                    integers[[row, j]] = integer as i8;
                    errors[j][row] = (weight - integer * step) as f32;
                }
            }
        });
        integers
    }
}

/// The middle one, or nothing of none.
fn median(sizes: &Array1<f32>) -> f32 {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// L of a positive symmetric matrix that is L·Lᵀ. What lies above its diagonal means nothing.
fn factor(mut matrix: Array2<f64>) -> Array2<f64> {
    for j in 0..matrix.nrows() {
        let known = matrix.slice(s![j, ..j]).to_owned();
        let pivot = (matrix[[j, j]] - known.dot(&known)).max(f64::MIN_POSITIVE).sqrt();
        matrix[[j, j]] = pivot;
        let mut below = matrix.slice_mut(s![j + 1.., ..]);
        below.axis_iter_mut(Axis(0)).into_par_iter().for_each(|mut row| {
            row[j] = (row[j] - row.slice(s![..j]).dot(&known)) / pivot;
        });
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_their_matrix() {
        let matrix = ndarray::array![[4.0, 2.0, -2.0], [2.0, 10.0, 2.0], [-2.0, 2.0, 6.0]];
        let mut lower = factor(matrix.clone());
        (0..3).for_each(|j| (j + 1..3).for_each(|i| lower[[j, i]] = 0.0));
        assert!((lower.dot(&lower.t()) - matrix).iter().all(|x: &f64| x.abs() < 1e-12), "{lower}");
    }

    #[test]
    fn channels_that_say_the_same_share_their_error() {
        // Both channels are alike, so only the sum of their weights matters: 0.4 and 0.4 are 1 together.
        let rows = ndarray::array![[1.0f32, 1.0], [2.0, 2.0], [-3.0, -3.0]];
        let coupling = Coupling::new(&rows);
        let integers = coupling.integers(&ndarray::array![[0.4f32, 0.4], [127.0, 126.6]], &[1.0, 1.0]);
        assert_eq!(integers, ndarray::array![[1i8, 0], [127, 127]]);
        // Channels that have nothing to do with each other are rounded as they are.
        let coupling = Coupling::new(&ndarray::array![[1.0f32, 0.0], [0.0, 2.0]]);
        assert_eq!(coupling.integers(&ndarray::array![[0.4f32, 0.4]], &[1.0]), ndarray::array![[0i8, 0]]);
    }

    #[test]
    fn a_loud_row_is_one_of_many() {
        // Channels that move together in two rows, and against each other in one that is a thousand times as loud.
        let rows = ndarray::array![[1_000.0f32, -1_000.0], [1.0, 1.0], [-1.0, -1.0]];
        let integers = Coupling::new(&rows).integers(&ndarray::array![[0.4f32, 0.4]], &[1.0]);
        assert_eq!(integers, ndarray::array![[1i8, 0]]);
    }

    #[test]
    fn products_of_rounded_weights_are_nearer() {
        // More rows of weights than are rounded side by side, and channels that are sums of a few others.
        let noise = |seed: usize| {
            move |(r, c)| ((seed + r * 7_919 + c * 104_729 + r * c * 31) % 2_001) as f32 / 1_000.0 - 1.0
        };
        let few: Array2<f32> = Array2::from_shape_fn((200, 6), noise(1));
        let rows = few.dot(&Array2::from_shape_fn((6, 24), noise(2)));
        let weights = Array2::from_shape_fn((70, 24), noise(3));
        let steps = vec![1.0 / 20.0; 70];
        let error = |integers: Array2<i8>| {
            let rounded = integers.mapv(f32::from) / 20.0;
            rows.dot(&(rounded - &weights).t()).iter().map(|x| x * x).sum::<f32>()
        };
        let plain = error(weights.mapv(|x| (x * 20.0).round_ties_even() as i8));
        let coupled = error(Coupling::new(&rows).integers(&weights, &steps));
        assert!(coupled < plain / 4.0, "{coupled} and {plain}");
    }
}
