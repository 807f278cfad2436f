//! Decoding, prefill and batches give the same bits, and blobs are defined.

use millrace_inference::{
    random::Random,
    rows::{
        evaluate, Blob, BlobError, CheckedModel, EvaluationError, Kind, Layout, Output, RowCount, Sequence,
    },
};
use proptest::prelude::*;

use super::Case;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_batch_is_each_sequence_alone(seed: u64) {
        let case = Case::new(seed);
        let together = evaluate(&case.model, case.blob(), &case.refs()).expect("the generator's ids are fine");
        for (ids, output) in case.refs().iter().zip(together) {
            let alone = Sequence::new(&case.model, case.blob()).append(ids).expect("the generator's ids are fine");
            prop_assert_eq!(&alone, &output);
            let recorded = Sequence::recording(&case.model, case.blob()).append(ids);
            prop_assert_eq!(recorded, Ok(output));
        }
    }

    /// In pieces of any length; a causal model's rows don't change either when more follow them.
    #[test]
    fn decoding_equals_prefill(seed: u64, cuts: u64) {
        let case = Case::new(seed);
        let mut cuts = Random(cuts);
        for ids in case.refs() {
            if case.model.image_bytes().is_some() {
                continue;
            }
            let whole = Sequence::new(&case.model, case.blob()).append(ids).expect("the generator's ids are fine");
            let mut pieces = Sequence::new(&case.model, case.blob());
            let (mut rest, mut bytes) = (ids, Vec::new());
            while !rest.is_empty() {
                let (piece, more) = rest.split_at(cuts.between(1, rest.len() as u32) as usize);
                let appended = pieces.append(piece);
                if case.model.model().kind == Kind::Encoder && piece.len() < ids.len() {
                    let expected = if rest.len() == ids.len() { Ok(()) } else { Err(EvaluationError::NotCausal) };
                    prop_assert_eq!(appended.map(|_| ()), expected);
                    rest = more;
                    continue;
                }
                let output = appended.expect("the generator's ids are fine");
                if case.model.output().expect("a model has one").rows == RowCount::One {
                    bytes.clear();
                }
                bytes.extend(output.to_bytes());
                let prefix = &ids[..ids.len() - more.len()];
                let alone = Sequence::new(&case.model, case.blob()).append(prefix);
                prop_assert_eq!(alone.map(|output| output.to_bytes()), Ok(bytes.clone()));
                rest = more;
            }
            if case.model.model().kind == Kind::Causal {
                prop_assert_eq!(bytes, whole.to_bytes());
                prop_assert_eq!(pieces.tokens() as usize, ids.len());
            }
        }
    }

    /// A record out of range means the zero record, and is counted.
    #[test]
    fn records_out_of_range_are_zero_records(seed: u64) {
        let case = Case::with(seed, |random, blob| {
            for _ in 0..random.between(0, 20) {
                let at = random.bits() as usize % blob.len();
                blob[at] = random.bits() as u8;
            }
        });
        let mut zeroed = case.bytes.clone();
        let mut faults = 0;
        for (_, reference) in case.model.references() {
            let bytes = reference.layout.entry_bytes() as usize;
            let entries = zeroed[reference.offset as usize..][..reference.layout.bytes() as usize].chunks_mut(bytes);
            faults += entries.map(|entry| zero(reference.layout, entry)).sum::<u64>();
        }
        prop_assert_eq!(case.blob().faults(&case.model).iter().map(|faults| faults.count).sum::<u64>(), faults);
        let fine = Blob::new(&case.model, &zeroed).expect("as long as before");
        prop_assert_eq!(fine.faults(&case.model), vec![]);
        prop_assert_eq!(
            evaluate(&case.model, fine, &case.refs()),
            evaluate(&case.model, case.blob(), &case.refs())
        );
    }
}

