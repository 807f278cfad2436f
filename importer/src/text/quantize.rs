//! An encoder as a model of rows: every scale comes from what the float graph does on calibration texts, block by
//! block.
//!
//! The trunk is the sum that enters the first norm, and the sum with which each block ends. What a block normalises is
//! made again at the start of the next, narrow for the products and wide to add to, so nothing else crosses a trunk
//! node.

use millrace_inference::rows::{Blob, CheckedModel, ElementType, Kind, Model, Node, Norm, Pool, Select};
use ndarray::{concatenate, Array2, Axis};

use super::{
    bert::{Bert, Block},
    builder::{
        argument_step, each, head_steps, largest, largest_of_columns, wide_step, Attention, Builder, Narrow,
        Then, Wide, NORM_ONE,
    },
    config::Pooling,
    float::Trace,
    layers::{NormLayer, Stacked},
    record::record,
    search::{search, Narrowing},
};
use crate::refusal::Refusal;

/// Room that the output has beyond what calibration saw.
const OUTPUT_MARGIN: f64 = 1.1;

/// What was chosen where rows become narrow.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The block.
    pub block: usize,
    /// The products that read the rows.
    pub products: &'static str,
    /// Type of the rows.
    pub element: ElementType,
    /// The smoothing's power α.
    pub power: f32,
    /// Mean square of the products' error over their mean square.
    pub error: f64,
}

/// A text model in integers.
#[derive(Clone, Debug)]
pub struct Quantized {
    /// The graph, which passed registration.
    pub model: Model,
    /// Its parameters, of which none is out of range.
    pub blob: Vec<u8>,
    /// What was chosen, site by site.
    pub choices: Vec<Choice>,
}

/// Makes the integer model. `done` is called after each block.
///
/// # Errors
/// [`Refusal`] of too few calibration tokens, of scales that records can't say, and of what registration refuses.
pub fn quantize(bert: &Bert, calibration: &[Vec<u32>], done: &dyn Fn()) -> Result<Quantized, Refusal> {
    let texts = Stacked::new(calibration);
    if texts.ids.is_empty() {
        return Err(refusal!("there is no text to calibrate with"; "give a few hundred sentences"));
    }
    let (sum, mut rows) = bert.embed(&texts);
    let mut quantizer = Quantizer { builder: Builder::new(bert.config.vocabulary), choices: vec![] };
    let mut last = quantizer.builder.embed(&bert.words, Some(&bert.positions), wide_step(&[&sum]))?;
    drop(sum);
    quantizer.builder.commit(last.node);
    let mut norm = &bert.norm;
    for (number, block) in bert.blocks.iter().enumerate() {
        let trace = bert.block(block, &rows, &texts);
        let entering = Entering { last, norm, rows: &rows };
        last = quantizer.block(bert, (number, block), &entering, &trace)?;
        quantizer.builder.commit(last.node);
        norm = &block.down_norm;
        rows = trace.rows;
        done();
    }
    let last = quantizer.builder.wide_norm(last, norm, wide_step(&[&rows]))?;
    let reach = bert.pool(&rows, &texts).iter().flatten().fold(0.0, |most: f64, x| most.max(x.abs()));
    quantizer.pool(bert, last, reach)?;
    let (model, blob) = quantizer.builder.finish(Kind::Encoder, bert.config.max_tokens);
    expect_sound(&model, &blob)?;
    Ok(Quantized { model, blob, choices: quantizer.choices })
}

/// What a block begins with.
struct Entering<'a> {
    /// The sum that isn't yet normalised.
    last: Wide,
    norm: &'a NormLayer,
    /// What the float graph has, normalised.
    rows: &'a Array2<f32>,
}

struct Quantizer {
    builder: Builder,
    choices: Vec<Choice>,
}

impl Quantizer {
    fn search(
        &mut self,
        block: usize,
        products: &'static str,
        rows: &Array2<f32>,
        weights: &Array2<f32>,
    ) -> Narrowing {
        let found = search(rows, weights);
        let Narrowing { element, power, error, .. } = found;
        self.choices.push(Choice { block, products, element, power, error });
        found
    }

