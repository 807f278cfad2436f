//! How numbers and bytes look in JSON. A number of more than 53 bits isn't safe there, so amounts, work and rates are
//! decimal strings; bytes are hexadecimal.

use std::fmt::Display;

use serde::{Serialize, Serializer};
use sp_core::H256;

use crate::mill::MillKey;

/// A number as a decimal string.
pub(crate) fn decimal<S: Serializer>(number: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// Numbers as decimal strings.
pub(crate) fn decimals<S: Serializer>(numbers: &[u64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(numbers.iter().map(ToString::to_string))
}

/// A number as a decimal string, or null.
pub(crate) fn some_decimal<S: Serializer>(
    number: &Option<impl Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    number.as_ref().map(ToString::to_string).serialize(serializer)
}

/// A text; what isn't UTF-8 in it becomes U+FFFD.
pub(crate) fn text<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(text))
}

/// Texts.
pub(crate) fn texts<S: Serializer>(texts: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(texts.iter().map(|text| String::from_utf8_lossy(text)))
}

/// A mill key in hexadecimal.
pub(crate) fn key<S: Serializer>(key: &MillKey, serializer: S) -> Result<S::Ok, S::Error> {
    H256::from_slice(key.as_ref()).serialize(serializer)
}

/// Bytes in hexadecimal, or null.
pub(crate) fn some_bytes<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
    let hex = |bytes: &Vec<u8>| {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        std::iter::once("0x".to_string()).chain(digits).collect::<String>()
    };
    bytes.as_ref().map(hex).serialize(serializer)
}