/// Replaces what is out of range, from the text of the definition.
fn zero(layout: Layout, entry: &mut [u8]) -> u64 {
    match layout {
        Layout::Rows { .. } | Layout::Rescales { .. } => {
            let start = entry.len() - 13;
            let record = &mut entry[start..];
            let multiplier = i32::from_le_bytes(record[..4].try_into().expect("four bytes"));
            let bias = i64::from_le_bytes(record[5..].try_into().expect("eight bytes"));
            let wrong = i64::from(multiplier).abs() >= 1 << 24
                || record[4] < 1
                || record[4] > 61
                || i128::from(bias).abs() >= 1 << 62;
            if wrong {
                record.copy_from_slice(&[0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
            }
            wrong.into()
        }
        Layout::Scales { .. } => {
            let wrong = entry[3] > 0 || entry[4] < 1 || entry[4] > 61;
            if wrong {
                entry.copy_from_slice(&[0, 0, 0, 0, 1]);
            }
            wrong.into()
        }
        Layout::Wides { .. } => entry
            .chunks_mut(4)
            .map(|number| {
                let value = i32::from_le_bytes((&*number).try_into().expect("four bytes"));
                let wrong = i64::from(value).abs() > (1 << 23) - 1;
                if wrong {
                    number.fill(0);
                }
                u64::from(wrong)
            })
            .sum(),
        Layout::Table | Layout::Angles { .. } => 0,
    }
}

#[test]
fn ids_that_cannot_be_are_named() {
    let case = Case::new(3);
    let (limit, max_tokens) = (case.model.vocabulary(), case.model.model().max_tokens);
    let append = |ids: &[u32]| Sequence::new(&case.model, case.blob()).append(ids);
    assert_eq!(append(&[]), Err(EvaluationError::Empty));
    let many = vec![0; max_tokens as usize + 1];
    let got = u64::from(max_tokens) + 1;
    assert_eq!(append(&many), Err(EvaluationError::TooManyTokens { limit: max_tokens, got }));
    assert_eq!(append(&[limit]), Err(EvaluationError::Vocabulary { position: 0, limit, got: limit }));
    let image = Case::new(2);
    let expected = image.model.image_bytes().expect("every fourth seed gives an image");
    let append = |ids: &[u32]| Sequence::new(&image.model, image.blob()).append(ids);
    let (short, mut wrong) = (vec![0; expected as usize - 1], image.batch[0].clone());
    assert_eq!(append(&short), Err(EvaluationError::Image { expected, got: expected - 1 }));
    wrong[1] = 256;
    assert_eq!(append(&wrong), Err(EvaluationError::Vocabulary { position: 1, limit: 256, got: 256 }));
    let mut again = Sequence::new(&image.model, image.blob());
    assert!(again.append(&image.batch[0]).is_ok());
    let twice = EvaluationError::TooManyTokens { limit: 1, got: 2 };
    assert_eq!(again.append(&image.batch[0]), Err(twice));
    let batch = evaluate(&case.model, case.blob(), &[&[0], &[]]);
    assert_eq!(batch, Err((1, EvaluationError::Empty)));
}

#[test]
fn a_blob_is_as_its_model_names_it() {
    let case = Case::new(3);
    let expected = case.bytes.len() as u64;
    let short = Blob::new(&case.model, &case.bytes[1..]);
    assert_eq!(short.err(), Some(BlobError::Length { expected, got: expected - 1 }));
    let got = *blake3::hash(&case.bytes).as_bytes();
    let other = Blob::verified(&case.model, &case.bytes);
    assert_eq!(other.err(), Some(BlobError::Root { expected: [0; 32], got }));
    let mut model = case.model.model().clone();
    model.blob.root = got;
    let model = CheckedModel::new(model).expect("only its blob has another name");
    assert!(Blob::verified(&model, &case.bytes).is_ok());
}

#[test]
fn outputs_are_bytes_of_their_type() {
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let case = Case::new(seed);
        let outputs: Vec<Output> =
            evaluate(&case.model, case.blob(), &case.refs()).expect("the generator's ids are fine");
        for output in outputs {
            let elements: usize = output.rows.iter().map(<[i32]>::len).sum();
            assert_eq!(output.to_bytes().len(), elements * output.element.bytes() as usize);
            seen.insert(output.element.bytes());
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [1, 2, 4]);
}
