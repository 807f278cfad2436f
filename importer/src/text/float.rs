//! Float execution of an encoder: what its integer model is measured against, and where its scales come from.
//!
//! The rows of all texts stand in one matrix, so that each weight is read once; only attention goes text by text.

use std::ops::Range;

use ndarray::{s, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::{
    bert::{Bert, Block},
    config::Pooling,
    layers::Stacked,
};

/// All that a block makes of its rows.
pub(crate) struct Trace {
    pub(crate) query: Array2<f32>,
    pub(crate) key: Array2<f32>,
    pub(crate) value: Array2<f32>,
    /// Means of values.
    pub(crate) context: Array2<f32>,
    /// The block's rows and what attention adds to them.
    pub(crate) attended: Array2<f32>,
    /// The same, normalised.
    pub(crate) middle: Array2<f32>,
    /// Arguments of the function.
    pub(crate) argument: Array2<f32>,
    /// Its values.
    pub(crate) activated: Array2<f32>,
    /// The middle rows and what the feed-forward part adds to them.
    pub(crate) sum: Array2<f32>,
    /// The same, normalised: the next block's rows.
    pub(crate) rows: Array2<f32>,
}

impl Bert {
    /// What is added up for each token before the first block: not yet normalised, and normalised.
    pub(crate) fn embed(&self, texts: &Stacked) -> (Array2<f32>, Array2<f32>) {
        let mut sum = Array2::zeros((texts.ids.len(), self.config.width));
        for span in &texts.spans {
            for (position, row) in span.clone().enumerate() {
                let word = self.words.row(texts.ids[row] as usize);
                sum.row_mut(row).assign(&(&word + &self.positions.row(position)));
            }
        }
        let rows = self.norm.apply(&sum, self.config.epsilon);
        (sum, rows)
    }

    /// What a block makes of its rows.
    pub(crate) fn block(&self, block: &Block, rows: &Array2<f32>, texts: &Stacked) -> Trace {
        let (query, key, value) = (block.query.apply(rows), block.key.apply(rows), block.value.apply(rows));
        let context = self.attend(&query, &key, &value, texts);
        let attended = block.output.apply(&context) + rows;
        let middle = block.output_norm.apply(&attended, self.config.epsilon);
        let argument = block.up.apply(&middle);
        let mut activated = argument.clone();
        activated.par_mapv_inplace(|x| self.config.function.at(x.into()) as f32);
        let sum = block.down.apply(&activated) + &middle;
        let rows = block.down_norm.apply(&sum, self.config.epsilon);
        Trace { query, key, value, context, attended, middle, argument, activated, sum, rows }
    }

    fn attend(
        &self,
        query: &Array2<f32>,
        key: &Array2<f32>,
        value: &Array2<f32>,
        texts: &Stacked,
    ) -> Array2<f32> {
        let size = self.config.head();
        let scale = 1.0 / (size as f32).sqrt();
        let of = |span: &Range<usize>| {
            let mut context = Array2::zeros((span.len(), self.config.width));
            for head in 0..self.config.heads {
                let part = s![span.clone(), head * size..(head + 1) * size];
                let mut shares = query.slice(part).dot(&key.slice(part).t()) * scale;
                for mut row in shares.rows_mut() {
                    let most = row.fold(f32::NEG_INFINITY, |most, x| most.max(*x));
                    row.mapv_inplace(|x| (x - most).exp());
                    row /= row.sum();
                }
                context
                    .slice_mut(s![.., head * size..(head + 1) * size])
                    .assign(&shares.dot(&value.slice(part)));
            }
            context
        };
        let parts: Vec<Array2<f32>> = texts.spans.par_iter().map(of).collect();
        let mut context = Array2::zeros(query.raw_dim());
        for (span, part) in texts.spans.iter().zip(parts) {
            context.slice_mut(s![span.clone(), ..]).assign(&part);
        }
        context
    }

    /// The last rows of all texts.
    fn last_rows(&self, texts: &Stacked) -> Array2<f32> {
        let (_, mut rows) = self.embed(texts);
        for block in &self.blocks {
            rows = self.block(block, &rows, texts).rows;
        }
        rows
    }

    /// A row for each text, of length one.
    pub(crate) fn pool(&self, rows: &Array2<f32>, texts: &Stacked) -> Vec<Vec<f64>> {
        let of = |span: &Range<usize>| self.config.pooling.of(rows.slice(s![span.clone(), ..]));
        texts.spans.iter().map(of).collect()
    }

    /// The rows of a text's tokens. It has 1 to `max_tokens` ids of the vocabulary.
    pub(crate) fn rows(&self, ids: &[u32]) -> Array2<f32> {
        self.last_rows(&Stacked::new(&[ids.to_vec()]))
    }

    /// The embedding of each text, of length one. Every text has 1 to `max_tokens` ids of the vocabulary.
    pub fn embeddings(&self, texts: &[Vec<u32>]) -> Vec<Vec<f64>> {
        let texts = Stacked::new(texts);
        self.pool(&self.last_rows(&texts), &texts)
    }
}

impl Pooling {
    /// What it makes of a text's rows, of length one.
    pub(crate) fn of(self, rows: ArrayView2<'_, f32>) -> Vec<f64> {
        let row = match self {
            Self::Mean => rows.sum_axis(Axis(0)),
            Self::First => rows.row(0).to_owned(),
        };
        unit(row.iter().map(|x| f64::from(*x)))
    }
}

/// These numbers as a vector of length one; nothing stays nothing.
pub fn unit(numbers: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let numbers: Vec<f64> = numbers.into_iter().collect();
    let length = numbers.iter().map(|x| x * x).sum::<f64>().sqrt();
    let length = if length > 0.0 { length } else { 1.0 };
    numbers.into_iter().map(|x| x / length).collect()
}
