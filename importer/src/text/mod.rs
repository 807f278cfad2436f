//! Text models, from their weights to models of rows: encoders of the BERT family and decoders of the LLaMA family.
//!
//! 1. [`Source`] is where a model comes from. [`Config`] and [`Weights`] are what a folder holds, or [`Exported`] in place
//!    of the weights; [`Gguf`] is a file that holds all. [`Bert`] and [`Llama`] are the float graphs that they make.
//! 2. [`quantize()`] and [`quantize_llama()`] run these on calibration texts and give an integer model with its blob.
//! 3. [`Bundle`] is the model as it is written and read: the graph, the blob, the tokenizer and the metadata that
//!    name it, side by side.
//! 4. [`Comparison`] says how near an encoder's integer embeddings are to the float ones, and [`Perplexity`] how much
//!    worse a decoder predicts texts. [`Decoder`] executes one with the engine.
//!
//! Floats are used here and nowhere later: what is written is integers, and so is what executes them.

mod architecture;
mod bert;
mod builder;
mod bundle;
mod compare;
mod config;
mod decoder;
mod description;
mod execution;
mod float;
mod function;
mod gguf;
mod gguf_tokens;
mod layers;
mod llama;
mod onnx;
mod perplexity;
mod quantize;
mod record;
mod rounding;
mod search;
mod shards;
mod source;
mod tensors;
mod texts;
mod tokens;
mod weights;

use crate::files;

pub use architecture::Architecture;
pub use bert::Bert;
pub use bundle::Bundle;
pub use compare::Comparison;
pub use config::{Config, Pooling};
pub use decoder::Decoder;
pub use execution::{commit, recompute, Commitment, Recomputed};
pub use float::unit;
pub use function::Function;
pub use gguf::Gguf;
pub use llama::{quantize_llama, Llama, LlamaConfig, Naming, LOGIT_STEP};
pub use onnx::Exported;
pub use perplexity::Perplexity;
pub use quantize::{quantize, Choice, Quantized};
pub use source::{Family, Source};
pub use tensors::Tensors;
pub use texts::Texts;
pub use tokens::Tokens;
pub use weights::Weights;
