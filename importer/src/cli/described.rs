//! What the caller says of a model, for people.

use std::path::{Path, PathBuf};

use clap::Args;
use millrace_importer::Words;

use super::files::read;

/// Most bytes of a file of labels: more never fit on the chain.
const MAX_LABELS: u64 = 64 * 1024;

#[derive(Args)]
pub(super) struct Described {
    /// What people call the model, for its metadata. The output file's name unless given.
    #[arg(long)]
    name: Option<String>,
    /// The licence of its parameters: an SPDX expression or an address.
    #[arg(long, default_value = "")]
    licence: String,
    /// What its classes are called: a file with a line for each, in order.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// What an element of its input is: "RGB from 0 to 1, channel by channel".
    #[arg(long, value_name = "TEXT", default_value = "")]
    input_meaning: String,
    /// What an element of its output is: "score of a class".
    #[arg(long, value_name = "TEXT", default_value = "")]
    output_meaning: String,
}

impl Described {
    /// The words for a model that is written to `output`, checked before the import takes its time.
    pub(super) fn words(&self, output: &Path) -> Result<Words, String> {
        let stem = || output.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let words = Words {
            name: self.name.clone().unwrap_or_else(stem),
            licence: self.licence.clone(),
            input: self.input_meaning.clone(),
            output: self.output_meaning.clone(),
            labels: self.labels.as_deref().map(lines).transpose()?.unwrap_or_default(),
        };
        words.check()?;
        Ok(words)
    }
}

fn lines(file: &Path) -> Result<Vec<String>, String> {
    let bytes = read(file, MAX_LABELS)?;
    if bytes.len() as u64 > MAX_LABELS {
        return Err(format!(
            "{} is longer than {MAX_LABELS} bytes: it can't be a file of labels",
            file.display()
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{} isn't UTF-8: convert it", file.display()))?;
    Ok(text.lines().map(str::to_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_line() {
        let file = std::env::temp_dir().join(format!("millrace-labels-{}", std::process::id()));
        std::fs::write(&file, "cat\r\ndog\n").expect("a file");
        assert_eq!(lines(&file), Ok(vec!["cat".to_string(), "dog".to_string()]));
        std::fs::write(&file, [0xff]).expect("a file");
        assert!(lines(&file).expect_err("no text").ends_with("isn't UTF-8: convert it"));
        std::fs::remove_file(&file).expect("it was there");
        assert!(lines(&file).expect_err("gone").starts_with("can't read"));
    }
}
