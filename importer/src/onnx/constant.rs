//! Constants of an ONNX file as plain vectors.

use super::{
    messages::{Tensor, BOOL, DOUBLE, FLOAT, FLOAT16, INT32, INT64, INT8, UINT8},
    read::MAX_ONNX_BYTES,
};
use crate::lowered::Lowered;

/// The most axes of a constant.
const MAX_AXES: usize = 8;

/// A constant with its numbers as they are written, integers exact.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Axes.
    pub shape: Vec<usize>,
    /// The numbers, row-major.
    pub numbers: Numbers,
    /// The first of the numbers that is NaN or infinite, if one is.
    pub strange: Option<f32>,
}

/// A constant's numbers.
#[derive(Clone, Debug)]
pub enum Numbers {
    /// Of [`FLOAT`], or of [`FLOAT16`] or [`DOUBLE`] as the nearest of these.
    Float(Vec<f32>),
    /// Of [`UINT8`], [`INT8`], [`INT32`], [`INT64`] or [`BOOL`].
    Integer {
        /// The integers.
        values: Vec<i64>,
        /// Which of them; every value is in its range.
        data_type: i32,
    },
}

impl Constant {
    /// A constant of numbers as many as its shape says.
    pub(crate) fn new(shape: Vec<usize>, numbers: Numbers) -> Self {
        let strange = match &numbers {
            Numbers::Float(values) => values.iter().copied().find(|value| !value.is_finite()),
            Numbers::Integer { .. } => None,
        };
        Self { shape, numbers, strange }
    }

    /// The numbers as floats.
    pub fn floats(&self) -> Vec<f64> {
        match &self.numbers {
            Numbers::Float(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Numbers::Integer { values, .. } => values.iter().map(|value| *value as f64).collect(),
        }
    }

    /// The numbers as integers, if that is what they are.
    pub fn integers(&self) -> Option<&[i64]> {
        match &self.numbers {
            Numbers::Integer { values, .. } => Some(values),
            Numbers::Float(_) => None,
        }
    }
}

impl Tensor {
    /// Reads a constant.
    ///
    /// # Errors
    /// What can't be read of it.
    pub fn constant(&self) -> Lowered<Constant> {
        if self.data_location != 0 {
            return Err(refusal!("its data lies in another file"; "save the model with its data inside"));
        }
        if self.dims.len() > MAX_AXES {
            return Err(refusal!(
                "it has {} axes, at most {MAX_AXES} are read", self.dims.len();
                "join some of them"
            ));
        }
        let shape: Vec<usize> = self
            .dims
            .iter()
            .map(|dim| {
                usize::try_from(*dim).map_err(|_| {
                    refusal!(
                        "it has an axis of length {dim}";
                        "export the model again"
                    )
                })
            })
            .collect::<Result<_, _>>()?;
        // Every number of a constant that a model needs takes a byte of the model.
        let expected = shape
            .iter()
            .try_fold(1usize, |product, axis| product.checked_mul(*axis))
            .filter(|count| *count <= MAX_ONNX_BYTES)
            .ok_or_else(|| {
                refusal!(
                    "its shape {shape:?} has more than {MAX_ONNX_BYTES} elements, the most that are read";
                    "make the layer smaller"
                )
            })?;
        let raw = &self.raw_data;
        let numbers = match self.data_type {
            FLOAT if raw.is_empty() => Numbers::Float(self.float_data.clone()),
            FLOAT => Numbers::Float(words(raw, expected)?.map(f32::from_le_bytes).collect()),
            FLOAT16 if raw.is_empty() => {
                Numbers::Float(self.int32_data.iter().map(|bits| half(*bits as u16)).collect())
            }
            FLOAT16 => Numbers::Float(words(raw, expected)?.map(u16::from_le_bytes).map(half).collect()),
            DOUBLE if raw.is_empty() => {
                Numbers::Float(self.double_data.iter().map(|number| *number as f32).collect())
            }
            DOUBLE => {
                Numbers::Float(words(raw, expected)?.map(|word| f64::from_le_bytes(word) as f32).collect())
            }
            UINT8 | INT8 | INT32 | BOOL if raw.is_empty() => {
                self.integers(self.int32_data.iter().map(|value| i64::from(*value)))?
            }
            UINT8 | BOOL => self.integers(words::<1>(raw, expected)?.map(|[byte]| i64::from(byte)))?,
            INT8 => self.integers(words::<1>(raw, expected)?.map(|[byte]| i64::from(byte.cast_signed())))?,
            INT32 => self.integers(words(raw, expected)?.map(|word| i64::from(i32::from_le_bytes(word))))?,
            INT64 if raw.is_empty() => self.integers(self.int64_data.iter().copied())?,
            INT64 => self.integers(words(raw, expected)?.map(i64::from_le_bytes))?,
            other => {
                return Err(refusal!(
                    "its elements have ONNX type {other}";
                    "save it as float32, float16, double, int8, uint8, int32, int64 or bool"
                ))
            }
        };
        let got = match &numbers {
            Numbers::Float(values) => values.len(),
            Numbers::Integer { values, .. } => values.len(),
        };
        if expected != got {
            return Err(refusal!(
                "its shape {shape:?} needs {expected} numbers, there are {got}";
                "export the model again"
            ));
        }
        Ok(Constant::new(shape, numbers))
    }

