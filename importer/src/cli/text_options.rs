//! What the commands of text models take.

use std::path::PathBuf;

use super::batch::{Batch, Reals};

/// What `import` takes for text models alone, but for the last, which calibrated models that read images have, too.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Texts that stand for what the model will see, one in each line: four fifths give its scales, and it is measured
    /// on the others. Without it, texts that are built in.
    #[arg(long, value_name = "FILE", conflicts_with = "calibrate")]
    pub(super) texts: Option<PathBuf>,
    /// Tokens that a text may have at most; without it, as many as the model was made for, 8,192 at most.
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<usize>,
    /// Write the model, one of texts or one that was calibrated, even if it is further from the float one than it should be.
    #[arg(long)]
    pub(super) despite_loss: bool,
}

/// What `run` prints for a text.
#[derive(clap::Args)]
pub(super) struct Answer {
    /// Let a language model go on with the text, by so many tokens at most, each the likeliest. It ends by itself before a
    /// token that stands for no text.
    #[arg(long, requires = "text", value_name = "TOKENS", num_args = 0..=1, default_missing_value = "64")]
    pub(super) generate: Option<usize>,
    /// Print the integers that the chain has, instead of the embedding of length one that is made of them in floats, or
    /// instead of the text that they are the tokens of.
    #[arg(long, requires = "text")]
    pub(super) integers: bool,
}

/// A model of rows, and a text or a sample.
#[derive(clap::Args)]
pub(super) struct Spoken {
    /// The model.
    pub(super) model: PathBuf,
    /// The text, of a text model.
    #[arg(long, required_unless_present = "input")]
    text: Option<String>,
    /// The sample (.npy), of any other: real numbers, the int8 or uint8 that the model's file reads, or bytes as they are posted (int8).
    #[arg(long, conflicts_with = "text", value_name = "FILE")]
    input: Option<PathBuf>,
    #[command(flatten)]
    reals: Reals,
}

impl Spoken {
    /// The text; none is an empty one.
    #[cfg(feature = "text")]
    pub(super) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// The model with its sample, unless it is a text.
    pub(super) fn batch(&self) -> Option<Batch> {
        let (model, reals) = (self.model.clone(), self.reals.clone());
        self.input.clone().map(|input| Batch { model, input, reals })
    }
}

/// An element of an execution.
#[derive(clap::Args)]
pub(super) struct At {
    /// Its node.
    #[arg(long)]
    pub(super) node: u32,
    /// Its row: a token's position, that of an image counted row by row, or 0 where there is one row.
    #[arg(long, default_value_t = 0)]
    pub(super) row: u32,
    /// Its place in the row.
    #[arg(long)]
    pub(super) element: u32,
}
