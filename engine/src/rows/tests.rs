//! What the engine makes of models of rows is what the reference makes of them, whatever the kernel, the batch and the pieces.

mod images;

use std::sync::LazyLock;

use millrace_inference::{
    random::Random,
    rows::{
        self,
        commitment::{output_leaves, tree_root, trunk_leaves},
        evaluate,
        random::{random_ids, random_model, RandomModel},
        Blob, CheckedModel, EvaluationError, Kind,
    },
};
use proptest::prelude::*;

use super::{shaped::Shape, *};
use crate::{error::EngineError, threads::Threads};

static THREADS: LazyLock<Threads> =
    LazyLock::new(|| Threads::start(2, false, || Box::new(())).expect("two threads can be started"));

fn engine() -> RowsEngine<'static> {
    RowsEngine { threads: &THREADS, memory: 1 << 30, kernel: Kernel::fastest() }
}

/// A model, its blob, and a batch for it.
type Case = (CheckedModel, Vec<u8>, Vec<Vec<u32>>);

fn random_case(seed: u64, sequences: usize) -> Case {
    case_of(random_model, seed, sequences)
}

/// A random case of models that are drawn so.
fn case_of(draw: impl Fn(&mut Random) -> RandomModel, seed: u64, sequences: usize) -> Case {
    let mut random = Random(seed);
    let made = draw(&mut random);
    let batch = (0..sequences).map(|_| random_ids(&mut random, &made.model)).collect();
    (CheckedModel::new(made.model).expect("it is valid"), made.blob, batch)
}

fn slices(batch: &[Vec<u32>]) -> Vec<&[u32]> {
    batch.iter().map(Vec::as_slice).collect()
}

