//! What a file leaves to choose, as `import` and `check` take it.

use std::path::PathBuf;

use millrace_importer::{choose_output, fix_input, npy, onnx::Model, Calibration, ImportError, Ranges};

use super::progress::share;

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

/// How a model in floats is calibrated.
#[derive(clap::Args)]
pub(super) struct Samples {
    /// Samples that stand for what the model will see (.npy, N × a sample's shape, axes in the file's order):
    /// needed for a model in floats, whose tensors are quantized to the ranges that come up. A few hundred suffice.
    #[arg(long, value_name = "SAMPLES")]
    calibrate: Option<PathBuf>,
    /// Which range of a tensor's numbers its 8 bits cover: min-max all of them, percentile all but a ten-thousandth on
    /// either side, mse the one with the least mean square of the errors, in which no sample outweighs the others.
    #[arg(long, value_name = "min-max|percentile|mse", default_value_t, requires = "calibrate")]
    calibration: Calibration,
}

impl Samples {
    /// The samples, if there are any.
    pub(super) fn array(&self) -> Result<Option<npy::Array>, String> {
        self.calibrate.as_deref().map(npy::read).transpose()
    }

    /// The ranges that the samples show; none without samples.
    pub(super) fn ranges(&self, model: &Model) -> Result<Option<Result<Ranges, ImportError>>, String> {
        let Some(samples) = self.array()? else { return Ok(None) };
        Ok(Some(share("calibrating", |done| {
            Ranges::calibrate_watched(model, &samples, self.calibration, done)
        })))
    }
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
