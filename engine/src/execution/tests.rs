//! What an engine computes is what the reference computes, whatever the model, the kernel and the batch.

use std::sync::{
    atomic::{AtomicUsize, Ordering::SeqCst},
    LazyLock,
};

use millrace_inference::{
    execute, limits,
    random::{random_input, random_model, Random},
    Model, Node, Rescale,
};
use proptest::prelude::*;

use super::*;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(options(), || Box::new(())).expect("the self-test passes"));

fn options() -> EngineOptions {
    EngineOptions { threads: 2, ..EngineOptions::default() }
}

proptest! {
    #[test]
    fn traces_equal_the_reference(seed: u64, samples in 1u32..40, width in 1u32..1400) {
        let mut random = Random(seed);
        let width = if width > 200 && random.between(0, 3) > 0 { width / 8 } else { width };
        let encoding = random_model(&mut random, width).to_bytes();
        prop_assume!(encoding.len() <= limits::MAX_MODEL_BYTES);
        for kernel in [Some(Kernel::Float), Some(Kernel::Byte), Some(Kernel::Integer), None] {
            let model = ENGINE.prepare_for(&encoding, kernel).expect("a valid model");
            let input = random_input(&mut random, model.checked().profile().sample_bytes, samples);
            let expected = execute(model.checked(), &input).expect("whole samples");
            prop_assert_eq!(ENGINE.infer(&model, &input).expect("whole samples"), expected.output.clone());
            prop_assert_eq!(ENGINE.execute(&model, &input).expect("whole samples"), expected);
        }
    }
}

#[test]
fn an_execution_is_stopped_before_its_next_operator() {
    let mut random = Random(3);
    let model = ENGINE.prepare(&deep_model().to_bytes()).expect("a valid model");
    let input = random_input(&mut random, model.checked().profile().sample_bytes, 1);
    let asked = AtomicUsize::new(0);
    let verdict = ENGINE.execute_unless(&model, &input, &|| asked.fetch_add(1, SeqCst) == 2);
    assert!(matches!(verdict, Err(EngineError::Stopped)));
    assert_eq!(asked.load(SeqCst), 3, "the operators after the third were not begun");
}

#[test]
fn a_batch_beyond_the_memory_bound_is_refused_before_it_starts() {
    let small = EngineOptions { memory: 8 << 20, ..options() };
    let engine = Engine::new(small, || Box::new(())).expect("the self-test's models are small");
    let model = engine.prepare(&deep_model().to_bytes()).expect("one sample fits");
    let sample = model.checked().profile().sample_bytes as usize;
    assert!(engine.execute(&model, &vec![0; sample]).is_ok());
    let verdict = engine.execute(&model, &vec![0; sample * 4096]);
    assert!(matches!(verdict, Err(EngineError::TooLarge { needed, bound }) if needed > bound));
}

#[test]
fn pieces_of_work_run_side_by_side_and_only_what_they_find_comes_back() {
    let found =
        ENGINE.each(0..100, |number| Ok((number % 10 == 0).then_some(number))).expect("no piece fails");
    assert_eq!(found, (0..100).step_by(10).collect::<Vec<_>>());
    let failed =
        ENGINE.each(0..100, |number| if number == 50 { Err(EngineError::Stopped) } else { Ok(Some(())) });
    assert!(matches!(failed, Err(EngineError::Stopped)));
}

/// As many operators as a model may have: each second one linear.
fn deep_model() -> Model {
    let mut nodes = vec![Node::Input { shape: vec![16] }];
    while nodes.len() + 2 < limits::MAX_NODES {
        let input = (nodes.len() - 1) as u32;
        let parameters = (0..256).map(|at| (at % 7) as i8 - 3).collect();
        nodes.push(Node::Linear { input, outputs: 16, parameters });
        nodes.push(Node::Requantize {
            input: input + 1,
            channels: vec![Rescale { bias: 5, multiplier: 1 << 30, shift: 31 }; 16],
            zero_point: 0,
            min: i8::MIN,
            max: i8::MAX,
        });
    }
    Model { nodes }
}

#[test]
fn the_deepest_and_the_widest_models_execute_exactly() {
    let widest = Model {
        nodes: vec![
            Node::Input { shape: vec![8] },
            Node::Linear { input: 0, outputs: 262_000, parameters: vec![i8::MIN; 8 * 262_000] },
        ],
    };
    for model in [deep_model(), widest] {
        let model = ENGINE.prepare(&model.to_bytes()).expect("within the limits");
        let input = random_input(&mut Random(9), model.checked().profile().sample_bytes, 3);
        let ours = ENGINE.execute(&model, &input).expect("within the memory bound");
        assert!(ours == execute(model.checked(), &input).expect("whole samples"));
    }
}

#[test]
fn a_wrong_input_is_refused() {
    let encoding = random_model(&mut Random(1), 8).to_bytes();
    let model = ENGINE.prepare(&encoding).expect("a valid model");
    assert!(matches!(ENGINE.execute(&model, &[]), Err(EngineError::Execution(_))));
    assert!(matches!(ENGINE.prepare(&[]), Err(EngineError::Model(_))));
}
