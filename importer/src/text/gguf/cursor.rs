//! Reads numbers and texts one behind the other, never beyond the bytes that are there.

use crate::refusal::Refusal;

/// A place in some bytes.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The next bytes, so many.
    ///
    /// # Errors
    /// [`Refusal`] if there are fewer.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Refusal> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end)).ok_or_else(|| {
            refusal!(
                "the GGUF file ends within its header: {count} bytes are missing after byte {} of {}",
                self.at,
                self.bytes.len();
                "download the file again"
            )
        })?;
        self.at += count;
        Ok(taken)
    }

    pub(super) fn number<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
        let mut number = [0; N];
        number.copy_from_slice(self.take(N)?);
        Ok(number)
    }

    pub(super) fn u32(&mut self) -> Result<u32, Refusal> {
        self.number().map(u32::from_le_bytes)
    }

    /// A count or a length, which says nothing about what is there.
    pub(super) fn count(&mut self) -> Result<u64, Refusal> {
        self.number().map(u64::from_le_bytes)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Refusal> {
        let length = self.count()?;
        let bytes = self.take(usize::try_from(length).unwrap_or(usize::MAX))?;
        std::str::from_utf8(bytes).map_err(|error| {
            refusal!(
                "a text in the GGUF file's header isn't UTF-8: {error}";
                "download the file again, or convert the model anew"
            )
        })
    }
}
