//! The sizes of a decoder of the LLaMA family, from config.json or from a GGUF file's header.

use millrace_inference::rows::limits::{MAX_TERMS, MAX_TOKENS, MAX_VOCABULARY};
use serde::Deserialize;

use crate::{
    refusal::Refusal,
    text::{
        function::Function,
        gguf::{Gguf, Value},
    },
};

/// Blocks of a model at most: with 15 nodes each, more wouldn't fit into an encoded graph.
const MAX_LAYERS: usize = 128;

/// The sizes of a decoder and what it computes.
#[derive(Clone, Debug, PartialEq)]
pub struct LlamaConfig {
    /// Elements of a row.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads of queries.
    pub heads: usize,
    /// Heads of keys and values, which divide those of queries.
    pub key_heads: usize,
    /// Elements of a head.
    pub head: usize,
    /// Elements of a row inside a feed-forward part.
    pub inner: usize,
    /// Different tokens.
    pub vocabulary: usize,
    /// Tokens of a text at most.
    pub max_tokens: usize,
    /// What is added to a mean square before its root.
    pub epsilon: f32,
    /// How much slower each pair of a head turns: pair p of d/2 by the angle i·θ^(−2p/d) at position i.
    pub theta: f64,
    /// The function of the gate.
    pub function: Function,
    /// Whether the rows of tokens are the weights of the output as well; if it isn't said, they are where no others are.
    pub tied: Option<bool>,
}

#[derive(Deserialize)]
struct ModelFile {
    #[serde(default)]
    architectures: Vec<String>,
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    num_key_value_heads: Option<usize>,
    head_dim: Option<usize>,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "epsilon")]
    rms_norm_eps: f32,
    rope_theta: Option<f64>,
    rope_scaling: Option<Turning>,
    rope_parameters: Option<Turning>,
    #[serde(default = "silu")]
    hidden_act: String,
    #[serde(default)]
    tie_word_embeddings: bool,
}

/// How positions turn heads, where it isn't the plain way.
#[derive(Deserialize)]
struct Turning {
    rope_type: Option<String>,
    /// As older files call it.
    r#type: Option<String>,
    rope_theta: Option<f64>,
}

fn epsilon() -> f32 {
    1e-6
}

fn silu() -> String {
    "silu".into()
}

/// θ of the first models.
const THETA: f64 = 10_000.0;

impl LlamaConfig {
    /// The architecture as config.json names it.
    pub const ARCHITECTURE: &str = "LlamaForCausalLM";

