//! A valid model with a few bytes changed: the checks of registration must be all that execution relies on.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_inference::{
    execute,
    random::{random_input, random_model, Random},
    verify, CheckedModel,
};

fuzz_target!(|change: (u64, Vec<(u16, u8)>)| {
    let (seed, edits) = change;
    let mut random = Random(seed);
    let mut bytes = random_model(&mut random, 16).to_bytes();
    for (at, value) in edits.iter().take(16) {
        let at = usize::from(*at) % bytes.len();
        bytes[at] = *value;
    }
    let Ok(model) = CheckedModel::from_bytes(&bytes) else { return };
    let profile = model.profile();
    if profile.work(3) > 1 << 22 || profile.cost(3).elements > 1 << 20 || profile.cost(3).runs > 1 << 20 {
        return;
    }
    let input = random_input(&mut random, profile.sample_bytes, 3);
    let execution = execute(&model, &input).expect("three samples");
    assert_eq!(verify(&model, &input, &execution.trace, [2; 32]), Ok(execution.output));
});
