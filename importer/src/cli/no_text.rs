//! The commands of text encoders in a program that was built without them: each says how to build one that has them.

use std::path::Path;

use super::text_options::{At, Options, Spoken};

const HOW: &str = "this millrace-model was built without text encoders: build one with `cargo build --release -p millrace-importer \
                   --features text --target-dir ~/.cache/millrace/pure`";

fn missing<T>() -> Result<T, String> {
    Err(HOW.into())
}

/// Whether a file to import is a text encoder's.
pub(super) fn is_meant(file: &Path) -> bool {
    file.is_dir() || file.extension().is_some_and(|extension| extension == "safetensors")
}

pub(super) fn import_folder(_: &Path, _: &Path, _: &Options) -> Result<(), String> {
    missing()
}

pub(super) fn run(_: &Path, _: &[String], _: bool) -> Result<(), String> {
    missing()
}

pub(super) fn diff(_: &Path, _: Option<&Path>, _: Option<&Path>) -> Result<(), String> {
    missing()
}

pub(super) fn trunk(_: &Spoken, _: &Path) -> Result<(), String> {
    missing()
}

pub(super) fn element(_: &Spoken, _: &At) -> Result<(), String> {
    missing()
}
