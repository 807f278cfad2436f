//! Images.

use millrace_inference::rows::{
    random::{random_image_model, random_wide_image_model},
    ElementType, Node, Requantize,
};

use super::{super::shaped::Mobile, *};

/// A random model of tokens whose output is rescaled, if it is no index.
fn rescaled(random: &mut Random) -> RandomModel {
    loop {
        let mut made = random_model(random);
        let checked = CheckedModel::new(made.model.clone()).expect("it is valid");
        let output = checked.output().expect("it has nodes");
        let rows::Width::Fixed(width) = output.width else { unreachable!("an output is of fixed width") };
        let (input, rescales) = (made.model.nodes.len() as u32 - 1, made.model.blob.length);
        for _ in 0..width {
            let multiplier = (random.bits() as i32 >> 8).to_le_bytes();
            let bias = (random.bits().cast_signed() >> 30).to_le_bytes();
            made.blob.extend([&multiplier[..], &[random.between(16, 24) as u8], &bias].concat());
        }
        made.model.blob.length = made.blob.len() as u64;
        let element = [ElementType::I8, ElementType::I16, ElementType::Wide][random.between(0, 2) as usize];
        made.model.nodes.push(Node::Requantize(Requantize { input, rescales, element }));
        // Indices can't be rescaled, and rows must be in proportion to work.
        if CheckedModel::new(made.model.clone()).is_ok() {
            return made;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn executions_of_small_images_equal_the_reference(seed: u64, images in 0usize..12) {
        equals_the_reference(case_of(random_image_model, seed, images))?;
    }

    #[test]
    fn executions_of_wide_images_equal_the_reference(seed: u64, images in 0usize..6) {
        equals_the_reference(case_of(random_wide_image_model, seed, images))?;
    }

    #[test]
    fn rescaled_rows_of_tokens_equal_the_reference(seed: u64, sequences in 1usize..4) {
        equals_the_reference(case_of(rescaled, seed, sequences))?;
    }
}

#[test]
fn every_operator_on_images_is_drawn() {
    let mut names = std::collections::BTreeSet::new();
    for seed in 0..300 {
        let made = random_wide_image_model(&mut Random(seed));
        for node in &made.model.nodes {
            let name = match node {
                Node::Conv2d(conv) if conv.addend.is_some() => "added convolution",
                Node::Conv2d(conv) if conv.groups == 1 => "convolution",
                Node::Conv2d(conv) if conv.groups == conv.outputs => "filter a group",
                Node::Conv2d(_) => "groups",
                Node::MaxPool2d(_) => "largest",
                Node::GlobalPool(_) => "sum",
                Node::Requantize(_) => "rescaled",
                Node::Linear(linear) if linear.addend.is_some() => "added linear",
                Node::Linear(_) => "linear",
                Node::Activation(_) => "activation",
                Node::Mul(_) => "product",
                Node::Norm(_) => "norm",
                Node::ArgMax(_) => "index",
                Node::Pixels(_) => "pixels",
                _ => "of tokens",
            };
            names.insert(name);
        }
    }
    assert_eq!(names.len(), 14, "{names:?}");
    assert!(!names.contains("of tokens"));
}

#[test]
fn a_network_of_a_known_shape_equals_the_reference() {
    for eighths in [3, 4] {
        let draw = |random: &mut Random| Mobile { side: 37, eighths, classes: 13 }.model(random);
        for images in [1, 3] {
            let case = case_of(draw, 5, images);
            let outputs = evaluate(&case.0, Blob::new(&case.0, &case.1).expect("its own"), &slices(&case.2))
                .expect("fine");
            // No constant rows, which anything would equal.
            let bytes = outputs[0].to_bytes();
            assert!(bytes.iter().collect::<std::collections::BTreeSet<_>>().len() > 10, "{bytes:?}");
            equals_the_reference(case).expect("they are equal");
        }
    }
}

#[test]
fn what_is_no_image_is_refused_before_it_begins() {
    let (model, blob, batch) = case_of(random_image_model, 1, 1);
    let prepared = engine().prepare_checked(model.clone(), blob.into()).expect("it is valid");
    let refused = |ids: &[u32]| match engine().infer(&prepared, &[ids]) {
        Err(EngineError::Sequence { number: 0, error }) => error,
        other => panic!("{other:?}"),
    };
    let expected = model.image_bytes().expect("it reads images");
    let (fine, got) = (&batch[0], expected - 1);
    assert_eq!(refused(&fine[1..]), EvaluationError::Image { expected, got });
    let mut wrong = fine.clone();
    wrong[0] = 256;
    assert_eq!(refused(&wrong), EvaluationError::Vocabulary { position: 0, limit: 256, got: 256 });
    let mut sequence = [Sequence::new()];
    engine().append(&prepared, &mut sequence, &[fine]).expect("it is new");
    assert_eq!(sequence[0].tokens(), 1);
    let twice = engine().append(&prepared, &mut sequence, &[fine]).expect_err("an image is whole");
    assert!(matches!(twice, EngineError::Sequence { number: 0, error: EvaluationError::NotCausal }));
}

#[test]
fn a_small_bound_refuses_images() {
    let (model, blob, batch) = case_of(random_wide_image_model, 8, 5);
    let prepared = engine().prepare_checked(model, blob.into()).expect("it is valid");
    let needed = engine().required_memory(&prepared, &[1; 5]);
    let exact = RowsEngine { memory: needed, ..engine() };
    assert!(exact.execute(&prepared, &slices(&batch)).is_ok());
    let small = RowsEngine { memory: needed - 1, ..engine() };
    let refused = small.execute(&prepared, &slices(&batch));
    assert!(matches!(refused, Err(EngineError::TooLarge { needed: n, .. }) if n == needed));
}
