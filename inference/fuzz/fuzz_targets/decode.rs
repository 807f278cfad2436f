//! Any bytes as a model: refused with an error, or registered and then executable and verifiable.
#![no_main]

use libfuzzer_sys::fuzz_target;
use millrace_inference::{execute, verify, AnyCheckedModel, AnyModel, CheckedModel, Model};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = AnyModel::from_bytes(bytes) {
        assert_eq!(model.to_bytes(), bytes);
        let _ = AnyCheckedModel::from_bytes(bytes);
    }
    let Ok(model) = CheckedModel::from_bytes(bytes) else { return };
    // One model, one encoding.
    assert_eq!(Model::from_bytes(bytes).map(|model| model.to_bytes()), Ok(bytes.to_vec()));
    let profile = model.profile();
    if profile.work(2) > 1 << 22 || profile.cost(2).elements > 1 << 20 || profile.cost(2).runs > 1 << 20 {
        return;
    }
    let input: Vec<u8> = (0..2 * profile.sample_bytes).map(|at| (at * 37) as u8).collect();
    let execution = execute(&model, &input).expect("two samples");
    assert!(execution.trace.len() as u64 <= profile.max_trace_bytes(2));
    assert_eq!(execution.output.to_bytes().len() as u64, profile.output_bytes(2));
    assert_eq!(verify(&model, &input, &execution.trace, [1; 32]), Ok(execution.output));
});
