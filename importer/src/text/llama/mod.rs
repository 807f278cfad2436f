//! Decoders of the LLaMA family: the float graph by what its weights do.
//!
//! A block adds twice to its rows: attention over what a norm without mean makes of them, and a feed-forward part, the
//! product of a function of one product and another product. Positions turn pairs of neighbours in heads of queries and keys.

mod config;
mod float;
mod quantize;

use std::collections::BTreeSet;

use ndarray::{Array1, Array2};

pub use self::{
    config::LlamaConfig,
    quantize::{quantize_llama, LOGIT_STEP},
};
use super::{
    layers::{Dense, NormLayer},
    tensors::Tensors,
};
use crate::refusal::Refusal;

/// One block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) attention_norm: NormLayer,
    pub(crate) query: Dense,
    pub(crate) key: Dense,
    pub(crate) value: Dense,
    /// From the heads back to the row.
    pub(crate) output: Dense,
    pub(crate) inner_norm: NormLayer,
    pub(crate) gate: Dense,
    pub(crate) up: Dense,
    pub(crate) down: Dense,
}

/// A decoder.
#[derive(Clone, Debug)]
pub struct Llama {
    pub(crate) config: LlamaConfig,
    /// A row for each token of the vocabulary.
    pub(crate) words: Array2<f32>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) norm: NormLayer,
    /// From the last rows to a number for each token; the rows of tokens if there is none.
    pub(crate) head: Option<Array2<f32>>,
}

/// How a file calls a decoder's tensors, and which rows of a head are a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As transformers saves them: a pair is half a head apart.
    Transformers,
    /// As GGUF files have them: a pair is two neighbours.
    Gguf,
}

impl Llama {
    /// Takes a decoder's tensors out of a file.
    ///
    /// # Errors
    /// [`Refusal`] of the first tensor that is missing, has another shape, or would be left over.
    pub fn new(config: LlamaConfig, tensors: &dyn Tensors, naming: Naming) -> Result<Self, Refusal> {
        let mut loader = Loader { tensors, naming, config: &config, read: BTreeSet::new() };
        let (vocabulary, width) = (config.vocabulary, config.width);
        let words = loader.matrix("model.embed_tokens", vocabulary, width)?;
        let blocks = (0..config.layers).map(|layer| loader.block(layer)).collect::<Result<_, _>>()?;
        let norm = loader.norm("model.norm")?;
        let head = match config.tied.unwrap_or(!loader.has("lm_head")) {
            true => None,
            false => Some(loader.matrix("lm_head", vocabulary, width)?),
        };
        loader.expect_all_read()?;
        Ok(Self { config, words, blocks, norm, head })
    }

    /// Its sizes and what it computes.
    pub fn config(&self) -> &LlamaConfig {
        &self.config
    }
}

/// Reads tensors, and remembers which.
struct Loader<'a> {
    tensors: &'a dyn Tensors,
    naming: Naming,
    config: &'a LlamaConfig,
    read: BTreeSet<String>,
}

