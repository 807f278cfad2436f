//! What must hold for every model: honest traces pass, forged ones don't, bad bytes are refused.
#![allow(missing_docs)]

use millrace_inference::{
    check, execute,
    random::{random_input, random_model, Random},
    testing::{accumulators, in_slices_of, statement},
    verify, CheckedModel, Model, ModelError, ModelFault, Node, Rescale, Window,
};
use proptest::prelude::*;
use sp_crypto_hashing::blake2_256;

fn seed_of(trace: &[u8]) -> [u8; 32] {
    statement().seed(trace, blake2_256)
}

fn checked(model: &Model) -> CheckedModel {
    CheckedModel::from_bytes(&model.to_bytes()).expect("the generator obeys every bound")
}

proptest! {
    #[test]
    fn honest_traces_pass(seed: u64, samples in 1u32..40) {
        let mut random = Random(seed);
        let model = checked(&random_model(&mut random, 48));
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let execution = execute(&model, &input).expect("whole samples");
        prop_assert!(execution.trace.len() as u64 <= model.profile().max_trace_bytes(samples));
        let output = verify(&model, &input, &execution.trace, seed_of(&execution.trace));
        prop_assert_eq!(output, Ok(execution.output));
    }

    /// However many samples are verified at a time.
    #[test]
    fn slices_make_no_difference(seed: u64, samples in 1u32..40, slice in 1u32..20, bit: u32) {
        let mut random = Random(seed);
        let model = checked(&random_model(&mut random, 24));
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let execution = execute(&model, &input).expect("whole samples");
        let mut trace = execution.trace;
        let sliced = in_slices_of(model.clone(), slice);
        prop_assert_eq!(verify(&sliced, &input, &trace, seed_of(&trace)), Ok(execution.output));
        prop_assert_eq!(check(&sliced, &input, &trace, seed_of(&trace)), Ok(()));
        let bit = bit as usize % (trace.len() * 8);
        trace[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify(&sliced, &input, &trace, seed_of(&trace)).is_err());
        prop_assert!(verify(&model, &input, &trace, seed_of(&trace)).is_err());
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
                prop_assert!(verify(&model, &input, &trace, seed_of(&trace)).is_ok());
            }
        }
    }
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
        assert_eq!(fault(vec![]), ModelError::NodeCount { limit: 256, got: 0 });
        assert_eq!(fault(vec![input(1); 257]), ModelError::NodeCount { limit: 256, got: 257 });
        // Whatever follows: not even the first of so many nodes is read.
        let count = [1, 0x05, 0x04, 0xff];
        assert_eq!(
            CheckedModel::from_bytes(&count).expect_err("257"),
            ModelError::NodeCount { limit: 256, got: 257 }
        );
        assert_eq!(fault(vec![linear(0, 1, 1)]), at(0, ModelFault::MisplacedInput));
        assert_eq!(fault(vec![input(1), input(1)]), at(1, ModelFault::MisplacedInput));
        assert_eq!(fault(vec![input(1), linear(1, 1, 1)]), at(1, ModelFault::ReadsLater { read: 1 }));
        assert_eq!(fault(vec![input(1), linear(0, 1, 1), linear(0, 1, 1)]), at(1, ModelFault::Dead));
        assert_eq!(fault(vec![input(1), Node::Flatten { input: 0 }]), ModelError::NoWork);
        assert_eq!(fault(vec![input(0)]), at(0, ModelFault::Shape));
        assert_eq!(fault(vec![Node::Input { shape: vec![1; 5] }]), at(0, ModelFault::Shape));
        assert_eq!(
            fault(vec![Node::Input { shape: vec![1 << 31, 1 << 31, 4] }]),
            at(0, ModelFault::Elements { limit: 262_144, got: u64::MAX })
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

    #[test]
    fn refuses_wrong_images() {
        let image = |shape: Vec<u32>| Node::Input { shape };
        let window = |kernel| Window { kernel, stride: [1, 1], padding: [0; 4] };
        let conv = |kernel, parameters: usize| Node::Conv2d {
            input: 0,
            outputs: 2,
            window: window(kernel),
            pad_value: 0,
            parameters: vec![1; parameters],
        };
        assert_eq!(fault(vec![image(vec![4, 4]), conv([1, 1], 2)]), at(1, ModelFault::NotAnImage { got: 2 }));
        assert_eq!(fault(vec![image(vec![1, 4, 4]), conv([5, 1], 10)]), at(1, ModelFault::Window));
        assert_eq!(
            fault(vec![image(vec![3, 4, 4]), conv([2, 2], 23)]),
            at(1, ModelFault::Length { expected: 24, got: 23 })
        );
        let depthwise =
            Node::DepthwiseConv2d { input: 0, window: window([2, 2]), pad_value: 0, parameters: vec![1; 11] };
        assert_eq!(
            fault(vec![image(vec![3, 4, 4]), depthwise]),
            at(1, ModelFault::Length { expected: 12, got: 11 })
        );
        let mut nodes = vec![image(vec![1, 4, 4]), conv([1, 1], 2), requantize(1, vec![rescale(0, 1, 1); 4])];
        assert_eq!(fault(nodes.clone()), at(2, ModelFault::Length { expected: 2, got: 4 }));
        nodes[2] = requantize(1, vec![rescale(0, 1, 1); 2]);
        nodes.push(Node::Reshape { input: 2, shape: vec![2, 4, 5] });
        assert_eq!(fault(nodes.clone()), at(3, ModelFault::Reshape { expected: 32, got: 40 }));
        nodes[3] = Node::Concat { inputs: vec![2, 0], axis: 1 };
        assert_eq!(fault(nodes.clone()), at(3, ModelFault::ShapesDiffer));
        nodes[3] = Node::Concat { inputs: vec![2], axis: 3 };
        assert_eq!(fault(nodes.clone()), at(3, ModelFault::Axis { got: 3 }));
        nodes[3] = Node::Concat { inputs: vec![], axis: 0 };
        assert_eq!(fault(nodes.clone()), at(3, ModelFault::Operands { got: 0 }));
        nodes[3] = Node::Concat { inputs: vec![2, 0], axis: 0 };
        assert!(CheckedModel::from_bytes(&Model { nodes }.to_bytes()).is_ok());
    }

    /// What no accumulator of the trace depends on can't be paid as work.
    #[test]
    fn refuses_depthwise_convolutions_that_no_trace_shows() {
        let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
        let depthwise = |input| Node::DepthwiseConv2d { input, window, pad_value: 0, parameters: vec![1] };
        let conv = |input| Node::Conv2d { input, outputs: 1, window, pad_value: 0, parameters: vec![1] };
        let nodes = |first: Node, second: Node| {
            let image = Node::Input { shape: vec![1, 1, 1] };
            vec![image, first, requantize(1, vec![rescale(0, 1, 1)]), second]
        };
        assert_eq!(fault(nodes(conv(0), depthwise(2))), at(3, ModelFault::Untraced));
        assert!(CheckedModel::from_bytes(&Model { nodes: nodes(depthwise(0), conv(2)) }.to_bytes()).is_ok());
    }

    /// The bound of a filter is the bound of a row.
    #[test]
    fn filters_are_bounded_like_rows() {
        let side = 364u32; // 128 · 128 · 364² > 2³¹
        let window = Window { kernel: [side; 2], stride: [1, 1], padding: [0; 4] };
        let parameters = vec![-128i8; (side * side) as usize];
        let image = Node::Input { shape: vec![1, side, side] };
        let conv =
            Node::Conv2d { input: 0, outputs: 1, window, pad_value: 0, parameters: parameters.clone() };
        let depthwise = Node::DepthwiseConv2d { input: 0, window, pad_value: 0, parameters };
        let linear = Node::Linear { input: 2, outputs: 1, parameters: vec![1] };
        let depthwise = vec![image.clone(), depthwise, requantize(1, vec![rescale(0, 1, 1)]), linear];
        for nodes in [vec![image, conv], depthwise] {
            let verdict = fault(nodes);
            assert!(matches!(verdict, ModelError::Node { node: 1, fault: ModelFault::Accumulator { .. } }));
        }
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
        assert_eq!(accumulators(&model, &input), [[i32::MAX - 127]]);
    }
}

