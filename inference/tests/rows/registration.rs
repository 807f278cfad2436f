//! What registration refuses, and what it knows of a model.

use millrace_inference::{
    random::Random,
    rows::{
        random::random_model, Activation, BlobName, CheckedModel, Context, ElementType, Embed, Kind, Linear,
        Model, ModelError, ModelFault, Mul, Node, Norm, Pool, Scores, Select, Softmax, Tokens, Work,
    },
};
use proptest::prelude::*;

use super::Case;

const WIDE: ElementType = ElementType::Wide;

/// One block of attention over four elements in two heads, and a pool.
fn block(kind: Kind) -> Model {
    let linear = |input, outputs, element, addend| {
        Node::Linear(Linear { input, outputs, rows: 0, element, table: None, addend })
    };
    Model {
        kind,
        max_tokens: 8,
        nodes: vec![
            Node::Tokens(Tokens { vocabulary: 3 }),
            Node::Embed(Embed { input: 0, width: 4, rows: 0, positions: None }),
            Node::Norm(Norm { input: 1, centre: true, rescales: 0, element: ElementType::I8 }),
            linear(2, 4, ElementType::I8, None),
            linear(2, 2, ElementType::I8, None),
            linear(2, 3, ElementType::I8, None),
            Node::Scores(Scores { queries: 3, keys: 4, heads: 2, key_heads: 1 }),
            Node::Softmax(Softmax { input: 6, scales: 0 }),
            Node::Context(Context {
                probabilities: 7,
                values: 5,
                value_heads: 1,
                rescales: 0,
                element: ElementType::I16,
            }),
            linear(8, 4, WIDE, Some(1)),
            Node::Pool(Pool { input: 9, rescales: 0, element: ElementType::I8 }),
        ],
        trunk: vec![1, 9],
        blob: BlobName { root: [0; 32], length: 999 },
    }
}

fn refusal(model: Model) -> ModelError {
    CheckedModel::from_bytes(&model.to_bytes()).expect_err("it is wrong")
}

/// The fault of a node once it is replaced.
fn fault(node: u32, replacement: Node) -> ModelFault {
    let mut model = block(Kind::Encoder);
    model.nodes[node as usize] = replacement;
    match refusal(model) {
        ModelError::Node { node: at, fault } if at == node => fault,
        other => panic!("{other:?}"),
    }
}

#[test]
fn work_counts_products_of_i16_twice() {
    let model = CheckedModel::new(block(Kind::Encoder)).expect("it is fine");
    // 4·4 + 4·2 + 4·3, and 6·4 of i16; scores 4, context 6 of i16.
    assert_eq!(model.work(), Work { per_token: 36 + 48, per_sequence: 0, per_pair: 4 + 12 });
    assert_eq!(model.mac(5), 84 * 5 + 16 * 25);
    let causal = CheckedModel::new(block(Kind::Causal)).expect("it is fine");
    assert_eq!(causal.mac(5), 84 * 5 + 16 * 15);
    let mut headed = block(Kind::Causal);
    headed.nodes.push(Node::Linear(Linear {
        input: 10,
        outputs: 7,
        rows: 0,
        element: WIDE,
        table: None,
        addend: None,
    }));
    let headed = CheckedModel::new(headed).expect("it is fine");
    assert_eq!(headed.work().per_sequence, 28);
    assert_eq!(headed.mac(1), 84 + 28 + 16);
}

#[test]
fn numbers_of_the_whole_model_are_checked() {
    for got in [0, 8_193] {
        assert_eq!(refusal(Model { max_tokens: got, ..block(Kind::Encoder) }), ModelError::MaxTokens { got });
    }
    let nodes = vec![Node::Select(Select { input: 0, last: true })];
    let misplaced = ModelError::Node { node: 0, fault: ModelFault::MisplacedTokens };
    assert_eq!(refusal(Model { nodes, ..block(Kind::Encoder) }), misplaced);
    let nodes = block(Kind::Encoder).nodes[..2].to_vec();
    let trunk = vec![1];
    assert_eq!(refusal(Model { nodes, trunk, ..block(Kind::Encoder) }), ModelError::NoWork);
}

