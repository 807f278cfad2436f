//! Arrays in NumPy's `.npy` files.

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use npyz::{NpyFile, WriterBuilder};

/// The numbers of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// float32 or float64.
    Real(Vec<f64>),
    /// Integers of 8, 32 or 64 bits.
    Integer(Vec<i64>),
}

/// An array, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Axes.
    pub shape: Vec<u64>,
    /// The numbers.
    pub numbers: Numbers,
}

impl Array {
    /// The numbers as reals.
    pub fn reals(&self) -> Vec<f64> {
        match &self.numbers {
            Numbers::Real(values) => values.clone(),
            Numbers::Integer(values) => values.iter().map(|value| *value as f64).collect(),
        }
    }
}

/// Reads an array.
///
/// # Errors
/// A sentence with the file's name.
pub fn read(path: &Path) -> Result<Array, String> {
    let failed = |error: std::io::Error| format!("can't read {}: {error}", path.display());
    let file = NpyFile::new(BufReader::new(File::open(path).map_err(failed)?)).map_err(failed)?;
    if file.order() == npyz::Order::Fortran {
        return Err(format!(
            "{} is stored column by column; save it with numpy.ascontiguousarray",
            path.display()
        ));
    }
    let shape = file.shape().to_vec();
    let kind = file.dtype().descr();
    let kind = kind.trim_matches('\'').trim_start_matches(['<', '|', '=']).to_owned();
    macro_rules! numbers {
        ($variant:ident, $from:ty, $to:ty) => {
            Numbers::$variant(
                file.into_vec::<$from>().map_err(failed)?.into_iter().map(<$to>::from).collect(),
            )
        };
    }
    let numbers = match kind.as_str() {
        "f4" => numbers!(Real, f32, f64),
        "f8" => numbers!(Real, f64, f64),
        "i1" => numbers!(Integer, i8, i64),
        "u1" => numbers!(Integer, u8, i64),
        "i4" => numbers!(Integer, i32, i64),
        "i8" => numbers!(Integer, i64, i64),
        other => {
            return Err(format!(
                "{} holds elements of type {other}; float32, float64, int8, uint8, int32 and int64 are read",
                path.display()
            ))
        }
    };
    Ok(Array { shape, numbers })
}

/// Writes numbers of one of numpy's types.
///
/// # Errors
/// A sentence with the file's name.
pub fn write<T: npyz::AutoSerialize + Copy>(path: &Path, shape: &[u64], values: &[T]) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("can't write {}: {error}", path.display());
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(shape)
        .writer(BufWriter::new(File::create(path).map_err(failed)?))
        .begin_nd()
        .map_err(failed)?;
    writer.extend(values.iter().copied()).map_err(failed)?;
    writer.finish().map_err(failed)
}
