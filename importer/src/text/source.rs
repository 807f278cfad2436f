//! Where a text model comes from: a folder as it is downloaded, or the weights in it.

use std::path::{Path, PathBuf};

use super::{
    architecture::{Architecture, Lineage, Named},
    bert::Bert,
    config::Config,
    files::{read_small, read_weights},
    gguf::Gguf,
    llama::{Llama, LlamaConfig, Naming},
    onnx::Exported,
    shards::{index_of, is_shard, Shards},
    tokens::Tokens,
    weights::Weights,
};
use crate::{
    meant::{folder_of, has_extension, is_index},
    refusal::Refusal,
};

/// The weights' file in a folder: the first that is there.
const WEIGHTS: [&str; 4] =
    ["model.safetensors", "model.safetensors.index.json", "model.onnx", "onnx/model.onnx"];

/// The kinds of text models that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Encoders: a text becomes one row.
    Bert,
    /// Decoders: a text is gone on with.
    Llama,
}

/// A text model's files.
pub struct Source {
    folder: PathBuf,
    weights: PathBuf,
}

impl Source {
    /// A folder that holds `model.safetensors`, shards of it with `model.safetensors.index.json`, `model.onnx` or `onnx/model.onnx`, one of
    /// these with the other files beside it, or a GGUF file.
    pub fn new(path: &Path) -> Self {
        match path.is_dir() {
            true => {
                let mut places = WEIGHTS.iter().map(|name| path.join(name));
                let weights = places.find(|file| file.exists()).unwrap_or(path.join(WEIGHTS[0]));
                Self { folder: path.to_owned(), weights }
            }
            false => {
                let weights = index_of(path).unwrap_or_else(|| path.to_owned());
                Self { folder: folder_of(path), weights }
            }
        }
    }

    /// What kind of model it is.
    ///
    /// # Errors
    /// [`Refusal`] of another architecture, and of a folder without config.json.
    pub fn family(&self) -> Result<Family, Refusal> {
        if self.is_gguf() {
            return Ok(Family::Llama);
        }
        let file = self.folder.join("config.json");
        let named: Named = serde_json::from_slice(&read_small(&file)?).map_err(|error| {
            refusal!(
                "{} doesn't say what it should: {error}", file.display();
                "give the config.json that came with the weights"
            )
        })?;
        match named.architectures == [LlamaConfig::ARCHITECTURE] {
            true => Ok(Family::Llama),
            false => Architecture::new(&named).map(|_| Family::Bert),
        }
    }

    /// Reads the tokenizer: what a GGUF file holds, unless there is a file in its folder.
    ///
    /// # Errors
    /// As [`Tokens::read`] and [`Tokens::from_gguf`].
    pub fn tokens(&self) -> Result<Tokens, Refusal> {
        let file = self.folder.join("tokenizer.json");
        if !self.is_gguf() || file.exists() {
            return Tokens::read(&file);
        }
        let bytes = read_weights(&self.weights)?;
        Gguf::new(&bytes).and_then(|file| Tokens::from_gguf(&file)).map_err(|refusal| self.named(refusal))
    }

    /// Reads the float graph, for texts of at most so many tokens where a limit is given.
    ///
    /// # Errors
    /// As [`Config::read`], [`Weights::new`], [`Bert::new`], [`Exported::new`] and [`Exported::bert`]; of shards that don't belong together,
    /// and of an ONNX file of a DistilBERT.
    pub fn bert(&self, max_tokens: Option<usize>) -> Result<Bert, Refusal> {
        let mut config = Config::read(&self.folder)?;
        if let Some(limit) = max_tokens {
            config.limit_tokens(limit)?;
        }
        match (self.is_onnx(), config.architecture.lineage) {
            (true, Lineage::Bert) => self.exported()?.bert(config).map_err(|refusal| self.named(refusal)),
            (true, Lineage::DistilBert) => Err(self.named(refusal!(
                "it is the graph of a {}, which is read from safetensors alone", config.architecture.name();
                "put model.safetensors into its folder and give that"
            ))),
            (false, _) => self.weights(|weights| Bert::new(config, weights)),
        }
    }

    /// Reads a decoder's float graph, for texts of at most so many tokens where a limit is given.
    ///
    /// # Errors
    /// As [`LlamaConfig::from_json`], [`LlamaConfig::from_gguf`], [`Llama::new`], [`Exported::new`] and
    /// [`Exported::llama`].
    pub fn llama(&self, max_tokens: Option<usize>) -> Result<Llama, Refusal> {
        let limited = |mut config: LlamaConfig| {
            max_tokens.map_or(Ok(()), |limit| config.limit_tokens(limit))?;
            Ok(config)
        };
        if self.is_gguf() {
            let bytes = read_weights(&self.weights)?;
            let of = |file: Gguf<'_>| {
                Llama::new(LlamaConfig::from_gguf(&file).and_then(limited)?, &file, Naming::Gguf)
            };
            return Gguf::new(&bytes).and_then(of).map_err(|refusal| self.named(refusal));
        }
        let config = read_small(&self.folder.join("config.json"))?;
        let config = LlamaConfig::from_json(&config).and_then(limited)?;
        if self.is_onnx() {
            return self.exported()?.llama(config).map_err(|refusal| self.named(refusal));
        }
        self.weights(|weights| Llama::new(config, weights, Naming::Transformers))
    }

    /// Refuses a folder with shards and without the index of them.
    fn expect_index(&self) -> Result<(), Refusal> {
        let files = self.folder.read_dir().into_iter().flatten().flatten();
        let shard =
            files.map(|file| file.file_name().to_string_lossy().into_owned()).find(|name| is_shard(name));
        match shard.filter(|_| !self.weights.exists()) {
            Some(shard) => Err(refusal!(
                "{} has the shard {shard}, and no {}", self.folder.display(), WEIGHTS[1];
                "download the index, too, which says where each tensor is"
            )),
            None => Ok(()),
        }
    }

    /// What is made of the tensors of a safetensors file, or of all shards that an index names.
    fn weights<T>(&self, of: impl FnOnce(&Weights<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.expect_index()?;
        let made = match is_index(&self.weights) {
            true => Shards::read(&self.weights).and_then(|shards| of(&shards.weights()?)),
            false => {
                let bytes = read_weights(&self.weights)?;
                Weights::new(&bytes).and_then(|weights| of(&weights))
            }
        };
        made.map_err(|refusal| self.named(refusal))
    }

    fn is_gguf(&self) -> bool {
        has_extension(&self.weights, "gguf")
    }

    fn exported(&self) -> Result<Exported, Refusal> {
        let bytes = read_weights(&self.weights)?;
        let folder = self.weights.parent().unwrap_or(Path::new(""));
        Exported::new(bytes, folder).map_err(|refusal| self.named(refusal))
    }

    fn is_onnx(&self) -> bool {
        has_extension(&self.weights, "onnx")
    }

    fn named(&self, refusal: Refusal) -> Refusal {
        refusal.about(&format!("{}:", self.weights.display()))
    }
}
