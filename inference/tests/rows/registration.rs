//! What registration refuses, and what it knows of a model.

use millrace_inference::{
    random::Random,
    rows::{
        openings, operand_bytes,
        random::{random_image_model, random_model, random_wide_image_model},
        Activation, BlobName, CheckedModel, Context, Conv2d, ElementType, Embed, GlobalPool, InputError,
        Kind, Linear, MaxPool2d, Model, ModelError, ModelFault, Mul, Node, Norm, Part, Pixels, Place, Pool,
        Requantize, Rope, RowCount, Scores, Select, Softmax, Table, Tokens, Window, Work,
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
    let misplaced = ModelError::Node { node: 0, fault: ModelFault::MisplacedInput };
    assert_eq!(refusal(Model { nodes, ..block(Kind::Encoder) }), misplaced);
    let nodes = block(Kind::Encoder).nodes[..2].to_vec();
    let trunk = vec![1];
    assert_eq!(refusal(Model { nodes, trunk, ..block(Kind::Encoder) }), ModelError::NoWork);
}

/// 4 × 4 positions of two channels, a depthwise convolution and a pool.
fn image() -> Model {
    let window = Window { kernel: [3, 3], stride: [2, 2], padding: [1; 4], dilation: [1, 1] };
    Model {
        kind: Kind::Encoder,
        max_tokens: 1,
        nodes: vec![
            Node::Pixels(Pixels { height: 4, width: 4, channels: 2 }),
            Node::Conv2d(Conv2d {
                input: 0,
                outputs: 2,
                window,
                groups: 2,
                pad: 0,
                rows: 0,
                element: WIDE,
                addend: None,
            }),
            Node::Requantize(Requantize { input: 1, rescales: 0, element: ElementType::I16 }),
            Node::MaxPool2d(MaxPool2d {
                input: 2,
                window: Window { kernel: [2, 1], stride: [1, 1], padding: [0; 4], ..window },
            }),
            Node::GlobalPool(GlobalPool { input: 3, rescales: 0, element: ElementType::I8 }),
        ],
        trunk: vec![1],
        blob: BlobName { root: [0; 32], length: 999 },
    }
}

#[test]
fn an_image_is_a_sequence_of_its_own() {
    let model = CheckedModel::new(image()).expect("it is fine");
    // 2·2 positions of two filters of nine weights; 1·2 windows of two places, two channels; two positions summed.
    assert_eq!(model.work(), Work { per_token: 0, per_sequence: 72 + 8 + 4, per_pair: 0 });
    assert_eq!((model.mac(1), model.image_bytes(), model.id_bytes()), (84, Some(32), 1));
    assert_eq!(model.ids_from_bytes(&[1, 255]), Ok(vec![1, 255]));
    assert_eq!(refusal(Model { max_tokens: 2, ..image() }), ModelError::MaxTokens { got: 2 });
    assert_eq!(refusal(Model { kind: Kind::Causal, ..image() }), ModelError::UnknownKind { got: 1 });
    let one = ModelError::Node { node: 4, fault: ModelFault::OneRow };
    assert_eq!(refusal(Model { trunk: vec![1, 4], ..image() }), one);
    // Operators on tokens read no positions, and the other way round.
    let mut model = image();
    model.nodes[4] = Node::Select(Select { input: 3, last: true });
    assert_eq!(refusal(model), ModelError::Node { node: 4, fault: ModelFault::OneRow });
    let pool = GlobalPool { input: 9, rescales: 0, element: ElementType::I8 };
    assert_eq!(fault(10, Node::GlobalPool(pool)), ModelFault::NotPositions);
}

/// Each norm writes four elements without a multiply-accumulate.
#[test]
fn rows_are_in_proportion_to_work() {
    let with = |norms: u32| {
        let mut model = block(Kind::Encoder);
        model.nodes.truncate(2);
        for input in 1..=norms {
            let norm = Norm { input, centre: true, rescales: 0, element: WIDE };
            model.nodes.push(Node::Norm(norm));
        }
        let norm = Norm { input: norms + 1, centre: true, rescales: 0, element: ElementType::I8 };
        model.nodes.push(Node::Norm(norm));
        model.nodes.push(Node::Linear(Linear {
            input: norms + 2,
            outputs: 1,
            rows: 0,
            element: ElementType::I8,
            table: None,
            addend: None,
        }));
        model.trunk = vec![1];
        CheckedModel::new(model)
    };
    // 1 + 4 + 4·norms + 4 + 1 elements for four products.
    assert!(with(5).is_ok());
    assert_eq!(with(6).err(), Some(ModelError::Unpaid { limit: 32, got: 34 }));
}

#[test]
fn nodes_fit_together() {
    assert_eq!(fault(2, Node::Tokens(Tokens { vocabulary: 3 })), ModelFault::MisplacedInput);
    let norm = Norm { input: 2, centre: true, rescales: 0, element: ElementType::I8 };
    assert_eq!(fault(2, Node::Norm(norm)), ModelFault::ReadsLater { read: 2 });
    let activation = Activation { input: 2, table: 0, element: ElementType::I16 };
    let got = ModelFault::Type { expected: ElementType::I16, got: ElementType::I8 };
    assert_eq!(fault(3, Node::Activation(activation)), got);
    // The output's width may not depend on the sequence.
    let model = block(Kind::Encoder);
    let mut nodes = model.nodes[..5].to_vec();
    nodes.push(Node::Scores(Scores { queries: 3, keys: 4, heads: 2, key_heads: 1 }));
    let scores = ModelError::Node { node: 5, fault: ModelFault::Scores };
    assert_eq!(refusal(Model { nodes, trunk: vec![1], ..model.clone() }), scores);
    // The pool isn't read any more.
    let mut model = model;
    model.nodes.push(Node::Mul(Mul { left: 8, right: 8, rescales: 0, element: ElementType::I8 }));
    assert_eq!(refusal(model), ModelError::Node { node: 10, fault: ModelFault::Dead });
}

#[test]
fn parameters_lie_in_the_blob() {
    let mut model = block(Kind::Encoder);
    let reads =
        |offset| Node::Norm(Norm { input: 1, centre: true, rescales: offset, element: ElementType::I8 });
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
    assert_eq!(with(&[0, 1]), ModelError::Node { node: 0, fault: ModelFault::MisplacedInput });
    assert_eq!(with(&[1, 6]), ModelError::Node { node: 6, fault: ModelFault::Scores });
    assert_eq!(with(&[1, 10]), ModelError::Node { node: 10, fault: ModelFault::OneRow });
    // Node 5 reads 2, which lies before the trunk node 4 and isn't committed to.
    assert_eq!(with(&[1, 4]), ModelError::Node { node: 5, fault: ModelFault::Uncommitted { read: 2 } });
    assert!(CheckedModel::new(Model { trunk: vec![9], ..block(Kind::Encoder) }).is_ok());
}

/// Widths at their limits, without a blob: what one element takes fits a witness of 96 KiB with 12 KiB of paths to spare.
/// An index of a largest element isn't among them: two elements refute it.
#[test]
fn operands_of_one_element_are_few() {
    let (widest, i8, i16) = (1 << 14, ElementType::I8, ElementType::I16);
    let linear = |input, outputs, element, table, addend| {
        Node::Linear(Linear { input, outputs, rows: 0, element, table, addend })
    };
    let norm = |element| Node::Norm(Norm { input: 1, centre: true, rescales: 0, element });
    let table = Some(Table { entries: 0, rescales: 0 });
    let context = Context { probabilities: 7, values: 5, value_heads: 1, rescales: 0, element: i16 };
    let tails = [
        vec![norm(i16), linear(2, widest, WIDE, table, Some(1))],
        vec![
            norm(i16),
            Node::Rope(Rope { input: 2, heads: 1, angles: 0 }),
            norm(i8),
            linear(4, 1 << 18, i8, None, None),
            Node::Scores(Scores { queries: 3, keys: 4, heads: 1, key_heads: 1 }),
            Node::Softmax(Softmax { input: 6, scales: 0 }),
            Node::Context(context),
        ],
        vec![
            norm(i16),
            Node::Activation(Activation { input: 2, table: 0, element: i16 }),
            Node::Mul(Mul { left: 2, right: 3, rescales: 0, element: i8 }),
            linear(4, 8_192, WIDE, None, None),
            Node::Pool(Pool { input: 5, rescales: 0, element: i8 }),
            Node::Select(Select { input: 5, last: true }),
        ],
    ];
    let ids = vec![0; 8_192];
    let mut most = 0;
    for tail in tails {
        let tokens = Node::Tokens(Tokens { vocabulary: 1 << 18 });
        let embed = Node::Embed(Embed { input: 0, width: widest, rows: 0, positions: Some(0) });
        let mut nodes = [vec![tokens, embed], tail].concat();
        // A pool and a selected row can't both be the output.
        let selected = nodes.pop_if(|node| matches!(node, Node::Select(_)));
        for nodes in [Some(nodes.clone()), selected.map(|node| [&nodes[..6], &[node]].concat())] {
            let Some(nodes) = nodes else { continue };
            let blob = BlobName { root: [0; 32], length: 1 << 40 };
            let count = nodes.len() as u32;
            let model = Model { kind: Kind::Causal, max_tokens: 8_192, nodes, trunk: vec![1], blob };
            let model = CheckedModel::new(model).expect("it is fine");
            for node in 0..count {
                let rows =
                    if model.tensor(node).map(|node| node.rows) == Some(RowCount::One) { 1 } else { 8_192 };
                let place = Place { node, row: rows - 1, element: 0, part: Part::Output };
                let openings = openings(&model, &ids, place).expect("there is such an element");
                most = most.max(operand_bytes(&model, &openings));
            }
        }
    }
    // The record of an element of the normalised row and the row itself, or a pool's sums.
    assert_eq!(most, (64 << 10) + 13);
}

#[test]
fn ids_are_as_short_as_the_vocabulary_allows() {
    let with = |vocabulary| {
        let mut model = block(Kind::Encoder);
        model.nodes[0] = Node::Tokens(Tokens { vocabulary });
        model.blob.length = 1 << 30;
        CheckedModel::new(model).expect("it is fine")
    };
    let (short, long) = (with(1 << 16), with((1 << 16) + 1));
    assert_eq!(short.ids_from_bytes(&[1, 2, 3, 4]), Ok(vec![0x201, 0x403]));
    assert_eq!(long.ids_from_bytes(&[1, 2, 3, 4]), Ok(vec![0x403_0201]));
    assert_eq!(short.ids_from_bytes(&[1, 2, 3]), Err(InputError::Length { id: 2, got: 3 }));
    assert_eq!(long.ids_from_bytes(&[1, 2]), Err(InputError::Length { id: 4, got: 2 }));
}

proptest! {
    #[test]
    fn every_random_model_is_encoded_in_one_way(seed: u64) {
        for draw in [random_model, random_image_model, random_wide_image_model] {
            let model = draw(&mut Random(seed)).model;
            prop_assert_eq!(Model::from_bytes(&model.to_bytes()), Ok(model));
        }
    }

    #[test]
    fn a_damaged_model_never_panics(seed: u64, damage: u64, count in 1u32..4) {
        let mut random = Random(damage);
        let draw = if random.between(0, 1) == 0 { random_model } else { random_image_model };
        let mut bytes = draw(&mut Random(seed)).model.to_bytes();
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
    assert_eq!(seen.len(), 18, "{seen:?}");
}
