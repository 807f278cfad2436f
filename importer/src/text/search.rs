//! How rows become narrow before they are multiplied: for each such site the factors, the scale and the type with which
//! the products come out nearest to the float ones.
//!
//! Channel c is divided by f_c = max|x_c|^α / max|W_c|^(1−α), and column c of the weights multiplied by it: this moves
//! what is hard to quantize from the rows, which have one scale, to the weights, which have one for each output. f
//! costs nothing, since whatever makes the rows rescales each channel anyway.

use millrace_inference::rows::ElementType;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::{layers::product, rounding::Coupling};

/// Powers that are tried.
const POWERS: [f32; 6] = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

/// Those that are tried where each row counts alike: rows of 8 bits are what is lost, and then the weights.
const NARROW_POWERS: [f32; 3] = [0.7, 0.8, 0.9];
const BROAD_POWERS: [f32; 3] = [0.1, 0.3, 0.5];

/// Shares of all elements, from the smallest up, that must not be clipped.
const KEPT: [f64; 3] = [1.0, 0.999_95, 0.999_5];

/// Rows on which errors are measured.
const MEASURED_ROWS: usize = 1_500;

/// The largest error of 8-bit rows, as a share of the products' mean square: beyond it the rows have 16 bits.
const MOST_ERROR: f64 = 2.0e-4;

/// What 16-bit rows leave for values beyond those that calibration saw.
const MARGIN: f64 = 1.25;

/// How the rows at one site become narrow.
#[derive(Clone, Debug)]
pub(crate) struct Narrowing {
    /// The narrow type.
    pub(crate) element: ElementType,
    /// What each channel is divided by.
    pub(crate) factors: Array1<f32>,
    /// The real distance of two neighbouring integers, after that.
    pub(crate) step: f64,
    /// α.
    pub(crate) power: f32,
    /// Mean square of the products' error over their mean square.
    pub(crate) error: f64,
    /// How the channels move together, if weights are rounded by that.
    pub(crate) coupling: Option<Coupling>,
}

impl Narrowing {
    /// Weights that multiply such rows, as integers of 8 bits with one scale for each row.
    pub(crate) fn integers(&self, weights: &Array2<f32>) -> (Array2<i8>, Vec<f64>) {
        let weights = weights * &self.factors;
        match &self.coupling {
            None => integers(&weights),
            Some(coupling) => {
                let steps = steps_of_rows(&weights);
                (coupling.integers(&weights, &steps), steps)
            }
        }
    }

    /// The same, with weights that are rounded by how the channels of these rows move together.
    pub(crate) fn coupled(mut self, rows: &Array2<f32>) -> Self {
        self.coupling = Some(Coupling::new(&narrowed(&(rows / &self.factors), self.step, self.element)));
        self
    }
}

/// The best narrowing of these rows, which are multiplied with these weights.
pub(crate) fn search(rows: &Array2<f32>, weights: &Array2<f32>) -> Narrowing {
    let site = Site::new(rows, weights, false);
    let narrow = site.best(ElementType::I8, &POWERS);
    if narrow.error <= MOST_ERROR {
        narrow
    } else {
        site.best(ElementType::I16, &POWERS)
    }
}

/// The best narrowing of these rows to this type. Each row's error counts as a share of its own products: a decoder's first
/// token can be ten thousand times as loud as all others, and would else be the only one that counts.
pub(crate) fn search_as(rows: &Array2<f32>, weights: &Array2<f32>, element: ElementType) -> Narrowing {
    let powers: &[f32] = if element == ElementType::I8 { &NARROW_POWERS } else { &BROAD_POWERS };
    Site::new(rows, weights, true).best(element, powers)
}

struct Site<'a> {
    rows: &'a Array2<f32>,
    weights: &'a Array2<f32>,
    measured: Array2<f32>,
    /// Products of the measured rows.
    wanted: Array2<f32>,
    /// The mean square that each row's error is a share of.
    sizes: Array1<f64>,
}

impl<'a> Site<'a> {
    fn new(rows: &'a Array2<f32>, weights: &'a Array2<f32>, row_by_row: bool) -> Self {
        let stride = rows.nrows().div_ceil(MEASURED_ROWS).max(1);
        let indices: Vec<usize> = (0..rows.nrows()).step_by(stride).collect();
        let measured = rows.select(Axis(0), &indices);
        let wanted = product(measured.view(), weights.view());
        let squares = mean_squares(&wanted);
        let sizes = match row_by_row {
            true => squares,
            false => Array1::from_elem(squares.len(), squares.mean().unwrap_or(0.0)),
        };
        Self { rows, weights, measured, wanted, sizes: sizes.mapv(|size| size.max(f64::MIN_POSITIVE)) }
    }

