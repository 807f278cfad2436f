//! What the decoders of both versions share.

use alloc::vec::Vec;
use core::ops::RangeInclusive;

use codec::{Compact, Decode};

use super::error::ModelError;

/// The bytes after the version.
///
/// # Errors
/// [`ModelError::TooLong`] or [`ModelError::UnknownVersion`].
pub(crate) fn after_version(bytes: &[u8], version: u8, limit: usize) -> Result<&[u8], ModelError> {
    if bytes.len() > limit {
        return Err(ModelError::TooLong { limit, got: bytes.len() });
    }
    match bytes.split_first() {
        Some((first, rest)) if *first == version => Ok(rest),
        other => Err(ModelError::UnknownVersion { got: other.map(|(version, _)| *version) }),
    }
}

/// A field.
///
/// # Errors
/// [`ModelError::Undecodable`].
pub(crate) fn field<T: Decode>(rest: &mut &[u8]) -> Result<T, ModelError> {
    T::decode(rest).map_err(|_| ModelError::Undecodable)
}

/// A list's length, which has one encoding.
///
/// # Errors
/// [`ModelError::Undecodable`].
pub(crate) fn count(rest: &mut &[u8]) -> Result<usize, ModelError> {
    let Compact(count) = field::<Compact<u32>>(rest)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// The list of nodes. Their number is checked first: a node takes more memory than its encoding.
///
/// # Errors
/// [`ModelError::NodeCount`], [`ModelError::UnknownOperator`] or [`ModelError::Undecodable`].
pub(crate) fn nodes<N: Decode>(
    rest: &mut &[u8],
    operators: RangeInclusive<u8>,
    limit: usize,
) -> Result<Vec<N>, ModelError> {
    let got = count(rest)?;
    if got == 0 || got > limit {
        return Err(ModelError::NodeCount { limit, got });
    }
    let node = |index: usize| {
        let node = u32::try_from(index).unwrap_or(u32::MAX);
        match rest.first() {
            Some(got) if !operators.contains(got) => Err(ModelError::UnknownOperator { node, got: *got }),
            _ => field(rest),
        }
    };
    (0..got).map(node).collect()
}

/// # Errors
/// [`ModelError::Undecodable`] if bytes are left over.
pub(crate) fn expect_end(rest: &[u8]) -> Result<(), ModelError> {
    rest.is_empty().then_some(()).ok_or(ModelError::Undecodable)
}
