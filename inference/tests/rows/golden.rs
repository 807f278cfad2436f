//! The golden vectors: a second implementation, `inference/vectors/rows_reference.py`, reads the same file.

use std::{collections::BTreeSet, process::Command};

use millrace_inference::{
    model_id,
    rows::{
        commitment::{execution_root, output_leaves, tree_root, trunk_leaves},
        cone::{cone_leaves, Apex},
        evaluate, Blob, CheckedModel, Output, Sequence, FORMAT_VERSION,
    },
};
use sp_crypto_hashing::blake2_256;

#[path = "../vectors/rows.rs"]
mod vectors;

use vectors::{bytes, hash, unpacked, File, Vector};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors");

fn check(vector: &Vector) -> CheckedModel {
    let name = &vector.name;
    let encoded = bytes(&vector.model);
    let model = CheckedModel::from_bytes(&encoded).expect("a golden model");
    let parameters = unpacked(&vector.blob);
    let blob = Blob::verified(&model, &parameters).expect("its own blob");
    assert_eq!(model.model().blob.root, hash(&vector.blob_root), "{name}");
    assert_eq!(blob.faults(&model).iter().map(|faults| faults.count).sum::<u64>(), vector.faults, "{name}");
    let (mut batch, mut outputs): (Vec<Sequence>, Vec<Output>) = (vec![], vec![]);
    for (posted, mac) in vector.batch.iter().zip(&vector.mac) {
        let ids = model.ids_from_bytes(&unpacked(posted)).expect("whole ids");
        let mut sequence = Sequence::recording(&model, blob);
        outputs.push(sequence.append(&ids).expect("the ids are fine"));
        assert_eq!(evaluate(&model, blob, &[&ids]), Ok(outputs[outputs.len() - 1..].to_vec()));
        assert_eq!(model.mac(sequence.tokens()), *mac, "{name}");
        batch.push(sequence);
    }
    for (node, expected) in (0..).zip(&vector.rows) {
        let bytes = model.tensor(node).expect("there is such a node").element.bytes() as usize;
        let rows = batch.iter().flat_map(|sequence| sequence.rows(node).expect("it is recorded").iter());
        let rows: Vec<u8> = rows.flatten().flat_map(|x| x.to_le_bytes().into_iter().take(bytes)).collect();
        assert_eq!(blake3::hash(&rows).to_hex().as_str(), expected, "{name}, node {node}");
    }
    let trunk_root = tree_root(trunk_leaves(&model, &batch).expect("the rows are recorded"));
    let output_root = tree_root(output_leaves(&outputs));
    assert_eq!(trunk_root, hash(&vector.trunk_root), "{name}");
    assert_eq!(output_root, hash(&vector.output_root), "{name}");
    for (segment, expected) in vector.cone_roots.iter().enumerate() {
        let end = model.model().trunk.get(segment).copied().unwrap_or(vector.rows.len() as u32 - 1);
        let row = batch[0].rows(end).expect("it is recorded").count() - 1;
        let leaves = cone_leaves(&model, &batch[0], Apex { segment, row }).expect("it is recorded");
        assert_eq!(tree_root(leaves), hash(expected), "{name}, segment {segment}");
    }
    let id = model_id(&encoded, blake2_256);
    let root = execution_root(&id, &hash(&vector.input_hash), &trunk_root, &output_root);
    assert_eq!(root, hash(&vector.root), "{name}");
    model
}

#[test]
fn golden_vectors_hold() {
    let file = File::read();
    assert_eq!(file.format_version, FORMAT_VERSION);
    let mut operators = BTreeSet::new();
    for vector in &file.vectors {
        let model = check(vector);
        let names = model.model().nodes.iter().map(|node| format!("{node:?}"));
        operators.extend(names.map(|name| name.split('(').next().unwrap_or_default().to_string()));
    }
    assert_eq!(operators.len(), 18, "every operator occurs: {operators:?}");
    let names: BTreeSet<_> = file.vectors.iter().map(|vector| &vector.name).collect();
    assert_eq!(names.len(), file.vectors.len());
}

/// It is written from the specification alone, in another language.
#[test]
fn the_second_implementation_agrees() {
    let python = Command::new("python3").arg(format!("{FOLDER}/rows_reference.py")).output();
    let output = python.expect("python3 runs: install it, it needs no packages");
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
}
