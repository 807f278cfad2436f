//! The golden vectors: a second implementation reads the same file.
#![allow(missing_docs)]

use std::{collections::HashSet, mem::discriminant};

use millrace_inference::{
    execute, lanes, model_id, testing::golden, verify, CheckedModel, Domain, LinearCheck, Statement,
};
use serde::Deserialize;
use sp_crypto_hashing::blake2_256;

#[derive(Deserialize)]
struct File {
    format_version: u8,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    model: String,
    model_id: String,
    work_per_sample: u64,
    samples: u32,
    input: String,
    trace: String,
    output: String,
    domain: String,
    genesis_hash: String,
    subject: String,
    miner: String,
    input_hash: String,
    seed: String,
    lanes_of_node_1_row_2: Vec<String>,
    forged: Vec<String>,
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).expect("the file holds hex")
}
fn array(text: &str) -> [u8; 32] {
    bytes(text).try_into().expect("32 bytes")
}

#[test]
fn golden_vectors_hold() {
    let file: File = serde_json::from_str(include_str!("../vectors/v1.json")).expect("the file is JSON");
    assert_eq!(file.format_version, millrace_inference::FORMAT_VERSION);
    assert_eq!(file.vectors.len(), 32);
    let (mut kinds, mut checks) = (HashSet::new(), HashSet::new());
    assert_eq!(golden().count(), file.vectors.len());
    for (vector, binary) in file.vectors.into_iter().zip(golden()) {
        let encoded = bytes(&vector.model);
        let model = CheckedModel::from_bytes(&encoded).expect("a golden model");
        kinds.extend(model.model().nodes.iter().map(discriminant));
        checks.extend(model.profile().layers.iter().map(|layer| {
            let columns = u64::from(layer.columns) * u64::from(vector.samples);
            LinearCheck::choose(layer.n.into(), layer.m.into(), columns)
        }));
        assert_eq!(hex::encode(model_id(&encoded, blake2_256)), vector.model_id);
        assert_eq!(model.profile().work(1), vector.work_per_sample);
        let (input, trace) = (bytes(&vector.input), bytes(&vector.trace));
        assert_eq!((binary.model, binary.input, binary.trace), (&*encoded, &*input, &*trace));
        assert_eq!(model.profile().samples(input.len()), Ok(vector.samples));
        let execution = execute(&model, &input).expect("whole samples");
        assert_eq!(execution.trace, trace);
        assert_eq!(hex::encode(execution.output.to_bytes()), vector.output);
        let domain = [Domain::Lease, Domain::Sprint]
            .into_iter()
            .find(|domain| domain.tag() == vector.domain.as_bytes())
            .expect("a known domain");
        let statement = Statement {
            domain,
            genesis_hash: array(&vector.genesis_hash),
            subject: array(&vector.subject),
            miner: &bytes(&vector.miner),
            model: array(&vector.model_id),
            input_hash: array(&vector.input_hash),
            samples: vector.samples,
        };
        assert_eq!(blake2_256(&input), statement.input_hash);
        let seed = statement.seed(&trace, blake2_256);
        assert_eq!(hex::encode(seed), vector.seed);
        let drawn = lanes(seed, 1).nth(2).expect("it is endless").map(|lane| format!("{lane:016x}"));
        assert_eq!(drawn.as_slice(), vector.lanes_of_node_1_row_2);
        assert_eq!(verify(&model, &input, &trace, seed), Ok(execution.output));
        assert!(vector.forged.len() > 3);
        for forged in &vector.forged {
            let forged = bytes(forged);
            let seed = statement.seed(&forged, blake2_256);
            assert!(verify(&model, &input, &forged, seed).is_err());
        }
    }
    assert_eq!((kinds.len(), checks.len()), (13, 2), "every operator and both checks occur");
}