impl Loader<'_> {
    fn matrix(&mut self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, Refusal> {
        let name = self.naming.of(name);
        let matrix = self.tensors.matrix(&name, rows, columns)?;
        self.read.insert(name);
        Ok(matrix)
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.names().contains(&self.naming.of(name).as_str())
    }

    fn norm(&mut self, name: &str) -> Result<NormLayer, Refusal> {
        let name = self.naming.of(name);
        let gain = self.tensors.vector(&name, self.config.width)?;
        self.read.insert(name);
        Ok(NormLayer { centre: false, offset: Array1::zeros(gain.len()), gain })
    }

    fn dense(&mut self, name: &str, outputs: usize, inputs: usize) -> Result<Dense, Refusal> {
        Ok(Dense { weights: self.matrix(name, outputs, inputs)?, bias: Array1::zeros(outputs) })
    }

    /// A product whose outputs are heads that are turned, pairs as neighbours.
    fn turned(&mut self, name: &str, heads: usize) -> Result<Dense, Refusal> {
        let LlamaConfig { head, width, .. } = *self.config;
        let mut dense = self.dense(name, heads * head, width)?;
        if self.naming == Naming::Transformers {
            dense.weights = neighbours(&dense.weights, head);
        }
        Ok(dense)
    }

    fn block(&mut self, layer: usize) -> Result<Block, Refusal> {
        let LlamaConfig { width, heads, key_heads, head, inner, .. } = *self.config;
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        Ok(Block {
            attention_norm: self.norm(&name("input_layernorm"))?,
            query: self.turned(&name("self_attn.q_proj"), heads)?,
            key: self.turned(&name("self_attn.k_proj"), key_heads)?,
            value: self.dense(&name("self_attn.v_proj"), key_heads * head, width)?,
            output: self.dense(&name("self_attn.o_proj"), width, heads * head)?,
            inner_norm: self.norm(&name("post_attention_layernorm"))?,
            gate: self.dense(&name("mlp.gate_proj"), inner, width)?,
            up: self.dense(&name("mlp.up_proj"), inner, width)?,
            down: self.dense(&name("mlp.down_proj"), width, inner)?,
        })
    }

    /// A tensor that nobody asked for does something in its model that isn't done here: a bias, or other angles.
    fn expect_all_read(&self) -> Result<(), Refusal> {
        let is_left = |name: &&str| {
            // What the architecture fixes, and some files hold nevertheless; and the head of a model that has none.
            let derived = name.ends_with("rotary_emb.inv_freq") || *name == "lm_head.weight";
            !derived && !self.read.contains(*name)
        };
        match self.tensors.names().into_iter().find(is_left) {
            None => Ok(()),
            Some(name) => Err(refusal!(
                "the tensor {name} has no place in a plain LLaMA model";
                "take a model without biases and scaled positions, whose layers are all of one kind"
            )),
        }
    }
}

impl Naming {
    /// A tensor's name in the file, from what transformers calls its layer.
    fn of(self, name: &str) -> String {
        if self == Self::Transformers {
            return format!("{name}.weight");
        }
        let parts = [
            ("model.embed_tokens", "token_embd"),
            ("model.norm", "output_norm"),
            ("lm_head", "output"),
            ("model.layers.", "blk."),
            ("input_layernorm", "attn_norm"),
            ("self_attn.q_proj", "attn_q"),
            ("self_attn.k_proj", "attn_k"),
            ("self_attn.v_proj", "attn_v"),
            ("self_attn.o_proj", "attn_output"),
            ("post_attention_layernorm", "ffn_norm"),
            ("mlp.gate_proj", "ffn_gate"),
            ("mlp.up_proj", "ffn_up"),
            ("mlp.down_proj", "ffn_down"),
        ];
        let name = parts.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to));
        format!("{name}.weight")
    }
}

/// Rows of each head in another order: what was half a head apart stands side by side.
fn neighbours(weights: &Array2<f32>, head: usize) -> Array2<f32> {
    let half = head / 2;
    let order: Vec<usize> = (0..weights.nrows())
        .map(|row| {
            let (start, place) = (row / head * head, row % head);
            start + place / 2 + place % 2 * half
        })
        .collect();
    weights.select(ndarray::Axis(0), &order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file() {
        let name = "model.layers.3.mlp.down_proj";
        assert_eq!(Naming::Transformers.of(name), "model.layers.3.mlp.down_proj.weight");
        assert_eq!(Naming::Gguf.of(name), "blk.3.ffn_down.weight");
        assert_eq!(Naming::Gguf.of("model.norm"), "output_norm.weight");
        assert_eq!(Naming::Gguf.of("lm_head"), "output.weight");
        assert_eq!(Naming::Gguf.of("model.layers.0.self_attn.o_proj"), "blk.0.attn_output.weight");
    }

    #[test]
    fn pairs_become_neighbours() {
        let rows = Array2::from_shape_fn((8, 1), |(row, _)| row as f32);
        assert_eq!(neighbours(&rows, 4).into_raw_vec_and_offset().0, [0., 2., 1., 3., 4., 6., 5., 7.]);
    }
}
