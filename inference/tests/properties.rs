//! What must hold for every model: honest traces pass, forged ones don't, bad bytes are refused.
#![allow(missing_docs)]

use millrace_inference::{
    execute,
    testing::{random_input, random_model, Random},
    verify, CheckedModel, Domain, LinearCheck, Model, ModelError, ModelFault, Node, Rescale, Statement,
    TraceError,
};
use proptest::prelude::*;
use sp_crypto_hashing::blake2_256;

fn seed_of(trace: &[u8]) -> [u8; 32] {
    Statement {
        domain: Domain::Lease,
        genesis_hash: [1; 32],
        subject: [2; 32],
        miner: &[3; 32],
        model: [4; 32],
        input_hash: [5; 32],
        samples: 6,
    }
    .seed(trace, blake2_256)
}

fn checked(model: &Model) -> CheckedModel {
    CheckedModel::from_bytes(&model.to_bytes()).expect("the generator obeys every bound")
}

/// n × m all-`w` parameters and nothing else: the shape decides which check is chosen.
fn one_linear(n: u32, m: u32, parameters: Vec<i8>) -> Model {
    Model { nodes: vec![Node::Input { shape: vec![m] }, Node::Linear { input: 0, outputs: n, parameters }] }
}

proptest! {
    #[test]
    fn honest_traces_pass(seed: u64, samples in 1u32..40) {
        let mut random = Random(seed);
        let model = checked(&random_model(&mut random, 48));
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let execution = execute(&model, &input).expect("whole samples");
        prop_assert_eq!(execution.trace.len() as u64, model.profile().trace_bytes(samples));
        let output = verify(&model, &input, &execution.trace, seed_of(&execution.trace), blake2_256);
        prop_assert_eq!(output, Ok(execution.output));
    }

    #[test]
    fn a_changed_entry_is_rejected(seed: u64, samples in 1u32..40, delta in 1u32..) {
        let mut random = Random(seed);
        let model = checked(&random_model(&mut random, 48));
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let mut trace = execute(&model, &input).expect("whole samples").trace;
        let entry = random.between(0, trace.len() as u32 / 4 - 1) as usize * 4;
        let old = i32::from_le_bytes(trace[entry..entry + 4].try_into().expect("four bytes"));
        trace[entry..entry + 4].copy_from_slice(&old.wrapping_add_unsigned(delta).to_le_bytes());
        let verdict = verify(&model, &input, &trace, seed_of(&trace), blake2_256);
        prop_assert!(matches!(verdict, Err(TraceError::Mismatch { .. })), "{:?}", verdict);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = CheckedModel::from_bytes(&bytes);
        let mut versioned = vec![millrace_inference::FORMAT_VERSION];
        versioned.extend(bytes);
        let _ = CheckedModel::from_bytes(&versioned);
    }

    #[test]
    fn a_damaged_model_never_panics(seed: u64, position: u16, byte: u8) {
        let mut random = Random(seed);
        let mut bytes = random_model(&mut random, 12).to_bytes();
        let at = usize::from(position) % bytes.len();
        bytes[at] = byte;
        if let Ok(model) = CheckedModel::from_bytes(&bytes) {
            if model.profile().sample_bytes < 4096 && model.profile().work(1) < 1 << 22 {
                let input = random_input(&mut random, model.profile().sample_bytes, 2);
                let trace = execute(&model, &input).expect("whole samples").trace;
                prop_assert!(verify(&model, &input, &trace, seed_of(&trace), blake2_256).is_ok());
            }
        }
    }
}

/// Every entry, by several differences incl. single high bits, in both ways of checking.
#[test]
fn every_single_entry_forgery_is_rejected() {
    for (n, m, samples, check) in
        [(3u32, 5u32, 4u32, LinearCheck::Recompute), (40, 60, 64, LinearCheck::Freivalds)]
    {
        assert_eq!(LinearCheck::choose(n.into(), m.into(), samples.into()), check);
        let mut random = Random(u64::from(n));
        let parameters = (0..n * m).map(|_| random.byte()).collect();
        let model = checked(&one_linear(n, m, parameters));
        let input = random_input(&mut random, m, samples);
        let honest = execute(&model, &input).expect("whole samples").trace;
        assert!(verify(&model, &input, &honest, seed_of(&honest), blake2_256).is_ok());
        for entry in 0..honest.len() / 4 {
            let at = entry * 4..entry * 4 + 4;
            let old = i32::from_le_bytes(honest[at.clone()].try_into().expect("four bytes"));
            for forged in [old ^ 1, old ^ i32::MIN, !old, i32::MIN, i32::MAX] {
                if forged == old {
                    continue;
                }
                let mut trace = honest.clone();
                trace[at.clone()].copy_from_slice(&forged.to_le_bytes());
                assert_eq!(
                    verify(&model, &input, &trace, seed_of(&trace), blake2_256),
                    Err(TraceError::Mismatch { node: 1 }),
                );
            }
        }
    }
}

