//! A verification needs little more memory than what it reads.
#![allow(missing_docs)]

use millrace_inference::{
    execute,
    random::{random_input, Random},
    verify, CheckedModel, Model, Node, Window,
};
use sp_crypto_hashing::blake2_256;

#[global_allocator]
static HEAP: dhat::Alloc = dhat::Alloc;

fn model(input: Vec<u32>, operator: Node) -> CheckedModel {
    let nodes = vec![Node::Input { shape: input }, operator];
    CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("within the limits")
}

/// At most three times the parameters, the trace and the activations, all of them included.
#[test]
fn the_peak_is_at_most_three_times_what_is_read() {
    let mut random = Random(3);
    let mut parameters = |count: u32| (0..count).map(|_| random.byte()).collect::<Vec<i8>>();
    let window = Window { kernel: [3, 3], stride: [1, 1], padding: [1; 4] };
    let conv =
        Node::Conv2d { input: 0, outputs: 32, window, pad_value: 1, parameters: parameters(32 * 16 * 9) };
    let cases = [
        (model(vec![512], Node::Linear { input: 0, outputs: 512, parameters: parameters(512 * 512) }), 64),
        (model(vec![1024], Node::Linear { input: 0, outputs: 64, parameters: parameters(1024 * 64) }), 256),
        (model(vec![16, 16, 16], conv), 32),
    ];
    let _profiler = dhat::Profiler::builder().testing().build();
    for (model, samples) in cases {
        let input = random_input(&mut Random(4), model.profile().sample_bytes, samples);
        let trace = execute(&model, &input).expect("whole samples").trace;
        // Accumulators are the activations of the last node, four bytes each.
        let activations = input.len() as u64 + 4 * model.profile().cost(samples).accumulators;
        let read = u64::from(model.profile().encoded_bytes) + trace.len() as u64 + activations;
        let before = dhat::HeapStats::get();
        // The peak is that of the whole program until now: it must be the verification's.
        verify(&model, &input, &trace, blake2_256(&trace)).expect("honest");
        let held = before.curr_bytes as u64;
        let peak = dhat::HeapStats::get().max_bytes as u64;
        assert!(
            peak.saturating_sub(held) + read <= 3 * read,
            "{peak} bytes at the peak, {held} held, {read} read"
        );
    }
}
