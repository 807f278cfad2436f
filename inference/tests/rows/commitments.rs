//! The trunk's tree.

use millrace_inference::rows::{
    commitment::{leaf_hash, path, root_of, tree, trunk_leaf, trunk_leaf_count, trunk_leaves},
    Sequence,
};
use proptest::prelude::*;

use super::Case;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn leaves_are_the_rows_of_the_trunk(seed: u64) {
        let case = Case::new(seed);
                let batch: Vec<Sequence> = case.refs().into_iter().map(|ids| {
            let mut sequence = Sequence::recording(&case.model, case.blob());
            sequence.append(ids).expect("the generator's ids are fine");
            sequence
        }).collect();
        let lengths: Vec<u32> = batch.iter().map(Sequence::tokens).collect();
        let leaves = trunk_leaves(&case.model, &batch).expect("the rows are recorded");
        prop_assert_eq!(leaves.len() as u64, trunk_leaf_count(&case.model, &lengths));
        let levels = tree(leaves.clone());
        for (index, leaf) in leaves.iter().enumerate() {
            let place = trunk_leaf(&case.model, &lengths, index as u64).expect("there is such a leaf");
            let row = batch[place.sequence].rows(place.node).and_then(|rows| rows.row(place.row)).expect("a row");
            let bytes = case.model.tensor(place.node).expect("a trunk node").element.bytes() as usize;
            let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes().into_iter().take(bytes)).collect();
            prop_assert_eq!((place.chunk, leaf_hash(&bytes)), (0, *leaf));
            let path = path(&levels, index).expect("there is such a leaf");
            prop_assert_eq!(root_of(*leaf, index as u64, &path), levels[levels.len() - 1][0]);
        }
        prop_assert_eq!(trunk_leaf(&case.model, &lengths, leaves.len() as u64), None);
        // A sequence that was decoded in pieces without recording has no trunk rows left.
        let mut plain = Sequence::new(&case.model, case.blob());
        plain.append(&case.batch[0]).expect("the generator's ids are fine");
        let kept = trunk_leaves(&case.model, &[plain]);
        prop_assert_eq!(kept, None);
    }
}
