//! Float execution of a decoder: what its integer model is measured against, and where its scales come from.

use std::ops::Range;

use ndarray::{s, Array2, ArrayViewMut2};
use rayon::prelude::*;

use super::{Block, Llama};
use crate::text::layers::{product, Stacked};

/// All that a block makes of its rows.
pub(super) struct Trace {
    /// The rows, normalised.
    pub(super) normed: Array2<f32>,
    /// Turned.
    pub(super) query: Array2<f32>,
    /// Turned.
    pub(super) key: Array2<f32>,
    pub(super) value: Array2<f32>,
    /// Means of values.
    pub(super) context: Array2<f32>,
    /// The rows and what attention adds to them.
    pub(super) attended: Array2<f32>,
    /// The same, normalised.
    pub(super) middle: Array2<f32>,
    /// Arguments of the function.
    pub(super) gate: Array2<f32>,
    /// Its values.
    pub(super) opened: Array2<f32>,
    pub(super) up: Array2<f32>,
    /// Products of the two.
    pub(super) inner: Array2<f32>,
    /// What the block ends with: the next block's rows.
    pub(super) rows: Array2<f32>,
}

/// Cosines and sines of a position, pair by pair.
pub(super) fn angles(theta: f64, head: usize, position: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..head / 2).map(move |pair| {
        let angle = position as f64 * theta.powf(-2.0 * pair as f64 / head as f64);
        (angle.cos(), angle.sin())
    })
}

impl Llama {
    /// The rows before the first block.
    pub(super) fn embed(&self, texts: &Stacked) -> Array2<f32> {
        let ids: Vec<usize> = texts.ids.iter().map(|id| *id as usize).collect();
        self.words.select(ndarray::Axis(0), &ids)
    }

    /// What a block makes of its rows.
    pub(super) fn block(&self, block: &Block, rows: &Array2<f32>, texts: &Stacked) -> Trace {
        let normed = block.attention_norm.apply(rows, self.config.epsilon);
        let (mut query, mut key) = (block.query.apply(&normed), block.key.apply(&normed));
        let value = block.value.apply(&normed);
        for span in &texts.spans {
            self.turn(query.slice_mut(s![span.clone(), ..]));
            self.turn(key.slice_mut(s![span.clone(), ..]));
        }
        let context = self.attend(&query, &key, &value, texts);
        let attended = block.output.apply(&context) + rows;
        let middle = block.inner_norm.apply(&attended, self.config.epsilon);
        let (gate, up) = (block.gate.apply(&middle), block.up.apply(&middle));
        let mut opened = gate.clone();
        opened.par_mapv_inplace(|x| self.config.function.at(x.into()) as f32);
        let inner = &opened * &up;
        let rows = block.down.apply(&inner) + &attended;
        Trace { normed, query, key, value, context, attended, middle, gate, opened, up, inner, rows }
    }

    /// Turns the pairs of one text's heads.
    fn turn(&self, mut rows: ArrayViewMut2<'_, f32>) {
        let head = self.config.head;
        for (position, mut row) in rows.rows_mut().into_iter().enumerate() {
            let angles: Vec<(f64, f64)> = angles(self.config.theta, head, position).collect();
            for index in (0..row.len()).step_by(2) {
                let (cosine, sine) = angles[index % head / 2];
                let (a, b) = (f64::from(row[index]), f64::from(row[index + 1]));
                row[index] = (a * cosine - b * sine) as f32;
                row[index + 1] = (a * sine + b * cosine) as f32;
            }
        }
    }

    /// Means of values, of which each row sees its own and those before it.
    fn attend(
        &self,
        query: &Array2<f32>,
        key: &Array2<f32>,
        value: &Array2<f32>,
        texts: &Stacked,
    ) -> Array2<f32> {
        let (size, heads, key_heads) = (self.config.head, self.config.heads, self.config.key_heads);
        let scale = 1.0 / (size as f32).sqrt();
        let columns = |head: usize| head * size..(head + 1) * size;
        let of = |span: &Range<usize>| {
            let mut context = Array2::zeros((span.len(), heads * size));
            for head in 0..heads {
                let shared = s![span.clone(), columns(head * key_heads / heads)];
                let queries = query.slice(s![span.clone(), columns(head)]);
                let mut shares = queries.dot(&key.slice(shared).t()) * scale;
                for (row, mut shares) in shares.rows_mut().into_iter().enumerate() {
                    let (mut seen, mut hidden) = shares.view_mut().split_at(ndarray::Axis(0), row + 1);
                    let most = seen.fold(f32::NEG_INFINITY, |most, x| most.max(*x));
                    seen.mapv_inplace(|x| (x - most).exp());
                    let sum = seen.sum();
                    seen /= sum;
                    hidden.fill(0.0);
                }
                context.slice_mut(s![.., columns(head)]).assign(&shares.dot(&value.slice(shared)));
            }
            context
        };
        let parts: Vec<Array2<f32>> = texts.spans.par_iter().map(of).collect();
        let mut context = Array2::zeros((query.nrows(), heads * size));
        for (span, part) in texts.spans.iter().zip(parts) {
            context.slice_mut(s![span.clone(), ..]).assign(&part);
        }
        context
    }

    /// What products with the weights of the output make of a text's last rows: a number for each token of the
    /// vocabulary, after each token of the text. The text has 1 to `max_tokens` ids of the vocabulary.
    pub fn logits(&self, ids: &[u32]) -> Array2<f32> {
        let texts = Stacked::new(&[ids.to_vec()]);
        let mut rows = self.embed(&texts);
        for block in &self.blocks {
            rows = self.block(block, &rows, &texts).rows;
        }
        product(self.norm.apply(&rows, self.config.epsilon).view(), self.output().view())
    }

    /// The weights of the output.
    pub(super) fn output(&self) -> &Array2<f32> {
        self.head.as_ref().unwrap_or(&self.words)
    }
}
