//! What the commands of text models take.

use std::path::PathBuf;

/// What `import` takes for text models alone.
#[derive(clap::Args)]
pub(super) struct Options {
    /// Texts that stand for what the model will see, one in each line: four fifths give its scales, and it is measured
    /// on the others. Without it, texts that are built in.
    #[arg(long, value_name = "FILE", conflicts_with = "calibrate")]
    pub(super) texts: Option<PathBuf>,
    /// Tokens that a text may have at most; without it, as many as the model was made for, 8,192 at most.
    #[arg(long, value_name = "N")]
    pub(super) max_tokens: Option<usize>,
    /// Write the model even if it is further from the float one than it should be.
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

/// A text model and a text.
#[derive(clap::Args)]
pub(super) struct Spoken {
    /// The model.
    pub(super) model: PathBuf,
    /// The text.
    #[arg(long)]
    pub(super) text: String,
}

/// An element of an execution.
#[derive(clap::Args)]
pub(super) struct At {
    /// Its node.
    #[arg(long)]
    pub(super) node: u32,
    /// Its row: a token's position, or 0 where a text has one row.
    #[arg(long, default_value_t = 0)]
    pub(super) row: u32,
    /// Its place in the row.
    #[arg(long)]
    pub(super) element: u32,
}
