//! Sequences and images as they are posted.

use alloc::vec::Vec;
use core::fmt;

use super::registration::checked::CheckedModel;

/// Why bytes are not the ids of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputError {
    /// Their number is no multiple of an id's.
    Length {
        /// Bytes of an id.
        id: u32,
        /// Bytes that came.
        got: usize,
    },
}

impl CheckedModel {
    /// Bytes of an id as it is posted: of a token 2 if every id fits them, else 4; an image is posted byte by byte.
    pub fn id_bytes(&self) -> u32 {
        match (self.image_bytes(), self.vocabulary()) {
            (Some(_), _) => 1,
            (None, 0..=0x1_0000) => 2,
            (None, _) => 4,
        }
    }

    /// The ids that these bytes are, little-endian; those of an image are its bytes. Whether there are so many, and so many tokens, is checked by whatever
    /// evaluates them.
    ///
    /// # Errors
    /// [`InputError::Length`].
    pub fn ids_from_bytes(&self, bytes: &[u8]) -> Result<Vec<u32>, InputError> {
        let error = InputError::Length { id: self.id_bytes(), got: bytes.len() };
        match self.id_bytes() {
            1 => Ok(bytes.iter().map(|byte| u32::from(*byte)).collect()),
            2 => match bytes.as_chunks() {
                (ids, []) => Ok(ids.iter().map(|id| u16::from_le_bytes(*id).into()).collect()),
                _ => Err(error),
            },
            _ => match bytes.as_chunks() {
                (ids, []) => Ok(ids.iter().map(|id| u32::from_le_bytes(*id)).collect()),
                _ => Err(error),
            },
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { id, got } => {
                write!(f, "the sequence has {got} bytes, expected a multiple of {id}")
            }
        }
    }
}

impl core::error::Error for InputError {}
