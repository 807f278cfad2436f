//! Language models: import, going on with a text, and how much worse than the float model they predict held-out texts.

use std::path::Path;

use millrace_importer::text::{
    quantize_llama, Bundle, Decoder, Llama, LlamaConfig, Perplexity, Source, Texts, Tokens,
};

use super::outcome::{expect_near, expect_same_vocabulary, print_choices, said, write_bundle, Wanted};
use crate::cli::{
    commitment,
    progress::{steps, working},
    text_check::Found,
};

/// Tokens of a piece of text that a model is calibrated with or measured on.
const PIECE: usize = 256;

/// What is said of a decoder that can be imported.
pub(super) fn found(config: &LlamaConfig) -> Found {
    let LlamaConfig { width, layers, heads, key_heads, head, inner, vocabulary, max_tokens, .. } = *config;
    let attention = (2 * heads + 2 * key_heads) * head;
    let weights = vocabulary * width + layers * (attention + 3 * inner) * width;
    let purpose = "a language model";
    Found { architecture: LlamaConfig::ARCHITECTURE, purpose, layers, width, vocabulary, max_tokens, weights }
}

pub(super) fn import(source: &Source, wanted: Wanted<'_>) -> Result<(), String> {
    let options = wanted.options;
    let texts = texts(options.texts.as_deref())?;
    let tokens = source.tokens().map_err(said)?;
    let llama = working("reading", || source.llama(options.max_tokens)).map_err(said)?;
    tokens.expect_vocabulary(llama.config().vocabulary).map_err(said)?;
    let limit = llama.config().max_tokens;
    let calibration = pieces(&tokens, &texts.calibration, limit)?;
    let held_out = pieces(&tokens, &texts.held_out, limit)?;
    let count = 2 * llama.config().layers;
    let quantized =
        steps("calibrating", count, |done| quantize_llama(&llama, &calibration, done)).map_err(said)?;
    print_choices(&quantized.choices);
    let bundle = Bundle::new(quantized, tokens).map_err(said)?;
    println!("\ncalibrated   {} tokens", calibration.iter().map(Vec::len).sum::<usize>());
    let found = measure(&llama, &bundle, &held_out)?;
    println!("held out     {found}");
    let bar = format!("at most +{} %", 100.0 * Perplexity::MOST_LOSS);
    expect_near(found.is_enough(), &found.to_string(), &bar, options)?;
    write_bundle(&bundle, wanted)
}

pub(super) fn diff(bundle: &Bundle, weights: &Path, file: Option<&Path>) -> Result<(), String> {
    let texts = texts(file)?;
    let limit = usize::try_from(bundle.model().model().max_tokens).unwrap_or(usize::MAX);
    let llama = working("reading", || Source::new(weights).llama(Some(limit))).map_err(said)?;
    expect_same_vocabulary(bundle, llama.config().vocabulary)?;
    println!("{}", measure(&llama, bundle, &pieces(bundle.tokens(), &texts.held_out, limit)?)?);
    Ok(())
}

pub(super) fn run(bundle: &Bundle, texts: &[String], most: usize, integers: bool) -> Result<(), String> {
    let ids = texts.iter().map(|text| bundle.ids(text)).collect::<Result<Vec<_>, _>>().map_err(said)?;
    let decoder = working("preparing", || Decoder::new(bundle)).map_err(said)?;
    commitment::state(
        decoder.memory(ids.iter().map(Vec::len).max().unwrap_or_default().saturating_add(most)),
    );
    for ids in ids {
        let is_end = |id| bundle.tokens().is_end(id);
        let made = working("executing", || decoder.generate(&ids, most, is_end)).map_err(said)?;
        match integers {
            true => println!("{made:?}"),
            false => println!("{}", bundle.tokens().text(&made).map_err(said)?),
        }
    }
    Ok(())
}

fn measure(llama: &Llama, bundle: &Bundle, held_out: &[Vec<u32>]) -> Result<Perplexity, String> {
    let decoder = working("preparing", || Decoder::of_logits(bundle)).map_err(said)?;
    steps("predicting", held_out.len(), |done| Perplexity::new(llama, &decoder, held_out, done)).map_err(said)
}

fn texts(file: Option<&Path>) -> Result<Texts, String> {
    file.map_or_else(|| Ok(Texts::built_in_prose()), Texts::read).map_err(said)
}

/// Lines as one text, in pieces that the model takes.
fn pieces(tokens: &Tokens, lines: &[String], limit: usize) -> Result<Vec<Vec<u32>>, String> {
    let pieces = tokens.pieces(&lines.join("\n"), limit.min(PIECE)).map_err(said)?;
    // One token alone has nothing to predict.
    Ok(pieces.into_iter().filter(|piece| piece.len() > 1).collect())
}
