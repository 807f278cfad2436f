//! Writes `inference/vectors/`: `v1.json`, the golden vectors of format version 1, and `executions.bin`, their models,
//! inputs and traces for programs that read no JSON.
//! `cargo run --release -p millrace-inference --example golden inference/vectors`

use std::{fs, path::PathBuf};

use millrace_inference::{
    execute, lanes, model_id,
    testing::{accumulators, random_input, random_model, trace_of, Random},
    CheckedModel, Domain, Statement,
};
use serde_json::{json, Value};
use sp_crypto_hashing::blake2_256;

/// Traces that must be rejected: entries changed by little and by much, other widths, lengths and padding.
fn forgeries(model: &CheckedModel, input: &[u8], honest: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let values = accumulators(model, input);
    let mut forged: Vec<Vec<u8>> = [1, -1, i32::MIN, 1 << 20]
        .iter()
        .map(|delta| {
            let mut values = values.clone();
            let node = random.between(0, values.len() as u32 - 1) as usize;
            let entry = random.between(0, values[node].len() as u32 - 1) as usize;
            values[node][entry] = values[node][entry].wrapping_add(*delta);
            trace_of(&values)
        })
        .collect();
    let mut zeroed = values.clone();
    zeroed.iter_mut().for_each(|layer| layer.fill(0));
    forged.push(trace_of(&zeroed));
    forged.push(honest[..honest.len() - 1].to_vec());
    forged.push([honest, &[0]].concat());
    let mut wider = honest.to_vec();
    wider[0] += 1;
    forged.push(wider);
    forged.retain(|trace| trace != honest);
    forged
}

fn main() {
    let mut executions = Vec::new();
    let vectors: Vec<Value> = (0..32u64)
        .map(|index| {
            let mut random = Random(index);
            let width = if index % 6 == 5 { 48 } else { 12 };
            let samples = [1, 2, 24][index as usize % 3];
            let bytes = random_model(&mut random, width).to_bytes();
            let model = CheckedModel::from_bytes(&bytes).expect("the generator obeys every bound");
            let input = random_input(&mut random, model.profile().sample_bytes, samples);
            let execution = execute(&model, &input).expect("whole samples");
            for part in [&bytes, &input, &execution.trace] {
                executions.extend_from_slice(&(part.len() as u32).to_le_bytes());
                executions.extend_from_slice(part);
            }
            let statement = Statement {
                domain: if index % 2 == 0 { Domain::Lease } else { Domain::Sprint },
                genesis_hash: [index as u8; 32],
                subject: [0x5a; 32],
                miner: &[0xa5; 32],
                model: model_id(&bytes, blake2_256),
                input_hash: blake2_256(&input),
                samples,
            };
            let seed = statement.seed(&execution.trace, blake2_256);
            let drawn: Vec<String> =
                lanes(seed, 1).nth(2).iter().flatten().map(|lane| format!("{lane:016x}")).collect();
            let forged = forgeries(&model, &input, &execution.trace, &mut random);
            json!({
                "model": hex::encode(&bytes),
                "model_id": hex::encode(statement.model),
                "work_per_sample": model.profile().work(1),
                "samples": samples,
                "input": hex::encode(&input),
                "trace": hex::encode(&execution.trace),
                "output": hex::encode(execution.output.to_bytes()),
                "domain": String::from_utf8_lossy(&statement.domain.tag()),
                "genesis_hash": hex::encode(statement.genesis_hash),
                "subject": hex::encode(statement.subject),
                "miner": hex::encode(statement.miner),
                "input_hash": hex::encode(statement.input_hash),
                "seed": hex::encode(seed),
                "lanes_of_node_1_row_2": drawn,
                "forged": forged.iter().map(hex::encode).collect::<Vec<_>>(),
            })
        })
        .collect();
    let file = json!({ "format_version": 1, "vectors": vectors });
    let folder = PathBuf::from(std::env::args().nth(1).expect("the folder to write to"));
    let text = serde_json::to_string_pretty(&file).expect("plain JSON");
    fs::write(folder.join("v1.json"), text + "\n").expect("the folder can be written");
    fs::write(folder.join("executions.bin"), executions).expect("the folder can be written");
}
