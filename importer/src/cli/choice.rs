//! What a file leaves to choose, as `import` and `check` take it.

use millrace_importer::{choose_output, fix_input, onnx::Model, ImportError};

#[derive(clap::Args)]
pub(super) struct Choice {
    /// The tensor that the model gives, where the file has several outputs, or where it is to end earlier.
    #[arg(long, value_name = "NAME")]
    output_tensor: Option<String>,
    /// Lengths of the input's axes where the file leaves them open, the batch first: N,3,224,224. N leaves a length as
    /// the file has it.
    #[arg(long, value_name = "N,C,H,W", value_delimiter = ',', value_parser = length)]
    input_shape: Vec<Length>,
}

/// A length of an axis; none stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Length(Option<u32>);

impl Choice {
    /// Makes a file what was chosen.
    pub(super) fn apply(&self, model: &mut Model) -> Result<(), ImportError> {
        if let Some(name) = &self.output_tensor {
            choose_output(model, name)?;
        }
        if !self.input_shape.is_empty() {
            let lengths: Vec<Option<u32>> = self.input_shape.iter().map(|length| length.0).collect();
            fix_input(model, &lengths)?;
        }
        Ok(())
    }
}

fn length(text: &str) -> Result<Length, String> {
    match (text.trim(), text.trim().parse::<u32>()) {
        ("N" | "n", _) => Ok(Length(None)),
        (_, Ok(length)) if length > 0 => Ok(Length(Some(length))),
        _ => Err("a length is a positive number, or N to leave it as it is".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_positive_or_open() {
        assert_eq!(length("N"), Ok(Length(None)));
        assert_eq!(length(" 224"), Ok(Length(Some(224))));
        for text in ["0", "-1", "x", "", "1e9"] {
            assert!(length(text).is_err(), "{text}");
        }
    }
}
