//! A value of a GGUF file's metadata.

use super::cursor::Cursor;
use crate::refusal::Refusal;

/// What stands under a key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Whole(i128),
    Real(f64),
    Flag(bool),
    Text(&'a str),
    List(List<'a>),
}

/// Values of one kind. They are read when they are asked for: a list of a million takes no memory before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct List<'a> {
    kind: u32,
    count: u64,
    bytes: &'a [u8],
}

const TEXT: u32 = 8;
const LIST: u32 = 9;

/// Bytes of a number or a flag.
fn size(kind: u32) -> Option<usize> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

impl<'a> Value<'a> {
    /// The next value; `bytes` are those that the cursor goes through.
    ///
    /// # Errors
    /// [`Refusal`] of a kind that isn't known, of a list of lists, and of what is cut off.
    pub(super) fn read(cursor: &mut Cursor<'a>, bytes: &'a [u8]) -> Result<Self, Refusal> {
        let kind = cursor.u32()?;
        if kind != LIST {
            return Self::of(kind, cursor);
        }
        let (kind, count) = (cursor.u32()?, cursor.count()?);
        let start = cursor.at();
        match size(kind) {
            Some(size) => {
                let length = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(size);
                cursor.take(length)?;
            }
            None if kind == TEXT => {
                // Each takes eight bytes at least, so that this ends with the file whatever the count is.
                for _ in 0..count {
                    cursor.text()?;
                }
            }
            None => return Err(unknown(kind)),
        }
        Ok(Self::List(List { kind, count, bytes: &bytes[start..cursor.at()] }))
    }

    fn of(kind: u32, cursor: &mut Cursor<'a>) -> Result<Self, Refusal> {
        Ok(match kind {
            0 => Self::Whole(u8::from_le_bytes(cursor.number()?).into()),
            1 => Self::Whole(i8::from_le_bytes(cursor.number()?).into()),
            2 => Self::Whole(u16::from_le_bytes(cursor.number()?).into()),
            3 => Self::Whole(i16::from_le_bytes(cursor.number()?).into()),
            4 => Self::Whole(u32::from_le_bytes(cursor.number()?).into()),
            5 => Self::Whole(i32::from_le_bytes(cursor.number()?).into()),
            6 => Self::Real(f32::from_le_bytes(cursor.number()?).into()),
            7 => Self::Flag(cursor.number::<1>()? != [0]),
            TEXT => Self::Text(cursor.text()?),
            10 => Self::Whole(u64::from_le_bytes(cursor.number()?).into()),
            11 => Self::Whole(i64::from_le_bytes(cursor.number()?).into()),
            12 => Self::Real(f64::from_le_bytes(cursor.number()?)),
            _ => return Err(unknown(kind)),
        })
    }
}

impl<'a> List<'a> {
    /// How many there are.
    pub(crate) fn count(self) -> u64 {
        self.count
    }

    /// All values.
    ///
    /// # Errors
    /// None that reading the header hasn't found.
    pub(crate) fn values(self) -> impl Iterator<Item = Result<Value<'a>, Refusal>> {
        let mut cursor = Cursor::new(self.bytes);
        (0..self.count).map(move |_| Value::of(self.kind, &mut cursor))
    }
}

fn unknown(kind: u32) -> Refusal {
    refusal!(
        "the GGUF file's header has a value of kind {kind}, which isn't known";
        "convert the model anew with a current convert_hf_to_gguf.py of llama.cpp"
    )
}
