//! The weights of a product: rows of `i8`, with a scale each.

use crate::{
    lowered::Lowered,
    value::{Accumulated, ConstantValue, Quantization, Range},
};

/// Integer parameters, one row of them for each output, and the real value of one unit of each row.
pub(super) struct Weights {
    pub(super) rows: usize,
    /// Row-major.
    pub(super) values: Vec<i8>,
    scales: Vec<f64>,
}

impl Weights {
    /// Reads a constant whose outputs lie along `axis`; every other axis keeps its order.
    pub(super) fn new(constant: &ConstantValue, axis: usize) -> Lowered<Self> {
        let rows = *constant.shape.get(axis).ok_or_else(|| {
            refusal!(
                "its weights have too few axes";
                "export the model again"
            )
        })?;
        // Without an element the products of the axes could be anything.
        if constant.real.is_empty() {
            return Err(refusal!("its weights are empty"; "export the model again"));
        }
        let outer: usize = constant.shape.iter().take(axis).product();
        let inner: usize = constant.shape.iter().skip(axis + 1).product();
        // Element (a, row, b) of [outer, rows, inner] goes to row `row`, column a·inner + b.
        let by_rows = |at: usize| (at / inner % rows, at / (inner * rows) * inner + at % inner);
        let columns = outer * inner;
        let mut scales = vec![0.0f64; rows];
        let mut values = vec![0i8; rows * columns];
        match &constant.integers {
            Some(integers) => {
                if integers.scales.len() > 1 && integers.axis != axis {
                    return Err(refusal!(
                        "its weights have a scale for each index of axis {}, its outputs lie along axis {axis}", integers.axis;
                        "quantize them along that one"
                    ));
                }
                for (row, scale) in scales.iter_mut().enumerate() {
                    *scale = integers.scales.get(row).or(integers.scales.first()).copied().unwrap_or(1.0);
                }
                for (at, value) in integers.values.iter().enumerate() {
                    let (row, column) = by_rows(at);
                    values[row * columns + column] = i8::try_from(*value).map_err(|_| {
                        refusal!(
                            "a weight is {value} from its zero point";
                            "quantize weights symmetrically, to int8"
                        )
                    })?;
                }
            }
            // A float graph: symmetric, one scale a row.
            None => {
                for (at, real) in constant.real.iter().enumerate() {
                    let (row, _) = by_rows(at);
                    scales[row] = scales[row].max(real.abs() / 127.0);
                }
                scales.iter_mut().filter(|scale| **scale == 0.0).for_each(|scale| *scale = 1.0);
                for (at, real) in constant.real.iter().enumerate() {
                    let (row, column) = by_rows(at);
                    values[row * columns + column] = (real / scales[row]).round_ties_even() as i8;
                }
            }
        }
        Ok(Self { rows, values, scales })
    }

    /// What waits for its quantization after these weights met an input; its channels lie along an axis of a sample.
    pub(super) fn accumulated(
        &self,
        node: u32,
        shape: Vec<u32>,
        axis: usize,
        input: Quantization,
    ) -> Accumulated {
        Accumulated {
            node,
            shape,
            axis,
            scales: self.scales.iter().map(|scale| scale * input.scale).collect(),
            offsets: vec![0.0; self.rows],
            zero_point: input.zero_point,
            range: Range::ALL,
            reshaped: false,
        }
    }

    /// What a step of the import says of them.
    pub(super) fn note(&self) -> String {
        let per = if self.scales.windows(2).any(|pair| pair[0] != pair[1]) {
            "a scale for each row"
        } else {
            "one scale"
        };
        format!("{} × {}, {per}", self.rows, self.values.len() / self.rows)
    }
}
