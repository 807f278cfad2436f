//! A checkpoint's names for the tensors of a graph, by what they do in it.

use std::collections::BTreeMap;

use super::{
    constants::Constants,
    walk::{Norm, Product, Walked},
};
use crate::{
    refusal::Refusal,
    text::{Config, LlamaConfig},
};

/// A constant of a graph.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) constant: String,
    /// Whether a checkpoint has its rows as columns.
    pub(super) is_turned: bool,
}

/// Constants by their names in a checkpoint.
pub(super) type Places = BTreeMap<String, Place>;

/// Products of a block.
const ENCODER_PRODUCTS: usize = 6;
const DECODER_PRODUCTS: usize = 7;

/// The tensors of an encoder of the BERT family.
///
/// # Errors
/// [`Refusal`] of a graph that has less products, norms or tables, or whose queries and keys can't be told.
pub(super) fn encoder(
    walked: &Walked,
    constants: &Constants<'_>,
    config: &Config,
) -> Result<Places, Refusal> {
    let mut places = Places::new();
    let Config { width, layers, .. } = *config;
    expect_counts(walked, ENCODER_PRODUCTS * layers, 2 * layers + 1)?;
    let tables = [("word", config.vocabulary), ("position", config.positions), ("token_type", config.types)];
    let mut left: Vec<&String> = walked.tables.iter().collect();
    for (name, rows) in tables {
        let table = take_table(&mut left, constants, [rows, width])?;
        places.insert(
            format!("embeddings.{name}_embeddings.weight"),
            Place { constant: table, is_turned: false },
        );
    }
    add_norm(&mut places, "embeddings.LayerNorm", &walked.norms[0]);
    for layer in 0..layers {
        let first = ENCODER_PRODUCTS * layer;
        let [query, key, value] = attention(walked, layer, first)?;
        let parts = [
            ("attention.self.query", query),
            ("attention.self.key", key),
            ("attention.self.value", value),
            ("attention.output.dense", first + 3),
            ("intermediate.dense", first + 4),
            ("output.dense", first + 5),
        ];
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for (part, product) in parts {
            add_product(&mut places, &name(part), &walked.products[product]);
        }
        add_norm(&mut places, &name("attention.output.LayerNorm"), &walked.norms[2 * layer + 1]);
        add_norm(&mut places, &name("output.LayerNorm"), &walked.norms[2 * layer + 2]);
    }
    Ok(places)
}

/// The tensors of a decoder of the LLaMA family.
///
/// # Errors
/// As [`encoder`], and of a block whose gate can't be told.
pub(super) fn decoder(
    walked: &Walked,
    constants: &Constants<'_>,
    config: &LlamaConfig,
) -> Result<Places, Refusal> {
    let mut places = Places::new();
    let LlamaConfig { width, layers, vocabulary, .. } = *config;
    let products = DECODER_PRODUCTS * layers;
    expect_counts(walked, products, 2 * layers + 1)?;
    let table = take_table(&mut walked.tables.iter().collect(), constants, [vocabulary, width])?;
    places.insert("model.embed_tokens.weight".into(), Place { constant: table, is_turned: false });
    for layer in 0..layers {
        let first = DECODER_PRODUCTS * layer;
        let [query, key, value] = attention(walked, layer, first)?;
        let [gate, up] = gated(walked, layer, first + 4)?;
        let parts = [
            ("self_attn.q_proj", query),
            ("self_attn.k_proj", key),
            ("self_attn.v_proj", value),
            ("self_attn.o_proj", first + 3),
            ("mlp.gate_proj", gate),
            ("mlp.up_proj", up),
            ("mlp.down_proj", first + 6),
        ];
        let name = |part: &str| format!("model.layers.{layer}.{part}");
        for (part, product) in parts {
            add_product(&mut places, &name(part), &walked.products[product]);
        }
        add_norm(&mut places, &name("input_layernorm"), &walked.norms[2 * layer]);
        add_norm(&mut places, &name("post_attention_layernorm"), &walked.norms[2 * layer + 1]);
    }
    add_norm(&mut places, "model.norm", &walked.norms[2 * layers]);
    if let Some(head) = walked.products.get(products) {
        add_product(&mut places, "lm_head", head);
    }
    Ok(places)
}

fn expect_counts(walked: &Walked, products: usize, norms: usize) -> Result<(), Refusal> {
    let [found_products, found_norms] = [walked.products.len(), walked.norms.len()];
    match found_products >= products && found_norms >= norms {
        true => Ok(()),
        false => Err(refusal!(
            "the graph has {found_products} products with constant weights and {found_norms} norms, and config.json's \
             model has {products} and {norms}";
            "give the config.json that came with the graph; if it did, export the model again as float32 without \
             optimization"
        )),
    }
}

/// Takes the first table of this shape.
fn take_table(
    tables: &mut Vec<&String>,
    constants: &Constants<'_>,
    shape: [usize; 2],
) -> Result<String, Refusal> {
    let at = tables.iter().position(|name| constants.shape(name).as_deref() == Some(&shape));
    at.map(|at| tables.remove(at).clone()).ok_or_else(|| {
        refusal!(
            "the graph takes rows from no table of the shape {shape:?}";
            "give the config.json that came with the graph, or export the model with the inputs input_ids, \
             attention_mask and token_type_ids"
        )
    })
}

/// Which of three products from the first on are queries, keys and values.
fn attention(walked: &Walked, layer: usize, first: usize) -> Result<[usize; 3], Refusal> {
    let three = first..first + 3;
    let [query, key] =
        walked.scores.iter().find(|pair| pair.iter().all(|product| three.contains(product))).ok_or_else(
            || {
                refusal!(
                    "the graph has no product of queries and keys where block {layer} would have it";
                    "give the config.json that came with the graph, or export the model without optimization"
                )
            },
        )?;
    let value = three.clone().find(|product| product != query && product != key);
    Ok([*query, *key, value.unwrap_or(first)])
}

/// Which of two products from the first on a function is applied to, and the other.
fn gated(walked: &Walked, layer: usize, first: usize) -> Result<[usize; 2], Refusal> {
    match [first, first + 1].map(|product| walked.functions.contains(&product)) {
        [true, false] => Ok([first, first + 1]),
        [false, true] => Ok([first + 1, first]),
        _ => Err(refusal!(
            "the graph applies no function to just one of two products where block {layer} would have its gate";
            "give the config.json that came with the graph, or export the model without optimization"
        )),
    }
}

fn add_product(places: &mut Places, name: &str, product: &Product) {
    let weights = Place { constant: product.weights.clone(), is_turned: product.by_inputs };
    places.insert(format!("{name}.weight"), weights);
    if let Some(bias) = product.bias.clone() {
        places.insert(format!("{name}.bias"), Place { constant: bias, is_turned: false });
    }
}

fn add_norm(places: &mut Places, name: &str, norm: &Norm) {
    places.insert(format!("{name}.weight"), Place { constant: norm.gain.clone(), is_turned: false });
    if let Some(offset) = norm.offset.clone() {
        places.insert(format!("{name}.bias"), Place { constant: offset, is_turned: false });
    }
}
