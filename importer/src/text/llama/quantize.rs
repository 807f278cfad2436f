//! A decoder as a model of rows: every scale comes from what the float graph does on calibration texts.
//!
//! All sums from block to block have one scale, since each block adds to what the one before gave, and the trunk is these
//! sums: after the tokens' rows and after each block. The output is the likeliest token behind each token of a text.

use std::ops::Range;

use millrace_inference::rows::{ArgMax, ElementType, Kind, Node, Rope};
use ndarray::{concatenate, Array1, Array2, ArrayView2, Axis};

use super::{
    float::{angles, Trace},
    Block, Llama, LlamaConfig,
};
use crate::{
    refusal::Refusal,
    text::{
        builder::{
            each, largest, largest_of_columns, number, wide_step, Attention, Builder, Narrow, Then, Wide,
        },
        layers::{Dense, Stacked},
        quantize::{expect_sound, Choice, Quantized},
        search::{search_as, Narrowing},
    },
};

/// The real distance of two neighbouring logits, in every model: 24 bits reach from −512 to 512.
pub const LOGIT_STEP: f64 = 1.0 / 16_384.0;

/// What one is in a table of cosines and sines.
const ANGLE_ONE: f64 = 16_384.0;

/// How much finer queries and keys are before they are turned.
const UNTURNED: f64 = 128.0;

/// The largest error of 8-bit rows, as a share of their products' mean square: beyond it they have 16 bits.
const MOST_ERROR: f64 = 3.0e-4;

/// Share of the elements of queries and keys that must not be clipped.
const KEPT: f64 = 0.999_9;

/// Room that values have beyond what calibration saw.
const NARROW_MARGIN: f64 = 1.05;

/// Room that rows of 16 bits have.
const MARGIN: f64 = 1.5;

/// Room that the function's arguments have.
const ARGUMENT_MARGIN: f64 = 1.25;

/// The function's arguments reach at least so far: SiLU differs from its ends by less than one in 16 bits beyond it.
const LEAST_ARGUMENT: f64 = 12.0;

/// Makes the integer model. `done` is called twice for each block.
///
/// # Errors
/// [`Refusal`] of too few calibration tokens, of scales that records can't say, and of what registration refuses.
pub fn quantize_llama(
    llama: &Llama,
    calibration: &[Vec<u32>],
    done: &dyn Fn(),
) -> Result<Quantized, Refusal> {
    let texts = Stacked::new(calibration);
    if texts.ids.is_empty() {
        return Err(refusal!("there is no text to calibrate with"; "give a few hundred sentences"));
    }
    let step = residual_step(llama, &texts, done);
    let mut builder = Builder::new(llama.config.vocabulary);
    let angles = builder.parameters.angles(all_angles(llama));
    let mut last = builder.embed(&llama.words, None, step)?;
    builder.commit(last.node);
    let mut quantizer = Quantizer { llama, builder, angles, choices: vec![] };
    let mut rows = llama.embed(&texts);
    for (number, block) in llama.blocks.iter().enumerate() {
        let trace = llama.block(block, &rows, &texts);
        last = quantizer.block(number, block, last, &trace)?;
        quantizer.builder.commit(last.node);
        rows = trace.rows;
        done();
    }
    quantizer.output(last, &rows)?;
    let Quantizer { builder, choices, .. } = quantizer;
    let (model, blob) = builder.finish(Kind::Causal, llama.config.max_tokens);
    expect_sound(&model, &blob)?;
    Ok(Quantized { model, blob, choices })
}

/// The step with which all sums fit.
fn residual_step(llama: &Llama, texts: &Stacked, done: &dyn Fn()) -> f64 {
    let mut rows = llama.embed(texts);
    let mut step = wide_step(&[&rows]);
    for block in &llama.blocks {
        let trace = llama.block(block, &rows, texts);
        step = step.max(wide_step(&[&trace.attended, &trace.rows]));
        rows = trace.rows;
        done();
    }
    step
}

fn all_angles(llama: &Llama) -> impl Iterator<Item = [i16; 2]> + '_ {
    let integer = |x: f64| (x * ANGLE_ONE).round_ties_even() as i16;
    let of = move |position| angles(llama.config.theta, llama.config.head, position);
    (0..llama.config.max_tokens).flat_map(of).map(move |(cosine, sine)| [integer(cosine), integer(sine)])
}

struct Quantizer<'a> {
    llama: &'a Llama,
    builder: Builder,
    /// Where the cosines and sines of all positions lie.
    angles: u64,
    choices: Vec<Choice>,
}

