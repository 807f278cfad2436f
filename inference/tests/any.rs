//! One decoder for both versions.
#![allow(missing_docs)]

use millrace_inference::{
    random::{random_model, Random},
    rows, AnyCheckedModel, AnyModel, ModelError, OPERATORS,
};

#[test]
fn either_version_is_read_by_its_first_byte() {
    for seed in 0..50 {
        let traced = random_model(&mut Random(seed), 4).to_bytes();
        let model = AnyModel::from_bytes(&traced).expect("the generator obeys every bound");
        assert!(matches!(model, AnyModel::Traced(_)));
        assert_eq!(model.to_bytes(), traced);
        assert!(matches!(AnyCheckedModel::from_bytes(&traced), Ok(AnyCheckedModel::Traced(_))));
        let claimed = rows::random::random_image_model(&mut Random(seed)).model.to_bytes();
        let model = AnyModel::from_bytes(&claimed).expect("the generator obeys every bound");
        assert!(matches!(model, AnyModel::Claimed(_)));
        assert_eq!(model.to_bytes(), claimed);
        assert!(matches!(AnyCheckedModel::from_bytes(&claimed), Ok(AnyCheckedModel::Claimed(_))));
    }
    for got in [Some(0), Some(3), None] {
        let bytes: Vec<u8> = got.into_iter().collect();
        assert_eq!(AnyModel::from_bytes(&bytes), Err(ModelError::UnknownVersion { got }));
        assert_eq!(AnyCheckedModel::from_bytes(&bytes).err(), Some(ModelError::UnknownVersion { got }));
    }
}

/// The bytes of version 1 are no operators of version 2, nor the other way round.
#[test]
fn operators_are_those_of_one_table() {
    let traced = |byte: u8| AnyModel::from_bytes(&[1, 4, byte]).expect_err("no node is so short");
    let claimed =
        |byte: u8| AnyModel::from_bytes(&[2, 0, 1, 0, 0, 0, 4, byte]).expect_err("no node is so short");
    for got in 0..=u8::MAX {
        let unknown = ModelError::UnknownOperator { node: 0, got };
        assert_eq!(traced(got) == unknown, got > 12);
        assert_eq!(claimed(got) == unknown, !(13..=30).contains(&got));
    }
    assert_eq!(OPERATORS.len(), 31);
}

/// A node begins with the byte that its name has in the table.
#[test]
fn names_are_those_of_their_bytes() {
    let name = |node: &dyn std::fmt::Debug| {
        let text = format!("{node:?}");
        text.split(['(', ' ']).next().unwrap_or_default().to_string()
    };
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..200 {
        let nodes = random_model(&mut Random(seed), 4).nodes;
        let traced = nodes.iter().map(|node| (codec::Encode::encode(node)[0], name(node)));
        let drawn = [rows::random::random_model, rows::random::random_image_model];
        let claimed: Vec<_> =
            drawn.into_iter().flat_map(|draw| draw(&mut Random(seed)).model.nodes).collect();
        let claimed = claimed.iter().map(|node| (codec::Encode::encode(node)[0], name(node)));
        for (byte, name) in traced.chain(claimed) {
            assert_eq!(OPERATORS[usize::from(byte)], name);
            seen.insert(byte);
        }
    }
    assert_eq!(seen.len(), OPERATORS.len());
}