    /// Integers of the tensor's type, in its range.
    fn integers(&self, values: impl Iterator<Item = i64>) -> Lowered<Numbers> {
        let data_type = self.data_type;
        let range = match data_type {
            UINT8 => 0..=255,
            INT8 => -128..=127,
            BOOL => 0..=1,
            _ => i64::MIN..=i64::MAX,
        };
        let values: Vec<i64> = values.collect();
        match values.iter().find(|value| !range.contains(value)) {
            Some(value) => Err(refusal!(
                "{value} is beyond the range of its type, ONNX type {data_type}";
                "export the model again"
            )),
            None => Ok(Numbers::Integer { values, data_type }),
        }
    }
}

/// The number that these bits of a float16 stand for.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2f32.powi(-24),
        0x1f if fraction == 0.0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (fraction + 1024.0) * 2f32.powi(exponent - 25),
    };
    if bits >> 15 == 0 {
        size
    } else {
        -size
    }
}

/// Raw data as the bytes of each number.
fn words<const N: usize>(raw: &[u8], expected: usize) -> Lowered<impl Iterator<Item = [u8; N]> + '_> {
    if expected.checked_mul(N) != Some(raw.len()) {
        return Err(refusal!(
            "its shape needs {expected} numbers of {N} bytes, its raw data has {} bytes", raw.len();
            "export the model again"
        ));
    }
    Ok(raw.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_floats_are_read_as_the_nearest_float32() {
        let read = |tensor: Tensor| tensor.constant().expect("readable").floats();
        // The least, the largest, one, and minus a third.
        let (bits, halves) =
            ([0x0001u16, 0x7bff, 0x3c00, 0xb555], [2f64.powi(-24), 65504.0, 1.0, -0.333_251_953_125]);
        let of = |data_type| Tensor { data_type, dims: vec![4], ..Tensor::default() };
        let raw_data = bits.iter().flat_map(|bits| bits.to_le_bytes()).collect();
        assert_eq!(read(Tensor { raw_data, ..of(FLOAT16) }), halves);
        let int32_data = bits.iter().map(|bits| i32::from(*bits)).collect();
        assert_eq!(read(Tensor { int32_data, ..of(FLOAT16) }), halves);
        let raw_data = halves.iter().flat_map(|number| number.to_le_bytes()).collect();
        assert_eq!(read(Tensor { raw_data, ..of(DOUBLE) }), halves);
        assert_eq!(read(Tensor { double_data: halves.to_vec(), ..of(DOUBLE) }), halves);
        let infinite = Tensor { int32_data: vec![0xfc00, 0x7e00, 0, 0], ..of(FLOAT16) };
        assert_eq!(infinite.constant().expect("readable").strange, Some(f32::NEG_INFINITY));
    }

    #[test]
    fn constants_hold_what_their_shape_says() {
        let fails = |tensor: Tensor| tensor.constant().expect_err("unreadable").to_string();
        let raw = |data_type, dims: &[i64], raw_data: &[u8]| Tensor {
            data_type,
            dims: dims.to_vec(),
            raw_data: raw_data.to_vec(),
            ..Tensor::default()
        };
        assert!(fails(raw(FLOAT, &[2], &[0; 9])).contains("2 numbers of 4 bytes"));
        assert!(fails(raw(INT8, &[1 << 40, 1 << 40], &[0])).contains("more than"));
        assert!(fails(raw(INT8, &[-1], &[0])).contains("length -1"));
        assert!(fails(raw(INT8, &[1; 9], &[0])).contains("9 axes"));
        assert!(fails(raw(BOOL, &[1], &[2])).contains("beyond the range"));
        assert!(fails(raw(16, &[1], &[0, 0])).contains("ONNX type 16"));
        let wide = Tensor { data_type: INT8, int32_data: vec![300], dims: vec![1], ..Tensor::default() };
        assert!(fails(wide).contains("300 is beyond the range"));
        let outside = Tensor { data_location: 1, ..Tensor::default() };
        assert!(fails(outside).contains("another file"));
    }
}
