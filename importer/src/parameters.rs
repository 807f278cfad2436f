//! The blob of a model while it is made: entries one behind the other, in the layouts that the format has.

use millrace_inference::rows::{BlobName, Rescale};

/// Bytes of a blob up to now.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<u8>);

impl Parameters {
    /// Rows of weights, each with its rescaling. Gives the offset where they begin, as all below.
    pub(crate) fn rows<'a>(&mut self, rows: impl IntoIterator<Item = (&'a [i8], Rescale)>) -> u64 {
        let offset = self.offset();
        for (weights, record) in rows {
            self.0.extend(weights.iter().map(|weight| weight.cast_unsigned()));
            self.0.extend(record.to_bytes());
        }
        offset
    }

    /// Rescalings.
    pub(crate) fn rescales(&mut self, records: &[Rescale]) -> u64 {
        let offset = self.offset();
        self.0.extend(records.iter().flat_map(|record| record.to_bytes()));
        offset
    }

    #[cfg(feature = "text")]
    /// Multipliers and shifts of a softmax's heads.
    pub(crate) fn scales(&mut self, scales: &[(u32, u8)]) -> u64 {
        let offset = self.offset();
        for (multiplier, shift) in scales {
            self.0.extend(multiplier.to_le_bytes());
            self.0.push(*shift);
        }
        offset
    }

    /// Wide numbers, or the entries of a table.
    pub(crate) fn numbers(&mut self, numbers: impl IntoIterator<Item = i32>) -> u64 {
        let offset = self.offset();
        self.0.extend(numbers.into_iter().flat_map(i32::to_le_bytes));
        offset
    }

    #[cfg(feature = "text")]
    /// Cosines and sines.
    pub(crate) fn angles(&mut self, angles: impl IntoIterator<Item = [i16; 2]>) -> u64 {
        let offset = self.offset();
        self.0.extend(angles.into_iter().flatten().flat_map(i16::to_le_bytes));
        offset
    }

    /// The bytes and what names them.
    pub(crate) fn finish(self) -> (Vec<u8>, BlobName) {
        let name = BlobName { root: *blake3::hash(&self.0).as_bytes(), length: self.offset() };
        (self.0, name)
    }

    /// Bytes up to now.
    pub(crate) fn offset(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_follow_one_another() {
        let mut parameters = Parameters::default();
        let record = Rescale::new(-3, 2, 7).expect("in range");
        assert_eq!(parameters.rows([(&[1i8, -1][..], record), (&[5, 6], Rescale::ZERO)]), 0);
        assert_eq!(parameters.rescales(&[record]), 30);
        assert_eq!(parameters.numbers([-2]), 43);
        let (bytes, name) = parameters.finish();
        assert_eq!((bytes.len(), name.length), (47, 47));
        assert_eq!(bytes[..2], [1, 255]);
        assert_eq!(bytes[2..15], record.to_bytes());
        assert_eq!(bytes[43..], [254, 255, 255, 255]);
        assert_eq!(name.root, *blake3::hash(&bytes).as_bytes());
    }

    #[cfg(feature = "text")]
    #[test]
    fn entries_of_text_models_have_their_bytes() {
        let mut parameters = Parameters::default();
        assert_eq!(parameters.scales(&[(258, 9)]), 0);
        assert_eq!(parameters.angles([[1, -1]]), 5);
        assert_eq!(parameters.finish().0, [2, 1, 0, 0, 9, 1, 0, 255, 255]);
    }
}
