//! What a model is, for people: its name, its licence, and what its bytes mean. Nothing that the chain does depends on it.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use millrace_inference::Profile;
use scale_info::TypeInfo;

#[cfg(feature = "std")]
use crate::json;

/// Most bytes that a model's metadata take in SCALE. A thousand labels fit.
pub const MAX_METADATA_BYTES: u32 = 32 * 1024;

/// Most characters of a scale.
const MAX_SCALE_BYTES: usize = 32;

/// UTF-8 without control characters.
pub type Text = Vec<u8>;

/// What a model is, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct ModelMetadata {
    /// What people call it.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::text"))]
    pub name: Text,
    /// Under which licence its parameters are: an SPDX expression or an address. Empty if that isn't known.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::text"))]
    pub licence: Text,
    /// A sample of its input.
    pub input: TensorMetadata,
    /// A sample of its output.
    pub output: TensorMetadata,
    /// What the classes are called. An output of one element is a label's index; one of as many elements as there are
    /// labels has a score for each. Empty if there are no classes.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::texts"))]
    pub labels: Vec<Text>,
}

/// What a sample's bytes mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct TensorMetadata {
    /// Its lengths, the outermost first. All together are its elements.
    pub shape: Vec<u32>,
    /// What its elements are: "grey levels from 0 to 16, row by row".
    #[cfg_attr(feature = "std", serde(serialize_with = "json::text"))]
    pub meaning: Text,
    /// An element means `scale · (element − zero point)`. A decimal number, which may have an exponent.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::text"))]
    pub scale: Text,
    /// The element that means zero.
    pub zero_point: i32,
}

/// Why metadata can't be those of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetadataFault {
    /// More than [`MAX_METADATA_BYTES`].
    TooLong,
    /// A text that isn't UTF-8, or has control characters; or no name.
    NotText,
    /// A shape that isn't that of the model's samples.
    Shape,
    /// A scale that is no positive decimal number.
    Scale,
}

impl ModelMetadata {
    /// Whether these can be the metadata of a model with this profile.
    ///
    /// # Errors
    /// The fault found first.
    pub fn check(&self, profile: &Profile) -> Result<(), MetadataFault> {
        if u32::try_from(self.encoded_size()).map_or(true, |bytes| bytes > MAX_METADATA_BYTES) {
            return Err(MetadataFault::TooLong);
        }
        let texts = [&self.name, &self.licence, &self.input.meaning, &self.output.meaning];
        if self.name.is_empty() || !texts.into_iter().chain(&self.labels).all(|text| is_text(text)) {
            return Err(MetadataFault::NotText);
        }
        if !self.input.fills(profile.sample_bytes) || !self.output.fills(profile.output_bytes) {
            return Err(MetadataFault::Shape);
        }
        if ![&self.input.scale, &self.output.scale].into_iter().all(|scale| is_scale(scale)) {
            return Err(MetadataFault::Scale);
        }
        Ok(())
    }
}

impl TensorMetadata {
    /// Whether elements of one to four bytes each fill a sample of so many bytes.
    fn fills(&self, bytes: u32) -> bool {
        let elements = self.shape.iter().try_fold(1u32, |product, axis| product.checked_mul(*axis));
        let width = elements.and_then(|elements| bytes.checked_div(elements));
        matches!((elements, width), (Some(elements), Some(1 | 2 | 4)) if bytes.checked_rem(elements) == Some(0))
    }
}

/// As long as the longest that pass [`ModelMetadata::check`].
impl MaxEncodedLen for ModelMetadata {
    fn max_encoded_len() -> usize {
        usize::try_from(MAX_METADATA_BYTES).unwrap_or(usize::MAX)
    }
}

/// A text that a terminal shows as it is.
fn is_text(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| !text.chars().any(char::is_control))
}

/// Whether this is a positive number as `1`, `0.0625` or `1.5e-3`.
fn is_scale(text: &[u8]) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let split = |text, at: fn(&u8) -> bool| {
        let text: &[u8] = text;
        let position = text.iter().position(at)?;
        let (before, after) = text.split_at_checked(position)?;
        Some((before, after.split_first()?.1))
    };
    let (mantissa, exponent) = split(text, |byte| matches!(byte, b'e' | b'E')).unwrap_or((text, b"0"));
    let exponent = exponent.strip_prefix(b"-").unwrap_or(exponent);
    let (whole, fraction) = split(mantissa, |byte| *byte == b'.').unwrap_or((mantissa, b"0"));
    text.len() <= MAX_SCALE_BYTES
        && digits(whole)
        && digits(fraction)
        && digits(exponent)
        && mantissa.iter().any(|byte| matches!(byte, b'1'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[u32]) -> TensorMetadata {
        TensorMetadata {
            shape: shape.to_vec(),
            meaning: b"a byte".to_vec(),
            scale: b"1".to_vec(),
            zero_point: 0,
        }
    }

    #[test]
    fn a_tensor_fills_its_sample() {
        assert!(tensor(&[8, 8, 1]).fills(64) && tensor(&[16]).fills(64) && tensor(&[]).fills(1));
        assert!(
            !tensor(&[63]).fills(64) && !tensor(&[0, 64]).fills(64) && !tensor(&[65_536, 65_536]).fills(64)
        );
        assert!(!tensor(&[64, 2]).fills(64) && !tensor(&[8]).fills(64), "eight bytes an element");
    }

    #[test]
    fn scales_are_positive_decimals() {
        let good = ["1", "0.0625", "1.5e-3", "007", "3.0E8", "1e-45"];
        assert!(good.iter().all(|text| is_scale(text.as_bytes())));
        let bad = [
            "", "0", "0.0", "-1", "+1", ".5", "1.", "1e", "e1", "1e+5", "1,5", "0x1", "NaN", "1.2.3",
            "1e5e5", " 1",
        ];
        assert!(bad.iter().all(|text| !is_scale(text.as_bytes())));
        assert!(!is_scale(&[b'1'; 33]));
    }

    #[test]
    fn texts_do_nothing_to_a_terminal() {
        assert!(is_text("Ziffern, 数字".as_bytes()) && is_text(b""));
        assert!(!is_text(b"\x1b[2J") && !is_text(b"a\nb") && !is_text(&[0xff]));
    }
}
