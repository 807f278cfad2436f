//! A text model as it is kept: the graph, its parameters, its tokenizer and its metadata, four files side by side.

use std::path::{Path, PathBuf};

use millrace_engine::rows::Parameters;
use millrace_inference::rows::{evaluate, limits::MAX_MODEL_BYTES, Blob, CheckedModel, Kind, Node};
use rayon::prelude::*;

use super::{
    description,
    files::{map_weights, read, read_small, write},
    float::unit,
    quantize::Quantized,
    tokens::Tokens,
};
use crate::{
    metadata::{Metadata, Words},
    refusal::Refusal,
    rows::{expect_in_range, expect_other_name, impossible, reference_memory},
};

/// A model that can be executed on texts.
pub struct Bundle {
    model: CheckedModel,
    parameters: Parameters,
    tokens: Tokens,
}

impl Bundle {
    /// A quantized model with its tokenizer.
    ///
    /// # Errors
    /// [`Refusal`] of a model that registration refuses.
    pub fn new(quantized: Quantized, tokens: Tokens) -> Result<Self, Refusal> {
        let model = CheckedModel::new(quantized.model).map_err(|error| unregistrable(&error))?;
        Ok(Self { model, parameters: quantized.blob.into(), tokens })
    }

    /// Reads a model and the files beside it: `NAME.blob`, `NAME.tokenizer.json` and `NAME.metadata.json` next to
    /// `NAME.millrace`. The graph names the parameters by their hash, and the metadata the tokenizer by its own.
    ///
    /// # Errors
    /// [`Refusal`] of files that can't be read or don't belong together, and of parameters that are out of range.
    pub fn load(path: &Path) -> Result<Self, Refusal> {
        let encoding = read(path, MAX_MODEL_BYTES as u64)?;
        let model = CheckedModel::from_bytes(&encoding).map_err(|error| unregistrable(&error))?;
        let [blob_file, tokens_file, metadata_file] = beside(path);
        let parameters = map_weights(&blob_file)?;
        let verified = Blob::verified(&model, parameters.bytes()).map_err(|error| {
            let file = blob_file.display();
            refusal!("{file}: {error}"; "put the blob beside the model that was written with it")
        })?;
        expect_in_range(&blob_file, verified, &model)?;
        let tokens = read_small(&tokens_file)?;
        description::expect_tokenizer([&metadata_file, &tokens_file], &read_small(&metadata_file)?, &tokens)?;
        let tokens = Tokens::from_bytes(tokens)?;
        tokens.expect_vocabulary(usize::try_from(model.vocabulary()).unwrap_or(usize::MAX))?;
        Ok(Self { model, parameters, tokens })
    }

    /// What the model is, for people, with the hash of its tokenizer.
    ///
    /// # Errors
    /// Of words that the chain would refuse, and what to do.
    pub fn metadata(&self, words: Words) -> Result<Metadata, String> {
        description::metadata(&self.model, self.tokens.bytes(), words)
    }

    /// Writes the four files. The model comes last, so that it is never there without the others.
    ///
    /// # Errors
    /// [`Refusal`] of a place that can't be written to.
    pub fn save(&self, path: &Path, metadata: &Metadata) -> Result<(), Refusal> {
        let [blob, tokens, described] = beside(path);
        expect_other_name(path, &blob)?;
        write(&blob, self.parameters.bytes())?;
        write(&tokens, self.tokens.bytes())?;
        write(&described, format!("{}\n", metadata.to_json()).as_bytes())?;
        write(path, &self.model.model().to_bytes())
    }

    /// The graph.
    pub fn model(&self) -> &CheckedModel {
        &self.model
    }

    /// Whether it is a language model: a text's rows can be gone on with.
    pub fn is_decoder(&self) -> bool {
        self.model.model().kind == Kind::Causal
    }

    /// The graph of a language model without its last operator, which chooses the likeliest token.
    ///
    /// # Errors
    /// [`Refusal`] of other models.
    pub(crate) fn expect_decoder(&self) -> Result<CheckedModel, Refusal> {
        let mut model = self.model.model().clone();
        match (model.kind, model.nodes.pop()) {
            (Kind::Causal, Some(Node::ArgMax(_))) => {
                CheckedModel::new(model).map_err(|error| unregistrable(&error))
            }
            _ => Err(refusal!(
                "the model is no language model: it doesn't end with the likeliest token";
                "give a model that was imported from a decoder, such as a GGUF file"
            )),
        }
    }

    /// The tokenizer.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The parameters, which are those that the graph names.
    ///
    /// # Errors
    /// [`Refusal`] of parameters of another length.
    pub fn blob(&self) -> Result<Blob<'_>, Refusal> {
        Blob::new(&self.model, self.parameters.bytes())
            .map_err(|error| refusal!("the model's parameters: {error}"; "import the model again"))
    }

    /// The same, for the engine.
    pub(crate) fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    /// Bytes that [`Self::outputs`] takes at most for these texts: one is executed on each thread.
    ///
    /// # Errors
    /// [`Refusal`] of a text that takes too much memory.
    pub fn memory(&self, texts: &[Vec<u32>]) -> Result<u64, Refusal> {
        let longest = texts.iter().map(Vec::len).max().unwrap_or_default();
        let threads = texts.len().min(rayon::current_num_threads()) as u64;
        let one = reference_memory(&self.model, u32::try_from(longest).unwrap_or(u32::MAX))?;
        Ok(one.saturating_mul(threads))
    }

    /// The ids of a text.
    ///
    /// # Errors
    /// [`Refusal`] of a text that is longer than the model takes.
    pub fn ids(&self, text: &str) -> Result<Vec<u32>, Refusal> {
        self.tokens.ids(text, usize::try_from(self.model.model().max_tokens).unwrap_or(usize::MAX))
    }

    /// The model's output for each of these texts: integers, exactly as the chain has them. `done` is called after
    /// each.
    ///
    /// # Errors
    /// [`Refusal`] of a text that the model doesn't take, and of one that takes too much memory.
    pub fn outputs(&self, texts: &[Vec<u32>], done: &(dyn Fn() + Sync)) -> Result<Vec<Vec<i32>>, Refusal> {
        let blob = self.blob()?;
        let of = |ids: &Vec<u32>| {
            reference_memory(&self.model, u32::try_from(ids.len()).unwrap_or(u32::MAX))?;
            let outputs = evaluate(&self.model, blob, &[ids]).map_err(|(_, error)| impossible(&error))?;
            done();
            Ok(outputs.iter().flat_map(|output| output.rows.iter().flatten().copied()).collect())
        };
        texts.par_iter().map(of).collect()
    }

    /// The embedding of each of these texts: the output, brought to length one in floats.
    ///
    /// # Errors
    /// As [`Self::outputs`].
    pub fn embeddings(&self, texts: &[Vec<u32>], done: &(dyn Fn() + Sync)) -> Result<Vec<Vec<f64>>, Refusal> {
        let outputs = self.outputs(texts, done)?;
        Ok(outputs.into_iter().map(|output| unit(output.into_iter().map(f64::from))).collect())
    }
}

/// Where the blob, the tokenizer and the metadata of a model lie.
fn beside(path: &Path) -> [PathBuf; 3] {
    ["blob", "tokenizer.json", "metadata.json"].map(|extension| path.with_extension(extension))
}

fn unregistrable(error: &millrace_inference::rows::ModelError) -> Refusal {
    refusal!(
        "the model can't be registered: {error}";
        "give a model of rows that was imported from a text model"
    )
}
