//! Texts to ids, by the tokenizer that came with the weights.

use std::path::Path;

use tokenizers::Tokenizer;

use super::{files::read_small, gguf::Gguf, gguf_tokens::tokenizer_json};
use crate::refusal::Refusal;

/// A tokenizer, and its file's bytes, which travel beside the model.
pub struct Tokens {
    tokenizer: Tokenizer,
    bytes: Vec<u8>,
}

impl Tokens {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`Refusal`] of a file that can't be read, or is no tokenizer.
    pub fn read(path: &Path) -> Result<Self, Refusal> {
        Self::from_bytes(read_small(path)?)
    }

    /// The tokenizer that a GGUF file holds.
    ///
    /// # Errors
    /// [`Refusal`] of a kind that isn't known.
    pub fn from_gguf(file: &Gguf<'_>) -> Result<Self, Refusal> {
        Self::from_bytes(tokenizer_json(file)?)
    }

    /// The tokenizer that these bytes are. Its own truncation and padding are switched off: a text is refused if it is
    /// too long, and a model of rows pads nothing.
    ///
    /// # Errors
    /// [`Refusal`] of bytes that are no tokenizer.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let tokenizer = Tokenizer::from_bytes(&bytes).and_then(|mut tokenizer| {
            tokenizer.with_truncation(None)?;
            tokenizer.with_padding(None);
            Ok(tokenizer)
        });
        let tokenizer = tokenizer.map_err(|error| {
            refusal!(
                "the tokenizer can't be read: {error}";
                "give the tokenizer.json that came with the weights"
            )
        })?;
        Ok(Self { tokenizer, bytes })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// # Errors
    /// [`Refusal`] of a tokenizer with ids that a model of so many tokens doesn't have.
    pub fn expect_vocabulary(&self, limit: usize) -> Result<(), Refusal> {
        let largest = self.tokenizer.get_vocab(true).into_values().max();
        match largest.filter(|id| *id as usize >= limit) {
            None => Ok(()),
            Some(id) => Err(refusal!(
                "the tokenizer has an id of {id}, and the model's vocabulary {limit} tokens";
                "give the tokenizer that came with the weights"
            )),
        }
    }

    /// A text that is read as a whole, in pieces of so many tokens; what is left at the end may be shorter. Each begins
    /// with what the tokenizer puts before a text.
    ///
    /// # Errors
    /// [`Refusal`] of a text that can't be split into tokens.
    pub fn pieces(&self, text: &str, length: usize) -> Result<Vec<Vec<u32>>, Refusal> {
        let start = self.encode("", true)?;
        let ids = self.encode(text, false)?;
        let each = length.saturating_sub(start.len()).max(1);
        Ok(ids.chunks(each).map(|piece| [&start[..], piece].concat()).collect())
    }

    /// The text that ids stand for, without tokens that stand for none.
    ///
    /// # Errors
    /// [`Refusal`] of what the tokenizer's decoder says.
    pub fn text(&self, ids: &[u32]) -> Result<String, Refusal> {
        self.tokenizer.decode(ids, true).map_err(|error| {
            refusal!("the tokens can't be put together: {error}"; "import the model again with its tokenizer")
        })
    }

    /// Whether a token stands for no text: a model that gives it has come to an end.
    pub fn is_end(&self, id: u32) -> bool {
        let token = self.tokenizer.id_to_token(id);
        token.is_none_or(|token| self.tokenizer.get_added_vocabulary().is_special_token(&token))
    }

    /// The ids of a text, at most so many.
    ///
    /// # Errors
    /// [`Refusal`] of a longer text, and of one without tokens.
    pub fn ids(&self, text: &str, limit: usize) -> Result<Vec<u32>, Refusal> {
        let ids = self.encode(text, true)?;
        if ids.len() > limit {
            return Err(refusal!(
                "the text '{}' has {} tokens and the model takes {limit}", shortened(text), ids.len();
                "shorten it, or split it"
            ));
        }
        if ids.is_empty() {
            return Err(
                refusal!("the text '{}' has no token", shortened(text); "give a text with words in it"),
            );
        }
        Ok(ids)
    }

    fn encode(&self, text: &str, whole: bool) -> Result<Vec<u32>, Refusal> {
        let encoding = self.tokenizer.encode(text, whole).map_err(|error| {
            refusal!("the text can't be split into tokens: {error}"; "leave out characters that aren't text")
        })?;
        Ok(encoding.get_ids().to_vec())
    }
}

/// The beginning of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str = r###"{"version":"1.0","truncation":{"direction":"Right","max_length":3,
        "strategy":"LongestFirst","stride":0},"padding":{"strategy":{"Fixed":8},"direction":"Right","pad_to_multiple_of":null,
        "pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
        "added_tokens":[],"normalizer":{"type":"Lowercase"},
        "pre_tokenizer":{"type":"Whitespace"},"post_processor":null,"decoder":null,
        "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
        "max_input_chars_per_word":100,
        "vocab":{"[PAD]":0,"[UNK]":1,"a":2,"mill":3,"##s":4,"turns":5}}}"###;

    #[test]
    fn texts_are_neither_cut_nor_padded() {
        let tokens = Tokens::from_bytes(WORDS.into()).expect("a tokenizer");
        assert_eq!(tokens.ids("A mills turns well", 5).expect("short enough"), [2, 3, 4, 5, 1]);
        let long = tokens.ids("a a a a a a", 5).expect_err("too long").to_string();
        assert!(long.contains("has 6 tokens and the model takes 5") && long.contains("split it"), "{long}");
        assert!(tokens.ids("", 5).expect_err("empty").to_string().contains("with words in it"));
        assert!(tokens.ids(&"ä".repeat(99), 0).expect_err("too long").to_string().contains("ä…'"));
    }

    #[test]
    fn pieces_are_read_as_a_whole() {
        let tokens = Tokens::from_bytes(WORDS.into()).expect("a tokenizer");
        assert_eq!(tokens.pieces("a mills a a a", 4).expect("a text"), [vec![2, 3, 4, 2], vec![2, 2]]);
        tokens.expect_vocabulary(6).expect("ids up to 5");
        let message = tokens.expect_vocabulary(5).expect_err("too few").to_string();
        assert!(message.contains("an id of 5"), "{message}");
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [&b"{}"[..], b"", b"\xff\xfe", b"{\"model\": 3}"] {
            let message = Tokens::from_bytes(bytes.to_vec()).err().expect("no tokenizer").to_string();
            assert!(message.contains("tokenizer.json that came with the weights"), "{message}");
        }
    }
}
