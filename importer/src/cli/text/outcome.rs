//! What is said of a text model that was imported, and what it must be for that.

use std::path::Path;

use millrace_importer::{
    text::{Bundle, Choice},
    Refusal, Words,
};
use millrace_inference::model_id;
use sp_crypto_hashing::blake2_256;

use crate::cli::text_options::Options;

/// Where a text model is written to, and what is said of it.
pub(super) struct Wanted<'a> {
    pub(super) output: &'a Path,
    pub(super) words: Words,
    pub(super) options: &'a Options,
}

/// Refuses a model that misses the bar, unless it is asked for nevertheless.
pub(super) fn expect_near(is_enough: bool, found: &str, bar: &str, options: &Options) -> Result<(), String> {
    if is_enough {
        return Ok(());
    }
    if !options.despite_loss {
        return Err(format!(
            "the model is too far from the float one ({found}; expected {bar}), so it isn't written; calibrate it with \
             more texts that are like what it will see, or write it nevertheless with --despite-loss"
        ));
    }
    println!("accepted     although it misses {bar}");
    Ok(())
}

pub(super) fn print_choices(choices: &[Choice]) {
    for choice in choices {
        println!(
            "block {:<3} {:<18} {:?}, α {:.1}, error {:.1e} of the products' mean square",
            choice.block, choice.products, choice.element, choice.power, choice.error
        );
    }
}

/// Writes a model with all that goes beside it, and says what was written.
pub(super) fn write_bundle(bundle: &Bundle, wanted: Wanted<'_>) -> Result<(), String> {
    let Wanted { output, words, .. } = wanted;
    bundle.save(output, &bundle.metadata(words)?).map_err(said)?;
    let model = bundle.model().model();
    let encoding = model.to_bytes();
    println!("name         0x{}", hex::encode(model_id(&encoding, blake2_256)));
    println!("blob         0x{} ({} bytes)", hex::encode(model.blob.root), model.blob.length);
    println!(
        "work         {} MAC for a text of 32 tokens, at most {} tokens",
        bundle.model().mac(model.max_tokens.min(32)),
        model.max_tokens
    );
    println!(
        "written      {} ({} bytes), its blob and its tokenizer beside it",
        output.display(),
        encoding.len()
    );
    println!(
        "metadata     {}, which name the tokenizer and go with the model",
        output.with_extension("metadata.json").display()
    );
    Ok(())
}

pub(super) fn expect_same_vocabulary(bundle: &Bundle, weights: usize) -> Result<(), String> {
    let model = bundle.model().vocabulary();
    match u32::try_from(weights) == Ok(model) {
        true => Ok(()),
        false => Err(format!(
            "the weights have a vocabulary of {weights} and the model one of {model}; give what it was imported from"
        )),
    }
}

pub(super) fn said(refusal: Refusal) -> String {
    refusal.to_string()
}
