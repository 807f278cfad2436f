//! ONNX files as models of rows: they give what the same files give as models that are verified in their call.
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use millrace_importer::{
    cosine, float_output, import, import_rows, npy, onnx::Model, with_fewer_bits, without_index, Axes,
    Calibration, Imported, ImportedRows, Options, Ranges,
};
use millrace_inference::{execute, rows, CheckedModel, Model as Integer, Node, Values};

/// A file with samples to calibrate it and to run it on.
struct Case {
    name: String,
    model: Model,
    samples: npy::Array,
    ranges: Option<Ranges>,
}

fn committed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Case {
    fn options(&self) -> Options<'_> {
        Options { arg_max: false, ranges: self.ranges.as_ref() }
    }

    /// The samples as bytes, each in the order of its own axes.
    fn bytes(&self, input: millrace_importer::Quantization) -> Vec<u8> {
        match &self.samples.numbers {
            npy::Numbers::Real(reals) => {
                reals.iter().map(|real| input.quantize(*real).cast_unsigned()).collect()
            }
            npy::Numbers::Int8(bytes) => bytes.iter().map(|byte| byte.cast_unsigned()).collect(),
            // Its zero is -128.
            npy::Numbers::Uint8(bytes) => bytes.iter().map(|byte| byte ^ 0x80).collect(),
            npy::Numbers::Integer(_) => panic!("no input has as many bits"),
        }
    }
}

/// The small files that one operator or another is tried with, and the zoo.
fn cases() -> Vec<Case> {
    let folder = committed("tests/cases");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("committed")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".samples.npy").map(String::from))
        .collect();
    names.sort();
    assert!(names.len() > 40, "{}", names.len());
    let of = |name: String| {
        let file = folder.join(format!("{name}.onnx"));
        let samples = npy::read(&folder.join(format!("{name}.samples.npy"))).expect("committed");
        let model = Model::load(&file).expect("committed");
        let quantized = import(&model, Options::default()).is_ok();
        let ranges = || Ranges::calibrate(&file, &samples, Calibration::MinMax).ok();
        let ranges = if quantized { None } else { ranges() };
        Case { name, model, ranges, samples }
    };
    let zoo = ["mlp", "cnn", "separable", "residual", "branches"].map(|name| {
        let file = committed("../models/zoo").join(format!("{name}.int8.onnx"));
        let mut samples = npy::read(&committed("../models/zoo/heldout.npy")).expect("committed");
        if let npy::Numbers::Real(reals) = &mut samples.numbers {
            reals.truncate(64 * 8);
            samples.shape[0] = 8;
        }
        Case { name: name.into(), model: Model::load(&file).expect("committed"), samples, ranges: None }
    });
    names.into_iter().map(of).chain(zoo).collect()
}

/// A sample's elements in another order of its axes.
fn turned(bytes: &[u8], shape: &[u32], order: &[usize]) -> Vec<u8> {
    let stride = |axis: usize| shape[axis + 1..].iter().product::<u32>() as usize;
    let mut places = vec![0];
    for axis in order {
        places = places
            .iter()
            .flat_map(|place| (0..shape[*axis] as usize).map(move |at| place + at * stride(*axis)))
            .collect::<Vec<_>>();
    }
    places.into_iter().map(|place| bytes[place]).collect()
}

/// The axes of a sample.
fn axes(imported: &ImportedRows) -> &Axes {
    imported.rows.sample_axes().expect("the import chose them")
}

/// What a model of rows gives for samples whose axes are those of the ONNX file.
fn outputs(imported: &ImportedRows, input: &[u8]) -> Vec<Vec<i32>> {
    let (shape, order) = (axes(imported).lengths(), axes(imported).order());
    let length = shape.iter().product::<u32>() as usize;
    let model = imported.rows.model();
    let blob = rows::Blob::verified(model, imported.rows.blob()).expect("its own");
    assert_eq!(blob.faults(model), []);
    let of = |sample: &[u8]| {
        let ids: Vec<u32> = turned(sample, shape, order).into_iter().map(u32::from).collect();
        let output = rows::evaluate(model, blob, &[&ids]).expect("a whole image").remove(0);
        output.rows.iter().flatten().copied().collect()
    };
    input.chunks(length).map(of).collect()
}

/// How far apart elements may be: 0, unless a graph has something that rows do otherwise. Means that lie just between two integers are
/// rounded up, not away from zero; functions of what calibration quantized read 16 bits; and products of two tensors are exact, whereas
/// version 1 makes them of squares. The layers behind a mean can make two of one.
fn most_apart(case: &Case, in_call: &Imported) -> i32 {
    let is_mean = |node: &Node| matches!(node, Node::AveragePool2d { .. });
    let is_function = |node: &Node| case.ranges.is_some() && matches!(node, Node::Lookup { .. });
    let at_border = in_call.steps.iter().any(|step| step.became.contains("means of what lies inside"));
    let multiplies = in_call.steps.iter().any(|step| step.became.contains("from squares"));
    match multiplies {
        true => 2,
        false if at_border || in_call.model.nodes.iter().any(is_mean) => 2,
        false => i32::from(in_call.model.nodes.iter().any(is_function)),
    }
}

