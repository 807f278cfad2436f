//! Where a text model comes from: a folder as it is downloaded, or the weights in it.

use std::path::{Path, PathBuf};

use super::{bert::Bert, config::Config, files::read_weights, tokens::Tokens, weights::Weights};
use crate::refusal::Refusal;

/// The weights' file in a folder.
const WEIGHTS: &str = "model.safetensors";

/// A text model's files.
pub struct Source {
    folder: PathBuf,
    weights: PathBuf,
}

impl Source {
    /// Whether a path is meant as a text model: a folder, or a safetensors file.
    pub fn is_meant(path: &Path) -> bool {
        path.is_dir() || path.extension().is_some_and(|extension| extension == "safetensors")
    }

    /// A folder that holds `model.safetensors`, or a safetensors file with the other files beside it.
    pub fn new(path: &Path) -> Self {
        match path.is_dir() {
            true => Self { folder: path.to_owned(), weights: path.join(WEIGHTS) },
            false => {
                Self { folder: path.parent().unwrap_or(Path::new("")).to_owned(), weights: path.to_owned() }
            }
        }
    }

    /// Reads the tokenizer.
    ///
    /// # Errors
    /// As [`Tokens::read`].
    pub fn tokens(&self) -> Result<Tokens, Refusal> {
        Tokens::read(&self.folder.join("tokenizer.json"))
    }

    /// Reads the float graph, for texts of at most so many tokens where a limit is given.
    ///
    /// # Errors
    /// As [`Config::read`], [`Weights::new`] and [`Bert::new`].
    pub fn bert(&self, max_tokens: Option<usize>) -> Result<Bert, Refusal> {
        let mut config = Config::read(&self.folder)?;
        if let Some(limit) = max_tokens {
            config.limit_tokens(limit)?;
        }
        let bytes = read_weights(&self.weights)?;
        let named = |refusal: Refusal| refusal.about(&format!("{}:", self.weights.display()));
        let weights = Weights::new(&bytes).map_err(named)?;
        Bert::new(config, &weights).map_err(named)
    }
}