    /// A block; gives the sum with which it ends.
    fn block(
        &mut self,
        bert: &Bert,
        (number, block): (usize, &Block),
        entering: &Entering<'_>,
        trace: &Trace,
    ) -> Result<Wide, Refusal> {
        let &Entering { last, norm, rows } = entering;
        let all = [&block.query, &block.key, &block.value].map(|dense| dense.weights.view());
        let all = concatenate(Axis(0), &all).map_err(|error| {
            refusal!(
                "the weights of block {number} differ in width: {error}";
                "give the weights of one model"
            )
        })?;
        let narrowing = self.search(number, "query, key, value", rows, &all);
        let narrow = self.builder.narrow_norm(last, norm, narrowing)?;
        let step = wide_step(&[rows, &trace.attended]);
        let wide = self.builder.wide_norm(last, norm, step)?;
        let context = self.attention(bert, (number, block), &narrow, trace)?;
        let node = self.builder.linear(&context, &block.output, &Then::Add(wide))?;
        let attended = Wide { node, step };

        let narrowing = self.search(number, "up", &trace.middle, &block.up.weights);
        let narrow = self.builder.narrow_norm(attended, &block.output_norm, narrowing)?;
        let step = wide_step(&[&trace.middle, &trace.sum]);
        let wide = self.builder.wide_norm(attended, &block.output_norm, step)?;
        let narrowing = self.search(number, "down", &trace.activated, &block.down.weights);
        let argument = argument_step(largest(&trace.argument));
        let then = Then::Function(bert.config.function.table(argument), argument, &narrowing);
        let node = self.builder.linear(&narrow, &block.up, &then)?;
        let activated = Narrow { node, narrowing };
        let node = self.builder.linear(&activated, &block.down, &Then::Add(wide))?;
        Ok(Wide { node, step })
    }

    /// Means of values, ready for the product that follows.
    fn attention(
        &mut self,
        bert: &Bert,
        (block, weights): (usize, &Block),
        narrow: &Narrow,
        trace: &Trace,
    ) -> Result<Narrow, Refusal> {
        let (heads, size) = (bert.config.heads, bert.config.head());
        let steps = |rows| head_steps(&largest_of_columns(rows), heads);
        let (query, key) = (steps(&trace.query), steps(&trace.key));
        let value: Vec<f64> = largest_of_columns(&trace.value).iter().map(|most| most / 127.0).collect();
        let mut linear =
            |dense, steps: &[f64]| self.builder.linear(narrow, dense, &Then::Rows(ElementType::I8, steps));
        let attention = Attention {
            queries: linear(&weights.query, &each(&query, size))?,
            keys: linear(&weights.key, &each(&key, size))?,
            values: linear(&weights.value, &value)?,
            query_steps: &query,
            key_steps: &key,
            value_steps: &value,
        };
        let narrowing = self.search(block, "output", &trace.context, &weights.output.weights);
        self.builder.attend(&attention, narrowing)
    }

    /// One row of 8 bits for each text. Its elements reach `reach` where it is of length one.
    fn pool(&mut self, bert: &Bert, last: Wide, reach: f64) -> Result<(), Refusal> {
        let width = bert.config.width;
        let most = (reach * (width as f64).sqrt() * OUTPUT_MARGIN).max(1e-9);
        let records = vec![record(127.0 / most / NORM_ONE, 0.0)?; width];
        let rescales = self.builder.parameters.rescales(&records);
        let element = ElementType::I8;
        match bert.config.pooling {
            Pooling::Mean => self.builder.push(Node::Pool(Pool { input: last.node, rescales, element })),
            Pooling::First => {
                let input = self.builder.push(Node::Select(Select { input: last.node, last: false }));
                self.builder.push(Node::Norm(Norm { input, centre: false, rescales, element }))
            }
        };
        Ok(())
    }
}

/// Refuses a model that registration refuses, or that has a parameter out of range.
pub(crate) fn expect_sound(model: &Model, blob: &[u8]) -> Result<(), Refusal> {
    let checked = CheckedModel::from_bytes(&model.to_bytes()).map_err(|error| {
        refusal!(
            "the imported model can't be registered: {error}";
            "take a model with fewer or smaller blocks"
        )
    })?;
    let faults = Blob::new(&checked, blob).map(|blob| blob.faults(&checked)).map_err(|error| {
        refusal!(
            "the imported model and its parameters differ: {error}";
            "report the model that shows it"
        )
    })?;
    match faults.first() {
        None => Ok(()),
        Some(fault) => Err(refusal!(
            "node {} of the imported model has {} parameters out of range", fault.node, fault.count;
            "report the model that shows it"
        )),
    }
}
