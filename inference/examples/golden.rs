//! Writes `inference/vectors/`: `v1.json`, the golden vectors of format version 1, and `executions.bin`, their models,
//! inputs and traces for programs that read no JSON.
//! `cargo run --release -p millrace-inference --example golden inference/vectors`

use std::{array, fs, path::PathBuf};

use millrace_inference::{
    execute, expand, lanes, model_id,
    random::{random_input, random_model, Random},
    testing::{accumulators, trace_of},
    CheckedModel, Domain, LinearCheck, Model, Node, Rescale, Statement, Window,
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

/// The trace of these accumulators in these widths.
fn packed(layers: &[Vec<i32>], widths: &[u8]) -> Vec<u8> {
    let mut trace = Vec::new();
    for (values, width) in layers.iter().zip(widths) {
        trace.push(*width);
        let bits: Vec<bool> =
            values.iter().flat_map(|value| (0..*width).map(move |bit| (value >> bit) & 1 == 1)).collect();
        trace.extend(
            bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |byte, bit| 2 * byte + u8::from(*bit))),
        );
    }
    trace
}

/// Traces that only one check rejects: the right accumulators in more bits than they need, bits behind them, and the
/// last one changed.
fn near_misses(layers: &[Vec<i32>], honest: &[u8]) -> Vec<Vec<u8>> {
    let holds = |values: &[i32], width: u8| {
        let end = 1i64 << (width - 1);
        values.iter().all(|value| (-end..end).contains(&i64::from(*value)))
    };
    let widths: Vec<u8> =
        layers.iter().map(|values| (2..32).find(|width| holds(values, *width)).unwrap_or(32)).collect();
    let mut forged = Vec::new();
    for (index, values) in layers.iter().enumerate() {
        for wider in [widths[index] + 1, 32] {
            if widths[index] < wider {
                let mut widths = widths.clone();
                widths[index] = wider;
                forged.push(packed(layers, &widths));
            }
        }
        if values.len() * usize::from(widths[index]) % 8 != 0 {
            let end = packed(&layers[..=index], &widths).len();
            let mut filled = honest.to_vec();
            filled[end - 1] |= 0x80;
            forged.push(filled);
        }
    }
    let mut last = layers.to_vec();
    if let Some(value) = last.last_mut().and_then(|values| values.last_mut()) {
        *value += 1;
    }
    forged.push(trace_of(&last));
    forged
}

/// Traces of one folded operator that pass with worse randomness: they keep the sums over a column's rows, or differ by
/// 2³¹ where all lanes are even. A column's accumulators lie `plane` apart.
fn cancelling(values: &[i32], n: usize, plane: usize, statement: &Statement<'_>) -> Vec<Vec<u8>> {
    let mut moved = values.to_vec();
    moved[0] += 1;
    moved[plane] -= 1;
    let mut swapped = values.to_vec();
    swapped.swap(0, plane);
    let halved = (0..values.len()).find_map(|entry| {
        let mut values = values.to_vec();
        values[entry] ^= i32::MIN;
        let trace = trace_of(&[values]);
        let row = lanes(statement.seed(&trace, blake2_256), 1).nth(entry / plane % n)?;
        row.iter().all(|lane| lane % 2 == 0).then_some(trace)
    });
    [trace_of(&[moved]), trace_of(&[swapped])].into_iter().chain(halved).collect()
}

/// A vector that is there for one rule.
struct Case {
    name: &'static str,
    nodes: Vec<Node>,
    input: Vec<u8>,
    miner: Vec<u8>,
    /// Of a sprint: what stands for the input in the transcript, and the subject.
    sprint: Option<[[u8; 32]; 2]>,
}

/// 32 bytes, counted from `first`.
fn counted(first: u8) -> [u8; 32] {
    array::from_fn(|index| first + index as u8)
}

fn case(name: &'static str, nodes: Vec<Node>, input: impl IntoIterator<Item = i32>) -> Case {
    let input = input.into_iter().map(|x| x as u8).collect();
    Case { name, nodes, input, miner: counted(0x80).to_vec(), sprint: None }
}

fn input(shape: &[u32]) -> Node {
    Node::Input { shape: shape.to_vec() }
}

fn linear(input: u32, outputs: u32, parameters: &[i8]) -> Node {
    Node::Linear { input, outputs, parameters: parameters.to_vec() }
}

/// With a bias, multiplier and shift for each channel.
fn requantize(input: u32, channels: &[(i32, u32, u8)], [zero_point, min, max]: [i8; 3]) -> Node {
    let channels =
        channels.iter().map(|&(bias, multiplier, shift)| Rescale { bias, multiplier, shift }).collect();
    Node::Requantize { input, channels, zero_point, min, max }
}