#[test]
fn a_trace_of_another_length_or_input_is_rejected() {
    let mut random = Random(7);
    let model = checked(&random_model(&mut random, 20));
    let input = random_input(&mut random, model.profile().sample_bytes, 3);
    let trace = execute(&model, &input).expect("whole samples").trace;
    let length = |trace: &[u8]| {
        matches!(verify(&model, &input, trace, seed_of(trace), blake2_256), Err(TraceError::Length { .. }))
    };
    assert!(length(&trace[..trace.len() - 1]));
    assert!(length(&[trace.as_slice(), &[0]].concat()));
    assert!(length(&[]));

    // Identity-like parameters, so that another input surely has another trace.
    let model = checked(&one_linear(2, 2, vec![1, 0, 0, 1]));
    let trace = execute(&model, &[1, 2]).expect("whole samples").trace;
    assert!(verify(&model, &[1, 2], &trace, seed_of(&trace), blake2_256).is_ok());
    assert_eq!(
        verify(&model, &[1, 3], &trace, seed_of(&trace), blake2_256),
        Err(TraceError::Mismatch { node: 1 })
    );
    assert!(matches!(
        verify(&model, &[1, 2, 3], &trace, seed_of(&trace), blake2_256),
        Err(TraceError::Execution(_))
    ));
}

/// The seed decides: with the lanes known beforehand a forgery is easy, which is why they come last.
#[test]
fn each_claim_has_its_own_seed() {
    let base = Statement {
        domain: Domain::Lease,
        genesis_hash: [0; 32],
        subject: [0; 32],
        miner: &[0; 32],
        model: [0; 32],
        input_hash: [0; 32],
        samples: 1,
    };
    let seed = |statement: &Statement<'_>| statement.seed(b"trace", blake2_256);
    let others = [
        Statement { domain: Domain::Sprint, ..base },
        Statement { genesis_hash: [1; 32], ..base },
        Statement { subject: [1; 32], ..base },
        Statement { miner: &[1; 32], ..base },
        Statement { model: [1; 32], ..base },
        Statement { input_hash: [1; 32], ..base },
        Statement { samples: 2, ..base },
    ];
    let mut seeds: Vec<_> = others.iter().map(seed).collect();
    seeds.push(seed(&base));
    seeds.push(base.seed(b"trace of another execution", blake2_256));
    let count = seeds.len();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), count);
}

mod registration {
    use super::*;

    fn fault(nodes: Vec<Node>) -> ModelError {
        CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect_err("the model is faulty")
    }
    fn at(node: u32, fault: ModelFault) -> ModelError {
        ModelError::Node { node, fault }
    }
    fn linear(input: u32, n: u32, m: u32) -> Node {
        Node::Linear { input, outputs: n, parameters: vec![1; (n * m) as usize] }
    }
    fn input(m: u32) -> Node {
        Node::Input { shape: vec![m] }
    }
    fn rescale(bias: i32, multiplier: u32, shift: u8) -> Rescale {
        Rescale { bias, multiplier, shift }
    }
    fn requantize(input: u32, channels: Vec<Rescale>) -> Node {
        Node::Requantize { input, channels, zero_point: 0, min: -128, max: 127 }
    }

    #[test]
    fn refuses_what_is_not_a_model() {
        assert_eq!(
            CheckedModel::from_bytes(&[]).expect_err("empty"),
            ModelError::UnknownVersion { got: None }
        );
        assert_eq!(
            CheckedModel::from_bytes(&[9, 0]).expect_err("version 9"),
            ModelError::UnknownVersion { got: Some(9) }
        );
        let mut bytes = Model { nodes: vec![input(2), linear(0, 1, 2)] }.to_bytes();
        bytes.push(0);
        assert_eq!(CheckedModel::from_bytes(&bytes).expect_err("left over"), ModelError::Undecodable);
        let long = vec![1; millrace_inference::limits::MAX_MODEL_BYTES + 1];
        assert!(matches!(CheckedModel::from_bytes(&long), Err(ModelError::TooLong { .. })));
        // A few bytes that claim a vector of 2³⁰ parameters.
        let claim = [1u8, 8, 0, 4, 4, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff];
        assert_eq!(CheckedModel::from_bytes(&claim).expect_err("claims"), ModelError::Undecodable);
    }

