//! What a model's folder says of it: `config.json`, and what sentence-transformers adds beside it.

use std::path::Path;

use millrace_inference::rows::limits::{MAX_POOLED, MAX_TERMS, MAX_TOKENS, MAX_VOCABULARY};
use serde::{de::DeserializeOwned, Deserialize};

use super::{
    architecture::{Architecture, Lineage, Named},
    files::read_small,
    function::Function,
};
use crate::refusal::Refusal;

/// Blocks of a model at most: each takes thirteen of the 4,096 nodes that a graph may have.
const MAX_LAYERS: usize = 300;

/// How the rows of a text's tokens become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Their mean.
    Mean,
    /// The row of the first token, `[CLS]`.
    First,
}

impl Pooling {
    /// What it gives.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mean => "the tokens' mean",
            Self::First => "the first token alone",
        }
    }
}

/// The sizes of an encoder and what it computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What config.json calls it.
    pub architecture: Architecture,
    /// Elements of a row.
    pub width: usize,
    /// Blocks.
    pub layers: usize,
    /// Heads of attention.
    pub heads: usize,
    /// Elements of a row inside a feed-forward block.
    pub inner: usize,
    /// Different tokens.
    pub vocabulary: usize,
    /// Positions that were trained.
    pub positions: usize,
    /// Different types of tokens. The first is that of a text alone. None where the architecture has no types.
    pub types: usize,
    /// Tokens of a text at most.
    pub max_tokens: usize,
    /// What is added to a variance before its root.
    pub epsilon: f32,
    /// The function inside a feed-forward block.
    pub function: Function,
    /// How rows become one.
    pub pooling: Pooling,
}

#[derive(Deserialize)]
struct ModelFile {
    hidden_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    intermediate_size: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "two")]
    type_vocab_size: usize,
    #[serde(default = "epsilon")]
    layer_norm_eps: f32,
    #[serde(default = "gelu")]
    hidden_act: String,
    #[serde(default = "absolute")]
    position_embedding_type: String,
    #[serde(default)]
    is_decoder: bool,
}

/// The same of a DistilBERT, under other names.
#[derive(Deserialize)]
struct DistilFile {
    dim: usize,
    n_layers: usize,
    n_heads: usize,
    hidden_dim: usize,
    vocab_size: usize,
    max_position_embeddings: usize,
    #[serde(default = "gelu")]
    activation: String,
}

impl From<DistilFile> for ModelFile {
    fn from(file: DistilFile) -> Self {
        Self {
            hidden_size: file.dim,
            num_hidden_layers: file.n_layers,
            num_attention_heads: file.n_heads,
            intermediate_size: file.hidden_dim,
            vocab_size: file.vocab_size,
            max_position_embeddings: file.max_position_embeddings,
            type_vocab_size: 0,
            layer_norm_eps: epsilon(),
            hidden_act: file.activation,
            position_embedding_type: absolute(),
            is_decoder: false,
        }
    }
}

fn two() -> usize {
    2
}

fn epsilon() -> f32 {
    1e-12
}

fn gelu() -> String {
    "gelu".into()
}

fn absolute() -> String {
    "absolute".into()
}