impl Quantizer<'_> {
    /// How rows become narrow before products with these weights: to this type, or to 16 bits if 8 lose too much.
    fn search(
        &mut self,
        block: usize,
        products: &'static str,
        element: ElementType,
        rows: &Array2<f32>,
        weights: &[&Dense],
    ) -> Result<Narrowing, Refusal> {
        let weights: Vec<_> = weights.iter().map(|dense| dense.weights.view()).collect();
        let weights = concatenate(Axis(0), &weights).map_err(|error| {
            refusal!(
                "the weights of block {block} differ in width: {error}";
                "give the weights of one model"
            )
        })?;
        let mut found = search_as(rows, &weights, element);
        if element == ElementType::I8 && found.error > MOST_ERROR {
            found = search_as(rows, &weights, ElementType::I16);
        }
        let Narrowing { element, power, error, .. } = found;
        self.choices.push(Choice { block, products, element, power, error });
        Ok(found.coupled(rows))
    }

    /// A block; gives the sum with which it ends.
    fn block(&mut self, number: usize, block: &Block, last: Wide, trace: &Trace) -> Result<Wide, Refusal> {
        let context = self.attention(number, block, last, trace)?;
        let node = self.builder.linear(&context, &block.output, &Then::Add(last))?;
        let attended = Wide { node, step: last.step };

        let both = [&block.gate, &block.up];
        let narrowing = self.search(number, "gate, up", ElementType::I8, &trace.middle, &both)?;
        let narrow = self.builder.narrow_norm(attended, &block.inner_norm, narrowing)?;
        let (opened_step, up_step) = (step_of_all(&trace.opened), step_of_all(&trace.up));
        let steps = |step: f64| vec![step; self.llama.config.inner];
        let (opened_steps, up_steps) = (steps(opened_step), steps(up_step));
        let opened = Narrowing {
            element: ElementType::I16,
            factors: Array1::ones(self.llama.config.inner),
            step: opened_step,
            power: 0.0,
            error: 0.0,
            coupling: None,
        };
        let argument = trace.gate.fold(0.0f32, |most, x| most.max(*x));
        let argument = (f64::from(argument) * ARGUMENT_MARGIN).max(LEAST_ARGUMENT) / 32_767.0;
        let then = Then::Function(self.llama.config.function.fitted_table(argument), argument, &opened);
        let gate = self.builder.linear(&narrow, &block.gate, &then)?;
        let up = self.builder.linear(&narrow, &block.up, &Then::Rows(ElementType::I16, &up_steps))?;

        let narrowing = self.search(number, "down", ElementType::I16, &trace.inner, &[&block.down])?;
        let inner = self.builder.multiply((gate, &opened_steps), (up, &up_steps), narrowing)?;
        let node = self.builder.linear(&inner, &block.down, &Then::Add(attended))?;
        Ok(Wide { node, step: last.step })
    }

    /// Means of values, ready for the product that follows.
    fn attention(
        &mut self,
        number: usize,
        block: &Block,
        last: Wide,
        trace: &Trace,
    ) -> Result<Narrow, Refusal> {
        let all = [&block.query, &block.key, &block.value];
        let narrowing = self.search(number, "query, key, value", ElementType::I8, &trace.normed, &all)?;
        let narrow = self.builder.narrow_norm(last, &block.attention_norm, narrowing)?;
        let (factors, query, key) = self.balanced(trace);
        let value = largest_of_columns(&trace.value) * (NARROW_MARGIN / 127.0);
        let value = value.to_vec();
        let values = self.builder.linear(&narrow, &block.value, &Then::Rows(ElementType::I8, &value))?;
        let attention = Attention {
            queries: self.turned(&narrow, &block.query, &query, |element| 1.0 / factors[element])?,
            keys: self.turned(&narrow, &block.key, &key, |element| factors[element])?,
            values,
            query_steps: &query,
            key_steps: &key,
            value_steps: &value,
        };
        let narrowing = self.search(number, "output", ElementType::I16, &trace.context, &[&block.output])?;
        self.builder.attend(&attention, narrowing)
    }

    /// What elements of keys are divided by, and queries multiplied with: it changes no score, and brings both to the
    /// geometric mean of their ranges, pair by pair of each head of keys, since both elements of a pair have to be turned
    /// on one scale. And the steps of heads of queries and of keys after that.
    fn balanced(&self, trace: &Trace) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let &LlamaConfig { heads, key_heads, head, .. } = &self.llama.config;
        let (queries, keys) = (largest_of_columns(&trace.query), largest_of_columns(&trace.key));
        let shared = heads / key_heads;
        let most = |numbers: &Array1<f64>, heads: Range<usize>, first: usize| {
            let places = heads.flat_map(|number| [number * head + first, number * head + first + 1]);
            places.map(|place| numbers[place]).fold(0.0, f64::max)
        };
        let factor = |element: usize| {
            let (group, first) = (element / head, element % head / 2 * 2);
            let of_queries = most(&queries, group * shared..(group + 1) * shared, first);
            (most(&keys, group..group + 1, first) / of_queries).sqrt()
        };
        let factors: Vec<f64> = (0..key_heads * head).map(factor).collect();
        let of_query = |place: usize| factors[place / head / shared * head + place % head];
        let queries = steps_of_heads(&trace.query, head, of_query);
        let keys = steps_of_heads(&trace.key, head, |place| 1.0 / factors[place]);
        (factors, queries, keys)
    }

    /// Heads that their positions have turned, with a step each, and a factor for each element of a head of keys.
    fn turned(
        &mut self,
        narrow: &Narrow,
        dense: &Dense,
        steps: &[f64],
        factor: impl Fn(usize) -> f64,
    ) -> Result<u32, Refusal> {
        let LlamaConfig { head, key_heads, .. } = self.llama.config;
        let shared = steps.len() / key_heads;
        let own: Vec<f64> = each(steps, head)
            .iter()
            .enumerate()
            .map(|(place, step)| step * factor(place / head / shared * head + place % head) / UNTURNED)
            .collect();
        let input = self.builder.linear(narrow, dense, &Then::Rows(ElementType::I16, &own))?;
        let heads = number(steps.len());
        Ok(self.builder.push(Node::Rope(Rope { input, heads, angles: self.angles })))
    }

    /// The likeliest token behind each.
    fn output(&mut self, last: Wide, rows: &Array2<f32>) -> Result<(), Refusal> {
        let llama = self.llama;
        let normed = llama.norm.apply(rows, llama.config.epsilon);
        let narrowing = Narrowing {
            element: ElementType::I16,
            factors: Array1::ones(llama.config.width),
            step: step_of_all(&normed),
            power: 0.0,
            error: 0.0,
            coupling: None,
        };
        let narrowing = narrowing.coupled(&normed);
        let narrow = self.builder.narrow_norm(last, &llama.norm, narrowing)?;
        let vocabulary = llama.config.vocabulary;
        let head = Dense { weights: llama.output().clone(), bias: Array1::zeros(vocabulary) };
        let steps = vec![LOGIT_STEP; vocabulary];
        let input = self.builder.linear(&narrow, &head, &Then::Rows(ElementType::Wide, &steps))?;
        self.builder.push(Node::ArgMax(ArgMax { input }));
        Ok(())
    }
}

