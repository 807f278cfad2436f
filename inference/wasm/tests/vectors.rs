//! Native = wasm: this crate compiled to wasm, run in wasmtime, gives the golden vectors' bytes, and what it gives natively.
#![allow(missing_docs)]

#[allow(dead_code, reason = "the other implementation's test reads all of it")]
#[path = "../../tests/vectors/rows.rs"]
mod rows;
mod sandbox;
#[allow(dead_code, reason = "likewise")]
#[path = "../../tests/vectors/mod.rs"]
mod traces;

use millrace_inference::{
    model_id,
    random::{random_input, random_model, Random},
    rows::{
        random::{random_ids, random_image_model, random_model as random_model_of_rows, RandomModel},
        CheckedModel as Rows,
    },
    CheckedModel,
};
use millrace_inference_wasm::{
    Answer, Claimed, ClaimedAnswer, Question, Traced, TracedAnswer, Verdict, Verify,
};
use rows::{bytes, hash, unpacked};
use sandbox::Sandbox;
use sp_crypto_hashing::blake2_256;

/// Random models of each kind.
const RANDOM_MODELS: u64 = 200;

/// The answer in wasm, which is that of the same code as this machine executes it.
fn ask(sandbox: &Sandbox, question: &Question) -> Answer {
    let answer = sandbox.answer(question);
    assert_eq!(answer, millrace_inference_wasm::answer(question), "natively it is another");
    answer
}

fn execute(sandbox: &Sandbox, question: Traced) -> TracedAnswer {
    match ask(sandbox, &Question::Traced(question)) {
        Answer::Traced(answer) => answer,
        other => panic!("no execution: {other:?}"),
    }
}

fn verify(sandbox: &Sandbox, question: Verify) -> Verdict {
    match ask(sandbox, &Question::Verify(question)) {
        Answer::Verify(verdict) => verdict,
        other => panic!("no verdict: {other:?}"),
    }
}

fn claim(sandbox: &Sandbox, question: Claimed) -> ClaimedAnswer {
    match ask(sandbox, &Question::Claimed(question)) {
        Answer::Claimed(answer) => answer,
        other => panic!("no execution: {other:?}"),
    }
}

#[test]
fn traces_are_the_golden_ones() {
    let (sandbox, file) = (Sandbox::new(), traces::File::read());
    for vector in file.vectors {
        let name = vector.name.unwrap_or_default();
        let (model, input) = (vector.model, vector.input);
        let answer = execute(
            &sandbox,
            Traced {
                model: model.clone(),
                input: input.clone(),
                sprint: vector.domain == "mr/sprnt",
                genesis_hash: vector.genesis_hash,
                subject: vector.subject,
                miner: vector.miner,
                input_hash: vector.input_hash,
            },
        );
        let expected = TracedAnswer {
            model_id: vector.model_id,
            work: vector.work_per_sample,
            samples: vector.samples,
            output: vector.output,
            trace: vector.trace,
            seed: vector.seed,
        };
        assert_eq!(answer, expected, "{name}");
        let verify = |trace| {
            let (model, input) = (model.clone(), input.clone());
            verify(&sandbox, Verify { model, input, trace, seed: expected.seed })
        };
        assert_eq!(verify(expected.trace.clone()), Ok(expected.output), "{name}");
        for forged in vector.forged {
            assert!(verify(forged).is_err(), "{name}");
        }
    }
}

#[test]
fn rows_are_the_golden_ones() {
    let (sandbox, file) = (Sandbox::new(), rows::File::read());
    for vector in file.vectors {
        let model = bytes(&vector.model);
        let id = model_id(&model, blake2_256);
        let question = Claimed {
            model,
            blob: unpacked(&vector.blob),
            batch: vector.batch.iter().map(unpacked).collect(),
            input_hash: hash(&vector.input_hash),
        };
        let answer = claim(&sandbox, question);
        let hashes = |hashes: &[String]| hashes.iter().map(|hex| hash(hex)).collect();
        let expected = ClaimedAnswer {
            model_id: id,
            is_verified: true,
            faults: vector.faults,
            mac: vector.mac.clone(),
            rows: hashes(&vector.rows),
            elements: answer.elements.clone(),
            outputs: answer.outputs.clone(),
            trunk_root: hash(&vector.trunk_root),
            output_root: hash(&vector.output_root),
            cone_roots: hashes(&vector.cone_roots),
            root: hash(&vector.root),
        };
        assert_eq!(answer, expected, "{}", vector.name);
    }
}

#[test]
fn random_models_are_the_same_natively() {
    let sandbox = Sandbox::new();
    for number in 0..RANDOM_MODELS {
        let random = &mut Random(number);
        let model = random_model(random, 9).to_bytes();
        let checked = CheckedModel::from_bytes(&model).expect("the generator obeys every bound");
        let samples = random.between(1, 5);
        let input = random_input(random, checked.profile().sample_bytes, samples);
        let (genesis_hash, subject, input_hash) = ([1; 32], [2; 32], blake2_256(&input));
        let question = Traced {
            model: model.clone(),
            input: input.clone(),
            sprint: number % 2 == 0,
            genesis_hash,
            subject,
            miner: vec![3; 32],
            input_hash,
        };
        let TracedAnswer { trace, seed, output, .. } = execute(&sandbox, question);
        let mut forged = trace.clone();
        let index = random.between(0, forged.len() as u32 - 1) as usize;
        forged[index] ^= 1 << random.between(0, 7);
        let verify =
            |trace| verify(&sandbox, Verify { model: model.clone(), input: input.clone(), trace, seed });
        assert_eq!(verify(trace), Ok(output));
        assert!(verify(forged).is_err());
    }
}

#[test]
fn random_models_of_rows_are_the_same_natively() {
    let sandbox = Sandbox::new();
    for seed in 0..RANDOM_MODELS {
        let random = &mut Random(seed);
        let draw = if seed % 4 == 2 { random_image_model } else { random_model_of_rows };
        let RandomModel { model, mut blob } = draw(random);
        if seed % 3 == 0 {
            // Most records are out of range then, and the execution is defined nevertheless.
            blob.iter_mut().for_each(|byte| *byte = random.bits() as u8);
        }
        let (encoding, id_bytes) =
            (model.to_bytes(), Rows::new(model.clone()).expect("it is fine").id_bytes());
        let sequence = |ids: Vec<u32>| {
            ids.iter().flat_map(|id| id.to_le_bytes().into_iter().take(id_bytes as usize)).collect()
        };
        let batch: Vec<Vec<u8>> =
            (0..random.between(1, 3)).map(|_| sequence(random_ids(random, &model))).collect();
        let answer =
            claim(&sandbox, Claimed { model: encoding, blob, batch: batch.clone(), input_hash: [4; 32] });
        assert_eq!(answer.outputs.len(), batch.len());
    }
}

#[test]
fn refusals_are_the_same_natively() {
    let sandbox = Sandbox::new();
    let claimed = Claimed { model: vec![2, 9], blob: vec![], batch: vec![], input_hash: [0; 32] };
    let verify = Verify { model: vec![1, 4, 99], input: vec![], trace: vec![], seed: [0; 32] };
    for question in [Question::Claimed(claimed), Question::Verify(verify)] {
        let answer = ask(&sandbox, &question);
        assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    }
}