    /// What the bytes of a `config.json` say.
    ///
    /// # Errors
    /// [`Refusal`] of another architecture, of sizes that no graph of rows has, and of positions that turn in other ways.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        let file: ModelFile = serde_json::from_slice(bytes).map_err(|error| {
            refusal!(
                "config.json doesn't say what it should: {error}";
                "give the config.json that came with the weights"
            )
        })?;
        if file.architectures != [Self::ARCHITECTURE] {
            return Err(refusal!(
                "config.json names the architecture '{}', and of decoders only {} is supported",
                file.architectures.join(", "),
                Self::ARCHITECTURE;
                "take a model of the LLaMA family that was saved as {}", Self::ARCHITECTURE
            ));
        }
        for turning in [&file.rope_scaling, &file.rope_parameters].into_iter().flatten() {
            expect_plain(
                turning.rope_type.as_ref().or(turning.r#type.as_ref()).map_or("default", String::as_str),
            )?;
        }
        let of_parameters = file.rope_parameters.and_then(|turning| turning.rope_theta);
        Self {
            width: file.hidden_size,
            layers: file.num_hidden_layers,
            heads: file.num_attention_heads,
            key_heads: file.num_key_value_heads.unwrap_or(file.num_attention_heads),
            head: file
                .head_dim
                .unwrap_or(file.hidden_size.checked_div(file.num_attention_heads).unwrap_or(0)),
            inner: file.intermediate_size,
            vocabulary: file.vocab_size,
            max_tokens: file.max_position_embeddings.min(MAX_TOKENS as usize),
            epsilon: file.rms_norm_eps,
            theta: file.rope_theta.or(of_parameters).unwrap_or(THETA),
            function: Function::named(&file.hidden_act)?,
            tied: Some(file.tie_word_embeddings),
        }
        .sound()
    }

    /// What a GGUF file's header says.
    ///
    /// # Errors
    /// As [`Self::from_json`], and of what the header leaves out.
    pub fn from_gguf(file: &Gguf<'_>) -> Result<Self, Refusal> {
        match file.value("general.architecture") {
            Some(Value::Text("llama")) => {}
            Some(Value::Text(other)) => {
                return Err(refusal!(
                    "the GGUF file is of the architecture '{other}', and of GGUF files only llama is supported";
                    "take a model of the LLaMA family"
                ))
            }
            _ => return Err(absent("general.architecture")),
        }
        if let Some(Value::Text(kind)) = file.value("llama.rope.scaling.type") {
            expect_plain(if kind == "none" { "default" } else { kind })?;
        }
        let optional = |key: &str| match file.value(key) {
            None => Ok(None),
            Some(Value::Whole(number)) => usize::try_from(number).map(Some).map_err(|_| absent(key)),
            Some(_) => Err(absent(key)),
        };
        let size = |key: &str| optional(key)?.ok_or_else(|| absent(key));
        let real = |key: &str| match file.value(key) {
            None => Ok(None),
            Some(Value::Real(number)) => Ok(Some(number)),
            Some(_) => Err(absent(key)),
        };
        let (width, heads) = (size("llama.embedding_length")?, size("llama.attention.head_count")?);
        let head = optional("llama.attention.key_length")?;
        let head = head.unwrap_or(width.checked_div(heads).unwrap_or(0));
        for key in ["llama.rope.dimension_count", "llama.attention.value_length"] {
            if optional(key)?.is_some_and(|dimensions| dimensions != head) {
                return Err(refusal!(
                    "{key} of the GGUF file isn't {head}, the elements of a head";
                    "take a model whose heads are of one size and turned as a whole"
                ));
            }
        }
        Self {
            width,
            layers: size("llama.block_count")?,
            heads,
            key_heads: optional("llama.attention.head_count_kv")?.unwrap_or(heads),
            head,
            inner: size("llama.feed_forward_length")?,
            vocabulary: vocabulary(file)?,
            max_tokens: size("llama.context_length")?.min(MAX_TOKENS as usize),
            epsilon: real("llama.attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5) as f32,
            theta: real("llama.rope.freq_base")?.unwrap_or(THETA),
            function: Function::Silu,
            tied: None,
        }
        .sound()
    }

    /// Lets texts have fewer tokens than there are positions.
    ///
    /// # Errors
    /// [`Refusal`] of less than two: the first has nothing that it could be predicted from.
    pub fn limit_tokens(&mut self, limit: usize) -> Result<(), Refusal> {
        if limit < 2 {
            return Err(refusal!("texts may have {limit} tokens at most"; "allow at least two tokens"));
        }
        self.max_tokens = self.max_tokens.min(limit);
        Ok(())
    }

    fn sound(self) -> Result<Self, Refusal> {
        let terms = MAX_TERMS as usize;
        let sizes = [
            ("hidden_size", self.width, terms),
            ("intermediate_size", self.inner, terms),
            ("num_hidden_layers", self.layers, MAX_LAYERS),
            ("num_attention_heads", self.heads, terms),
            ("num_key_value_heads", self.key_heads, self.heads),
            ("head_dim", self.head, terms),
            ("number of elements of all heads", self.heads.saturating_mul(self.head), terms),
            ("vocab_size", self.vocabulary, MAX_VOCABULARY as usize),
            ("max_position_embeddings", self.max_tokens, MAX_TOKENS as usize),
        ];
        for (name, size, limit) in sizes {
            if size == 0 || size > limit {
                return Err(refusal!(
                    "the model has a {name} of {size}, and a graph of rows takes 1 to {limit}";
                    "take a model within these sizes"
                ));
            }
        }
        let Self { heads, key_heads, head, .. } = self;
        if !heads.is_multiple_of(key_heads) || !head.is_multiple_of(2) {
            return Err(refusal!(
                "the model has {heads} heads of {head} elements and {key_heads} heads of keys, but these must divide \
                 those, and a head must have pairs of elements";
                "give the configuration that came with the weights"
            ));
        }
        if !(self.epsilon >= 0.0 && self.epsilon.is_finite() && self.theta > 0.0 && self.theta.is_finite()) {
            return Err(refusal!(
                "the model's rms_norm_eps is {} and its rope_theta {}", self.epsilon, self.theta;
                "give the configuration that came with the weights"
            ));
        }
        Ok(self)
    }
}

