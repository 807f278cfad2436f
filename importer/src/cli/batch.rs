//! A model with its input, as most commands take them.

use std::path::PathBuf;

use millrace_importer::{
    npy::{self, Array, Numbers},
    Integers, Meanings, Quantization,
};
use millrace_inference::CheckedModel;

use super::files::{load, read};

/// More bytes than metadata have, which the chain keeps 32 KiB of.
const MAX_METADATA: u64 = 1 << 20;

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
        if is_moved(&shape, model.input_shape()) {
            expect_own(&shape, model.input_shape(), self.meanings()?.as_ref())?;
        }
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
        let input =
            bytes(numbers, quantization, reads).map_err(|why| format!("{} {why}", self.input.display()))?;
        Ok((shape, input))
    }

    /// What the model's file reads.
    fn reads(&self) -> Result<Reads, String> {
        let integers = |meanings: Meanings| meanings.integers().map_or(Reads::Reals, Reads::Integers);
        Ok(self.meanings()?.map_or(Reads::Unknown, integers))
    }

    /// What the metadata say that `import` wrote beside the model; none if there are none.
    fn meanings(&self) -> Result<Option<Meanings>, String> {
        let metadata = self.model.with_extension("metadata.json");
        if !metadata.exists() {
            return Ok(None);
        }
        let meanings = Meanings::read(&read(&metadata, MAX_METADATA)?);
        meanings.map(Some).map_err(|why| format!("{}: {why}", metadata.display()))
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
        (Numbers::Uint8(_), None, Reads::Unknown) => Err(
            "holds uint8, and no metadata beside the model say whether its file reads those; put the metadata there that import wrote, or \
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

/// The axes of samples; those of length 1 may lie anywhere.
fn long(sample: impl IntoIterator<Item = u64>) -> Vec<u64> {
    sample.into_iter().filter(|length| *length != 1).collect()
}

/// Whether an input's axes are those of a sample in another order.
fn is_moved(input: &[u64], sample: &[u32]) -> bool {
    let axes = long(input.iter().skip(1).copied());
    let own = long(sample.iter().map(|axis| u64::from(*axis)));
    let sorted = |axes: &[u64]| {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        axes
    };
    axes != own && sorted(&axes) == sorted(&own)
}

/// Refuses an input whose axes are the model's in another order, unless the file has them in that order and begins with a Reshape: its
/// bytes would be taken for other pixels.
fn expect_own(input: &[u64], sample: &[u32], meanings: Option<&Meanings>) -> Result<(), String> {
    let of_file = meanings.and_then(Meanings::sample).map(|axes| axes.shape().to_vec());
    let axes = long(input.iter().skip(1).copied());
    match (meanings, of_file) {
        (_, Some(own)) if long(own.iter().map(|axis| u64::from(*axis))) == axes => Ok(()),
        (Some(_), own) => Err(format!(
            "the input has the shape {input:?} and the model reads N × {:?}; bring its axes into this order with numpy.transpose",
            own.unwrap_or_else(|| sample.to_vec())
        )),
        (None, _) => Err(format!(
            "the input has the shape {input:?} and the model reads N × {sample:?}; put the metadata beside the model that import wrote with \
             it, in case that its file begins with a Reshape, or bring the axes into this order with numpy.transpose"
        )),
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
        let unknown = of(&Numbers::Uint8(vec![0]), None, Reads::Unknown).expect_err("it could be either");
        assert!(unknown.contains("metadata") && unknown.contains("128 less"), "{unknown}");
        for (value, reads) in [(-1, uint8), (256, uint8), (128, int8), (256, Reads::Reals)] {
            assert!(of(&Numbers::Integer(vec![value]), None, reads)
                .expect_err("too many bits")
                .contains("beyond"));
        }
        assert!(of(&Numbers::Real(vec![1.0]), None, uint8).expect_err("no scale").contains("--scale"));
        assert!(of(&Numbers::Real(vec![f64::NAN]), to, uint8).expect_err("no number").contains("NaN"));
    }

    #[test]
    fn axes_come_in_the_models_order_or_the_files() {
        assert!(!is_moved(&[9, 3, 8, 8], &[3, 8, 8]));
        // A model that flattens its input first reads them flat.
        assert!(!is_moved(&[9, 3, 8, 8], &[192]) && !is_moved(&[192], &[3, 8, 8]));
        // One that reads an image without its axis of length 1.
        assert!(!is_moved(&[9, 76, 32, 1], &[1, 76, 32]));
        let last = [9, 8, 8, 3];
        assert!(is_moved(&last, &[3, 8, 8]));
        let json = |input: &str| {
            let text = format!(r#"{{"input":{{"meaning":"{input}"}},"output":{{"meaning":""}}}}"#);
            Meanings::read(text.as_bytes()).expect("metadata")
        };
        let refused =
            |meanings: Option<&Meanings>| expect_own(&last, &[3, 8, 8], meanings).expect_err("channels last");
        let unknown = refused(None);
        assert!(
            unknown.contains("put the metadata beside") && unknown.contains("numpy.transpose"),
            "{unknown}"
        );
        assert!(refused(Some(&json("pixels"))).contains("reads N × [3, 8, 8]; bring"));
        let other = json("pixels, posted as axes 1, 2, 3 of [8, 3, 8]");
        assert!(refused(Some(&other)).contains("reads N × [8, 3, 8]; bring"));
        let own = json("pixels, posted as axes 1, 2, 3, 4 of [8, 1, 8, 3]");
        assert_eq!(expect_own(&last, &[3, 8, 8], Some(&own)), Ok(()));
    }
}
