//! Arrays in NumPy's `.npy` files.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read},
    path::Path,
};

use npyz::WriterBuilder;

/// The longest header that is read; NumPy itself refuses longer ones, too.
const MAX_HEADER: u32 = 10_000;

/// The numbers of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// float32 or float64.
    Real(Vec<f64>),
    /// int32 or int64.
    Integer(Vec<i64>),
    /// int8.
    Int8(Vec<i8>),
    /// uint8.
    Uint8(Vec<u8>),
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
            Numbers::Int8(values) => values.iter().map(|value| f64::from(*value)).collect(),
            Numbers::Uint8(values) => values.iter().map(|value| f64::from(*value)).collect(),
        }
    }
}

/// Reads an array. Whatever the header claims, no more is read than it says and the file has.
///
/// # Errors
/// A sentence with the file's name.
pub fn read(path: &Path) -> Result<Array, String> {
    let unread = |error| format!("can't read {}: {error}; name a file that can be read", path.display());
    let file = File::open(path).map_err(unread)?;
    parse(BufReader::new(file)).map_err(|why| format!("can't read {}: {why}", path.display()))
}

fn parse(mut file: impl Read) -> Result<Array, String> {
    let failed = |error: std::io::Error| format!("{error}; save it again with numpy.save");
    let not_npy = || "it is no .npy file; save it with numpy.save".to_owned();
    let mut start = [0; 8];
    file.read_exact(&mut start).map_err(|_| not_npy())?;
    let [magic @ .., major, _] = start;
    if magic != *b"\x93NUMPY" {
        return Err(not_npy());
    }
    let length = if major == 1 {
        let mut length = [0; 2];
        file.read_exact(&mut length).map_err(failed)?;
        u32::from(u16::from_le_bytes(length))
    } else {
        let mut length = [0; 4];
        file.read_exact(&mut length).map_err(failed)?;
        u32::from_le_bytes(length)
    };
    if length > MAX_HEADER {
        return Err(format!(
            "its header has {length} bytes, at most {MAX_HEADER} are read; save it with numpy.save"
        ));
    }
    let mut header = Vec::new();
    file.by_ref().take(length.into()).read_to_end(&mut header).map_err(failed)?;
    let header = String::from_utf8(header).map_err(|_| not_npy())?;
    match entry(&header, "fortran_order") {
        Some(rest) if rest.starts_with("False") => {}
        Some(rest) if rest.starts_with("True") => {
            return Err("it is stored column by column; save it with numpy.ascontiguousarray".into())
        }
        _ => return Err(not_npy()),
    }
    let shape = shape_of(&header).ok_or_else(not_npy)?;
    let kind = entry(&header, "descr").and_then(|rest| rest.strip_prefix('\'')?.split_once('\''));
    let (kind, _) = kind.ok_or_else(|| "it holds records; save an array of numbers".to_owned())?;
    let kind = kind.trim_start_matches(['<', '|', '=']);
    let numbers = match kind {
        "f4" => Numbers::Real(words(file, &shape)?.into_iter().map(|x| f64::from(f32::from_le_bytes(x))).collect()),
        "f8" => Numbers::Real(words(file, &shape)?.into_iter().map(f64::from_le_bytes).collect()),
        "i1" => Numbers::Int8(words(file, &shape)?.into_iter().map(i8::from_le_bytes).collect()),
        "u1" => Numbers::Uint8(words(file, &shape)?.into_iter().map(u8::from_le_bytes).collect()),
        "i4" => Numbers::Integer(words(file, &shape)?.into_iter().map(|x| i64::from(i32::from_le_bytes(x))).collect()),
        "i8" => Numbers::Integer(words(file, &shape)?.into_iter().map(i64::from_le_bytes).collect()),
        other => {
            return Err(format!(
                "it holds elements of type {other}; float32, float64, int8, uint8, int32 and int64 are read, so convert it with numpy.astype"
            ))
        }
    };
    Ok(Array { shape, numbers })
}

/// What follows a key of the header, which is a dictionary as Python writes it.
fn entry<'a>(header: &'a str, key: &str) -> Option<&'a str> {
    let (_, rest) = header.split_once(&format!("'{key}'"))?;
    Some(rest.trim_start().strip_prefix(':')?.trim_start())
}