#[test]
fn rows_give_what_a_model_that_is_verified_in_its_call_gives() {
    let (mut equal, mut close, mut refused, mut wrong) = (0, 0, Vec::new(), Vec::new());
    for case in cases() {
        let Ok(in_call) = import(&case.model, case.options()) else { continue };
        let imported = match import_rows(&case.model, case.options()) {
            Ok(imported) => imported,
            Err(error) => {
                refused.push(format!("{}: {error}", case.name));
                continue;
            }
        };
        let most = most_apart(&case, &in_call);
        match apart(&case, &in_call, &imported) {
            apart if apart > most => wrong.push(format!("{}: {apart}", case.name)),
            _ if most > 0 => close += 1,
            _ => equal += 1,
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(equal >= 33 && equal + close == 75, "{equal} equal, {close} close; refused: {refused:#?}");
    let why = [
        ("i_upsampled", "it reads parts of the channels of some positions"),
        ("m_functions", "it reads parts of the channels of some positions"),
        ("m_largest", "its windows lie on channels"),
        ("m_nearest", "it reads positions that are repeated"),
        ("m_older", "it reads positions that are repeated"),
        ("m_resized", "it reads positions that are repeated"),
        ("m_upsampled", "it reads parts of the channels of some positions"),
    ];
    assert_eq!(refused.len(), why.len(), "{refused:#?}");
    for (said, (name, why)) in refused.iter().zip(why) {
        assert!(
            said.starts_with(name) && said.contains("as a model of rows:") && said.contains(why),
            "{said}"
        );
    }
}

/// How far the same outputs are apart at most.
fn apart(case: &Case, in_call: &Imported, imported: &ImportedRows) -> i32 {
    let nodes: Vec<Node> = in_call.model.nodes.iter().cloned().map(with_fewer_bits).collect();
    let checked = CheckedModel::from_bytes(&Integer { nodes }.to_bytes()).expect("as sound as before");
    let input = case.bytes(in_call.input);
    let theirs: Vec<i32> = match execute(&checked, &input).expect("whole samples").output {
        Values::I8(values) => values.into_iter().map(i32::from).collect(),
        Values::I32(values) => values,
    };
    let ours = outputs(imported, &input);
    let axes = imported.rows.answer_axes().expect("the import chose them");
    let each = theirs.len() / ours.len();
    let pairs = ours.iter().zip(theirs.chunks(each)).flat_map(|(ours, theirs)| {
        let ours = axes.back(ours);
        assert_eq!(ours.len(), theirs.len(), "{}", case.name);
        ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).collect::<Vec<_>>()
    });
    pairs.max().unwrap_or(0)
}

/// What a model of rows gives for a sample in real numbers, as real numbers.
fn reals(imported: &ImportedRows, sample: &[f64]) -> Vec<f64> {
    let model = imported.rows.model();
    let blob = rows::Blob::verified(model, imported.rows.blob()).expect("its own");
    let bytes: Vec<u8> = sample.iter().map(|real| imported.input.quantize(*real).cast_unsigned()).collect();
    let ids: Vec<u32> = axes(imported).turned(&bytes).into_iter().map(u32::from).collect();
    let output = rows::evaluate(model, blob, &[&ids]).expect("a whole image").remove(0);
    imported.reals(&output.rows.iter().flatten().copied().collect::<Vec<_>>()).expect("numbers")
}

#[test]
fn a_step_behind_a_mean_changes_no_axes() {
    for case in cases().into_iter().filter(|case| case.name.ends_with("_after_a_mean")) {
        let imported = import_rows(&case.model, case.options()).expect("one row is left");
        assert_eq!((axes(&imported).order(), imported.rows.image()), (&[1, 2, 0][..], Some([9, 9, 2])));
    }
}

#[test]
fn rows_are_near_the_floats_that_they_were_made_of() {
    let (mut near, mut far) = (0, Vec::new());
    for mut case in cases().into_iter().filter(|case| case.ranges.is_some()) {
        without_index(&mut case.model).expect("it has numbers");
        let Ok(imported) = import_rows(&case.model, case.options()) else { continue };
        let (sample, theirs) = float_output(&case.model, &case.samples).expect("it was calibrated");
        let ours = reals(&imported, &sample);
        assert_eq!(ours.len(), theirs.len(), "{}", case.name);
        match cosine(&ours, &theirs) {
            found if found > 0.95 => near += 1,
            found => far.push(format!("{}: {found}", case.name)),
        }
    }
    assert!(far.is_empty(), "{far:#?}");
    assert!(near > 20, "{near}");
}

#[test]
fn another_order_of_elements_is_far_from_the_floats() {
    let file = committed("../models/zoo/cnn.float.onnx");
    let samples = npy::read(&committed("../models/zoo/calibration.npy")).expect("committed");
    let mut model = Model::load(&file).expect("committed");
    let ranges = Ranges::calibrate(&file, &samples, Calibration::MinMax).expect("a float graph");
    without_index(&mut model).expect("scores come before the index");
    let imported =
        import_rows(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("a small model");
    let (mut sample, theirs) = float_output(&model, &samples).expect("it was calibrated");
    let near = cosine(&reals(&imported, &sample), &theirs);
    sample.reverse();
    let far = cosine(&reals(&imported, &sample), &theirs);
    assert!(near > 0.99 && far < 0.9, "{near} and {far}");
}

#[cfg(feature = "text")]
#[test]
fn the_engine_commits_to_what_the_chains_library_commits_to() {
    let mut same = 0;
    for case in cases() {
        let Ok(imported) = import_rows(&case.model, case.options()) else { continue };
        let (model, bytes) = (imported.rows.model(), imported.rows.blob());
        let blob = rows::Blob::verified(model, bytes).expect("its own");
        let length = model.image_bytes().expect("an image") as u32;
        let image: Vec<u32> = (0..length).map(|at| at * 37 % 256).collect();
        let engine = millrace_importer::Executable::new(model, bytes.to_vec().into()).expect("it fits");
        let expected = millrace_importer::commit_to(model, blob, &image).expect("a whole image");
        assert_eq!(engine.commit(&image).expect("a whole image"), expected, "{}", case.name);
        let message = engine.commit(&image[1..]).expect_err("a part of an image").to_string();
        assert!(message.contains("whole samples"), "{message}");
        same += 1;
    }
    assert!(same > 40, "{same}");
}