/// The step in 8 bits of each head of so many elements, after each was multiplied with its factor. A few values are
/// clipped, as all others gain by that.
fn steps_of_heads(rows: &Array2<f32>, head: usize, factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let of_head = |columns: (usize, ArrayView2<'_, f32>)| {
        let (number, columns) = columns;
        let sized =
            |((_, column), x): ((usize, usize), &f32)| f64::from(x.abs()) * factor(number * head + column);
        let mut sizes: Vec<f64> = columns.indexed_iter().map(sized).collect();
        let last = sizes.len().saturating_sub(1);
        let index = (sizes.len() as f64 * KEPT).ceil() as usize;
        let (_, most, _) = sizes.select_nth_unstable_by(index.min(last), f64::total_cmp);
        most.max(1e-9) / 127.0
    };
    rows.axis_chunks_iter(Axis(1), head).enumerate().map(of_head).collect()
}

/// The step in 16 bits of all elements together. It is fine enough for all of them, while steps of single columns would clip
/// whatever goes beyond calibration in one of a thousand columns, which loses more than all rounding.
fn step_of_all(rows: &Array2<f32>) -> f64 {
    (largest(rows) * MARGIN / 32_767.0).max(1e-30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_has_one_step_that_clips_a_few_of_many() {
        // 40,000 elements of the first head, of which three are far out; the second head is twice as large by its factor.
        let mut rows =
            Array2::from_shape_fn((20_000, 4), |(row, column)| ((row + column) % 100) as f32 / 99.0);
        (0..3).for_each(|row| rows[[row * 5_000, 1]] = -50.0);
        let steps = steps_of_heads(&rows, 2, |place| if place < 2 { 1.0 } else { 2.0 });
        assert_eq!(steps, [1.0 / 127.0, 2.0 / 127.0]);
        // Of few elements none is clipped.
        assert_eq!(steps_of_heads(&rows.slice_move(ndarray::s![..3, ..2]), 2, |_| 1.0), [50.0 / 127.0]);
    }

    #[test]
    fn a_quiet_column_has_the_room_of_the_loudest() {
        let rows = ndarray::array![[0.1f32, -20.0], [0.2, 3.0]];
        assert!((step_of_all(&rows) - 20.0 * 1.5 / 32_767.0).abs() < 1e-12);
        assert!(step_of_all(&Array2::zeros((1, 1))) > 0.0);
    }
}
