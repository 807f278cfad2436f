//! Nothing but the honest trace passes: forgeries by class, in both ways of checking, linear and convolved.
#![allow(missing_docs)]

use millrace_inference::{
    execute,
    random::{random_input, random_model, Random},
    testing::{accumulators, statement, trace_of},
    verify, CheckedModel, Domain, LinearCheck, Model, Node, Statement, TraceError, Window,
};
use proptest::prelude::*;
use sp_crypto_hashing::blake2_256;

fn verdict(model: &CheckedModel, input: &[u8], trace: &[u8]) -> Result<(), TraceError> {
    let seed = statement().seed(trace, blake2_256);
    verify(model, input, trace, seed).map(|_| ())
}

fn checked(nodes: Vec<Node>) -> CheckedModel {
    CheckedModel::from_bytes(&Model { nodes }.to_bytes()).expect("the test's models are valid")
}

/// A model with one linear operator or convolution, a batch for it, and how its accumulators are checked.
struct Case {
    model: CheckedModel,
    input: Vec<u8>,
    check: LinearCheck,
    /// Rows of the accumulators' matrix lie this far apart.
    plane: usize,
}

fn random_bytes(random: &mut Random, length: usize) -> Vec<i8> {
    (0..length).map(|_| random.byte()).collect()
}

fn cases() -> Vec<Case> {
    let mut random = Random(11);
    let mut cases = Vec::new();
    for (n, m, samples) in [(3u32, 5u32, 4u32), (24, 40, 64)] {
        let parameters = random_bytes(&mut random, (n * m) as usize);
        let node = Node::Linear { input: 0, outputs: n, parameters };
        let model = checked(vec![Node::Input { shape: vec![m] }, node]);
        let input = random_input(&mut random, m, samples);
        let check = LinearCheck::choose(n.into(), m.into(), samples.into());
        cases.push(Case { model, input, check, plane: 1 });
    }
    for (n, channels, side, samples) in [(2u32, 2u32, 5u32, 2u32), (16, 4, 6, 12)] {
        let window = Window { kernel: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] };
        let parameters = random_bytes(&mut random, (n * channels * 9) as usize);
        let node = Node::Conv2d { input: 0, outputs: n, window, pad_value: 9, parameters };
        let model = checked(vec![Node::Input { shape: vec![channels, side, side] }, node]);
        let input = random_input(&mut random, channels * side * side, samples);
        let columns = u64::from(side * side * samples);
        let check = LinearCheck::choose(n.into(), (channels * 9).into(), columns);
        cases.push(Case { model, input, check, plane: (side * side) as usize });
    }
    let checks: Vec<LinearCheck> = cases.iter().map(|case| case.check).collect();
    let (recompute, freivalds) = (LinearCheck::Recompute, LinearCheck::Freivalds);
    assert_eq!(checks, [recompute, freivalds, recompute, freivalds]);
    cases
}

impl Case {
    fn refuses(&self, values: &[i32]) {
        let trace = trace_of(&[values.to_vec()]);
        assert_eq!(verdict(&self.model, &self.input, &trace), Err(TraceError::Mismatch { node: 1 }));
    }
}

#[test]
fn every_single_entry() {
    for case in cases() {
        let honest = accumulators(&case.model, &case.input).remove(0);
        assert_eq!(verdict(&case.model, &case.input, &trace_of(std::slice::from_ref(&honest))), Ok(()));
        for entry in 0..honest.len() {
            let old = honest[entry];
            for forged in [old ^ 1, old ^ i32::MIN, !old, old.wrapping_neg(), 0, i32::MIN, i32::MAX] {
                if forged != old {
                    let mut values = honest.clone();
                    values[entry] = forged;
                    case.refuses(&values);
                }
            }
        }
    }
}

