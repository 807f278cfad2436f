//! The tokenizer that a GGUF file holds, as the tokenizer.json that says the same.

use serde_json::{json, Map, Value as Json};

use super::gguf::{Gguf, List, Value};
use crate::refusal::Refusal;

/// Kinds of tokens: those that stand for no text, and those that were added for some purpose.
const CONTROL: i128 = 3;
const USER_DEFINED: i128 = 4;

/// Makes a tokenizer.json. Only byte-level pairs are known, cut as GPT-2 or SmolLM cut them.
///
/// # Errors
/// [`Refusal`] of other tokenizers, and of a header that leaves out what one needs.
pub(crate) fn tokenizer_json(file: &Gguf<'_>) -> Result<Vec<u8>, Refusal> {
    let text = |key: &str| match file.value(key) {
        Some(Value::Text(text)) => text,
        _ => "",
    };
    let model = text("tokenizer.ggml.model");
    let cut = cut(text("tokenizer.ggml.pre")).filter(|_| model == "gpt2");
    let cut = cut.filter(|_| file.value("tokenizer.ggml.add_bos_token") != Some(Value::Flag(true)));
    let cut = cut.ok_or_else(|| {
        refusal!(
            "the GGUF file's tokenizer is of the kind '{model}' with '{}', and of these only gpt2 with gpt-2 or \
             smollm and without a first token of its own is read", text("tokenizer.ggml.pre");
            "put the tokenizer.json that came with the weights into the file's folder"
        )
    })?;
    let tokens = texts(list(file, "tokenizer.ggml.tokens")?)?;
    let merges = texts(list(file, "tokenizer.ggml.merges")?)?;
    let kinds = match file.value("tokenizer.ggml.token_type") {
        Some(Value::List(kinds)) => kinds.values().collect::<Result<Vec<_>, _>>()?,
        _ => vec![],
    };
    let added = tokens.iter().zip(&kinds).enumerate().filter_map(|(id, (token, kind))| {
        let Value::Whole(kind @ (CONTROL | USER_DEFINED)) = *kind else { return None };
        Some(json!({
            "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
            "normalized": false, "special": kind == CONTROL,
        }))
    });
    let added: Vec<Json> = added.collect();
    let vocabulary: Map<String, Json> =
        tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), id.into())).collect();
    let whole = json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added, "normalizer": null,
        "pre_tokenizer": cut, "post_processor": null, "decoder": byte_level(),
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
            "vocab": vocabulary, "merges": merges,
        },
    });
    Ok(whole.to_string().into_bytes())
}

/// How texts are cut before pairs are merged.
fn cut(name: &str) -> Option<Json> {
    match name {
        "gpt-2" => Some(byte_level()),
        "smollm" => {
            let digits = json!({ "type": "Digits", "individual_digits": true });
            Some(json!({ "type": "Sequence", "pretokenizers": [digits, byte_level()] }))
        }
        _ => None,
    }
}

fn byte_level() -> Json {
    json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true })
}

fn list<'a>(file: &Gguf<'a>, key: &str) -> Result<List<'a>, Refusal> {
    match file.value(key) {
        Some(Value::List(list)) => Ok(list),
        _ => Err(refusal!(
            "the GGUF file's header has no list {key}";
            "put the tokenizer.json that came with the weights into the file's folder"
        )),
    }
}

fn texts<'a>(list: List<'a>) -> Result<Vec<&'a str>, Refusal> {
    let text = |value| match value? {
        Value::Text(text) => Ok(text),
        _ => Err(refusal!(
            "the GGUF file's tokenizer has a token that is no text";
            "put the tokenizer.json that came with the weights into the file's folder"
        )),
    };
    list.values().map(text).collect()
}
