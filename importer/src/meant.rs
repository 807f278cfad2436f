//! Whether a file to import is a text model's. This is asked with and without text models in the program, so that one
//! without them can say what it lacks.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// The longest config.json that is read.
const MAX_CONFIG_BYTES: u64 = 64 << 20;

/// How the name ends of an index that says which shard of a model a tensor is in.
pub(crate) const INDEX: &str = ".safetensors.index.json";

/// Whether a path is meant as a text model: a folder, a safetensors file or an index of several, a GGUF file, or an ONNX file. An image model is an
/// ONNX file, too, but no config.json of a text model lies in its folder, nor a tokenizer.json without a config.json that can
/// be read.
pub fn is_text_model(path: &Path) -> bool {
    let is_exported = || {
        let folder = folder_of(path);
        match config(&folder.join("config.json")) {
            Some(config) => config.get("vocab_size").is_some_and(serde_json::Value::is_u64),
            None => folder.join("tokenizer.json").exists(),
        }
    };
    path.is_dir()
        || has_extension(path, "safetensors")
        || is_index(path)
        || has_extension(path, "gguf")
        || has_extension(path, "onnx") && is_exported()
}

/// Whether a file is an index of shards.
pub(crate) fn is_index(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(INDEX))
}

fn config(path: &Path) -> Option<serde_json::Value> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MAX_CONFIG_BYTES).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Where the other files of a file's model are: beside it, or one up from the folder that optimum calls `onnx`.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    let is_inner =
        folder.file_name().is_some_and(|name| name == "onnx") && !folder.join("config.json").exists();
    folder.parent().filter(|_| is_inner).unwrap_or(folder).to_owned()
}

pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}
