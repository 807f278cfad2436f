//! A model of either version: one decoder, whatever settles its executions.

use alloc::vec::Vec;

use crate::{
    format::{error::ModelError, id::FORMAT_VERSION, model::Model},
    registration::checked::CheckedModel,
    rows,
};

/// A model as it is encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnyModel {
    /// Its parameters lie in the encoding, and a trace proves its execution.
    Traced(Model),
    /// Its parameters are a blob, and its execution is claimed by a root.
    Claimed(rows::Model),
}

/// A model that passed every check that registration makes.
#[derive(Clone, Debug)]
pub enum AnyCheckedModel {
    /// Of [`AnyModel::Traced`].
    Traced(CheckedModel),
    /// Of [`AnyModel::Claimed`].
    Claimed(rows::CheckedModel),
}

/// Which decoder an encoding is for: by its first byte.
fn is_claimed(bytes: &[u8]) -> Result<bool, ModelError> {
    match bytes.first() {
        Some(&FORMAT_VERSION) => Ok(false),
        Some(&rows::FORMAT_VERSION) => Ok(true),
        got => Err(ModelError::UnknownVersion { got: got.copied() }),
    }
}

impl AnyModel {
    /// Reads an encoding of either version. Allocates at most a small multiple of the bytes that are there.
    ///
    /// # Errors
    /// Those of [`Model::from_bytes`] or [`rows::Model::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Ok(match is_claimed(bytes)? {
            false => Self::Traced(Model::from_bytes(bytes)?),
            true => Self::Claimed(rows::Model::from_bytes(bytes)?),
        })
    }

    /// The encoding that is hashed, stored and posted.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Traced(model) => model.to_bytes(),
            Self::Claimed(model) => model.to_bytes(),
        }
    }
}

impl AnyCheckedModel {
    /// Decodes and checks an encoding of either version.
    ///
    /// # Errors
    /// Those of [`CheckedModel::from_bytes`] or [`rows::CheckedModel::from_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Ok(match is_claimed(bytes)? {
            false => Self::Traced(CheckedModel::from_bytes(bytes)?),
            true => Self::Claimed(rows::CheckedModel::from_bytes(bytes)?),
        })
    }
}
