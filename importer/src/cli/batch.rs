//! A model with its input, as most commands take them.

use std::path::PathBuf;

use millrace_importer::{
    npy::{self, Array, Numbers},
    Quantization,
};
use millrace_inference::CheckedModel;

use super::files::load;

#[derive(clap::Args)]
pub(super) struct Batch {
    /// The model.
    pub(super) model: PathBuf,
    /// Its input (.npy): bytes as they are posted (int8, or uint8 for the same bytes), or real numbers.
    pub(super) input: PathBuf,
    #[command(flatten)]
    pub(super) reals: Reals,
}

/// How real numbers become bytes.
#[derive(Clone, clap::Args)]
pub(super) struct Reals {
    /// Real distance of two neighbouring input bytes, where the input is real; `import` prints it.
    #[arg(long, requires = "zero_point", allow_negative_numbers = true, value_parser = positive)]
    scale: Option<f64>,
    /// The input byte that stands for zero.
    #[arg(long, allow_negative_numbers = true, requires = "scale")]
    zero_point: Option<i8>,
}

impl Batch {
    /// The model, its encoding, and the bytes of its input.
    pub(super) fn load(&self) -> Result<(CheckedModel, Vec<u8>, Vec<u8>), String> {
        let (model, encoding) = load(&self.model)?;
        let (shape, input) = self.read()?;
        expect_order(&shape, model.input_shape())?;
        Ok((model, encoding, input))
    }

    /// The shape of the input, and its bytes.
    pub(super) fn read(&self) -> Result<(Vec<u64>, Vec<u8>), String> {
        let Array { shape, numbers } = npy::read(&self.input)?;
        let input = match (numbers, self.reals.scale, self.reals.zero_point) {
            (Numbers::Integer(values), None, _) => values
                .into_iter()
                .map(|value| u8::try_from(value).or_else(|_| i8::try_from(value).map(i8::cast_unsigned)))
                .collect::<Result<_, _>>()
                .map_err(|_| {
                    format!(
                        "{} holds integers beyond 8 bits; save real numbers and give --scale and --zero-point, or bytes",
                        self.input.display()
                    )
                })?,
            (numbers, Some(scale), Some(zero_point)) => {
                let quantization = Quantization { scale, zero_point };
                let reals = Array { shape: shape.clone(), numbers }.reals();
                if reals.iter().any(|real| !real.is_finite()) {
                    return Err(format!(
                        "{} holds NaN or infinity, which no byte stands for; leave such samples out",
                        self.input.display()
                    ));
                }
                reals.into_iter().map(|real| quantization.quantize(real).cast_unsigned()).collect()
            }
            (Numbers::Real(_), ..) => {
                return Err(format!(
                    "{} holds real numbers: say how they become bytes with --scale and --zero-point, as import printed them",
                    self.input.display()
                ))
            }
            (Numbers::Integer(_), Some(_), None) => return Err("--scale alone says half; give --zero-point, too, as import printed it".into()),
        };
        Ok((shape, input))
    }
}

/// A scale as the command line gives it.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        _ => Err("a scale is a positive number; take the one that import printed".into()),
    }
}

/// Refuses an input whose axes are the model's in another order: its bytes would be taken for other pixels.
fn expect_order(input: &[u64], sample: &[u32]) -> Result<(), String> {
    // Axes of length 1 may lie anywhere.
    let long = |axes: &[u64]| axes.iter().copied().filter(|length| *length != 1).collect::<Vec<u64>>();
    let axes = long(input.get(1..).unwrap_or_default());
    let sizes: Vec<u64> = sample.iter().map(|axis| u64::from(*axis)).collect();
    let sorted = |axes: &[u64]| {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        axes
    };
    if axes != long(&sizes) && sorted(&axes) == sorted(&long(&sizes)) {
        return Err(format!(
            "the input has the shape {input:?} and the model reads N × {sample:?}; bring its axes into this order with numpy.transpose"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_positive_numbers() {
        assert_eq!(positive("0.5"), Ok(0.5));
        for text in ["0", "-1", "nan", "inf", "-inf", "1e999", "half"] {
            assert!(positive(text).expect_err("no scale").contains("import printed"), "{text}");
        }
    }

    #[test]
    fn axes_come_in_the_models_order() {
        assert_eq!(expect_order(&[9, 3, 8, 8], &[3, 8, 8]), Ok(()));
        // A model that flattens its input first reads them flat.
        assert_eq!(expect_order(&[9, 3, 8, 8], &[192]), Ok(()));
        assert_eq!(expect_order(&[192], &[3, 8, 8]), Ok(()));
        // One that reads an image without its axis of length 1.
        assert_eq!(expect_order(&[9, 76, 32, 1], &[1, 76, 32]), Ok(()));
        assert!(expect_order(&[9, 8, 8, 3], &[3, 8, 8])
            .expect_err("channels last")
            .contains("numpy.transpose"));
    }
}
