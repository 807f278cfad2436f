//! What an import loses as it is calibrated on more samples.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use millrace_importer::{
    float_output, import,
    npy::{self, Array, Numbers},
    onnx::Model,
    without_index, Calibration, Options, Ranges,
};
use millrace_inference::{execute, CheckedModel, Values};

/// Numbers of a sample.
const SAMPLE: usize = 64;
const DRAWS: u64 = 12;
const COUNTS: [usize; 3] = [8, 32, 128];
/// One sample in so many is out of the ordinary: its numbers are as many times as large.
const RARE: u64 = 24;
const LARGE: f64 = 12.0;

fn zoo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/zoo").join(file)
}

/// The zoo's cnn, as far as the operator before its softmax.
fn cnn() -> Model {
    let mut model = Model::load(&zoo("cnn.float.onnx")).expect("committed");
    without_index(&mut model).expect("a softmax at the end");
    model
}

fn samples(numbers: &[f64]) -> Array {
    let shape = vec![(numbers.len() / SAMPLE) as u64, 1, 8, 8];
    Array { shape, numbers: Numbers::Real(numbers.to_vec()) }
}

/// What the float model gives.
fn floats(model: &Model, numbers: &[f64]) -> Vec<f64> {
    let of = |sample: &[f64]| float_output(model, &samples(sample)).expect("a model that runs").1;
    numbers.chunks(SAMPLE).flat_map(of).collect()
}

/// What an import loses of a sample's outputs, on average: the root of the mean share of their square.
fn lost(model: &Model, calibrated: &[f64], calibration: Calibration, held_out: &[f64], right: &[f64]) -> f64 {
    let ranges =
        Ranges::calibrate_model(model, &samples(calibrated), calibration).expect("samples of its shape");
    let imported = import(model, Options { arg_max: false, ranges: Some(&ranges) }).expect("importable");
    let checked = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input: Vec<u8> = held_out.iter().map(|real| imported.input.quantize(*real).cast_unsigned()).collect();
    let Values::I8(values) = execute(&checked, &input).expect("whole samples").output else {
        panic!("numbers")
    };
    let output = imported.output.expect("numbers");
    let each = right.len() / (held_out.len() / SAMPLE);
    let share = |(values, right): (&[i8], &[f64])| {
        let off = |(value, right): (&i8, &f64)| (output.real(*value) - right).powi(2);
        values.iter().zip(right).map(off).sum::<f64>() / right.iter().map(|right| right.powi(2)).sum::<f64>()
    };
    let shares: Vec<f64> = values.chunks(each).zip(right.chunks(each)).map(share).collect();
    (shares.iter().sum::<f64>() / shares.len() as f64).sqrt()
}

/// Numbers that are the same in each run of the tests: xorshift64*.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit
    }
}

/// So many of these digits.
fn drawn(digits: &[f64], count: usize, dice: &mut Dice) -> Vec<f64> {
    let sample = |_| {
        let at = dice.below((digits.len() / SAMPLE) as u64) as usize;
        let factor = if dice.below(RARE) == 0 { LARGE } else { 1.0 };
        digits.iter().skip(at * SAMPLE).take(SAMPLE).map(move |number| factor * number)
    };
    (0..count).flat_map(sample).collect()
}

/// What is lost with each count of samples, on average over all draws.
fn by_count(calibration: Calibration) -> [f64; 3] {
    let model = cnn();
    let digits = npy::read(&zoo("heldout.npy")).expect("committed").reals();
    let (held_out, calibrated) = digits.split_at(150 * SAMPLE);
    let held_out = drawn(held_out, 200, &mut Dice(1));
    let right = floats(&model, &held_out);
    let mut sums = [0.0; 3];
    for draw in 1..=DRAWS {
        let longest = drawn(calibrated, COUNTS[2], &mut Dice(draw << 32));
        for (sum, count) in sums.iter_mut().zip(COUNTS) {
            *sum += lost(&model, &longest[..count * SAMPLE], calibration, &held_out, &right) / DRAWS as f64;
        }
    }
    sums
}

/// The more samples there are, the more of them are out of the ordinary. The default weighs each as any other, so that more of them
/// make an import better, and better than one whose ranges cover all numbers.
#[test]
fn more_samples_make_no_import_worse() {
    let (found, covering) = (by_count(Calibration::default()), by_count(Calibration::MinMax));
    println!("mse: {found:.4?}, min-max: {covering:.4?}");
    assert!(found.windows(2).all(|pair| pair[1] <= 1.02 * pair[0]), "{found:?}");
    // Squares that aren't weighed come to 0.95 of it.
    assert!(found[2] < 0.9 * covering[2], "{found:?} {covering:?}");
}
