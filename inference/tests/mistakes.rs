//! The specification once more, from its text alone: it agrees with the crate and with the golden vectors, and none of
//! the mistakes that an implementation is likely to make gets past those.
#![allow(missing_docs)]

mod definition;
mod vectors;

use definition::{Attempt, Claim, Definition, Mistake, Refused, MISTAKES};
use millrace_inference::{
    execute,
    random::{random_input, random_model, Random},
    testing::{accumulators, statement},
    verify, CheckedModel,
};
use sp_crypto_hashing::blake2_256;
use vectors::{File, Sprint, Vector};

fn attempt(sprint: &Sprint) -> Attempt {
    Attempt {
        miner: sprint.miner,
        anchor: sprint.anchor,
        nonce: sprint.nonce,
        model: sprint.model,
        samples: sprint.samples,
    }
}

/// What of a vector isn't as the definition has it, if anything.
fn check(definition: Definition, vector: &Vector, sprint: &Sprint) -> Result<(), &'static str> {
    let holds = |what: &'static str, same: bool| if same { Ok(()) } else { Err(what) };
    let attempt = attempt(sprint);
    let claim = Claim {
        domain: vector.domain.as_bytes(),
        genesis_hash: vector.genesis_hash,
        subject: vector.subject,
        miner: &vector.miner,
        model: &vector.model,
        input: &vector.input,
        attempt: (vector.input_hash == sprint.attempt).then_some(&attempt),
        samples: vector.samples,
    };
    holds("model_id", definition.name(&vector.model) == vector.model_id)?;
    holds("input_hash", definition.input_field(&claim) == vector.input_hash)?;
    holds("seed", definition.seed(&claim, &vector.trace) == vector.seed)?;
    let lanes = definition.lanes(&vector.seed, 1, 3);
    holds("lanes_of_node_1_row_2", lanes[2] == vector.lanes_of_node_1_row_2)?;

    let model = definition.model(&vector.model).map_err(|Refused| "model")?;
    holds("work_per_sample", definition.work(&model) == vector.work_per_sample)?;
    let execution = definition.execute(&model, &vector.input).map_err(|Refused| "input")?;
    holds("output", execution.output == vector.output)?;
    holds("trace", execution.trace == vector.trace)?;
    let verdict = |trace: &[u8], seed: &[u8; 32]| definition.verify(&model, &vector.input, trace, seed);
    holds("verification", verdict(&vector.trace, &vector.seed).as_ref() == Ok(&vector.output))?;
    for forged in &vector.forged {
        holds("forged", verdict(forged, &definition.seed(&claim, forged)).is_err())?;
    }
    Ok(())
}

fn check_sprint(definition: Definition, sprint: &Sprint) -> Result<(), &'static str> {
    let length = (sprint.samples * sprint.sample_bytes) as usize;
    let seed = definition.attempt(&attempt(sprint));
    let same = seed == sprint.attempt && definition.expand(&seed, length) == sprint.input;
    same.then_some(()).ok_or("sprint")
}

#[test]
fn the_definition_agrees_with_the_vectors() {
    let file = File::read();
    assert_eq!(file.format_version, 1);
    assert_eq!(check_sprint(Definition::default(), &file.sprint), Ok(()));
    for (index, vector) in file.vectors.iter().enumerate() {
        let verdict = check(Definition::default(), vector, &file.sprint);
        assert_eq!(verdict, Ok(()), "vector {index} {:?}", vector.name);
    }
}

#[test]
fn every_mistake_is_noticed() {
    let file = File::read();
    let is_noticed = |mistake: &Mistake| {
        let definition = Definition { mistake: Some(*mistake) };
        check_sprint(definition, &file.sprint).is_err()
            // Those made by hand, the last, are small and notice most.
            || file.vectors.iter().rev().any(|vector| check(definition, vector, &file.sprint).is_err())
    };
    let unnoticed: Vec<&Mistake> = MISTAKES.iter().filter(|mistake| !is_noticed(mistake)).collect();
    assert!(unnoticed.is_empty(), "no vector notices {unnoticed:?}");
}

#[test]
fn the_definition_agrees_with_the_crate() {
    let definition = Definition::default();
    let mut random = Random(13);
    for round in 0..300 {
        let bytes = random_model(&mut random, if round % 8 == 0 { 40 } else { 12 }).to_bytes();
        let checked = CheckedModel::from_bytes(&bytes).expect("the generator obeys every bound");
        let model = definition.model(&bytes).expect("the generator obeys every bound");
        assert_eq!(definition.work(&model), checked.profile().work(1));

        let samples = random.between(1, 12);
        let input = random_input(&mut random, checked.profile().sample_bytes, samples);
        let execution = execute(&checked, &input).expect("whole samples");
        let own = definition.execute(&model, &input).expect("whole samples");
        assert_eq!(own.output, execution.output.to_bytes());
        assert_eq!(own.trace, execution.trace);
        let mut values = own.accumulators;
        let same = accumulators(&checked, &input);
        assert!(values.iter().flatten().copied().eq(same.iter().flatten().map(|value| i64::from(*value))));

        let node = random.between(0, values.len() as u32 - 1) as usize;
        let entry = random.between(0, values[node].len() as u32 - 1) as usize;
        values[node][entry] ^= 1 << random.between(0, 30);
        let mut flipped = own.trace.clone();
        let at = random.between(0, flipped.len() as u32 - 1) as usize;
        flipped[at] ^= 1 << random.between(0, 7);
        for trace in [own.trace, definition.pack(&values), flipped] {
            let seed = statement().seed(&trace, blake2_256);
            let verdict = verify(&checked, &input, &trace, seed).ok().map(|output| output.to_bytes());
            assert_eq!(verdict.is_some(), trace == execution.trace);
            assert_eq!(verdict, definition.verify(&model, &input, &trace, &seed).ok());
        }
    }
}

#[test]
fn both_register_the_same_models() {
    let mut random = Random(17);
    let mut registered = 0;
    for _ in 0..4000 {
        let mut bytes = random_model(&mut random, 6).to_bytes();
        for _ in 0..random.between(1, 2) {
            let at = random.between(0, bytes.len() as u32 - 1) as usize;
            match random.between(0, 3) {
                0 => bytes[at] ^= 1 << random.between(0, 7),
                1 => bytes[at] = random.byte().cast_unsigned(),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, 0),
            }
        }
        let verdict = CheckedModel::from_bytes(&bytes).is_ok();
        assert_eq!(Definition::default().model(&bytes).is_ok(), verdict, "{}", hex::encode(&bytes));
        registered += u32::from(verdict);
    }
    assert!((400..3600).contains(&registered), "{registered} of 4000");
}
