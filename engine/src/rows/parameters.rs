//! A model's parameters: a file that is mapped, or bytes.

use std::{fs::File, io, sync::Arc};

use memmap2::Mmap;
use millrace_inference::rows::{Blob, BlobError, CheckedModel};

/// The bytes of a blob. Weights are copied from it once, into the order in which products read them; embeddings are read
/// where they lie. A clone is of the same bytes.
#[derive(Clone)]
pub struct Parameters(Arc<Source>);

enum Source {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Parameters {
    /// Maps a file into memory: the system reads what is used, and may let go of it again. Nobody may change the file, or cut
    /// it off, as long as this lives; a store of blobs doesn't, because the hash of a file is its name.
    ///
    /// # Errors
    /// What the system says.
    #[allow(
        unsafe_code,
        reason = "a mapped file is bytes only as long as nobody changes it, which the caller sees to"
    )]
    pub fn map(file: &File) -> io::Result<Self> {
        // SAFETY: the file isn't changed, as said above. Whatever bytes it has, executing the model is defined.
        let mapped = unsafe { Mmap::map(file)? };
        Ok(Self(Arc::new(Source::Mapped(mapped))))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match &*self.0 {
            Source::Mapped(bytes) => bytes,
            Source::Owned(bytes) => bytes,
        }
    }

    /// Compares length and hash with those that a model names.
    ///
    /// # Errors
    /// Any [`BlobError`].
    pub fn verify(&self, model: &CheckedModel) -> Result<(), BlobError> {
        Blob::verified(model, self.bytes()).map(|_| ())
    }
}

impl From<Vec<u8>> for Parameters {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Source::Owned(bytes)))
    }
}
