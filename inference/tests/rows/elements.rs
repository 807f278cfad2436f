//! Whole evaluation and the evaluation of single elements agree.

use millrace_inference::rows::{
    element, openings, Blob, CheckedModel, ElementError, Opened, OpenedValues, Openings, Part, Place,
    Sequence,
};
use proptest::prelude::*;

use super::Case;

fn alone(model: &CheckedModel, blob: Blob<'_>, sequence: &Sequence<'_>, ids: &[u32], place: Place) -> i64 {
    let Openings { values, parameters } = openings(model, ids, place).expect("there is such an element");
    let values: Vec<_> =
        values.into_iter().map(|opening| sequence.open(opening).expect("it was recorded")).collect();
    let parameters: Vec<_> =
        parameters.into_iter().map(|slice| slice.of(blob.bytes()).expect("within the blob")).collect();
    let opened = Opened { values: &values, parameters: &parameters };
    element(model, ids, place, &opened).expect("everything was opened")
}

fn compare(case: &Case) -> Result<(), TestCaseError> {
    for ids in case.refs() {
        let mut sequence = Sequence::recording(&case.model, case.blob());
        sequence.append(ids).expect("the generator's ids are fine");
        for node in 0..case.model.model().nodes.len() as u32 {
            let rows = sequence.rows(node).expect("there is such a node");
            let tensor = case.model.tensor(node).expect("there is such a node");
            prop_assert_eq!(rows.count(), tensor.rows.of(sequence.tokens()));
            for (row, elements) in (0..).zip(rows.iter()) {
                for (element, value) in (0..).zip(elements) {
                    let place = Place { node, row, element, part: Part::Output };
                    let alone = alone(&case.model, case.blob(), &sequence, ids, place);
                    prop_assert_eq!(alone, i64::from(*value), "{:?}", place);
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_element_is_what_its_operands_give(seed: u64) {
        compare(&Case::new(seed))?;
    }

    /// A blob of any bytes at all: most records are out of range.
    #[test]
    fn so_it_is_with_any_blob(seed: u64) {
        compare(&Case::with(seed, |random, blob| {
            for byte in blob {
                *byte = random.bits() as u8;
            }
        }))?;
    }

    #[test]
    fn a_pool_sums_row_by_row(seed: u64) {
        let case = Case::new(seed);
        let ids = &case.batch[0];
        let pools = (0u32..).zip(&case.model.model().nodes);
        for (node, _) in pools.filter(|(_, node)| matches!(node, millrace_inference::rows::Node::Pool(_))) {
            let mut sequence = Sequence::recording(&case.model, case.blob());
            sequence.append(ids).expect("the generator's ids are fine");
            let read = case.model.model().nodes[node as usize].reads().next().expect("a pool reads");
            let mut sums = vec![0i64; sequence.rows(read).expect("it was recorded").row(0).expect("a row").len()];
            for row in 0..ids.len() as u32 {
                let elements = sequence.rows(read).expect("it was recorded").row(row).expect("a row");
                for (element, (sum, x)) in (0..).zip(sums.iter_mut().zip(elements)) {
                    *sum += i64::from(*x);
                    let place = Place { node, row, element, part: Part::Sums };
                    prop_assert_eq!(alone(&case.model, case.blob(), &sequence, ids, place), *sum);
                }
            }
        }
    }

    /// Operands that can't be are refused, and whatever is taken neither panics nor leaves the element's type.
    #[test]
    fn any_operands_are_defined(seed: u64, draws in proptest::collection::vec(any::<u64>(), 40)) {
        let case = Case::new(seed);
        let ids = &case.batch[0];
        let nodes = case.model.model().nodes.len() as u64;
        for draw in draws {
            let mut random = millrace_inference::random::Random(draw);
            let place = Place {
                node: (random.bits() % nodes) as u32,
                row: random.between(0, ids.len() as u32),
                element: random.between(0, 3),
                part: if random.between(0, 3) == 0 { Part::Sums } else { Part::Output },
            };
            let Ok(asked) = openings(&case.model, ids, place) else { continue };
            let values: Vec<_> = asked.values.iter().map(|opening| {
                let count = opening.count();
                let shift = random.between(0, 31);
                if matches!(opening, millrace_inference::rows::Opening::Sums { .. }) {
                    OpenedValues::Sums((0..count).map(|_| random.bits() as i64 >> (shift + 20)).collect())
                } else {
                    OpenedValues::Elements((0..count).map(|_| random.bits() as i32 >> shift).collect())
                }
            }).collect();
            let bytes: Vec<Vec<u8>> = asked.parameters.iter().map(|slice| {
                (0..slice.length).map(|_| random.bits() as u8).collect()
            }).collect();
            let parameters: Vec<&[u8]> = bytes.iter().map(Vec::as_slice).collect();
            let opened = Opened { values: &values, parameters: &parameters };
            match element(&case.model, ids, place, &opened) {
                Ok(value) if place.part == Part::Output => {
                    let element = case.model.tensor(place.node).expect("there is such a node").element;
                    let (least, most) = millrace_inference::rows::range(element);
                    prop_assert!((least..=most).contains(&value), "{:?}", place);
                }
                Ok(_) | Err(ElementError::OutOfType { .. }) => {}
                Err(error) => prop_assert!(false, "{:?}: {}", place, error),
            }
        }
    }
}

#[test]
fn wrong_operands_are_named() {
    let case = Case::new(1);
    let ids = &case.batch[0];
    // An embedding's element needs no rows, but the record of its id.
    let place = Place { node: 1, row: 0, element: 0, part: Part::Output };
    let asked = openings(&case.model, ids, place).expect("there is such an element");
    assert_eq!(asked.values, []);
    let parameters: Vec<_> =
        asked.parameters.iter().map(|slice| slice.of(&case.bytes).expect("within the blob")).collect();
    let element = |place, values: &[OpenedValues], parameters: &[&[u8]]| {
        element(&case.model, ids, place, &Opened { values, parameters })
    };
    assert!(element(place, &[], &parameters).is_ok());
    let count = parameters.len();
    let missing = ElementError::Count { expected: count, got: count - 1 };
    assert_eq!(element(place, &[], &parameters[1..]), Err(missing));
    let mut short = parameters.clone();
    short[0] = &short[0][1..];
    assert_eq!(element(place, &[], &short), Err(ElementError::Parameter { index: 0 }));
    for wrong in [
        Place { node: 9_999, ..place },
        Place { row: ids.len() as u32, ..place },
        Place { element: 9_999, ..place },
        Place { part: Part::Sums, ..place },
    ] {
        assert_eq!(element(wrong, &[], &parameters), Err(ElementError::NoSuchElement));
    }
    // The node after it is a norm of that row.
    let norm = (0u32..).zip(&case.model.model().nodes);
    let is_norm = |(_, node): &(u32, &millrace_inference::rows::Node)| {
        matches!(node, millrace_inference::rows::Node::Norm(_))
    };
    let place = Place { node: norm.into_iter().find(is_norm).expect("there is one").0, ..place };
    let asked = openings(&case.model, ids, place).expect("there is such an element");
    let parameters = [asked.parameters[0].of(&case.bytes).expect("within the blob")];
    let width = asked.values[0].count() as usize;
    let rows = |row: Vec<i32>| [OpenedValues::Elements(row)];
    assert!(element(place, &rows(vec![5; width]), &parameters).is_ok());
    let operand = Err(ElementError::Operand { index: 0 });
    assert_eq!(element(place, &rows(vec![5; width + 1]), &parameters), operand);
    assert_eq!(element(place, &[OpenedValues::Sums(vec![5; width])], &parameters), operand);
    let beyond = Err(ElementError::OutOfType { index: 0 });
    assert_eq!(element(place, &rows(vec![1 << 23; width]), &parameters), beyond);
}