/// Executes a batch with each kernel, and compares outputs and roots with the reference's.
fn equals_the_reference((model, blob, batch): Case) -> Result<(), TestCaseError> {
    let bytes = Blob::new(&model, &blob).expect("its own");
    let outputs = evaluate(&model, bytes, &slices(&batch)).expect("fine ids");
    let recorded = batch.iter().map(|ids| {
        let mut sequence = rows::Sequence::recording(&model, bytes);
        sequence.append(ids).expect("fine ids");
        sequence
    });
    let recorded: Vec<_> = recorded.collect();
    let leaves = trunk_leaves(&model, &recorded).expect("it was recorded");
    let trunk_root = tree_root(leaves.clone());
    let output_root = tree_root(output_leaves(&outputs));
    for kernel in Kernel::available() {
        let engine = engine().with_kernel(kernel);
        let prepared = engine.prepare_checked(model.clone(), blob.clone().into()).expect("it is valid");
        let execution = engine.execute(&prepared, &slices(&batch)).expect("fine ids");
        prop_assert_eq!(execution.outputs.len(), outputs.len());
        for (ours, theirs) in execution.outputs.iter().zip(&outputs) {
            prop_assert_eq!(&ours.bytes, &theirs.to_bytes(), "{}", kernel.name());
            prop_assert_eq!(ours.element, theirs.element);
        }
        prop_assert_eq!(execution.trunk_root, trunk_root, "{}", kernel.name());
        prop_assert_eq!(&execution.trunk_leaves, &leaves);
        prop_assert_eq!(execution.output_root, output_root);
        prop_assert_eq!(engine.infer(&prepared, &slices(&batch)).expect("fine ids"), execution.outputs);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn executions_equal_the_reference(seed: u64, sequences in 0usize..12) {
        equals_the_reference(random_case(seed, sequences))?;
    }

    #[test]
    fn pieces_equal_the_whole(seed: u64, cuts: u64) {
        let (model, blob, batch) = random_case(seed, 4);
        let prepared = engine().prepare_checked(model.clone(), blob.clone().into()).expect("it is valid");
        let whole = engine().infer(&prepared, &slices(&batch)).expect("fine ids");
        let mut sequences: Vec<Sequence> = batch.iter().map(|_| Sequence::new()).collect();
        let mut pieces = vec![Vec::new(); 4];
        let mut last = vec![Vec::new(); 4];
        let mut random = Random(cuts);
        let causal = model.model().kind == Kind::Causal;
        let mut left: Vec<&[u32]> = slices(&batch);
        while left.iter().any(|ids| !ids.is_empty()) {
            for (index, ids) in left.iter_mut().enumerate().filter(|(_, ids)| !ids.is_empty()) {
                let count = if causal { random.between(1, ids.len() as u32) as usize } else { ids.len() };
                let (now, rest) = ids.split_at(count);
                *ids = rest;
                let sequence = &mut sequences[index..index + 1];
                let made = engine().append(&prepared, sequence, &[now]).expect("fine ids").remove(0);
                pieces[index].extend_from_slice(&made.bytes);
                last[index] = made.bytes;
            }
        }
        let each = model.output().map(|tensor| tensor.rows) == Some(rows::RowCount::Tokens);
        let expected: Vec<_> = whole.into_iter().map(|output| output.bytes).collect();
        prop_assert_eq!(if each { pieces } else { last }, expected);
    }
}

#[test]
fn what_does_not_fit_is_refused_before_it_begins() {
    let (model, blob, batch) = (0..)
        .map(|seed| random_case(seed, 2))
        .find(|(model, ..)| model.model().kind == Kind::Encoder)
        .expect("half of them are");
    let error = |batch: &[&[u32]], sequences: &mut [Sequence]| {
        let prepared = engine().prepare_checked(model.clone(), blob.clone().into()).expect("it is valid");
        engine().append(&prepared, sequences, batch).expect_err("it is wrong")
    };
    let new = || [Sequence::new(), Sequence::new()];
    let fine = &batch[0][..];
    let is = |error: EngineError, number: usize, expected: EvaluationError| {
        assert!(
            matches!(error, EngineError::Sequence { number: n, error } if n == number && error == expected)
        );
    };
    is(error(&[fine, &[]], &mut new()), 1, EvaluationError::Empty);
    let limit = model.model().max_tokens;
    let long = vec![0; limit as usize + 1];
    let expected = EvaluationError::TooManyTokens { limit, got: u64::from(limit) + 1 };
    is(error(&[&long, fine], &mut new()), 0, expected);
    let limit = model.vocabulary();
    let expected = EvaluationError::Vocabulary { position: 0, limit, got: limit };
    is(error(&[fine, &[limit]], &mut new()), 1, expected);
    let refused = error(&[fine], &mut new());
    assert!(matches!(refused, EngineError::Sequences { sequences: 2, ids: 1 }));
    let prepared = engine().prepare_checked(model.clone(), blob.clone().into()).expect("it is valid");
    let mut sequences = new();
    engine().append(&prepared, &mut sequences, &[fine, fine]).expect("they are new");
    is(error(&[fine, fine], &mut sequences), 0, EvaluationError::NotCausal);
    let refused = engine().prepare(&[], blob.clone().into()).map(|_| ());
    assert!(matches!(refused, Err(EngineError::Model(rows::ModelError::UnknownVersion { got: None }))));
    let small = RowsEngine { memory: 7, ..engine() };
    let refused = small.prepare(&model.model().to_bytes(), blob.clone().into()).map(|_| ());
    assert!(matches!(refused, Err(EngineError::TooLarge { bound: 7, .. })));
    let mut short = blob.clone();
    short.pop();
    let refused = engine().prepare_checked(model.clone(), short.into()).map(|_| ());
    assert!(matches!(refused, Err(EngineError::Blob(rows::BlobError::Length { .. }))));
}

#[test]
fn an_execution_can_be_stopped_and_a_small_bound_refuses_it() {
    let (model, blob, batch) = random_case(3, 5);
    let prepared = engine().prepare_checked(model, blob.into()).expect("it is valid");
    let stopped = engine().execute_unless(&prepared, &slices(&batch), &|| true);
    assert!(matches!(stopped, Err(EngineError::Stopped)));
    let lengths: Vec<u32> = batch.iter().map(|ids| ids.len() as u32).collect();
    let needed = engine().required_memory(&prepared, &lengths);
    let exact = RowsEngine { memory: needed, ..engine() };
    assert!(exact.execute(&prepared, &slices(&batch)).is_ok());
    let small = RowsEngine { memory: needed - 1, ..engine() };
    let refused = small.execute(&prepared, &slices(&batch));
    assert!(
        matches!(refused, Err(EngineError::TooLarge { needed: n, bound }) if n == needed && bound == needed - 1)
    );
}

#[test]
fn a_mapped_file_is_as_good_as_bytes_and_its_hash_is_compared() {
    let (model, blob, batch) = random_case(11, 3);
    let path = std::env::temp_dir().join(format!("millrace-rows-{}", std::process::id()));
    std::fs::write(&path, &blob).expect("a temporary file");
    let file = std::fs::File::open(&path).expect("it was written");
    let mapped = Parameters::map(&file).expect("a file can be mapped");
    assert!(matches!(mapped.verify(&model), Err(rows::BlobError::Root { .. })));
    let mut named = model.model().clone();
    named.blob.root = *blake3::hash(&blob).as_bytes();
    let named = CheckedModel::new(named).expect("it is valid");
    assert_eq!(mapped.verify(&named), Ok(()));
    let [a, b] = [mapped, blob.into()]
        .map(|bytes| engine().prepare_checked(model.clone(), bytes).expect("it is valid"));
    let of = |prepared| engine().execute(prepared, &slices(&batch)).expect("fine ids");
    assert_eq!(of(&a), of(&b));
    std::fs::remove_file(&path).expect("it is ours");
}

/// A transformer whose widths and lengths cross the borders of tiles and panels.
fn odd_shape(kind: Kind) -> Shape {
    Shape {
        kind,
        vocabulary: 50,
        max_tokens: 150,
        blocks: 2,
        width: 6 * 17,
        inner: 197,
        heads: 6,
        key_heads: 3,
        pooled: kind == Kind::Encoder,
    }
}

#[test]
fn large_rows_equal_the_reference() {
    for kind in [Kind::Encoder, Kind::Causal] {
        let mut random = Random(21);
        let made = odd_shape(kind).model(&mut random);
        let mut batch: Vec<Vec<u32>> = (0..3).map(|_| random_ids(&mut random, &made.model)).collect();
        batch.extend([vec![1], vec![2; 150], vec![3; 49]]);
        let model = CheckedModel::new(made.model).expect("it is valid");
        let bytes = Blob::new(&model, &made.blob).expect("its own");
        let expected = evaluate(&model, bytes, &slices(&batch)).expect("fine ids");
        let expected: Vec<_> = expected.iter().map(rows::Output::to_bytes).collect();
        // No constant rows, which anything would equal.
        assert!(expected
            .iter()
            .all(|bytes| bytes.iter().collect::<std::collections::BTreeSet<_>>().len() > 50));
        for kernel in Kernel::available() {
            let engine = engine().with_kernel(kernel);
            let prepared =
                engine.prepare_checked(model.clone(), made.blob.clone().into()).expect("it is valid");
            let ours = |batch: &[&[u32]]| -> Vec<_> {
                let outputs = engine.infer(&prepared, batch).expect("fine ids");
                outputs.into_iter().map(|output| output.bytes).collect()
            };
            assert_eq!(ours(&slices(&batch)), expected, "{}", kernel.name());
            for (ids, expected) in batch.iter().zip(&expected) {
                assert_eq!(ours(&[ids]), std::slice::from_ref(expected), "{}", kernel.name());
            }
        }
    }
}

#[test]
fn decoding_token_by_token_equals_prefill() {
    let mut random = Random(22);
    let made = odd_shape(Kind::Causal).model(&mut random);
    let batch: Vec<Vec<u32>> =
        [150, 1, 97].map(|tokens| (0..tokens).map(|_| random.between(0, 49)).collect()).into();
    let model = CheckedModel::new(made.model).expect("it is valid");
    let prepared = engine().prepare_checked(model, made.blob.into()).expect("it is valid");
    let whole = engine().infer(&prepared, &slices(&batch)).expect("fine ids");
    let mut sequences: Vec<Sequence> = batch.iter().map(|_| Sequence::new()).collect();
    let mut decoded = vec![Vec::new(); batch.len()];
    for step in 0..150 {
        // Those that have a token left go on together.
        for (index, ids) in batch.iter().enumerate().filter(|(_, ids)| step < ids.len()) {
            let own = &mut sequences[index..index + 1];
            let made = engine().append(&prepared, own, &[&ids[step..step + 1]]).expect("fine ids");
            decoded[index].extend_from_slice(&made[0].bytes);
        }
    }
    let whole: Vec<_> = whole.into_iter().map(|output| output.bytes).collect();
    assert_eq!(decoded, whole);
}