mod memory {
    use super::*;
    use millrace_inference::limits::SLICE_BYTES;

    /// One image of one element, padded to so many that a tensor of them outgrows the encoding by far, and back.
    fn padded(side: u32, copies: u32) -> CheckedModel {
        let window = |kernel, stride, padding| Window {
            kernel: [kernel; 2],
            stride: [stride; 2],
            padding: [padding; 4],
        };
        let mut nodes = vec![Node::Input { shape: vec![1, 1, 1] }];
        for _ in 0..40 {
            let input = nodes.len() as u32 - 1;
            nodes.push(Node::Lookup { input, table: vec![0; 256] });
        }
        let from = nodes.len() as u32 - 1;
        (0..copies)
            .for_each(|_| nodes.push(Node::MaxPool2d { input: from, window: window(side, 1, side - 1) }));
        for copy in 0..copies {
            nodes.push(Node::MaxPool2d { input: from + 1 + copy, window: window(1, side, 0) });
        }
        let inputs = (0..copies).map(|copy| from + 1 + copies + copy).collect();
        nodes.push(Node::Concat { inputs, axis: 0 });
        nodes.push(Node::Flatten { input: nodes.len() as u32 - 1 });
        nodes.push(Node::Linear {
            input: nodes.len() as u32 - 1,
            outputs: 1,
            parameters: vec![1; copies as usize],
        });
        checked(&Model { nodes })
    }

    #[test]
    fn a_slice_holds_as_many_samples_as_fit() {
        for (side, copies) in [(2, 1), (64, 3), (182, 3), (182, 13), (182, 28)] {
            let model = padded(side, copies);
            let profile = model.profile();
            assert!(profile.slice_samples.is_power_of_two());
            assert!(profile.slice_bytes >= u64::from(profile.slice_samples) * model.live_bytes());
            assert!(profile.fits_memory(), "{profile:?}");
            // Twice as many would not have fitted.
            assert!(profile.slice_bytes * 2 > SLICE_BYTES || side == 2);
        }
    }

    #[test]
    fn a_sample_that_needs_more_is_said_to() {
        assert!(!padded(182, 60).profile().fits_memory());
    }
}
