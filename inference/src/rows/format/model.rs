//! A model of rows as it is encoded, and how bytes are read as one.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use super::{id::FORMAT_VERSION, node::Node};
use crate::{
    format::{
        error::ModelError,
        operators::ON_ROWS,
        read::{after_version, count, expect_end, field, nodes},
    },
    rows::limits::{MAX_MODEL_BYTES, MAX_NODES},
};

/// What a row may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Kind {
    /// All rows of its sequence.
    #[codec(index = 0)]
    Encoder,
    /// Itself and the rows before it, so that rows can be appended.
    #[codec(index = 1)]
    Causal,
}

/// Where the parameters are: a file that is named by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct BlobName {
    /// BLAKE3 of the file.
    pub root: [u8; 32],
    /// Its length in bytes.
    pub length: u64,
}

/// A graph of operators on rows, as it is encoded. Nothing about it is known to be consistent until it has become a
/// [`CheckedModel`](crate::rows::CheckedModel).
#[derive(Clone, Debug, PartialEq, Eq, Encode, TypeInfo)]
pub struct Model {
    /// What a row may see.
    pub kind: Kind,
    /// Tokens of a sequence at most.
    pub max_tokens: u32,
    /// The nodes in the order of their computation; node 0 is the tokens, the last is the output.
    pub nodes: Vec<Node>,
    /// The nodes whose rows an execution commits to, in ascending order.
    pub trunk: Vec<u32>,
    /// The parameters.
    pub blob: BlobName,
}

impl Model {
    /// The encoding that is hashed, stored and posted: the version byte, then SCALE.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_size().saturating_add(1));
        bytes.push(FORMAT_VERSION);
        self.encode_to(&mut bytes);
        bytes
    }

    /// Reads an encoding. Allocates at most a small multiple of the bytes that are there, whatever lengths they claim.
    /// A model has one encoding: whatever decodes is encoded to the same bytes.
    ///
    /// # Errors
    /// [`ModelError::TooLong`], [`ModelError::UnknownVersion`], [`ModelError::UnknownKind`], [`ModelError::NodeCount`],
    /// [`ModelError::UnknownOperator`], [`ModelError::Undecodable`] or [`ModelError::TrunkCount`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut rest = after_version(bytes, FORMAT_VERSION, MAX_MODEL_BYTES)?;
        let got = *rest.first().ok_or(ModelError::Undecodable)?;
        let kind = Kind::decode(&mut rest).map_err(|_| ModelError::UnknownKind { got })?;
        let max_tokens = field(&mut rest)?;
        let nodes = nodes(&mut rest, ON_ROWS, MAX_NODES)?;
        let trunk = trunk(&mut rest)?;
        let blob = field(&mut rest)?;
        expect_end(rest)?;
        Ok(Self { kind, max_tokens, nodes, trunk, blob })
    }
}

/// The list of trunk nodes.
fn trunk(rest: &mut &[u8]) -> Result<Vec<u32>, ModelError> {
    let got = count(rest)?;
    if got == 0 || got > MAX_NODES {
        return Err(ModelError::TrunkCount { got });
    }
    (0..got).map(|_| field(rest)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::element_type::ElementType;
    use crate::rows::format::node::{ArgMax, Embed, Linear, Tokens};

    fn model() -> Model {
        Model {
            kind: Kind::Causal,
            max_tokens: 9,
            nodes: vec![
                Node::Tokens(Tokens { vocabulary: 300 }),
                Node::Embed(Embed { input: 0, width: 2, rows: 5, positions: Some(7) }),
                Node::Linear(Linear {
                    input: 1,
                    outputs: 3,
                    rows: 8,
                    element: ElementType::Wide,
                    table: None,
                    addend: Some(1),
                }),
                Node::ArgMax(ArgMax { input: 2 }),
            ],
            trunk: vec![1],
            blob: BlobName { root: [6; 32], length: 77 },
        }
    }

    #[test]
    fn the_encoding_is_as_it_is_written_down() {
        let bytes = model().to_bytes();
        let mut expected = vec![2, 1, 9, 0, 0, 0, 4 << 2];
        expected.extend([13, 0x2c, 1, 0, 0]);
        expected.extend([14, 0, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0]);
        expected.extend([15, 1, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1, 0, 0, 0]);
        expected.extend([25, 2, 0, 0, 0]);
        expected.extend([1 << 2, 1, 0, 0, 0]);
        expected.extend([6; 32]);
        expected.extend([77, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes, expected);
        assert_eq!(Model::from_bytes(&bytes), Ok(model()));
    }

    #[test]
    fn every_refusal_has_its_name() {
        let fine = model().to_bytes();
        let with = |at: usize, byte: u8| {
            let mut bytes = fine.clone();
            bytes[at] = byte;
            Model::from_bytes(&bytes).expect_err("it is wrong")
        };
        assert_eq!(Model::from_bytes(&[]), Err(ModelError::UnknownVersion { got: None }));
        assert_eq!(with(0, 1), ModelError::UnknownVersion { got: Some(1) });
        assert_eq!(with(1, 2), ModelError::UnknownKind { got: 2 });
        assert_eq!(with(6, 0), ModelError::NodeCount { limit: MAX_NODES, got: 0 });
        assert_eq!(with(7, 31), ModelError::UnknownOperator { node: 0, got: 31 });
        assert_eq!(with(7, 12), ModelError::UnknownOperator { node: 0, got: 12 });
        // An option is 0 or 1, an element type 0 to 4.
        assert_eq!(with(29, 2), ModelError::Undecodable);
        assert_eq!(with(55, 5), ModelError::Undecodable);
        let trunk = fine.len() - 45;
        assert_eq!(with(trunk, 0), ModelError::TrunkCount { got: 0 });
        // A number below 64 in two bytes is another encoding of the same list.
        let mut longer = fine[..trunk].to_vec();
        longer.extend([(1 << 2) | 1, 0]);
        longer.extend(&fine[trunk + 1..]);
        assert_eq!(Model::from_bytes(&longer), Err(ModelError::Undecodable));
        assert_eq!(Model::from_bytes(&fine[..fine.len() - 1]), Err(ModelError::Undecodable));
        assert_eq!(Model::from_bytes(&[fine.as_slice(), &[0]].concat()), Err(ModelError::Undecodable));
        let long = vec![2; MAX_MODEL_BYTES + 1];
        let refused = ModelError::TooLong { limit: MAX_MODEL_BYTES, got: MAX_MODEL_BYTES + 1 };
        assert_eq!(Model::from_bytes(&long), Err(refused));
    }

    #[test]
    fn no_prefix_decodes() {
        let bytes = model().to_bytes();
        for length in 0..bytes.len() {
            assert!(Model::from_bytes(&bytes[..length]).is_err());
        }
    }
}
