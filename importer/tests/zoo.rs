//! The zoo: models that nobody designed for Millrace, imported from the files that onnxruntime wrote.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use millrace_importer::{import, npy, onnx::Graph, Options};
use millrace_inference::{execute, CheckedModel, Values};

const ZOO: [&str; 5] = ["mlp", "cnn", "separable", "residual", "branches"];

fn zoo(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/zoo").join(file)
}

#[test]
fn the_zoo_is_imported_as_it_is_committed() {
    for name in ZOO {
        let graph = Graph::load(&zoo(&format!("{name}.int8.onnx"))).expect("committed");
        let imported = import(&graph, Options { arg_max: true, ranges: None }).expect(name);
        let committed = std::fs::read(zoo(&format!("{name}.millrace"))).expect("committed");
        assert!(imported.model.to_bytes() == committed, "{name}");
        assert!(imported.output.is_none(), "an arg max gives indices");
    }
}

#[test]
fn the_zoo_predicts_held_out_digits() {
    let images = npy::read(&zoo("heldout.npy")).expect("committed").reals();
    let labels = npy::read(&zoo("labels.npy")).expect("committed").reals();
    for name in ZOO {
        let graph = Graph::load(&zoo(&format!("{name}.int8.onnx"))).expect("committed");
        let imported = import(&graph, Options { arg_max: true, ranges: None }).expect(name);
        let model = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
        let input: Vec<u8> =
            images.iter().map(|pixel| imported.input.quantize(*pixel).cast_unsigned()).collect();
        let Values::I32(predictions) = execute(&model, &input).expect("whole samples").output else {
            panic!("an arg max gives indices");
        };
        let right = predictions.iter().zip(&labels).filter(|(a, b)| f64::from(**a) == **b).count();
        assert!(right * 1000 >= labels.len() * 975, "{name}: {right} of {}", labels.len());
    }
}

/// Without an arg max the outputs are the quantized numbers themselves; their largest is the same.
#[test]
fn outputs_can_stay_numbers() {
    let graph = Graph::load(&zoo("mlp.int8.onnx")).expect("committed");
    let imported = import(&graph, Options::default()).expect("a quantized output");
    let output = imported.output.expect("numbers");
    let model = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    assert_eq!(model.output().0, [10]);
    assert!(output.scale > 0.0);
}
