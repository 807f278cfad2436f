//! Text encoders of the BERT family, from their weights to models of rows.
//!
//! 1. [`Config`] and [`Weights`] are what a folder holds, and [`Bert`] is the float graph that they make.
//! 2. [`quantize()`] runs that graph on calibration texts and gives an integer model with its blob.
//! 3. [`Bundle`] is the model as it is written and read: the graph, the blob and the tokenizer, side by side.
//! 4. [`Comparison`] says how near the integer embeddings are to the float ones.
//!
//! Floats are used here and nowhere later: what is written is integers, and so is what executes them.

mod bert;
mod builder;
mod bundle;
mod compare;
mod config;
mod execution;
mod files;
mod float;
mod function;
mod parameters;
mod quantize;
mod record;
mod search;
mod source;
mod texts;
mod tokens;
mod weights;

pub use bert::Bert;
pub use bundle::Bundle;
pub use compare::Comparison;
pub use config::{Config, Pooling};
pub use execution::{commit, recompute, Commitment, Recomputed};
pub use float::unit;
pub use function::Function;
pub use quantize::{quantize, Choice, Quantized};
pub use source::Source;
pub use texts::Texts;
pub use tokens::Tokens;
pub use weights::Weights;
