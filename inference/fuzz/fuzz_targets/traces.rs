//! Differential: the verifier accepts a trace exactly if it is the reference's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_inference::{
    execute,
    random::{random_input, random_model, Random},
    testing::{accumulators, trace_of},
    verify, CheckedModel,
};
use sp_crypto_hashing::blake2_256;

fuzz_target!(|forgery: (u64, u8, Vec<(u16, i32)>, Vec<(u16, u8)>, Option<Vec<u8>>)| {
    let (seed, samples, entries, bytes, whole) = forgery;
    let mut random = Random(seed % 4096);
    let model = CheckedModel::from_bytes(&random_model(&mut random, 24).to_bytes()).expect("valid");
    let input = random_input(&mut random, model.profile().sample_bytes, u32::from(samples % 24) + 1);
    let reference = execute(&model, &input).expect("whole samples").trace;

    let mut values = accumulators(&model, &input);
    for (at, value) in entries.iter().take(8) {
        let layers = values.len();
        let layer = &mut values[usize::from(*at) % layers];
        let entry = usize::from(*at) % layer.len();
        layer[entry] = layer[entry].wrapping_add(*value);
    }
    let mut trace = trace_of(&values);
    for (at, value) in bytes.iter().take(8) {
        let at = usize::from(*at) % trace.len();
        trace[at] ^= *value;
    }
    let trace = whole.unwrap_or(trace);
    // Any hash of the trace will do for a seed: what counts is that it comes after.
    let seed = blake2_256(&trace);
    assert_eq!(verify(&model, &input, &trace, seed).is_ok(), trace == reference);
});
