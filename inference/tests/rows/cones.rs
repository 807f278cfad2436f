//! The tree over what one row depends on.

use std::collections::HashSet;

use millrace_inference::rows::{
    cone::{cone_leaves, strands, Apex, Strand},
    openings, Opening, Part, Place, RowCount, Sequence,
};
use proptest::prelude::*;

use super::Case;

/// The single elements that an opening covers.
fn covered(opening: Opening) -> Vec<(bool, u32, u32, u32)> {
    match opening {
        Opening::Row { node, row, from, count } => {
            (from..from + count).map(|c| (false, node, row, c)).collect()
        }
        Opening::Sums { node, row, from, count } => {
            (from..from + count).map(|c| (true, node, row, c)).collect()
        }
        Opening::Column { node, element, rows } => (0..rows).map(|row| (false, node, row, element)).collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever an element of a cone depends on is in the cone itself, in the trunk, or posted; and the cone ends in its row.
    #[test]
    fn a_cone_is_closed(seed: u64) {
        let case = Case::new(seed);
        let ids = &case.batch[0];
        let mut sequence = Sequence::recording(&case.model, case.blob());
        sequence.append(ids).expect("the generator's ids are fine");
        let (trunk, nodes) = (&case.model.model().trunk, case.model.model().nodes.len() as u32);
        let ends = trunk.iter().copied().chain((!trunk.contains(&(nodes - 1))).then_some(nodes - 1));
        for (segment, end) in ends.enumerate() {
            let rows = case.model.tensor(end).expect("there is such a node").rows.of(sequence.tokens());
            let row = seed as u32 % rows;
            let apex = Apex { segment, row };
            let cone = strands(&case.model, sequence.tokens(), apex).expect("there is such a row");
            let last = cone.last().expect("the row itself").opening;
            let ends = matches!(last, Opening::Row { node, row: at, from: 0, .. } if node == end && at == row);
            prop_assert!(ends);
            let inside: HashSet<_> = cone.iter().flat_map(|strand| covered(strand.opening)).collect();
            for &(sums, node, row, element) in &inside {
                let part = if sums { Part::Sums } else { Part::Output };
                let asked = openings(&case.model, ids, Place { node, row, element, part }).expect("it exists");
                for read in asked.values.into_iter().flat_map(covered) {
                    let known = inside.contains(&read) || read.1 == 0 || trunk.contains(&read.1);
                    prop_assert!(known, "{:?} of {:?}", read, (node, row, element));
                }
            }
            let leaves = cone_leaves(&case.model, &sequence, apex).expect("the rows are recorded");
            prop_assert_eq!(leaves.len() as u64, cone.iter().map(Strand::leaves).sum::<u64>());
            let beyond = Apex { segment, row: rows };
            prop_assert_eq!(strands(&case.model, sequence.tokens(), beyond), None);
        }
        prop_assert_eq!(strands(&case.model, sequence.tokens(), Apex { segment: trunk.len() + 1, row: 0 }), None);
    }
}

/// A cone in a causal graph holds no row behind its own, and columns only as long as what is seen.
#[test]
fn a_causal_cone_ends_at_its_row() {
    let mut columns = 0;
    for seed in 0..80 {
        let case = Case::new(seed);
        let nodes = case.model.model().nodes.len() as u32;
        for segment in 0..=case.model.model().trunk.len() {
            let end = case.model.model().trunk.get(segment).copied().unwrap_or(nodes - 1);
            let causal = case.model.model().kind == millrace_inference::rows::Kind::Causal;
            if !causal || case.model.tensor(end).map(|tensor| tensor.rows) != Some(RowCount::Tokens) {
                continue;
            }
            let tokens = case.model.model().max_tokens;
            let row = tokens / 2;
            for strand in strands(&case.model, tokens, Apex { segment, row }).into_iter().flatten() {
                match strand.opening {
                    Opening::Row { row: at, .. } => assert!(at <= row),
                    Opening::Column { rows, .. } => {
                        columns += 1;
                        assert_eq!(rows, row + 1);
                    }
                    Opening::Sums { .. } => panic!("a pool gives no row for a token"),
                }
            }
        }
    }
    assert!(columns > 0);
}
