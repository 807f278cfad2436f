//! The node's offchain database, where finished work waits for the off-chain worker.

use sp_core::offchain::{OffchainStorage, STORAGE_PREFIX};

use super::error::MillError;

/// The database, under the prefix that the worker reads.
pub struct Database<S>(S);

impl<S: OffchainStorage> Database<S> {
    /// Writes to this storage.
    pub fn new(storage: S) -> Self {
        Self(storage)
    }

    /// What a key holds.
    pub fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(STORAGE_PREFIX, key)
    }

    /// Writes what may be lost; [`Self::store`] is for what may not.
    pub fn set(&mut self, key: &[u8], value: &[u8]) {
        self.0.set(STORAGE_PREFIX, key, value);
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &[u8]) {
        self.0.remove(STORAGE_PREFIX, key);
    }

    /// Writes finished work. The storage only logs its errors, so what was written is read back.
    ///
    /// # Errors
    /// [`MillError::NotStored`].
    pub fn store(&mut self, key: &[u8], value: &[u8]) -> Result<(), MillError> {
        self.set(key, value);
        match self.get(key) {
            Some(stored) if stored == value => Ok(()),
            _ => Err(MillError::NotStored),
        }
    }
}
