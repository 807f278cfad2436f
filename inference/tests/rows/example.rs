//! The worked example of part II of `docs/inference-spec.md`: its bytes and rows come from the second implementation, which shares
//! nothing with this crate.

use std::collections::HashMap;

use millrace_inference::{
    model_id,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves},
        cone::{cone_leaves, Apex},
        Blob, CheckedModel, Sequence,
    },
};
use sp_crypto_hashing::blake2_256;

const SPECIFICATION: &str = include_str!("../../../docs/inference-spec.md");

/// The example's lines by what stands before the sign.
fn lines() -> HashMap<&'static str, &'static str> {
    let block = SPECIFICATION.split("```rows\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("there is one").lines().filter_map(|line| line.split_once(" = ")).collect()
}

#[test]
fn the_worked_example_is_as_written() {
    let lines = lines();
    let bytes = |name: &str| hex::decode(lines[name]).expect("hex digits");
    let (encoded, parameters, input) = (bytes("model"), bytes("blob"), bytes("input"));
    let model = CheckedModel::from_bytes(&encoded).expect("it is fine");
    let blob = Blob::verified(&model, &parameters).expect("its own blob");
    let faults = blob.faults(&model);
    let found: Vec<_> = faults.iter().map(|faults| (faults.node, faults.count, faults.first)).collect();
    assert_eq!(found, [(1, 1, 2), (7, 1, 1)]);

    let mut sequence = Sequence::recording(&model, blob);
    let output =
        sequence.append(&model.ids_from_bytes(&input).expect("whole ids")).expect("the ids are fine");
    for node in 0..model.model().nodes.len() as u32 {
        let rows = sequence.rows(node).expect("there is such a node").iter();
        let row = |row: &[i32]| row.iter().map(i32::to_string).collect::<Vec<_>>().join(" ");
        let rows = rows.map(row).collect::<Vec<_>>().join(" | ");
        assert_eq!(rows, lines[format!("node {node}").as_str()], "node {node}");
    }
    assert_eq!(model.mac(3).to_string(), lines["mac"]);

    let leaves = trunk_leaves(&model, &[sequence.clone()]).expect("the rows are recorded");
    let first = leaves.iter().map(|leaf| hex::encode(&leaf[..8])).collect::<Vec<_>>().join(" ");
    let cone = cone_leaves(&model, &sequence, Apex { segment: 1, row: 2 }).expect("there is such a row");
    let (id, input_hash) = (model_id(&encoded, blake2_256), blake2_256(&input));
    let (trunk_root, output_root) = (tree_root(leaves), tree_root(output_leaves(&[output])));
    let hashes = [
        ("model_id", id),
        ("input_hash", input_hash),
        ("trunk_root", trunk_root),
        ("cone root of segment 1, row 2", tree_root(cone)),
        ("output_root", output_root),
        ("root", execution_root(&id, &input_hash, &trunk_root, &output_root)),
    ];
    assert_eq!(first, lines["trunk leaves"]);
    for (name, hash) in hashes {
        assert_eq!(hex::encode(hash), lines[name], "{name}");
    }
    assert_eq!(lines.len(), 3 + 12 + 1 + 1 + hashes.len(), "every line is compared");
}
