//! Files of models and traces.

use std::{fs::File, io::Read, path::Path};

use millrace_inference::{limits::MAX_MODEL_BYTES, CheckedModel};

/// A model and its encoding.
pub(super) fn load(path: &Path) -> Result<(CheckedModel, Vec<u8>), String> {
    let encoding = read(path, MAX_MODEL_BYTES as u64)?;
    if encoding.len() > MAX_MODEL_BYTES {
        return Err(format!(
            "{} is longer than {MAX_MODEL_BYTES} bytes, so it is no model; give a file that import wrote",
            path.display()
        ));
    }
    let model = CheckedModel::from_bytes(&encoding).map_err(|error| {
        format!("{}: {error}; give a file that import wrote, or import it again", path.display())
    })?;
    Ok((model, encoding))
}

/// Reads a file up to a limit, and a byte more, which tells that it is longer or has no end.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| {
        format!("can't read {}: {error}; name a file that can be read", path.display())
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    std::fs::write(path, bytes)
        .map_err(|error| format!("can't write {}: {error}; name a place that can be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_an_end_are_read_to_the_limit() {
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            assert_eq!(read(endless, 1000).map(|bytes| bytes.len()), Ok(1001));
            assert!(load(endless).expect_err("no model").contains("longer than"));
        }
    }
}
