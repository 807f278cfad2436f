//! The commands of text models in a program that was built without them: each says how to build one that has them.

use std::path::Path;

use super::text_options::{Answer, At, Options, Spoken};

const HOW: &str = "this millrace-model was built without text models: build one with `cargo build --release -p millrace-importer \
                   --features text --target-dir ~/.cache/millrace/pure`";

fn missing<T>() -> Result<T, String> {
    Err(HOW.into())
}

pub(super) fn import_folder(_: &Path, _: &Path, _: &Options) -> Result<(), String> {
    missing()
}

pub(super) fn run(_: &Path, _: &[String], _: &Answer) -> Result<(), String> {
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
