//! GGUF files: what they say of a model, and its tensors as floats.
//!
//! The small crates that read this format stop at its header, and those that also read its blocks bring a library of tensors
//! with them, so it is read here. All of it lies in memory and is borrowed: lengths and offsets are believed only as far as
//! the bytes go, no byte belongs to two tensors, and so whatever is made of a file is a small multiple of its size.

mod blocks;
mod cursor;
mod value;

use std::collections::{BTreeMap, HashMap};

use self::{blocks::Stored, cursor::Cursor};
use super::tensors::{expect_finite, expect_shape, missing, Tensors};
use crate::refusal::Refusal;

pub(crate) use self::value::{List, Value};

const MAGIC: &[u8] = b"GGUF";

/// Where tensors begin is a multiple of it, unless the file says another.
const ALIGNMENT: i128 = 32;

/// Axes of a tensor at most.
const MAX_AXES: u32 = 4;

/// A file, as far as it was read.
pub struct Gguf<'a> {
    values: HashMap<&'a str, Value<'a>>,
    tensors: BTreeMap<&'a str, Tensor<'a>>,
}

struct Tensor<'a> {
    /// The outermost axis first.
    shape: Vec<usize>,
    stored: Stored,
    bytes: &'a [u8],
}

/// What the header says of a tensor.
struct Entry<'a> {
    name: &'a str,
    shape: Vec<usize>,
    stored: Stored,
    offset: u64,
    length: u64,
}

impl<'a> Gguf<'a> {
    /// Reads a file's header and holds it against the bytes that are there.
    ///
    /// # Errors
    /// [`Refusal`] of bytes that are no whole GGUF file, and of numbers that are stored in a way that isn't known.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Refusal> {
        let mut cursor = Cursor::new(bytes);
        if cursor.take(4).ok() != Some(MAGIC) {
            return Err(refusal!(
                "these bytes are no GGUF file: they don't begin with 'GGUF'";
                "name the right file, or download it again"
            ));
        }
        let version = cursor.u32()?;
        if !(2..=3).contains(&version) {
            return Err(refusal!(
                "the GGUF file is of version {version}, and 2 and 3 in little-endian bytes are read";
                "convert the model anew with a current convert_hf_to_gguf.py of llama.cpp"
            ));
        }
        let (tensors, values) = (cursor.count()?, cursor.count()?);
        let values = read_values(&mut cursor, bytes, values)?;
        let entries = (0..tensors).map(|_| Entry::read(&mut cursor));
        // Collecting stops at the first that is cut off, whatever number of them the file claims.
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let data = data(bytes, cursor.at(), values.get("general.alignment"))?;
        Ok(Self { values, tensors: place(entries, data)? })
    }

    /// What stands under a key.
    pub(crate) fn value(&self, key: &str) -> Option<Value<'a>> {
        self.values.get(key).copied()
    }
}

impl Tensors for Gguf<'_> {
    fn names(&self) -> Vec<&str> {
        self.tensors.keys().copied().collect()
    }

    fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Refusal> {
        let tensor = self.tensors.get(name).ok_or_else(|| missing(name))?;
        expect_shape(name, &tensor.shape, shape)?;
        expect_finite(name, tensor.stored.floats(tensor.bytes))
    }
}

fn read_values<'a>(
    cursor: &mut Cursor<'a>,
    bytes: &'a [u8],
    count: u64,
) -> Result<HashMap<&'a str, Value<'a>>, Refusal> {
    let mut values = HashMap::new();
    for _ in 0..count {
        let key = cursor.text()?;
        if values.insert(key, Value::read(cursor, bytes)?).is_some() {
            return Err(twice(key));
        }
    }
    Ok(values)
}

impl<'a> Entry<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, Refusal> {
        let name = cursor.text()?;
        let axes = cursor.u32()?;
        if !(1..=MAX_AXES).contains(&axes) {
            return Err(refusal!(
                "the tensor {name} of the GGUF file has {axes} axes, and one has 1 to {MAX_AXES}";
                "download the file again"
            ));
        }
        // The innermost axis comes first.
        let mut axes = (0..axes).map(|_| cursor.count()).collect::<Result<Vec<_>, _>>()?;
        let (kind, offset) = (cursor.u32()?, cursor.count()?);
        let stored = Stored::numbered(kind).ok_or_else(|| {
            refusal!(
                "the tensor {name} of the GGUF file is of kind {kind}, which isn't read";
                "take a file whose tensors are of {}", Stored::NAMES
            )
        })?;
        let (numbers, size) = stored.block();
        let (numbers, size) = (numbers as u64, size as u64);
        let blocks = axes.iter().skip(1).try_fold(axes[0] / numbers, |all, axis| all.checked_mul(*axis));
        let length = blocks.and_then(|blocks| blocks.checked_mul(size));
        axes.reverse();
        let shape: Option<Vec<usize>> = axes.iter().map(|axis| usize::try_from(*axis).ok()).collect();
        let whole = axes.last().is_some_and(|axis| axis.is_multiple_of(numbers));
        match (length, shape) {
            (Some(length), Some(shape)) if whole => Ok(Self { name, shape, stored, offset, length }),
            _ => Err(refusal!(
                "the tensor {name} of the GGUF file has the impossible shape {axes:?}";
                "download the file again"
            )),
        }
    }
}

/// The bytes behind the header.
fn data<'a>(bytes: &'a [u8], header: usize, alignment: Option<&Value<'_>>) -> Result<&'a [u8], Refusal> {
    let alignment = match alignment {
        None => ALIGNMENT,
        Some(Value::Whole(alignment)) => *alignment,
        Some(_) => 0,
    };
    let alignment = usize::try_from(alignment).ok().filter(|alignment| alignment.is_power_of_two());
    let start = alignment.and_then(|alignment| header.checked_next_multiple_of(alignment));
    start.map(|start| bytes.get(start..).unwrap_or_default()).ok_or_else(|| {
        refusal!(
            "the GGUF file's general.alignment is no power of two";
            "download the file again, or convert the model anew"
        )
    })
}

/// Each tensor with its bytes.
fn place<'a>(entries: Vec<Entry<'a>>, data: &'a [u8]) -> Result<BTreeMap<&'a str, Tensor<'a>>, Refusal> {
    let mut tensors = BTreeMap::new();
    let mut total = 0u64;
    for Entry { name, shape, stored, offset, length } in entries {
        let range = usize::try_from(offset).ok().zip(offset.checked_add(length));
        let range = range.and_then(|(start, end)| Some(start..usize::try_from(end).ok()?));
        let bytes = range.and_then(|range| data.get(range)).ok_or_else(|| {
            refusal!(
                "the tensor {name} of the GGUF file would end after its {} bytes of data: it has {length} from byte \
                 {offset} on",
                data.len();
                "download the file again"
            )
        })?;
        total = total.saturating_add(length);
        if tensors.insert(name, Tensor { shape, stored, bytes }).is_some() {
            return Err(twice(name));
        }
    }
    if total > data.len() as u64 {
        return Err(refusal!(
            "the tensors of the GGUF file share bytes: together they would have {total} of {}", data.len();
            "download the file again, or convert the model anew"
        ));
    }
    Ok(tensors)
}

fn twice(name: &str) -> Refusal {
    refusal!(
        "the GGUF file's header has {name} twice";
        "download the file again, or convert the model anew"
    )
}

#[cfg(test)]
mod tests;
