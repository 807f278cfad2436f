//! The commands of text models in a program that was built without them: each says how to build one that has them.

use std::path::Path;

use millrace_importer::Words;

use super::{
    text_check::{say, Fault},
    text_options::{Answer, At, Options, Spoken},
};

const WHAT: &str = "this millrace-model was built without text models";

const HOW: &str =
    "build one with `cargo build --release -p millrace-importer --features text --target-dir ~/.cache/millrace/pure`";

fn missing<T>() -> Result<T, String> {
    Err(format!("{WHAT}: {HOW}"))
}

pub(super) fn check(path: &Path, json: bool) -> Result<(), String> {
    let what = format!("{} is meant as a text model, and {WHAT}", path.display());
    say(path, json, &Err(Fault { what, remedy: HOW.into() }))
}

pub(super) fn import_folder(_: &Path, _: &Path, _: Words, _: &Options) -> Result<(), String> {
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