    fn best(&self, element: ElementType, powers: &[f32]) -> Narrowing {
        let tried = powers.par_iter().map(|power| self.with(element, *power));
        let worse = || Narrowing {
            element,
            factors: Array1::ones(self.weights.ncols()),
            step: 1.0,
            power: 0.0,
            error: f64::INFINITY,
            coupling: None,
        };
        tried.reduce(worse, |a, b| if b.error < a.error { b } else { a })
    }

    /// The best narrowing with this power.
    fn with(&self, element: ElementType, power: f32) -> Narrowing {
        let factors = factors(self.rows.view(), self.weights.view(), power);
        let weights = rounded(&(self.weights * &factors));
        let measured = &self.measured / &factors;
        let tried = steps(self.rows, &factors, element).into_iter().map(|step| {
            let error = self.error(&measured, &weights, step, element);
            Narrowing { element, factors: factors.clone(), step, power, error, coupling: None }
        });
        let error = f64::INFINITY;
        let start = Narrowing { element, factors: factors.clone(), step: 1.0, power, error, coupling: None };
        tried.fold(start, |a, b| if b.error < a.error { b } else { a })
    }

    fn error(&self, measured: &Array2<f32>, weights: &Array2<f32>, step: f64, element: ElementType) -> f64 {
        let error = product(narrowed(measured, step, element).view(), weights.view()) - &self.wanted;
        (mean_squares(&error) / &self.sizes).mean().unwrap_or(0.0)
    }
}

/// What narrow rows stand for, after their channels were divided.
fn narrowed(rows: &Array2<f32>, step: f64, element: ElementType) -> Array2<f32> {
    let (least, most) = if element == ElementType::I8 { (-128.0, 127.0) } else { (-32_768.0, 32_767.0) };
    let step = step as f32;
    rows.mapv(|x| (x / step).round_ties_even().clamp(least, most) * step)
}

/// f, with a geometric mean of one.
fn factors(rows: ArrayView2<'_, f32>, weights: ArrayView2<'_, f32>, power: f32) -> Array1<f32> {
    let (rows, weights) = (largest_of_columns(rows), largest_of_columns(weights));
    let mut logs = Array1::zeros(rows.len());
    for ((log, x), w) in logs.iter_mut().zip(&rows).zip(&weights) {
        *log = power * x.ln() - (1.0 - power) * w.ln();
    }
    let mean = logs.mean().unwrap_or(0.0);
    logs.mapv(|log: f32| (log - mean).exp())
}

/// The largest absolute value of each column. A column of nothing counts as a little: its factor must be finite.
fn largest_of_columns(matrix: ArrayView2<'_, f32>) -> Array1<f32> {
    let largest = matrix.fold_axis(Axis(0), 0.0f32, |most, x| most.max(x.abs()));
    let little = (largest.fold(0.0f32, |most, x| most.max(*x)) * 1e-5).max(1e-12);
    largest.mapv(|x| x.max(little))
}

/// Scales that are tried.
fn steps(rows: &Array2<f32>, factors: &Array1<f32>, element: ElementType) -> Vec<f64> {
    let mut sizes: Vec<f32> = rows
        .rows()
        .into_iter()
        .flat_map(|row| row.iter().zip(factors).map(|(x, f)| (x / f).abs()).collect::<Vec<_>>())
        .collect();
    let mut size_of = |kept: f64| {
        let index = ((sizes.len() as f64 * kept).ceil() as usize).clamp(1, sizes.len().max(1)) - 1;
        match index < sizes.len() {
            true => f64::from(*sizes.select_nth_unstable_by(index, f32::total_cmp).1).max(1e-12),
            false => 1.0,
        }
    };
    match element {
        ElementType::I8 => KEPT.map(|kept| size_of(kept) / 127.0).to_vec(),
        _ => vec![size_of(1.0) * MARGIN / 32_767.0],
    }
}

