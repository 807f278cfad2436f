//! Reads tensors of safetensors files by name, each of the shape that it must have.

use half::{bf16, f16};
use safetensors::{tensor::TensorView, Dtype, SafeTensors};

use super::tensors::{expect_finite, expect_shape, missing, Tensors};
use crate::refusal::Refusal;

/// What stands before every name where a model with a head keeps its encoder.
const PREFIXES: [&str; 2] = ["bert.", "distilbert."];

/// The tensors of a file, or of all shards of a model.
pub struct Weights<'a> {
    files: Vec<SafeTensors<'a>>,
    prefix: &'static str,
}

/// A file's header, held against the bytes that are there.
///
/// # Errors
/// As [`Weights::new`].
pub(super) fn parsed(bytes: &[u8]) -> Result<SafeTensors<'_>, Refusal> {
    SafeTensors::deserialize(bytes).map_err(|error| {
        refusal!(
            "these bytes are no whole safetensors file: {error}";
            "download the file again, or save the model with safe_serialization=True"
        )
    })
}

impl<'a> Weights<'a> {
    /// Reads a file's header and holds it against the bytes that are there.
    ///
    /// # Errors
    /// [`Refusal`] of bytes that are no whole safetensors file.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Refusal> {
        parsed(bytes).map(|tensors| Self::joined(vec![tensors]))
    }

    /// The tensors of several files, each in one of them.
    pub(super) fn joined(files: Vec<SafeTensors<'a>>) -> Self {
        let mut all = Self { files, prefix: "" };
        let has = |prefix: &&str| all.tensor(&format!("{prefix}embeddings.word_embeddings.weight")).is_some();
        all.prefix = PREFIXES.into_iter().find(has).unwrap_or_default();
        all
    }

    fn tensor(&self, name: &str) -> Option<TensorView<'a>> {
        self.files.iter().find_map(|file| file.tensor(name).ok())
    }

    /// What is left of a checkpoint that TensorFlow wrote, whose norms have a gamma and a beta.
    fn of_norm(&self, name: &str) -> Option<TensorView<'a>> {
        let (norm, kind) = name.rsplit_once('.').filter(|(norm, _)| norm.ends_with("LayerNorm"))?;
        let kind = if kind == "weight" { "gamma" } else { "beta" };
        self.tensor(&format!("{norm}.{kind}"))
    }
}

impl Tensors for Weights<'_> {
    fn names(&self) -> Vec<&str> {
        self.files.iter().flat_map(SafeTensors::names).collect()
    }

    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Refusal> {
        let name = format!("{}{name}", self.prefix);
        let tensor = self.tensor(&name).or_else(|| self.of_norm(&name)).ok_or_else(|| missing(&name))?;
        expect_shape(&name, tensor.shape(), shape)?;
        let data = tensor.data();
        let numbers: Vec<f32> = match tensor.dtype() {
            Dtype::F32 => data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Dtype::F16 => {
                data.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32()).collect()
            }
            Dtype::BF16 => {
                data.as_chunks().0.iter().map(|bytes| bf16::from_le_bytes(*bytes).to_f32()).collect()
            }
            other => {
                return Err(refusal!(
                    "the tensor {name} is of type {other:?}";
                    "save the model as float32, float16 or bfloat16"
                ))
            }
        };
        expect_finite(&name, numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), data).expect("its bytes fit its shape");
        safetensors::serialize([("w", view)], None).expect("a file")
    }

    fn refused<T>(result: Result<T, Refusal>) -> String {
        result.err().expect("refused").to_string()
    }

    #[test]
    fn all_floats_are_read() {
        let wanted = [1.0f32, -2.5];
        let single: Vec<u8> = wanted.iter().flat_map(|x| x.to_le_bytes()).collect();
        let halves: Vec<u8> = wanted.iter().flat_map(|x| f16::from_f32(*x).to_le_bytes()).collect();
        let brains: Vec<u8> = wanted.iter().flat_map(|x| bf16::from_f32(*x).to_le_bytes()).collect();
        for (dtype, data) in [(Dtype::F32, single), (Dtype::F16, halves), (Dtype::BF16, brains)] {
            let bytes = file(dtype, &[2, 1], &data);
            let matrix = Weights::new(&bytes).and_then(|weights| weights.matrix("w", 2, 1)).expect("there");
            assert_eq!(matrix.as_slice(), Some(&wanted[..]));
        }
    }

    #[test]
    fn tensors_that_dont_fit_are_refused() {
        let bytes = file(Dtype::F32, &[2], &[0; 8]);
        let weights = Weights::new(&bytes).expect("a file");
        assert!(refused(weights.vector("v", 2)).contains("no tensor v"));
        assert!(refused(weights.vector("w", 3)).contains("shape [2], expected [3]"));
        assert!(refused(weights.matrix("w", 1, 2)).contains("shape [2], expected [1, 2]"));
        let integers = file(Dtype::I32, &[2], &[0; 8]);
        assert!(refused(Weights::new(&integers).and_then(|w| w.vector("w", 2))).contains("float32"));
        let infinite = file(Dtype::F32, &[1], &f32::INFINITY.to_le_bytes());
        assert!(refused(Weights::new(&infinite).and_then(|w| w.vector("w", 1))).contains("finite"));
    }

    #[test]
    fn hostile_files_are_refused_before_memory_is_taken() {
        let whole = file(Dtype::F32, &[2], &[0; 8]);
        for length in 0..whole.len() {
            assert!(refused(Weights::new(&whole[..length])).contains("download the file again"), "{length}");
        }
        for length in [u64::MAX, u64::MAX - 7, 1 << 40, whole.len() as u64] {
            let hostile = [&length.to_le_bytes()[..], &whole[8..]].concat();
            assert!(refused(Weights::new(&hostile)).contains("no whole safetensors file"), "{length}");
        }
        let headers = [
            r#"{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
            r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
            r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}"#,
            r#"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#,
            r#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
            "[]",
        ];
        for header in headers {
            let length = (header.len() as u64).to_le_bytes();
            let hostile = [&length[..], header.as_bytes(), &[0; 8]].concat();
            assert!(refused(Weights::new(&hostile)).contains("no whole safetensors file"), "{header}");
        }
    }
}
