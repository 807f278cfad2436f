//! A model with its input, as most commands take them.

use std::path::PathBuf;

use millrace_importer::{
    npy::{self, Array, Numbers},
    Integers, Meanings, Quantization,
};
use millrace_inference::CheckedModel;

use super::{files::load, posted::expect_samples};

#[derive(clap::Args)]
pub(super) struct Batch {
    /// The model.
    pub(super) model: PathBuf,
    /// Its input (.npy): real numbers, the int8 or uint8 that the model's file reads, or bytes as they are posted (int8).
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
        expect_samples(&shape, model.input_shape(), self.meanings()?.as_ref())?;
        Ok((model, encoding, input))
    }

    /// The shape of the input, and its bytes.
    pub(super) fn read(&self) -> Result<(Vec<u64>, Vec<u8>), String> {
        let Array { shape, numbers } = npy::read(&self.input)?;
        let scale = self.reals.scale.zip(self.reals.zero_point);
        let quantization = scale.map(|(scale, zero_point)| Quantization { scale, zero_point });
        let reads = match (&numbers, quantization) {
            // Whatever the file reads, real numbers need a scale, and int8 without one are the bytes.
            (Numbers::Real(_), _) | (Numbers::Int8(_), None) => Reads::Unknown,
            _ => self.reads()?,
        };
        if reads == Reads::Unknown && quantization.is_some() && !matches!(numbers, Numbers::Real(_)) {
            eprintln!(
                "No metadata beside the model say whether its file reads integers, and these are taken as real numbers; give no scale if it does."
            );
        }
        let input =
            bytes(numbers, quantization, reads).map_err(|why| format!("{} {why}", self.input.display()))?;
        Ok((shape, input))
    }

    /// What the model's file reads.
    fn reads(&self) -> Result<Reads, String> {
        let integers = |meanings: Meanings| meanings.integers().map_or(Reads::Reals, Reads::Integers);
        Ok(self.meanings()?.map_or(Reads::Unknown, integers))
    }

    /// What the metadata beside the model say; none if there are none.
    fn meanings(&self) -> Result<Option<Meanings>, String> {
        Meanings::beside(&self.model).map_err(|why| why.to_string())
    }
}

/// What a model's file reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reads {
    Reals,
    Integers(Integers),
    /// Nothing says it.
    Unknown,
}

/// The bytes that an array of these numbers stands for: int8 for themselves; integers of a file that reads some for what it reads;
/// others, as real numbers, for what a quantization makes of them.
fn bytes(numbers: Numbers, to: Option<Quantization>, reads: Reads) -> Result<Vec<u8>, &'static str> {
    match (numbers, to, reads) {
        (Numbers::Int8(values), _, Reads::Integers(_)) | (Numbers::Int8(values), None, _) => {
            Ok(values.into_iter().map(i8::cast_unsigned).collect())
        }
        (Numbers::Uint8(values), _, Reads::Integers(Integers::Uint8)) => {
            Ok(values.into_iter().map(|value| value ^ 0x80).collect())
        }
        (Numbers::Integer(values), _, Reads::Integers(integers)) => {
            let byte = |value: i64| match integers {
                Integers::Int8 => i8::try_from(value).ok().map(i8::cast_unsigned),
                Integers::Uint8 => u8::try_from(value).ok().map(|value| value ^ 0x80),
            };
            values.into_iter().map(byte).collect::<Option<_>>().ok_or(
                "holds integers beyond those that the model's file reads; clip them, and save them as int8 or uint8 as the file has them",
            )
        }
        // The same bytes, by their other name.
        (Numbers::Uint8(values), _, Reads::Integers(Integers::Int8)) | (Numbers::Uint8(values), None, Reads::Reals) => {
            Ok(values)
        }
        (Numbers::Uint8(_) | Numbers::Integer(_), None, Reads::Unknown) => Err(
            "holds integers, and no metadata beside the model say whether its file reads those; put the metadata there that import wrote, or \
             save the bytes to post as int8: of a file that reads uint8 these are 128 less",
        ),
        (Numbers::Integer(values), None, _) => {
            let byte = |value: i64| u8::try_from(value).or_else(|_| i8::try_from(value).map(i8::cast_unsigned)).ok();
            values.into_iter().map(byte).collect::<Option<_>>().ok_or(
                "holds integers beyond 8 bits; save real numbers and give --scale and --zero-point, or bytes",
            )
        }
        (Numbers::Real(_), None, _) => {
            Err("holds real numbers: say how they become bytes with --scale and --zero-point, as import printed them")
        }
        (numbers, Some(quantization), _) => {
            let reals = Array { shape: vec![], numbers }.reals();
            if reals.iter().any(|real| !real.is_finite()) {
                return Err("holds NaN or infinity, which no byte stands for; leave such samples out");
            }
            Ok(reals.into_iter().map(|real| quantization.quantize(real).cast_unsigned()).collect())
        }
    }
}

/// A scale as the command line gives it.
fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if scale.is_finite() && scale > 0.0 => Ok(scale),
        _ => Err("a scale is a positive number; take the one that import printed".into()),
    }
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
    fn integers_are_what_the_file_reads() {
        let to = Some(Quantization { scale: 2.0, zero_point: -8 });
        let [int8, uint8] = [Integers::Int8, Integers::Uint8].map(Reads::Integers);
        let of = |numbers: &Numbers, to, reads| bytes(numbers.clone(), to, reads).map_err(str::to_owned);
        // The bytes that are posted, whatever the file reads; scaled only if that is real numbers.
        let posted = Numbers::Int8(vec![-128, 100]);
        for (to, reads) in
            [(None, Reads::Unknown), (None, uint8), (to, uint8), (to, int8), (None, Reads::Reals)]
        {
            assert_eq!(of(&posted, to, reads), Ok(vec![128, 100]));
        }
        assert_eq!(of(&posted, to, Reads::Reals), Ok(vec![184, 42]));
        // What a file reads as uint8 is 128 less, with a scale or without.
        for numbers in [Numbers::Uint8(vec![0, 128, 255]), Numbers::Integer(vec![0, 128, 255])] {
            assert_eq!(of(&numbers, None, uint8), Ok(vec![128, 0, 127]));
            assert_eq!(of(&numbers, to, uint8), Ok(vec![128, 0, 127]));
            assert_eq!(of(&numbers, None, Reads::Reals), Ok(vec![0, 128, 255]));
            assert_eq!(of(&numbers, to, Reads::Reals), Ok(vec![248, 56, 120]));
        }
        assert_eq!(of(&Numbers::Integer(vec![-128, 100]), to, int8), Ok(vec![128, 100]));
        assert_eq!(of(&Numbers::Uint8(vec![200]), to, int8), Ok(vec![200]));
        for numbers in [Numbers::Uint8(vec![0]), Numbers::Integer(vec![0])] {
            let unknown = of(&numbers, None, Reads::Unknown).expect_err("it could be either");
            assert!(unknown.contains("metadata") && unknown.contains("128 less"), "{unknown}");
        }
        for (value, reads) in [(-1, uint8), (256, uint8), (128, int8), (256, Reads::Reals)] {
            assert!(of(&Numbers::Integer(vec![value]), None, reads)
                .expect_err("too many bits")
                .contains("beyond"));
        }
        assert!(of(&Numbers::Real(vec![1.0]), None, uint8).expect_err("no scale").contains("--scale"));
        assert!(of(&Numbers::Real(vec![f64::NAN]), to, uint8).expect_err("no number").contains("NaN"));
    }
}
