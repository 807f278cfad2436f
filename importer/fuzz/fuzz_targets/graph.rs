//! Any bytes as the ONNX file of an image model: refused with a sentence, or a model that is verified in its call or one of rows,
//! each of which registration takes.
#![no_main]

mod edits;

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use millrace_importer::{check, import, import_rows, npy, onnx::Model, Calibration, Options, Ranges};
use millrace_inference::{rows, CheckedModel};

/// The most MAC of a model that is run in floats.
const FEW: u64 = 1 << 20;

/// The ranges of a file in floats on one sample, if that is little work.
fn ranges(model: &Model) -> Option<Ranges> {
    let found = check(model, false, None);
    let work = found.room.map(|room| room.work).or(found.rows.map(|rows| rows.work));
    let graph = model.graph.as_ref()?;
    let kind = graph.input.first()?.r#type.as_ref()?.tensor_type.as_ref()?;
    let length = |axis: &millrace_importer::onnx::Dimension| axis.dim_value.map_or(1, i64::unsigned_abs);
    let shape: Vec<u64> = kind.shape.as_ref()?.dim.iter().map(length).collect();
    let count = shape.iter().copied().fold(1, u64::saturating_mul);
    if work? > FEW || count > FEW {
        return None;
    }
    let numbers = npy::Numbers::Real((0..count).map(|at| (at as f64 * 0.618).fract() - 0.5).collect());
    Ranges::calibrate_model(model, &npy::Array { shape, numbers }, Calibration::MinMax).ok()
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    edits::mutate(data, size, max_size, seed)
});

fuzz_target!(
    init: edits::ignore_caught_panics(),
    |bytes: &[u8]| {
        let Ok(model) = Model::from_bytes(bytes, Path::new("/nowhere")) else { return };
        let ranges = ranges(&model);
        for arg_max in [false, true] {
            let options = Options { arg_max, ranges: ranges.as_ref() };
            if let Ok(imported) = import(&model, options) {
                CheckedModel::from_bytes(&imported.model.to_bytes()).expect("what is imported can be registered");
            }
            if let Ok(imported) = import_rows(&model, options) {
                let encoding = imported.rows.model().model().to_bytes();
                let checked = rows::CheckedModel::from_bytes(&encoding).expect("what is imported can be registered");
                let blob = rows::Blob::verified(&checked, imported.rows.blob()).expect("its own blob");
                assert_eq!(blob.faults(&checked), []);
            }
        }
    }
);