#[derive(Deserialize)]
struct LengthFile {
    max_seq_length: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PoolingFile {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
    pooling_mode_max_tokens: bool,
    pooling_mode_mean_sqrt_len_tokens: bool,
    pooling_mode_weightedmean_tokens: bool,
    pooling_mode_lasttoken: bool,
}

impl PoolingFile {
    /// The poolings that it asks for, whose results are joined; none for one that can't be imported.
    fn modes(&self) -> Vec<Option<Pooling>> {
        let others = [
            self.pooling_mode_max_tokens,
            self.pooling_mode_mean_sqrt_len_tokens,
            self.pooling_mode_weightedmean_tokens,
            self.pooling_mode_lasttoken,
        ];
        let known =
            [(self.pooling_mode_mean_tokens, Pooling::Mean), (self.pooling_mode_cls_token, Pooling::First)];
        let known = known.into_iter().filter(|(asked, _)| *asked).map(|(_, pooling)| Some(pooling));
        known.chain(others.into_iter().filter(|asked| *asked).map(|_| None)).collect()
    }
}

/// A step of a model of sentence-transformers.
#[derive(Deserialize)]
struct Module {
    r#type: String,
}

/// The steps that an import takes; the last changes no direction.
const MODULES: [&str; 3] = ["Transformer", "Pooling", "Normalize"];

impl Config {
    /// Reads what a folder says. A folder without sentence-transformers' files means all positions, and the mean.
    ///
    /// # Errors
    /// [`Refusal`] of another architecture, of sizes that no graph of rows has, and of files that can't be read.
    pub fn read(folder: &Path) -> Result<Self, Refusal> {
        let file = folder.join("config.json");
        let mut config = Self::from_json(&read_small(&file)?)?;
        if let Some(LengthFile { max_seq_length: Some(length) }) =
            optional(&folder.join("sentence_bert_config.json"))?
        {
            config.limit_tokens(length)?;
        }
        if let Some(pooling) = optional::<PoolingFile>(&folder.join("1_Pooling/config.json"))? {
            config.pooling = match pooling.modes()[..] {
                [Some(pooling)] => pooling,
                _ => {
                    return Err(refusal!(
                        "1_Pooling/config.json asks for neither the tokens' mean alone nor the first token alone";
                        "take a model with pooling_mode_mean_tokens or pooling_mode_cls_token, and no other"
                    ))
                }
            };
        }
        let modules: Vec<Module> = optional(&folder.join("modules.json"))?.unwrap_or_default();
        let is_known =
            |module: &&Module| MODULES.iter().any(|known| module.r#type.rsplit('.').next() == Some(known));
        if let Some(Module { r#type }) = modules.iter().find(|module| !is_known(module)) {
            return Err(refusal!(
                "modules.json names the step '{type}', and those that can be imported are {}", MODULES.join(", ");
                "take a model whose embedding is what its pooling gives"
            ));
        }
        Ok(config)
    }

    /// What the bytes of a `config.json` say.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        let architecture = Architecture::new(&parse::<Named>(bytes, "config.json")?)?;
        let file = match architecture.lineage {
            Lineage::Bert => parse::<ModelFile>(bytes, "config.json")?,
            Lineage::DistilBert => parse::<DistilFile>(bytes, "config.json")?.into(),
        };
        expect_encoder(&file)?;
        let config = Self {
            architecture,
            width: file.hidden_size,
            layers: file.num_hidden_layers,
            heads: file.num_attention_heads,
            inner: file.intermediate_size,
            vocabulary: file.vocab_size,
            positions: file.max_position_embeddings,
            types: file.type_vocab_size,
            max_tokens: file.max_position_embeddings.min(MAX_TOKENS as usize),
            epsilon: file.layer_norm_eps,
            function: Function::named(&file.hidden_act)?,
            pooling: Pooling::Mean,
        };
        config.expect_sizes()?;
        Ok(config)
    }

    /// Lets texts have fewer tokens than there are positions.
    ///
    /// # Errors
    /// [`Refusal`] of none.
    pub fn limit_tokens(&mut self, limit: usize) -> Result<(), Refusal> {
        if limit == 0 {
            return Err(refusal!("texts may have no token at all"; "allow at least one token"));
        }
        self.max_tokens = self.max_tokens.min(limit);
        Ok(())
    }

    /// Elements of a head.
    pub(crate) fn head(&self) -> usize {
        self.width.checked_div(self.heads).unwrap_or(0)
    }

    fn expect_sizes(&self) -> Result<(), Refusal> {
        let is_typed = self.architecture.lineage == Lineage::Bert;
        let sizes = [
            ("hidden_size", self.width, MAX_POOLED as usize),
            ("intermediate_size", self.inner, MAX_TERMS as usize),
            ("num_hidden_layers", self.layers, MAX_LAYERS),
            ("vocab_size", self.vocabulary, MAX_VOCABULARY as usize),
            ("max_position_embeddings", self.positions, 1 << 20),
            ("type_vocab_size", self.types, 1 << 10),
        ];
        for (name, size, limit) in sizes.into_iter().take(if is_typed { 6 } else { 5 }) {
            if size == 0 || size > limit {
                return Err(refusal!(
                    "config.json has a {name} of {size}, and a graph of rows takes 1 to {limit}";
                    "take a model within these sizes"
                ));
            }
        }
        if self.heads == 0 || !self.width.is_multiple_of(self.heads) {
            return Err(refusal!(
                "{} heads don't divide a hidden_size of {}", self.heads, self.width;
                "give the config.json that came with the weights"
            ));
        }
        Ok(())
    }
}

fn expect_encoder(file: &ModelFile) -> Result<(), Refusal> {
    if file.is_decoder {
        return Err(refusal!(
            "config.json says is_decoder, so a token sees nothing behind itself";
            "take an encoder"
        ));
    }
    if file.position_embedding_type != "absolute" {
        return Err(refusal!(
            "the model's position_embedding_type is '{}'", file.position_embedding_type;
            "take a model with absolute positions"
        ));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(bytes: &[u8], name: &str) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        refusal!(
            "{name} doesn't say what it should: {error}";
            "give the {name} that came with the weights"
        )
    })
}

/// A file that need not be there.
fn optional<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Refusal> {
    if !path.exists() {
        return Ok(None);
    }
    parse(&read_small(path)?, &path.display().to_string()).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TINY: &str = r#"{"architectures": ["BertModel"], "hidden_size": 32, "num_hidden_layers": 2,
        "num_attention_heads": 4, "intermediate_size": 64, "vocab_size": 99, "max_position_embeddings": 40}"#;