#[test]
fn nodes_fit_together() {
    assert_eq!(fault(2, Node::Tokens(Tokens { vocabulary: 3 })), ModelFault::MisplacedTokens);
    let norm = Norm { input: 2, centre: true, rescales: 0, element: ElementType::I8 };
    assert_eq!(fault(2, Node::Norm(norm)), ModelFault::ReadsLater { read: 2 });
    let activation = Activation { input: 2, table: 0, element: ElementType::I16 };
    let got = ModelFault::Type { expected: ElementType::I16, got: ElementType::I8 };
    assert_eq!(fault(3, Node::Activation(activation)), got);
    // The output's width may not depend on the sequence.
    let model = block(Kind::Encoder);
    let (nodes, trunk) = (model.nodes[..5].iter().copied().chain([model.nodes[6]]).collect::<Vec<_>>(), vec![1]);
    let mut nodes = nodes;
    nodes[5] = Node::Scores(Scores { queries: 3, keys: 4, heads: 2, key_heads: 1 });
    let scores = ModelError::Node { node: 5, fault: ModelFault::Scores };
    assert_eq!(refusal(Model { nodes, trunk, ..model.clone() }), scores);
    // Pooled rows and rows of tokens don't mix.
    let mut model = model;
    model.nodes.push(Node::Mul(Mul { left: 8, right: 8, rescales: 0, element: ElementType::I8 }));
    assert_eq!(refusal(model), ModelError::Node { node: 10, fault: ModelFault::Dead });
}

#[test]
fn parameters_lie_in_the_blob() {
    let mut model = block(Kind::Encoder);
    let reads = |offset| Node::Norm(Norm { input: 1, centre: true, rescales: offset, element: ElementType::I8 });
    model.nodes[2] = reads(999 - 4 * 13);
    assert!(CheckedModel::new(model.clone()).is_ok());
    for offset in [999 - 4 * 13 + 1, 999, u64::MAX, u64::MAX - 51] {
        model.nodes[2] = reads(offset);
        let fault = ModelFault::BeyondBlob { offset, length: 52 };
        assert_eq!(refusal(model.clone()), ModelError::Node { node: 2, fault });
    }
}

#[test]
fn the_trunk_cuts_the_graph() {
    let with = |trunk: &[u32]| refusal(Model { trunk: trunk.to_vec(), ..block(Kind::Encoder) });
    assert_eq!(with(&[]), ModelError::TrunkCount { got: 0 });
    assert_eq!(with(&[1, 1]), ModelError::TrunkOrder { node: 1 });
    assert_eq!(with(&[9, 1]), ModelError::TrunkOrder { node: 1 });
    assert_eq!(with(&[1, 11]), ModelError::TrunkOrder { node: 11 });
    assert_eq!(with(&[0, 1]), ModelError::Node { node: 0, fault: ModelFault::MisplacedTokens });
    assert_eq!(with(&[1, 6]), ModelError::Node { node: 6, fault: ModelFault::Scores });
    assert_eq!(with(&[1, 10]), ModelError::Node { node: 10, fault: ModelFault::OneRow });
    // Node 5 reads 2, which lies before the trunk node 4 and isn't committed to.
    assert_eq!(with(&[1, 4]), ModelError::Node { node: 5, fault: ModelFault::Uncommitted { read: 2 } });
    assert!(CheckedModel::new(Model { trunk: vec![9], ..block(Kind::Encoder) }).is_ok());
}

proptest! {
    #[test]
    fn every_random_model_is_encoded_in_one_way(seed: u64) {
        let model = random_model(&mut Random(seed)).model;
        prop_assert_eq!(Model::from_bytes(&model.to_bytes()), Ok(model));
    }

    #[test]
    fn a_damaged_model_never_panics(seed: u64, damage: u64, count in 1u32..4) {
        let mut bytes = random_model(&mut Random(seed)).model.to_bytes();
        let mut random = Random(damage);
        for _ in 0..count {
            let at = random.bits() as usize % bytes.len();
            bytes[at] = if random.between(0, 1) == 0 { random.bits() as u8 } else { bytes[at] ^ 1 };
        }
        if let Ok(model) = Model::from_bytes(&bytes) {
            prop_assert_eq!(model.to_bytes(), bytes.clone());
        }
        let _ = CheckedModel::from_bytes(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = CheckedModel::from_bytes(&[&[2, 1], &bytes[..]].concat());
    }

}

#[test]
fn the_generator_makes_every_operator() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..100 {
        for node in &Case::new(seed).model.model().nodes {
            seen.insert(format!("{node:?}").split('(').next().unwrap_or_default().to_string());
        }
    }
    assert_eq!(seen.len(), 13, "{seen:?}");
}