#[test]
fn whole_rows_columns_and_layers() {
    for case in cases() {
        let honest = accumulators(&case.model, &case.input).remove(0);
        let classes: [&dyn Fn(usize, i32) -> i32; 6] = [
            &|_, _| 0,
            &|_, value| value.wrapping_add(1),
            &|_, value| value.wrapping_neg(),
            &|at, value| if at % case.plane == 0 { value ^ i32::MIN } else { value },
            &|at, value| if at / case.plane % 2 == 0 { value.wrapping_add(1 << 30) } else { value },
            // Differences that cancel in any plain sum.
            &|at, value| value.wrapping_add([1, -1][at % 2]),
        ];
        for class in classes {
            let forged: Vec<i32> = honest.iter().enumerate().map(|(at, value)| class(at, *value)).collect();
            assert_ne!(forged, honest);
            case.refuses(&forged);
        }
        for (a, b) in [(0, 1), (0, case.plane), (0, honest.len() - 1)] {
            let mut values = honest.clone();
            values.swap(a, b);
            if values != honest {
                case.refuses(&values);
            }
        }
    }
}

#[test]
fn the_trace_of_another_input() {
    let mut random = Random(5);
    for case in cases() {
        let mut other = case.input.clone();
        let at = random.between(0, other.len() as u32 - 1) as usize;
        other[at] ^= 0x55;
        let trace = execute(&case.model, &other).expect("whole samples").trace;
        assert_eq!(verdict(&case.model, &case.input, &trace), Err(TraceError::Mismatch { node: 1 }));
    }
}

/// A forgery that happens to pass under one claim's randomness is worth nothing for any other claim.
#[test]
fn a_claim_of_another_miner_task_or_chain_has_other_randomness() {
    let base = statement();
    let seed = |statement: &Statement<'_>, trace: &[u8]| statement.seed(trace, blake2_256);
    let others = [
        Statement { domain: Domain::Sprint, ..base },
        Statement { genesis_hash: [9; 32], ..base },
        Statement { subject: [9; 32], ..base },
        Statement { miner: &[9; 32], ..base },
        Statement { model: [9; 32], ..base },
        Statement { input_hash: [9; 32], ..base },
        Statement { samples: 9, ..base },
    ];
    let mut seeds: Vec<_> = others.iter().map(|other| seed(other, b"trace")).collect();
    seeds.push(seed(&base, b"trace"));
    seeds.push(seed(&base, b"trace of another execution"));
    let count = seeds.len();
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), count);
}

#[test]
fn truncated_extended_and_otherwise_encoded() {
    for case in cases() {
        let trace = execute(&case.model, &case.input).expect("whole samples").trace;
        let refused = |trace: &[u8]| verdict(&case.model, &case.input, trace).expect_err("it is no trace");
        for length in 0..trace.len() {
            assert!(matches!(refused(&trace[..length]), TraceError::Truncated { node: 1 }), "{length}");
        }
        assert_eq!(refused(&[trace.as_slice(), &[0]].concat()), TraceError::LeftOver { got: 1 });
        for width in (0..=255).filter(|width| *width != trace[0]) {
            let mut other = trace.clone();
            other[0] = width;
            refused(&other);
        }
    }
}

proptest! {
    /// Differential: a trace passes exactly if it is the reference's.
    #[test]
    fn only_the_reference_passes(seed: u64, samples in 1u32..20, delta in 1u32.., flips in 0usize..4) {
        let mut random = Random(seed);
        let model = CheckedModel::from_bytes(&random_model(&mut random, 40).to_bytes()).expect("valid");
        let input = random_input(&mut random, model.profile().sample_bytes, samples);
        let honest = accumulators(&model, &input);
        let reference = execute(&model, &input).expect("whole samples").trace;
        prop_assert_eq!(&trace_of(&honest), &reference);

        let mut forged = honest.clone();
        let node = random.between(0, forged.len() as u32 - 1) as usize;
        let entry = random.between(0, forged[node].len() as u32 - 1) as usize;
        forged[node][entry] = forged[node][entry].wrapping_add_unsigned(delta);
        let mut trace = trace_of(&forged);
        // Raw bytes too, widths and padding among them.
        for _ in 0..flips {
            let at = random.between(0, trace.len() as u32 - 1) as usize;
            trace[at] ^= 1 << random.between(0, 7);
        }
        prop_assert_eq!(verdict(&model, &input, &trace).is_ok(), trace == reference);
    }
}