/// # Errors
/// [`Refusal`] of positions that turn heads by other angles than the plain ones.
fn expect_plain(kind: &str) -> Result<(), Refusal> {
    match kind {
        "default" => Ok(()),
        other => Err(refusal!(
            "the model's positions are scaled ('{other}'), which isn't supported";
            "take a model without rope_scaling"
        )),
    }
}

/// Different tokens: those of the tokenizer, unless a key counts them.
fn vocabulary(file: &Gguf<'_>) -> Result<usize, Refusal> {
    let count = match (file.value("llama.vocab_size"), file.value("tokenizer.ggml.tokens")) {
        (Some(Value::Whole(count)), _) => usize::try_from(count).ok(),
        (None, Some(Value::List(tokens))) => usize::try_from(tokens.count()).ok(),
        _ => None,
    };
    count.ok_or_else(|| absent("llama.vocab_size"))
}

fn absent(key: &str) -> Refusal {
    refusal!(
        "the GGUF file's header has no fitting {key}";
        "download the file again, or convert the model anew"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = r#"{"architectures": ["LlamaForCausalLM"], "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 99,
        "max_position_embeddings": 40, "rope_scaling": null, "rope_theta": 100000}"#;

    fn refused(from: &str, to: &str) -> String {
        assert!(TINY.contains(from), "{from}");
        LlamaConfig::from_json(TINY.replace(from, to).as_bytes()).expect_err("refused").to_string()
    }

    #[test]
    fn a_config_is_read() {
        let config = LlamaConfig::from_json(TINY.as_bytes()).expect("fine");
        assert_eq!((config.width, config.head, config.max_tokens), (32, 8, 40));
        assert_eq!((config.heads, config.key_heads, config.tied), (4, 2, Some(false)));
        assert_eq!((config.theta, config.function), (100_000.0, Function::Silu));
        let newer = TINY.replace(
            r#""rope_scaling": null, "rope_theta": 100000"#,
            r#""rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}, "head_dim": 16"#,
        );
        let config = LlamaConfig::from_json(newer.as_bytes()).expect("fine");
        assert_eq!((config.theta, config.head), (500_000.0, 16));
    }

    #[test]
    fn what_it_cant_be_is_named() {
        let message = refused("LlamaForCausalLM", "GPT2LMHeadModel");
        assert!(
            message.contains("'GPT2LMHeadModel'") && message.contains("only LlamaForCausalLM"),
            "{message}"
        );
        let scaled = r#""rope_scaling": {"rope_type": "llama3", "factor": 8.0}"#;
        assert!(refused(r#""rope_scaling": null"#, scaled).contains("'llama3'"));
        let scaled = r#""rope_scaling": {"type": "linear", "factor": 2.0}"#;
        assert!(refused(r#""rope_scaling": null"#, scaled).contains("without rope_scaling"));
        assert!(refused("32", "16385").contains("hidden_size of 16385"));
        assert!(refused("64", "0").contains("intermediate_size of 0"));
        assert!(refused("99", "262145").contains("vocab_size of 262145"));
        assert!(refused("layers\": 2", "layers\": 129").contains("num_hidden_layers of 129"));
        assert!(refused("key_value_heads\": 2", "key_value_heads\": 3").contains("must divide those"));
        assert!(refused("key_value_heads\": 2", "key_value_heads\": 8").contains("takes 1 to 4"));
        assert!(refused("\"num_attention_heads\": 4", "\"num_attention_heads\": 0")
            .contains("attention_heads of 0"));
        assert!(refused("\"hidden_size\": 32", "\"hidden_size\": 36").contains("pairs of elements"));
        assert!(refused("100000", "-1").contains("rope_theta -1"));
        assert!(refused("99", "1e300").contains("doesn't say what it should"));
        assert!(refused("\"vocab_size\": 99,", "").contains("vocab_size"));
    }

    #[test]
    fn texts_can_be_kept_shorter() {
        let mut config = LlamaConfig::from_json(TINY.as_bytes()).expect("fine");
        config.limit_tokens(8).expect("fine");
        config.limit_tokens(100).expect("more changes nothing");
        assert_eq!(config.max_tokens, 8);
        assert!(config.limit_tokens(1).expect_err("too few").to_string().contains("at least two"));
    }
}
