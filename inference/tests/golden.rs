//! The golden vectors: a second implementation reads the same file.
#![allow(missing_docs)]

mod vectors;

use std::{collections::HashSet, mem::discriminant};

use millrace_inference::{
    execute, expand, golden::golden, lanes, model_id, verify, CheckedModel, Domain, LinearCheck, Statement,
};
use sp_crypto_hashing::blake2_256;
use vectors::File;

#[test]
fn golden_vectors_hold() {
    let file = File::read();
    assert_eq!(file.format_version, millrace_inference::FORMAT_VERSION);
    assert_eq!(file.vectors.len(), 55);
    let names: HashSet<_> = file.vectors.iter().filter_map(|vector| vector.name.as_ref()).collect();
    assert_eq!(names.len(), 23, "those made by hand have a name each");
    let (mut kinds, mut checks) = (HashSet::new(), HashSet::new());
    assert_eq!(golden().count(), file.vectors.len());
    for (vector, binary) in file.vectors.iter().zip(golden()) {
        let model = CheckedModel::from_bytes(&vector.model).expect("a golden model");
        kinds.extend(model.model().nodes.iter().map(discriminant));
        checks.extend(model.profile().layers.iter().map(|layer| {
            let columns = u64::from(layer.columns) * u64::from(vector.samples);
            LinearCheck::choose(layer.n.into(), layer.m.into(), columns)
        }));
        assert_eq!(model_id(&vector.model, blake2_256), vector.model_id);
        assert_eq!(model.profile().work(1), vector.work_per_sample);
        let (input, trace) = (&vector.input, &vector.trace);
        assert_eq!((binary.model, binary.input, binary.trace), (&*vector.model, &**input, &**trace));
        assert_eq!(model.profile().samples(input.len()), Ok(vector.samples));
        let execution = execute(&model, input).expect("whole samples");
        assert_eq!(execution.trace, *trace, "{:?}", vector.name);
        assert_eq!(execution.output.to_bytes(), vector.output, "{:?}", vector.name);
        let domain = [Domain::Lease, Domain::Sprint]
            .into_iter()
            .find(|domain| domain.tag() == vector.domain.as_bytes())
            .expect("a known domain");
        let statement = Statement {
            domain,
            genesis_hash: vector.genesis_hash,
            subject: vector.subject,
            miner: &vector.miner,
            model: vector.model_id,
            input_hash: vector.input_hash,
            samples: vector.samples,
        };
        let is_attempt = statement.input_hash == file.sprint.attempt;
        assert!(is_attempt || statement.input_hash == blake2_256(input));
        let seed = statement.seed(trace, blake2_256);
        assert_eq!(seed, vector.seed);
        assert_eq!(lanes(seed, 1).nth(2), Some(vector.lanes_of_node_1_row_2));
        assert_eq!(verify(&model, input, trace, seed), Ok(execution.output));
        assert!(vector.forged.len() > 3);
        for forged in &vector.forged {
            let seed = statement.seed(forged, blake2_256);
            assert!(verify(&model, input, forged, seed).is_err(), "{:?}", vector.name);
        }
    }
    assert_eq!((kinds.len(), checks.len()), (13, 2), "every operator and both checks occur");
}

/// The bytes of the attempt are put together by hand, as the specification says.
#[test]
fn a_sprints_input_follows_from_its_attempt() {
    let File { vectors, sprint, .. } = File::read();
    let mut bytes = b"millrace/attempt".to_vec();
    bytes.extend(sprint.miner);
    bytes.extend(sprint.anchor);
    bytes.extend(sprint.nonce.to_le_bytes());
    bytes.extend(sprint.model);
    bytes.extend(sprint.samples.to_le_bytes());
    let attempt = blake2_256(&bytes);
    assert_eq!(attempt, sprint.attempt);
    let length = (sprint.samples * sprint.sample_bytes) as usize;
    assert_eq!(expand(&attempt, length, blake2_256), sprint.input);

    let mut executed = vectors.iter().filter(|vector| vector.input_hash == attempt);
    let vector = executed.next().expect("one vector executes the attempt");
    assert_eq!(vector.domain.as_bytes(), Domain::Sprint.tag());
    assert_eq!((vector.samples, &vector.input), (sprint.samples, &sprint.input));
    assert_eq!((vector.model_id, vector.miner.as_slice()), (sprint.model, sprint.miner.as_slice()));
    let subject = [sprint.anchor.as_slice(), &sprint.nonce.to_le_bytes()].concat();
    assert_eq!(vector.subject, blake2_256(&subject));
    assert!(executed.next().is_none());
}