fn shape_of(header: &str) -> Option<Vec<u64>> {
    let (axes, _) = entry(header, "shape")?.strip_prefix('(')?.split_once(')')?;
    axes.split(',').map(str::trim).filter(|axis| !axis.is_empty()).map(|axis| axis.parse().ok()).collect()
}

/// The bytes of each number. A file that holds fewer or more of them than its shape says isn't what was saved.
fn words<const N: usize>(mut file: impl Read, shape: &[u64]) -> Result<Vec<[u8; N]>, String> {
    let failed = |error: std::io::Error| format!("{error}; save it again with numpy.save");
    let expected = shape
        .iter()
        .try_fold(1u64, |product, axis| product.checked_mul(*axis))
        .and_then(|count| count.checked_mul(N as u64))
        .ok_or_else(|| {
            format!("its shape {shape:?} has more elements than can be; save it with numpy.save")
        })?;
    let mut bytes = Vec::new();
    file.by_ref().take(expected).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 != expected {
        return Err(format!(
            "its shape {shape:?} needs {expected} bytes, there are {}; save it again",
            bytes.len()
        ));
    }
    let mut more = [0; 1];
    if file.read(&mut more).map_err(failed)? > 0 {
        return Err(format!(
            "bytes follow the {expected} that its shape {shape:?} needs; save it again, alone in the file"
        ));
    }
    Ok(bytes.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()).collect())
}

/// Writes numbers of one of numpy's types.
///
/// # Errors
/// A sentence with the file's name.
pub fn write<T: npyz::AutoSerialize + Copy>(path: &Path, shape: &[u64], values: &[T]) -> Result<(), String> {
    let failed = |error: std::io::Error| {
        format!("can't write {}: {error}; name a place that can be written", path.display())
    };
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(shape)
        .writer(BufWriter::new(File::create(path).map_err(failed)?))
        .begin_nd()
        .map_err(failed)?;
    writer.extend(values.iter().copied()).map_err(failed)?;
    writer.finish().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of version 1 with this header and these bytes of data.
    fn npy(header: &str, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(header.len()).expect("short").to_le_bytes();
        [b"\x93NUMPY\x01\x00".as_slice(), length.as_slice(), header.as_bytes(), data].concat()
    }

    fn array(descr: &str, shape: &str, data: &[u8]) -> Result<Array, String> {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        parse(npy(&header, data).as_slice())
    }

    #[test]
    fn arrays_are_read() {
        let read = array("<f4", "(1, 2)", &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]).expect("two numbers");
        assert_eq!(read, Array { shape: vec![1, 2], numbers: Numbers::Real(vec![1.0, -2.0]) });
        let read = array("|i1", "(2,)", &[5, 0xff]).expect("two numbers");
        assert_eq!(read, Array { shape: vec![2], numbers: Numbers::Int8(vec![5, -1]) });
        let read = array("|u1", "()", &[200]).expect("one number");
        assert_eq!(read, Array { shape: vec![], numbers: Numbers::Uint8(vec![200]) });
        assert_eq!(read.reals(), [200.0]);
    }

    #[test]
    fn what_isnt_an_array_is_refused() {
        let fails = |array: Result<Array, String>| array.expect_err("no array");
        let wraps = "(4294967296, 4294967296, 2)";
        assert!(fails(array("|i1", wraps, &[])).contains("more elements than can be"));
        assert!(fails(array("<f8", "(2305843009213693952,)", &[])).contains("more elements than can be"));
        assert!(fails(array("|i1", "(3,)", &[1, 2])).contains("needs 3 bytes, there are 2"));
        assert!(fails(array("|i1", "(1,)", &[1, 2])).contains("bytes follow the 1"));
        assert!(fails(array("|i1", "(-1,)", &[1])).contains("no .npy file"));
        assert!(fails(array(">f4", "(1,)", &[0; 4])).contains("type >f4"));
        assert!(fails(array("<f2", "(1,)", &[0; 2])).contains("numpy.astype"));
        assert!(fails(parse([0u8; 64].as_slice())).contains("numpy.save"));
        let transposed = npy("{'descr': '|i1', 'fortran_order': True, 'shape': (1,), }", &[1]);
        assert!(fails(parse(transposed.as_slice())).contains("ascontiguousarray"));
        // A header that claims to be long isn't believed.
        let long = [b"\x93NUMPY\x02\x00".as_slice(), &u32::MAX.to_le_bytes()].concat();
        assert!(fails(parse(long.as_slice())).contains("at most 10000"));
    }
}