/// A requantization that keeps what fits.
fn same(input: u32, channels: usize) -> Node {
    requantize(input, &vec![(0, 2, 1); channels], ALL)
}

/// A convolution of single elements.
fn pointwise(input: u32, outputs: u32, parameters: &[i8]) -> Node {
    let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
    Node::Conv2d { input, outputs, window, pad_value: 0, parameters: parameters.to_vec() }
}

const ALL: [i8; 3] = [0, -128, 127];

/// A depthwise convolution, and a convolution that shows it.
fn depthwise(shape: [u32; 3], window: Window, pad_value: i8, parameters: &[i8]) -> Vec<Node> {
    let channels = shape[0] as usize;
    vec![
        input(&shape),
        Node::DepthwiseConv2d { input: 0, window, pad_value, parameters: parameters.to_vec() },
        same(1, channels),
        pointwise(2, 1, &[1, 3][..channels]),
    ]
}

/// Vectors for what random models seldom or never meet.
fn cases() -> Vec<Case> {
    let negated = Node::Lookup { input: 0, table: (-128..=127).rev().collect() };
    let rotated = Node::Lookup { input: 2, table: (-121..=127).chain((121..=127).rev()).collect() };
    let distinct = [(5, 1, 1), (-60, 3, 2), (90, 5, 4)];
    let identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    let pooling = Window { kernel: [2, 2], stride: [1, 2], padding: [1; 4] };
    let three = |stride: u32| Window { kernel: [3, 3], stride: [stride; 2], padding: [1; 4] };
    let one = || vec![input(&[1]), linear(0, 1, &[1])];
    let mut cases = vec![
        case(
            "Requantize: halves",
            vec![input(&[1]), linear(0, 2, &[1, -1]), requantize(1, &[(0, 1, 1), (-4, 3, 2)], [3, -12, 14])],
            (-12..13).chain([127, -128]),
        ),
        case(
            "Requantize: products that floats round",
            vec![
                input(&[1]),
                linear(0, 2, &[1, 1]),
                requantize(1, &[(1_071_931_405, 747_847_045, 54), (-1_073_491_181, 595_730_229, 54)], ALL),
            ],
            [0],
        ),
        case(
            "Requantize: rows of W, not of the tensor",
            vec![
                input(&[3, 3]),
                linear(0, 3, &[1, 2, 0, 0, 1, 2, 2, 0, 1]),
                requantize(1, &distinct, [-7, -100, 100]),
            ],
            (0..9).map(|k| 3 * k - 13),
        ),
        case(
            "Requantize: filters, not rows or columns",
            vec![input(&[1, 3, 3]), pointwise(0, 3, &[1, -2, 3]), requantize(1, &distinct, [4, -90, 110])],
            (0..9).map(|k| 5 * k - 21),
        ),
        case(
            "Add: halves",
            vec![
                input(&[2]),
                negated.clone(),
                Node::Add {
                    left: 0,
                    right: 1,
                    left_zero_point: 3,
                    right_zero_point: -2,
                    left_multiplier: 2,
                    right_multiplier: 7,
                    shift: 3,
                    zero_point: -1,
                    min: -15,
                    max: 15,
                },
                linear(2, 2, &[1, 0, 0, 1]),
            ],
            -32..32,
        ),
        case(
            "AveragePool2d: halves",
            vec![input(&[1, 4, 5]), Node::AveragePool2d { input: 0, window: pooling }, pointwise(1, 1, &[1])],
            (0..60).map(|k| (3 * k * k + k) % 7 - 3),
        ),
        case(
            "MaxPool2d: negative at the border",
            vec![input(&[1, 4, 5]), Node::MaxPool2d { input: 0, window: pooling }, pointwise(1, 1, &[1])],
            (0..40).map(|k| -1 - 37 * k % 128),
        ),
        case(
            "DepthwiseConv2d: an element above every patch",
            vec![
                input(&[1, 1, 1]),
                Node::DepthwiseConv2d {
                    input: 0,
                    window: Window { kernel: [2, 1], stride: [1, 1], padding: [1, 0, 0, 0] },
                    pad_value: 5,
                    parameters: vec![3, 7],
                },
                same(1, 1),
                Node::Flatten { input: 2 },
                linear(3, 1, &[1]),
            ],
            [2],
        ),
        case(
            "DepthwiseConv2d: elements beside every patch",
            depthwise([1, 2, 2], three(2), 7, &[-4, -3, -2, -1, 0, 1, 2, 3, 4]),
            [1, -2, 3, 5],
        ),
        case(
            "DepthwiseConv2d: one of nine elements inside",
            depthwise([1, 1, 1], three(1), -1, &[2, -3, 5, -7, 11, -13, -8, 6, -4]),
            [4, -3],
        ),
        case(
            "DepthwiseConv2d: 3 by 2",
            depthwise(
                [2, 2, 3],
                Window { kernel: [3, 2], stride: [2, 1], padding: [1, 1, 0, 1] },
                -3,
                &[1, -2, 3, 0, -1, 2, 2, 1, -1, 3, -2, -3],
            ),
            (0..24).map(|k| 7 * k % 11 - 5),
        ),
        case(
            "Concat: operands that are not in order",
            vec![
                input(&[2, 2]),
                negated,
                Node::Concat { inputs: vec![1, 0], axis: 0 },
                rotated,
                Node::Concat { inputs: vec![3, 2, 3], axis: 1 },
                linear(4, 1, &[1, 2, 3, 4, 5, 6]),
            ],
            [9, -4, 70, 31, -128, 0, 55, -77],
        ),
        case(
            "ArgMax: a square with ties",
            vec![input(&[3, 3]), linear(0, 3, &identity), Node::ArgMax { input: 1 }],
            [5, 5, -3, -9, -1, -1, 7, 2, 7],
        ),
        case(
            "ArgMax: a square image",
            vec![input(&[3, 3, 3]), pointwise(0, 3, &identity), same(1, 3), Node::ArgMax { input: 2 }],
            (0..27).map(|k| 17 * k % 23 - 15),
        ),
        case("Trace: the lowest number of 8 bits", one(), [-128, 5, 127]),
        case("Trace: the lowest number of 2 bits", one(), [-2, 1, 0]),
        case("Trace: zeros", one(), [0, 0, 0]),
        case("Trace: 0 and -1", one(), [-1, 0, 0, -1, 0]),
        case(
            "Trace: two layers with filling",
            vec![
                input(&[3]),
                linear(0, 3, &[1, -1, 2, 3, 0, 1, -2, 2, 0]),
                requantize(1, &[(0, 1, 1); 3], ALL),
                linear(2, 1, &[1, -1, 1]),
            ],
            [4, -3, 2],
        ),
    ];

    let mut random = Random(100);
    let mut bytes = |count: usize| -> Vec<i8> { (0..count).map(|_| random.byte()).collect() };
    let batch = |bytes: Vec<i8>| bytes.into_iter().map(i32::from);
    let nodes = vec![input(&[16]), linear(0, 4, &bytes(64))];
    cases.push(case("Folded: a Linear", nodes, batch(bytes(16 * 24))));
    let window = Window { kernel: [2, 2], stride: [1, 1], padding: [1, 0, 0, 1] };
    let folded = Node::Conv2d { input: 0, outputs: 4, window, pad_value: -7, parameters: bytes(64) };
    cases.push(case("Folded: a Conv2d", vec![input(&[4, 5, 5]), folded], batch(bytes(100))));

    let long = Case { miner: (0..70).collect(), ..case("Transcript: a long account", one(), [3, -4]) };
    cases.push(long);
    cases
}

