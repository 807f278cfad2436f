//! What a text model is, for people. The graph takes ids and names its parameters alone, so what the ids mean stands here: the
//! metadata name the tokenizer by its hash, and go with the model wherever it goes.

use std::path::Path;

use millrace_inference::rows::{CheckedModel, Kind, Tensor, Width};

use crate::{
    metadata::{Meanings, Metadata, Words},
    refusal::Refusal,
    value::Quantization,
};

/// What stands before the hash, in hexadecimal, at the end of the input's meaning. The chain keeps no field for it.
const NAMED: &str = "by the tokenizer with BLAKE3 0x";

/// The metadata of a text model. A sample's shape is that of a token's row, of which a text has any number.
///
/// # Errors
/// As [`Metadata::new`].
pub(crate) fn metadata(model: &CheckedModel, tokenizer: &[u8], mut words: Words) -> Result<Metadata, String> {
    let (output, meaning) = match model.model().kind {
        Kind::Causal => (None, "the likeliest token behind each"),
        _ => (
            Some(Quantization { scale: 1.0, zero_point: 0 }),
            "direction of the embedding; its length means nothing",
        ),
    };
    let said = |own: String, instead: &str| if own.is_empty() { instead.into() } else { own };
    words.input = format!("{}, {NAMED}{}", said(words.input, "ids of tokens"), hash(tokenizer));
    words.output = said(words.output, meaning);
    let width = match model.output() {
        Some(Tensor { width: Width::Fixed(width), .. }) => width,
        _ => 1,
    };
    Metadata::of([vec![1], vec![width]], Quantization { scale: 1.0, zero_point: 0 }, output, words)
}

/// # Errors
/// [`Refusal`] of metadata that name no tokenizer, or another one than this.
pub(crate) fn expect_tokenizer(
    [metadata_file, tokenizer_file]: [&Path; 2],
    metadata: &[u8],
    tokenizer: &[u8],
) -> Result<(), Refusal> {
    let (described, file) = (metadata_file.display(), tokenizer_file.display());
    let meanings = Meanings::read(metadata).map_err(|why| why.about(&format!("{described}:")))?;
    let Some(named) = named(&meanings.input) else {
        return Err(refusal!(
            "{described} doesn't say which tokenizer the model has: its input's meaning ends with no '{NAMED}…'";
            "put the metadata beside the model that were written with it, or import it again"
        ));
    };
    match named == hash(tokenizer) {
        true => Ok(()),
        false => Err(refusal!(
            "{file} has the BLAKE3 0x{}, and the model's is 0x{named}", hash(tokenizer);
            "put the tokenizer beside the model that was written with it"
        )),
    }
}

/// The hash at the end of an input's meaning, 64 digits.
fn named(meaning: &str) -> Option<String> {
    let (_, hash) = meaning.rsplit_once(NAMED)?;
    (hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())).then(|| hash.to_lowercase())
}

fn hash(tokenizer: &[u8]) -> String {
    blake3::hash(tokenizer).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_stands_at_the_end_or_nowhere() {
        let digits = hash(b"words");
        assert_eq!(named(&format!("ids, {NAMED}{}", digits.to_uppercase())), Some(digits.clone()));
        assert_eq!(named(&format!("ids, {NAMED}00, {NAMED}{digits}")), Some(digits.clone()));
        for other in [&digits[1..], &format!("{digits} too"), &digits.replace(&digits[..1], "g"), ""] {
            assert_eq!(named(&format!("ids, {NAMED}{other}")), None, "{other}");
        }
        assert_eq!(named("ids"), None);
    }
}