    fn refused(from: &str, to: &str) -> String {
        assert!(TINY.contains(from), "{from}");
        Config::from_json(TINY.replace(from, to).as_bytes()).expect_err("refused").to_string()
    }

    #[test]
    fn a_config_is_read() {
        let config = Config::from_json(TINY.as_bytes()).expect("fine");
        assert_eq!((config.width, config.head(), config.max_tokens), (32, 8, 40));
        assert_eq!((config.function, config.pooling), (Function::Gelu, Pooling::Mean));
    }

    #[test]
    fn other_architectures_are_refused_by_name() {
        let message = refused("BertModel", "LlamaForCausalLM");
        assert!(
            message.contains("'LlamaForCausalLM'") && message.contains("of BERT or DistilBERT"),
            "{message}"
        );
        assert!(refused("\"architectures\": [\"BertModel\"], ", "").contains("of BERT or DistilBERT"));
        assert!(refused("40", "40, \"is_decoder\": true").contains("says is_decoder"));
        let relative = "40, \"position_embedding_type\": \"relative_key\"";
        assert!(refused("40", relative).contains("absolute positions"));
        assert!(refused("40", "40, \"hidden_act\": \"mish\"").contains("hidden_act is 'mish'"));
    }

    #[test]
    fn a_distilbert_has_the_same_sizes_under_other_names() {
        let distil = r#"{"architectures": ["DistilBertForMaskedLM"], "model_type": "distilbert", "dim": 32, "n_layers": 2, "n_heads": 4,
            "hidden_dim": 64, "vocab_size": 99, "max_position_embeddings": 40, "activation": "gelu"}"#;
        let config = Config::from_json(distil.as_bytes()).expect("fine");
        assert!(config.architecture.has_head());
        let bert = Config::from_json(TINY.as_bytes()).expect("fine");
        assert_eq!(Config { architecture: bert.architecture, types: 2, ..config }, bert);
        let message = Config::from_json(distil.replace("99", "0").as_bytes()).expect_err("no token");
        assert!(message.to_string().contains("vocab_size of 0"), "{message}");
    }

    #[test]
    fn impossible_sizes_are_refused() {
        assert!(refused("32", "8193").contains("hidden_size of 8193"));
        assert!(refused("64", "0").contains("intermediate_size of 0"));
        assert!(refused("99", "262145").contains("vocab_size of 262145"));
        assert!(refused("2,", "301,").contains("num_hidden_layers of 301"));
        assert!(refused("4,", "5,").contains("5 heads don't divide"));
        assert!(refused("4,", "0,").contains("0 heads don't divide"));
        assert!(refused("\"vocab_size\": 99, ", "").contains("vocab_size"));
        assert!(refused("99", "-1").contains("config.json that came with the weights"));
        assert!(refused("99", "1e300").contains("doesn't say what it should"));
    }

    #[test]
    fn texts_can_be_kept_shorter() {
        let mut config = Config::from_json(TINY.as_bytes()).expect("fine");
        config.limit_tokens(100).expect("more than there are positions changes nothing");
        assert_eq!(config.max_tokens, 40);
        config.limit_tokens(8).expect("fine");
        assert_eq!(config.max_tokens, 8);
        assert!(config.limit_tokens(0).expect_err("none").to_string().contains("at least one"));
    }
}