/// An attempt at a sprint: the vector that executes it, and what the attempt is made of.
fn sprint() -> (Case, Value) {
    let nodes = vec![input(&[5]), linear(0, 2, &[1, -2, 3, -4, 5, 5, 4, -3, 2, 1])];
    let mut case = case("Transcript: a sprint", nodes, []);
    let (anchor, nonce, samples, sample_bytes) = (counted(0x60), 0x0001_0203_0405_0607u64, 8u32, 5u32);
    let model = model_id(&Model { nodes: case.nodes.clone() }.to_bytes(), blake2_256);
    let parts: [&[u8]; 6] =
        [b"millrace/attempt", &case.miner, &anchor, &nonce.to_le_bytes(), &model, &samples.to_le_bytes()];
    let attempt = blake2_256(&parts.concat());
    let subject = blake2_256(&[anchor.as_slice(), &nonce.to_le_bytes()].concat());
    case.input = expand(&attempt, (samples * sample_bytes) as usize, blake2_256);
    case.sprint = Some([attempt, subject]);
    let described = json!({
        "miner": hex::encode(&case.miner),
        "anchor": hex::encode(anchor),
        "nonce": nonce,
        "model": hex::encode(model),
        "samples": samples,
        "sample_bytes": sample_bytes,
        "attempt": hex::encode(attempt),
        "input": hex::encode(&case.input),
    });
    (case, described)
}