    #[test]
    fn refuses_a_wrong_graph() {
        assert_eq!(fault(vec![]), ModelError::NodeCount { got: 0 });
        assert_eq!(fault(vec![input(1); 257]), ModelError::NodeCount { got: 257 });
        assert_eq!(fault(vec![linear(0, 1, 1)]), at(0, ModelFault::MisplacedInput));
        assert_eq!(fault(vec![input(1), input(1)]), at(1, ModelFault::MisplacedInput));
        assert_eq!(fault(vec![input(1), linear(1, 1, 1)]), at(1, ModelFault::ReadsLater { read: 1 }));
        assert_eq!(fault(vec![input(1), linear(0, 1, 1), linear(0, 1, 1)]), at(1, ModelFault::Dead));
        assert_eq!(fault(vec![input(1), Node::Flatten { input: 0 }]), ModelError::NoWork);
        assert_eq!(fault(vec![input(0)]), at(0, ModelFault::Shape));
        assert_eq!(fault(vec![Node::Input { shape: vec![1; 5] }]), at(0, ModelFault::Shape));
        assert_eq!(
            fault(vec![Node::Input { shape: vec![1 << 31, 1 << 31, 4] }]),
            at(0, ModelFault::Elements { got: u64::MAX })
        );
        let expanding = Node::Input { shape: vec![4096, 1] };
        assert!(matches!(fault(vec![expanding, linear(0, 4, 1)]), ModelError::Expansion { .. }));
    }

    #[test]
    fn refuses_wrong_parameters() {
        let length = |expected, got| ModelFault::Length { expected, got };
        assert_eq!(
            fault(vec![input(3), Node::Linear { input: 0, outputs: 2, parameters: vec![0; 5] }]),
            at(1, length(6, 5))
        );
        let with = |node| vec![input(2), linear(0, 2, 2), node];
        let good = rescale(0, 1, 1);
        assert_eq!(fault(with(requantize(1, vec![good]))), at(2, length(2, 1)));
        assert_eq!(
            fault(with(requantize(1, vec![good, rescale(0, 1 << 31, 1)]))),
            at(2, ModelFault::Multiplier { got: 1 << 31 })
        );
        for shift in [0, 63, 255] {
            assert_eq!(
                fault(with(requantize(1, vec![good, rescale(0, 1, shift)]))),
                at(2, ModelFault::Shift { got: shift })
            );
        }
        assert_eq!(
            fault(with(Node::Requantize {
                input: 1,
                channels: vec![good; 2],
                zero_point: 0,
                min: 1,
                max: 0
            })),
            at(2, ModelFault::Clamp { min: 1, max: 0 })
        );
        assert!(matches!(
            fault(with(Node::Lookup { input: 1, table: vec![0; 256] })),
            ModelError::Node { node: 2, fault: ModelFault::Type { .. } }
        ));
        assert_eq!(
            fault(vec![input(2), Node::Lookup { input: 0, table: vec![0; 255] }, linear(1, 1, 2)]),
            at(1, length(256, 255))
        );
        let mut nodes = with(Node::ArgMax { input: 1 });
        nodes.push(requantize(2, vec![good]));
        assert_eq!(fault(nodes), at(3, ModelFault::NotAnAccumulator));
    }

    /// `128·Σ|W| + |bias| = 2³¹ − 1` is registered, one more is not.
    #[test]
    fn the_accumulator_bound_is_tight() {
        let columns = 131_072u32; // 128 · 128 · 131072 = 2³¹
        let full = |last: i8| {
            let mut parameters = vec![-128i8; columns as usize];
            parameters[0] = last;
            vec![input(columns), Node::Linear { input: 0, outputs: 1, parameters }]
        };
        assert_eq!(fault(full(-128)), at(1, ModelFault::Accumulator { row: 0, got: 1 << 31 }));
        assert!(CheckedModel::from_bytes(&Model { nodes: full(-127) }.to_bytes()).is_ok());
        for (bias, accepted) in [(127, true), (-127, true), (128, false), (-128, false)] {
            let mut nodes = full(-127);
            nodes.push(requantize(1, vec![rescale(bias, 1, 1)]));
            let verdict = CheckedModel::from_bytes(&Model { nodes }.to_bytes());
            assert_eq!(verdict.is_ok(), accepted, "bias {bias}");
        }
        // The worst input of the worst row stays inside an i32.
        let model = checked(&Model { nodes: full(-127) });
        let input = vec![i8::MIN.cast_unsigned(); columns as usize];
        let trace = execute(&model, &input).expect("one sample").trace;
        assert_eq!(trace, (i32::MAX - 127).to_le_bytes());
    }
}
