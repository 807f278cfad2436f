//! The worked example of `docs/inference-spec.md`, recomputed from the numbers that its prose names.
#![allow(missing_docs)]

use millrace_inference::{
    execute, lanes, model_id, sprint_digest, testing::accumulators, verify, CheckedModel, Domain, Model,
    Node, Rescale, Statement,
};
use sp_crypto_hashing::blake2_256;

const SPECIFICATION: &str = include_str!("../../docs/inference-spec.md");

fn hexadecimal(lanes: [u64; 4]) -> String {
    lanes.map(|lane| format!("{lane:016x}")).join(" ")
}

#[test]
fn the_worked_example_holds() {
    let parameters = vec![3, -2, 1, -128, 127, 5];
    let channels = vec![
        Rescale { bias: 5, multiplier: 1 << 30, shift: 31 },
        Rescale { bias: -7, multiplier: 1 << 30, shift: 38 },
    ];
    let encoded = Model {
        nodes: vec![
            Node::Input { shape: vec![3] },
            Node::Linear { input: 0, outputs: 2, parameters: parameters.clone() },
            Node::Requantize { input: 1, channels, zero_point: 1, min: 1, max: 100 },
        ],
    }
    .to_bytes();
    let input = [10i8, -20, 30, -128, 127, 0].map(i8::cast_unsigned);
    let model = CheckedModel::from_bytes(&encoded).expect("the example is valid");
    let execution = execute(&model, &input).expect("two samples");
    assert_eq!(accumulators(&model, &input), [[100, -3670, -638, 32513]]);
    assert_eq!(execution.output.to_bytes(), [54, 1, 1, 100]);

    let statement = Statement {
        domain: Domain::Lease,
        genesis_hash: [0x11; 32],
        subject: [0x22; 32],
        miner: &[0x33; 32],
        model: model_id(&encoded, blake2_256),
        input_hash: blake2_256(&input),
        samples: 2,
    };
    let seed = statement.seed(&execution.trace, blake2_256);
    assert_eq!(verify(&model, &input, &execution.trace, seed), Ok(execution.output.clone()));

    let rows: Vec<[u64; 4]> = lanes(seed, 1).take(2).collect();
    let r = [rows[0][0], rows[1][0]];
    let wide = |value: i64| value.cast_unsigned();
    let folded = (0..3).fold(0u64, |sum, k| {
        let column = [0, 3].map(|row| wide(parameters[row + k].into()));
        let u = r[0].wrapping_mul(column[0]).wrapping_add(r[1].wrapping_mul(column[1]));
        sum.wrapping_add(u.wrapping_mul(wide([10, -20, 30][k])))
    });
    let claimed = r[0].wrapping_mul(wide(100)).wrapping_add(r[1].wrapping_mul(wide(-3670)));
    assert_eq!(folded, claimed);

    let example = [
        ("model", hex::encode(&encoded)),
        ("model_id", hex::encode(statement.model)),
        ("input", hex::encode(input)),
        ("trace", hex::encode(&execution.trace)),
        ("output", hex::encode(execution.output.to_bytes())),
        ("domain", "mr/lease".into()),
        ("genesis_hash", hex::encode(statement.genesis_hash)),
        ("subject", hex::encode(statement.subject)),
        ("miner", hex::encode(statement.miner)),
        ("input_hash", hex::encode(statement.input_hash)),
        ("seed", hex::encode(seed)),
        ("lanes of row 0", hexadecimal(rows[0])),
        ("lanes of row 1", hexadecimal(rows[1])),
        ("folded", format!("{folded:016x}")),
        ("claimed", format!("{claimed:016x}")),
        ("sprint_digest", hex::encode(sprint_digest(&seed, blake2_256))),
    ];
    let example: String = example.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
    let block = SPECIFICATION.split("```example\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(block, Some(example.as_str()), "the specification should say\n{example}");
}
