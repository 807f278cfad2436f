//! The zoo: models that nobody designed for Millrace, imported from the files that onnxruntime wrote.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use millrace_importer::{import, npy, onnx::Model, Calibration, Imported, Options, Ranges};
use millrace_inference::{execute, CheckedModel, Values};

const ZOO: [&str; 5] = ["mlp", "cnn", "separable", "residual", "branches"];

fn zoo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/zoo").join(file)
}

#[test]
fn the_zoo_is_imported_as_it_is_committed() {
    for name in ZOO {
        let model = Model::load(&zoo(&format!("{name}.int8.onnx"))).expect("committed");
        let imported = import(&model, Options { arg_max: true, ranges: None }).expect(name);
        let committed = std::fs::read(zoo(&format!("{name}.millrace"))).expect("committed");
        assert!(imported.model.to_bytes() == committed, "{name}");
        assert!(imported.output.is_none(), "an arg max gives indices");
    }
}

/// Held-out digits that an imported model gets right, of how many.
fn right(imported: &Imported) -> (usize, usize) {
    let images = npy::read(&zoo("heldout.npy")).expect("committed").reals();
    let labels = npy::read(&zoo("labels.npy")).expect("committed").reals();
    let model = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input: Vec<u8> = images.iter().map(|pixel| imported.input.quantize(*pixel).cast_unsigned()).collect();
    let Values::I32(predictions) = execute(&model, &input).expect("whole samples").output else {
        panic!("an arg max gives indices");
    };
    (predictions.iter().zip(&labels).filter(|(a, b)| f64::from(**a) == **b).count(), labels.len())
}

#[test]
fn the_zoo_predicts_held_out_digits() {
    for name in ZOO {
        let model = Model::load(&zoo(&format!("{name}.int8.onnx"))).expect("committed");
        let (right, of) = right(&import(&model, Options { arg_max: true, ranges: None }).expect(name));
        assert!(right * 1000 >= of * 975, "{name}: {right} of {of}");
    }
}

#[test]
fn a_float_model_is_calibrated_on_samples() {
    let path = zoo("cnn.float.onnx");
    let samples = npy::read(&zoo("calibration.npy")).expect("committed");
    let model = Model::load(&path).expect("committed");
    for (calibration, name) in Calibration::ALL {
        let ranges = Ranges::calibrate(&path, &samples, calibration).expect("a float graph");
        let imported = import(&model, Options { arg_max: true, ranges: Some(&ranges) });
        let (right, of) = right(&imported.expect("ranges of all tensors"));
        assert!(right * 1000 >= of * 990, "{name}: {right} of {of}");
    }

    let flat = npy::Array { shape: vec![128, 64], ..samples.clone() };
    let message = Ranges::calibrate(&path, &flat, Calibration::default())
        .expect_err("samples of another shape")
        .to_string();
    assert!(message.contains("N × [1, 8, 8]"), "{message}");
    let message = Ranges::calibrate(&zoo("labels.npy"), &samples, Calibration::default())
        .expect_err("no ONNX file")
        .to_string();
    assert!(message.contains("labels.npy"), "{message}");
}

/// Without an arg max the outputs are the quantized numbers themselves; their largest is the same.
#[test]
fn outputs_can_stay_numbers() {
    let model = Model::load(&zoo("mlp.int8.onnx")).expect("committed");
    let imported = import(&model, Options::default()).expect("a quantized output");
    let output = imported.output.expect("numbers");
    let model = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    assert_eq!(model.output().0, [10]);
    assert!(output.scale > 0.0);
}