/// What is written of the vectors.
#[derive(Default)]
struct Written {
    vectors: Vec<Value>,
    executions: Vec<u8>,
}

impl Written {
    /// Adds an execution that a statement claims, and the traces that `forge` makes of its own.
    fn push(
        &mut self,
        bytes: &[u8],
        input: &[u8],
        statement: &Statement<'_>,
        forge: impl FnOnce(&CheckedModel, &[u8]) -> Vec<Vec<u8>>,
    ) {
        let model = CheckedModel::from_bytes(bytes).expect("a golden model obeys every bound");
        let execution = execute(&model, input).expect("whole samples");
        for part in [bytes, input, &execution.trace] {
            self.executions.extend_from_slice(&(part.len() as u32).to_le_bytes());
            self.executions.extend_from_slice(part);
        }
        let seed = statement.seed(&execution.trace, blake2_256);
        let drawn: Vec<String> =
            lanes(seed, 1).nth(2).iter().flatten().map(|lane| format!("{lane:016x}")).collect();
        let forged = forge(&model, &execution.trace);
        self.vectors.push(json!({
            "model": hex::encode(bytes),
            "model_id": hex::encode(statement.model),
            "work_per_sample": model.profile().work(1),
            "samples": statement.samples,
            "input": hex::encode(input),
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
        }));
    }

    fn push_random(&mut self, index: u64) {
        let mut random = Random(index);
        let width = if index % 6 == 5 { 48 } else { 12 };
        let samples = [1, 2, 24][index as usize % 3];
        let bytes = random_model(&mut random, width).to_bytes();
        let model = CheckedModel::from_bytes(&bytes).expect("the generator obeys every bound");
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let statement = Statement {
            domain: if index.is_multiple_of(2) { Domain::Lease } else { Domain::Sprint },
            genesis_hash: [index as u8; 32],
            subject: [0x5a; 32],
            miner: &[0xa5; 32],
            model: model_id(&bytes, blake2_256),
            input_hash: blake2_256(&input),
            samples,
        };
        self.push(&bytes, &input, &statement, |model, trace| forgeries(model, &input, trace, &mut random));
    }

    fn push_case(&mut self, index: u64, case: Case) {
        let Case { name, nodes, input, miner, sprint } = case;
        let model = Model { nodes };
        let bytes = model.to_bytes();
        let checked = CheckedModel::from_bytes(&bytes).expect("a case obeys every bound");
        let layer = &checked.profile().layers[0];
        let samples = checked.profile().samples(input.len()).expect("whole samples");
        let [input_hash, subject] = sprint.unwrap_or([blake2_256(&input), counted(0x40)]);
        let statement = Statement {
            domain: if sprint.is_some() { Domain::Sprint } else { Domain::Lease },
            genesis_hash: counted(0),
            subject,
            miner: &miner,
            model: model_id(&bytes, blake2_256),
            input_hash,
            samples,
        };
        let columns = u64::from(layer.columns) * u64::from(samples);
        let check = LinearCheck::choose(layer.n.into(), layer.m.into(), columns);
        let plane = if matches!(model.nodes[1], Node::Conv2d { .. }) { layer.columns as usize } else { 1 };
        self.push(&bytes, &input, &statement, |checked, trace| {
            let layers = accumulators(checked, &input);
            let mut forged = forgeries(checked, &input, trace, &mut Random(1000 + index));
            forged.extend(near_misses(&layers, trace));
            if check == LinearCheck::Freivalds {
                forged.extend(cancelling(&layers[0], layer.n as usize, plane, &statement));
            }
            forged
        });
        if let Some(vector) = self.vectors.last_mut() {
            vector["name"] = name.into();
        }
    }
}

fn main() {
    let mut written = Written::default();
    (0..32).for_each(|index| written.push_random(index));
    let (attempt, sprint) = sprint();
    for (index, case) in (0..).zip(cases().into_iter().chain([attempt])) {
        written.push_case(index, case);
    }
    let file = json!({ "format_version": 1, "vectors": written.vectors, "sprint": sprint });
    let folder = PathBuf::from(std::env::args().nth(1).expect("the folder to write to"));
    let text = serde_json::to_string_pretty(&file).expect("plain JSON");
    fs::write(folder.join("v1.json"), text + "\n").expect("the folder can be written");
    fs::write(folder.join("executions.bin"), written.executions).expect("the folder can be written");
}
