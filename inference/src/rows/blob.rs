//! A model's parameters as they came.

use alloc::vec::Vec;
use core::fmt;

use super::registration::checked::CheckedModel;

/// The bytes of a blob, as many as its model says.
#[derive(Clone, Copy, Debug)]
pub struct Blob<'a>(&'a [u8]);

/// Why bytes are not a model's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobError {
    /// There are more bytes or fewer.
    Length {
        /// Bytes that the model names.
        expected: u64,
        /// Bytes that came.
        got: u64,
    },
    /// They have another hash.
    Root {
        /// The hash that the model names.
        expected: [u8; 32],
        /// The hash of the bytes.
        got: [u8; 32],
    },
}

/// Records or numbers of a node that are out of range, so that zero stands for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The node.
    pub node: u32,
    /// Where its parameters begin, in bytes.
    pub offset: u64,
    /// How many.
    pub count: u64,
    /// The first entry that has one.
    pub first: u32,
}

impl<'a> Blob<'a> {
    /// Bytes whose hash is known to be right, or doesn't matter.
    ///
    /// # Errors
    /// [`BlobError::Length`].
    pub fn new(model: &CheckedModel, bytes: &'a [u8]) -> Result<Self, BlobError> {
        let expected = model.model().blob.length;
        match u64::try_from(bytes.len()).unwrap_or(u64::MAX) {
            got if got == expected => Ok(Self(bytes)),
            got => Err(BlobError::Length { expected, got }),
        }
    }

    /// Bytes whose BLAKE3 is compared. Programs that hold a large file hash it piece by piece or by several threads, and then take
    /// [`Self::new`].
    ///
    /// # Errors
    /// [`BlobError::Length`] or [`BlobError::Root`].
    pub fn verified(model: &CheckedModel, bytes: &'a [u8]) -> Result<Self, BlobError> {
        let blob = Self::new(model, bytes)?;
        let expected = model.model().blob.root;
        match blake3::hash(bytes).into() {
            got if got == expected => Ok(blob),
            got => Err(BlobError::Root { expected, got }),
        }
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Everything that is out of range. An execution is defined nevertheless; nobody should offer such a model.
    pub fn faults(self, model: &CheckedModel) -> Vec<Faults> {
        let of = |(node, reference): (u32, super::parameters::Reference)| {
            let (count, first) = reference.faults(self.0);
            Some(Faults { node, offset: reference.offset, count, first: first? })
        };
        model.references().into_iter().filter_map(of).collect()
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length { expected, got } => write!(f, "the blob has {got} bytes, expected {expected}"),
            Self::Root { .. } => write!(f, "the blob has another hash than the model names"),
        }
    }
}

impl core::error::Error for BlobError {}
