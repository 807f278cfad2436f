//! Files of weights and of models of rows, read up to a limit.

use std::{fs::File, io::Read, path::Path};

use crate::refusal::Refusal;

/// The longest weights that are read: what stands in memory while a model is imported is a small multiple of them.
pub(crate) const MAX_WEIGHT_BYTES: u64 = 4 << 30;

/// The longest other file that is read.
#[cfg(feature = "text")]
const MAX_SMALL_BYTES: u64 = 64 << 20;

/// Reads a file of weights.
pub(crate) fn read_weights(path: &Path) -> Result<Vec<u8>, Refusal> {
    read(path, MAX_WEIGHT_BYTES)
}

/// Maps a file of parameters: the system reads what is used. Nobody may change the file meanwhile.
#[cfg(feature = "text")]
pub(crate) fn map_weights(path: &Path) -> Result<millrace_engine::rows::Parameters, Refusal> {
    let mapped = File::open(path).and_then(|file| match file.metadata()?.len() {
        0..=MAX_WEIGHT_BYTES => millrace_engine::rows::Parameters::map(&file),
        _ => Err(std::io::ErrorKind::FileTooLarge.into()),
    });
    mapped.map_err(|error| {
        let file = path.display();
        refusal!("can't read {file}: {error}"; "name a file that is there and can be read, of {MAX_WEIGHT_BYTES} bytes at most")
    })
}

/// Reads a configuration, a tokenizer or texts.
#[cfg(feature = "text")]
pub(crate) fn read_small(path: &Path) -> Result<Vec<u8>, Refusal> {
    read(path, MAX_SMALL_BYTES)
}

/// Reads up to a limit, and a byte more, which tells that the file is longer or has no end.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Refusal> {
    let failed = |error: std::io::Error| {
        let file = path.display();
        refusal!("can't read {file}: {error}"; "name a file that is there and can be read")
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(refusal!(
            "{} is longer than {limit} bytes", path.display();
            "check that it is the right file, or take a smaller model"
        ));
    }
    Ok(bytes)
}

/// Writes a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Refusal> {
    std::fs::write(path, bytes).map_err(
        |error| refusal!("can't write {}: {error}", path.display(); "name a place that can be written to"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_an_end_are_read_to_the_limit() {
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            let message = read(endless, 1_000).expect_err("too long").to_string();
            assert!(message.contains("longer than 1000 bytes"), "{message}");
        }
        let missing = read_weights(Path::new("/nowhere/config.json")).expect_err("missing").to_string();
        assert!(missing.contains("name a file that is there"), "{missing}");
    }
}