/// Weights as integers of 8 bits with one scale for each row.
pub(crate) fn integers(weights: &Array2<f32>) -> (Array2<i8>, Vec<f64>) {
    let steps = steps_of_rows(weights);
    let mut integers = Array2::zeros(weights.raw_dim());
    for ((mut row, real), step) in integers.rows_mut().into_iter().zip(weights.rows()).zip(&steps) {
        for (integer, real) in row.iter_mut().zip(real) {
            *integer = (f64::from(*real) / step).round_ties_even() as i8;
        }
    }
    (integers, steps)
}

/// The steps with which each row's largest weight is 127.
fn steps_of_rows(weights: &Array2<f32>) -> Vec<f64> {
    let largest = weights.rows().into_iter().map(|row| row.fold(0.0f32, |most, x| most.max(x.abs())));
    largest.map(|most| if most > 0.0 { f64::from(most) / 127.0 } else { 1.0 }).collect()
}

/// The real numbers that those integers stand for.
fn rounded(weights: &Array2<f32>) -> Array2<f32> {
    let (integers, steps) = integers(weights);
    let mut rounded = integers.mapv(f32::from);
    for (mut row, step) in rounded.rows_mut().into_iter().zip(steps) {
        row *= step as f32;
    }
    rounded
}

/// The mean square of each row.
fn mean_squares(matrix: &Array2<f32>) -> Array1<f64> {
    let square = |row: ArrayView1<'_, f32>| row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    matrix.rows().into_iter().map(|row| square(row) / row.len().max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between −1 and 1 that look random.
    fn noise(rows: usize, columns: usize, seed: usize) -> Array2<f32> {
        Array2::from_shape_fn((rows, columns), |(r, c)| {
            let x = (seed + r * 7_919 + c * 104_729 + r * c * 31).wrapping_mul(2_654_435_761) >> 8;
            (x % 20_001) as f32 / 10_000.0 - 1.0
        })
    }

    #[test]
    fn a_loud_channel_is_smoothed() {
        let mut rows = noise(300, 16, 1);
        rows.column_mut(3).mapv_inplace(|x| x * 60.0);
        let weights = noise(24, 16, 2);
        let found = search(&rows, &weights);
        assert!(found.factors[3] > 5.0 * found.factors[2], "{:?}", found.factors);
        let plain = Site::new(&rows, &weights, false);
        let step = f64::from(rows.fold(0.0f32, |m, x| m.max(x.abs()))) / 127.0;
        let unsmoothed = plain.error(&rows, &rounded(&weights), step, ElementType::I8);
        assert!(found.error < unsmoothed / 2.0, "{} and {unsmoothed}", found.error);
        assert!(found.factors.fold(0.0f32, |sum, f| sum + f.ln()).abs() < 1e-3);
    }

    #[test]
    fn rows_that_8_bits_lose_have_16() {
        let calm = search(&noise(300, 64, 5), &noise(8, 64, 6));
        assert_eq!(calm.element, ElementType::I8);
        // A few large values among many small ones, all over the channels.
        let mut spiky = noise(300, 64, 3);
        spiky.iter_mut().step_by(499).for_each(|x| *x = 30.0);
        let found = search(&spiky, &noise(8, 64, 4));
        assert_eq!(found.element, ElementType::I16, "{}", found.error);
    }

    #[test]
    fn a_loud_row_is_one_of_many() {
        let mut rows = noise(300, 16, 7);
        rows.row_mut(0).mapv_inplace(|x| x * 3_000.0);
        let weights = noise(24, 16, 8);
        // With all rows on one scale, eight bits leave nothing of the others: each of them is an error of its own size.
        let found = search_as(&rows, &weights, ElementType::I8);
        assert!(found.element == ElementType::I8 && found.error > 0.5, "{}", found.error);
        assert!(search(&rows, &weights).error < 1e-3);
        assert!(search_as(&rows, &weights, ElementType::I16).error < found.error / 10.0);
    }

    #[test]
    fn weights_are_rounded_to_the_nearest_of_their_row() {
        let weights = ndarray::array![[1.27f32, -0.6351, 0.004], [0.0, 0.0, 0.0]];
        let (integers, steps) = integers(&weights);
        assert_eq!(integers, ndarray::array![[127i8, -64, 0], [0, 0, 0]]);
        assert!((steps[0] - 0.01).abs() < 1e-8);
        assert_eq!(steps[1], 1.0);
        // Channels of nothing have factors, too.
        let found = search(&Array2::zeros((4, 3)), &weights);
        assert!(found.factors.iter().all(|f| f.is_finite()) && found.step > 0.0);
    }
}
