//! The float graph of an encoder of the BERT family: its weights by what they do.

use ndarray::{s, Array2};

use super::{
    config::Config,
    layers::{Dense, NormLayer},
    tensors::Tensors,
};
use crate::refusal::Refusal;

/// One block: attention, then two products with a function between them, each added to what came in and normalised.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) query: Dense,
    pub(crate) key: Dense,
    pub(crate) value: Dense,
    /// From the heads back to the row.
    pub(crate) output: Dense,
    pub(crate) output_norm: NormLayer,
    pub(crate) up: Dense,
    pub(crate) down: Dense,
    pub(crate) down_norm: NormLayer,
}

/// An encoder.
#[derive(Clone, Debug)]
pub struct Bert {
    pub(crate) config: Config,
    /// A row for each token of the vocabulary.
    pub(crate) words: Array2<f32>,
    /// A row for each position; the row of the first type of tokens is added, since a text alone has no other. DistilBERT has no types.
    pub(crate) positions: Array2<f32>,
    pub(crate) norm: NormLayer,
    pub(crate) blocks: Vec<Block>,
}

impl Bert {
    /// Takes an encoder's tensors out of a file.
    ///
    /// # Errors
    /// [`Refusal`] of the first tensor that is missing or has another shape.
    pub fn new(config: Config, weights: &dyn Tensors) -> Result<Self, Refusal> {
        let (width, tokens) = (config.width, config.max_tokens);
        let words = weights.matrix("embeddings.word_embeddings.weight", config.vocabulary, width)?;
        let positions = weights.matrix("embeddings.position_embeddings.weight", config.positions, width)?;
        let mut positions = positions.slice(s![..tokens.min(config.positions), ..]).to_owned();
        if config.types > 0 {
            let types = weights.matrix("embeddings.token_type_embeddings.weight", config.types, width)?;
            positions += &types.row(0);
        }
        let norm = layer_norm(weights, "embeddings.LayerNorm", width)?;
        let blocks =
            (0..config.layers).map(|layer| block(weights, layer, &config)).collect::<Result<_, _>>()?;
        Ok(Self { config, words, positions, norm, blocks })
    }

    /// Its sizes and what it computes.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

fn dense(weights: &dyn Tensors, name: &str, outputs: usize, inputs: usize) -> Result<Dense, Refusal> {
    Ok(Dense {
        weights: weights.matrix(&format!("{name}.weight"), outputs, inputs)?,
        bias: weights.vector(&format!("{name}.bias"), outputs)?,
    })
}

fn layer_norm(weights: &dyn Tensors, name: &str, width: usize) -> Result<NormLayer, Refusal> {
    Ok(NormLayer {
        centre: true,
        gain: weights.vector(&format!("{name}.weight"), width)?,
        offset: weights.vector(&format!("{name}.bias"), width)?,
    })
}

fn block(weights: &dyn Tensors, layer: usize, config: &Config) -> Result<Block, Refusal> {
    let (width, inner) = (config.width, config.inner);
    let name = |part: &str| config.architecture.tensor(&format!("encoder.layer.{layer}.{part}"));
    let square = |part: &str| dense(weights, &name(part), width, width);
    Ok(Block {
        query: square("attention.self.query")?,
        key: square("attention.self.key")?,
        value: square("attention.self.value")?,
        output: square("attention.output.dense")?,
        output_norm: layer_norm(weights, &name("attention.output.LayerNorm"), width)?,
        up: dense(weights, &name("intermediate.dense"), inner, width)?,
        down: dense(weights, &name("output.dense"), width, inner)?,
        down_norm: layer_norm(weights, &name("output.LayerNorm"), width)?,
    })
}
