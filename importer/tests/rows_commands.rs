//! The commands of `millrace-model` on models of rows that read images.
#![allow(missing_docs)]

mod program;

use std::path::{Path, PathBuf};

use millrace_importer::{npy, RowsModel};
use program::millrace_model;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("millrace-rows-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a place for files");
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn committed(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path).display().to_string()
}

#[test]
fn an_image_model_is_imported_run_compared_and_committed_to() {
    let folder = Folder::new("commands");
    let (model, in_call) = (folder.path("cnn.millrace"), folder.path("in_call.millrace"));
    let onnx = committed("../models/zoo/cnn.int8.onnx");
    let (fine, said) = millrace_model(&["import", &onnx, "-o", &model, "--rows", "--arg-max"]);
    assert!(fine && said.contains("posted       8 × 8 × 1: rows, columns, channels"), "{said}");
    assert!(said.contains("settled      by a claim") && said.contains("blob         0x"), "{said}");
    let scale: Vec<String> = said
        .lines()
        .find_map(|line| line.strip_prefix("input "))
        .expect("how real numbers become bytes")
        .split_whitespace()
        .map(String::from)
        .collect();
    let scale: Vec<&str> = scale.iter().map(String::as_str).collect();
    let description = std::fs::read_to_string(folder.path("cnn.metadata.json")).expect("written");
    assert!(description.contains(r#""input":{"shape":[8,8,1]"#), "{description}");
    let (fine, said) = millrace_model(&["import", &onnx, "-o", &in_call, "--arg-max"]);
    assert!(fine && !said.contains("settled"), "{said}");

    let (images, labels) = (committed("../models/zoo/heldout.npy"), committed("../models/zoo/labels.npy"));
    let run = |model: &str, output: &str| {
        let (fine, said) = millrace_model(&[&["run", model, &images, "-o", output], &scale[..]].concat());
        assert!(fine && said.contains("samples executed"), "{said}");
        npy::read(Path::new(output)).expect("written").reals()
    };
    // Rows round their multipliers to 24 bits, which changes hardly any label.
    let (ours, theirs) = (run(&model, &folder.path("rows.npy")), run(&in_call, &folder.path("in_call.npy")));
    let same = ours.iter().zip(&theirs).filter(|(ours, theirs)| ours == theirs).count();
    assert!(ours.len() == theirs.len() && same * 100 >= ours.len() * 99, "{same} of {}", ours.len());
    let (fine, said) = millrace_model(&[&["diff", &model, &images, &labels], &scale[..]].concat());
    assert!(fine && said.contains("agree (9"), "{said}");

    let (fine, said) = millrace_model(&["inspect", &model]);
    assert!(
        fine && said.contains("Pixels") && said.contains("committed to") && said.contains("by a claim"),
        "{said}"
    );
    let one = folder.path("one.npy");
    npy::write(Path::new(&one), &[1, 1, 8, 8], &[5i8; 64]).expect("written");
    let (fine, said) = millrace_model(&["trunk", &model, "--input", &one, "-o", &folder.path("leaves")]);
    assert!(fine && said.contains("execution    0x"), "{said}");
    let leaves = std::fs::read(folder.path("leaves")).expect("written").len();
    assert!(leaves > 0 && leaves.is_multiple_of(32), "{leaves}");
    let at = ["--input", &one, "--node", "1", "--row", "9", "--element", "2"];
    let (fine, said) = millrace_model(&[&["element", &model], &at[..]].concat());
    assert!(fine && said.contains("bytes of operands"), "{said}");
}

#[test]
fn what_cant_be_done_with_a_model_of_rows_is_said() {
    let folder = Folder::new("refusals");
    let model = folder.path("cnn.millrace");
    let onnx = committed("../models/zoo/cnn.int8.onnx");
    let (fine, said) = millrace_model(&["import", &onnx, "-o", &model, "--rows"]);
    assert!(fine, "{said}");
    let wrong = folder.path("wrong.npy");
    npy::write(Path::new(&wrong), &[2, 7, 9], &[0i8; 126]).expect("written");
    let (fine, said) = millrace_model(&["run", &model, &wrong, "-o", &folder.path("out.npy")]);
    assert!(!fine && said.contains("[2, 7, 9]") && said.contains("N × [8, 8, 1]"), "{said}");
    npy::write(Path::new(&wrong), &[2, 8, 8], &[0i8; 128]).expect("written");
    let (fine, said) = millrace_model(&["trunk", &model, "--input", &wrong, "-o", &folder.path("leaves")]);
    assert!(!fine && said.contains("there are 2 samples"), "{said}");
    npy::write(Path::new(&wrong), &[1, 8, 8], &[0i8; 64]).expect("written");
    let at = ["--input", &wrong, "--node", "1", "--row", "64", "--element", "0"];
    let (fine, said) = millrace_model(&[&["element", &model], &at[..]].concat());
    assert!(!fine && said.contains("or the image's positions"), "{said}");

    let loaded = RowsModel::load(Path::new(&model)).expect("written above");
    let mut blob = loaded.blob().to_vec();
    blob[0] ^= 1;
    std::fs::write(folder.path("cnn.blob"), &blob).expect("written");
    let message = RowsModel::load(Path::new(&model)).expect_err("another blob").to_string();
    assert!(message.contains("cnn.blob") && message.contains("put the blob beside the model"), "{message}");
    std::fs::remove_file(folder.path("cnn.blob")).expect("it was there");
    let message = RowsModel::load(Path::new(&model)).expect_err("no blob").to_string();
    assert!(message.contains("name a file that is there"), "{message}");
    let message = RowsModel::load(Path::new(&onnx)).expect_err("no model").to_string();
    assert!(
        message.contains("give a file that import wrote") || message.contains("longer than"),
        "{message}"
    );
}

#[test]
fn a_calibrated_model_is_held_against_its_floats() {
    let folder = Folder::new("calibrated");
    let (onnx, samples) =
        (committed("../models/zoo/cnn.float.onnx"), committed("../models/zoo/calibration.npy"));
    let import = |output: &str, more: &[&str]| {
        let output = folder.path(output);
        let arguments = ["import", &onnx, "-o", &output, "--rows", "--calibrate", &samples];
        millrace_model(&[&arguments[..], more].concat())
    };
    let (fine, said) = import("cnn.millrace", &["--arg-max"]);
    assert!(fine && said.contains("agreement    cosine 0.99"), "{said}");
    let (fine, said) = import("cnn.blob", &[]);
    assert!(!fine && said.contains("is the name of the blob"), "{said}");

    // With one channel it makes no difference where the channels are.
    let (model, flat) = (folder.path("cnn.millrace"), folder.path("flat.npy"));
    npy::write(Path::new(&flat), &[1, 64], &[0i8; 64]).expect("written");
    let (fine, said) = millrace_model(&["run", &model, &flat, "-o", &folder.path("out.npy")]);
    assert!(fine, "{said}");
}

/// Whatever order a model of rows has them in, the file's own arrays are what it is run on and compared with.
#[test]
fn the_files_own_axes_are_the_models() {
    for (name, posted, more) in [
        (
            "m_after_a_mean",
            "9 × 9 × 2: rows, columns, channels; the ONNX file's axes 2, 3, 1 of [2, 9, 9]",
            "",
        ),
        (
            "m_channels_last",
            "6 × 5 × 3: rows, columns, channels; the ONNX file's axes 1, 2, 3 of [6, 5, 3]",
            "",
        ),
        ("m_rows_first", "of [6, 6, 6]", "colour"),
    ] {
        let folder = Folder::new(name);
        let model = folder.path("model.millrace");
        let file = |end: &str| committed(&format!("tests/cases/{name}.{end}"));
        let (samples, expected) = (file("samples.npy"), file("expected.npy"));
        let arguments = ["import", &file("onnx"), "-o", &model, "--rows", "--calibrate", &samples];
        let (fine, said) = millrace_model(&[&arguments[..], &["--input-meaning", more]].concat());
        assert!(fine && said.contains(posted) && said.contains("agreement    cosine 0.99"), "{said}");
        let words = |line: &str| -> Vec<String> {
            let found = said.lines().find_map(|said| said.strip_prefix(line)).expect("it is said");
            found.split_whitespace().map(String::from).collect()
        };
        let scale = words("input ");
        let scale: Vec<&str> = scale.iter().map(String::as_str).collect();
        let (fine, said) = millrace_model(&[&["diff", &model, &samples, &expected], &scale[..]].concat());
        assert!(fine && said.contains("4 of 4 agree"), "{name}: {said}");

        let description = std::fs::read_to_string(folder.path("model.metadata.json")).expect("written");
        let meaning = if more.is_empty() { "posted as axes" } else { "colour, posted as axes" };
        assert!(description.contains(&format!(r#""meaning":"{meaning}"#)), "{description}");
        // Without the metadata nothing says which of three axes of one length is which.
        std::fs::remove_file(folder.path("model.metadata.json")).expect("it was there");
        let output = folder.path("out.npy");
        let run = [&["run", &model, &samples, "-o", &output], &scale[..]].concat();
        let (fine, said) = millrace_model(&run);
        assert_eq!(fine, name != "m_rows_first", "{name}: {said}");
        // Those of another model are none of this one.
        let other = description.replace(" of [", " of [7, ").replace("axes ", "axes 4, ");
        std::fs::write(folder.path("model.metadata.json"), other).expect("written");
        let (fine, said) = millrace_model(&run);
        assert!(!fine && said.contains("put the metadata beside the model"), "{name}: {said}");
    }
}

/// Whatever a model does with the axes of the file, its arrays are taken and written as the file has them.
#[test]
fn arrays_come_and_go_as_the_file_has_them() {
    for (name, more) in [
        ("m_reshaped", &["--rows"][..]),
        ("m_reshaped", &[]),
        ("m_repeated", &["--rows"]),
        ("m_repeated", &[]),
        ("m_transposed", &["--rows"]),
        ("m_channels_last", &["--rows"]),
        ("m_rows_first", &["--rows"]),
        ("m_head", &[]),
        ("m_unfolded", &["--rows"]),
        ("m_unfolded", &[]),
    ] {
        let folder = Folder::new(&format!("{name}-{}", more.len()));
        let (model, output) = (folder.path("model.millrace"), folder.path("out.npy"));
        let file = |end: &str| committed(&format!("tests/cases/{name}.{end}"));
        let samples = file("samples.npy");
        let arguments = ["import", &file("onnx"), "-o", &model, "--calibrate", &samples];
        let (fine, said) = millrace_model(&[&arguments[..], more].concat());
        assert!(fine, "{name}: {said}");
        let words = |line: &str| -> Vec<&str> {
            let found = said.lines().find_map(|said| said.strip_prefix(line)).expect("it is said");
            found.split_whitespace().collect()
        };
        let (fine, ran) =
            millrace_model(&[&["run", &model, &samples, "-o", &output], &words("input ")[..]].concat());
        assert!(fine && !ran.contains("taken as the file's") || name == "m_reshaped", "{name}: {ran}");
        let quantization = words("output ");
        let (scale, zero): (f64, f64) =
            (quantization[1].parse().expect("a scale"), quantization[3].parse().expect("a zero point"));
        let given = npy::read(Path::new(&output)).expect("written");
        let right = npy::read(Path::new(&file("expected.npy"))).expect("committed");
        assert_eq!(given.shape, right.shape, "{name} {more:?}");
        let off = |(given, right): (f64, f64)| ((given - zero) * scale - right).abs() / scale;
        let off = given.reals().into_iter().zip(right.reals()).map(off).fold(0.0, f64::max);
        assert!(off < 6.0, "{name} {more:?}: {off} steps");
    }
}

/// More pixels than a product can move, whose classes rows find where they are; the file has them last.
#[test]
fn classes_of_pixels_are_those_of_the_file() {
    for (name, ending, more) in [
        ("m_classes", "ArgMax 'argmax2': ", &[][..]),
        ("m_softmax_of_pixels", "Softmax 'softmax2': ", &[]),
        ("m_head", "output 'y': ", &["--arg-max"]),
    ] {
        let folder = Folder::new(name);
        let (model, output) = (folder.path("model.millrace"), folder.path("out.npy"));
        let file = |end: &str| committed(&format!("tests/cases/{name}.{end}"));
        let (samples, expected) = (file("samples.npy"), file("expected.npy"));
        let arguments = ["import", &file("onnx"), "-o", &model, "--calibrate", &samples];
        let (fine, said) = millrace_model(&[&arguments[..], more].concat());
        assert!(fine && said.contains(&format!("of rows      since {ending}")), "{said}");
        let scale = said.lines().find_map(|line| line.strip_prefix("input ")).expect("how bytes are made");
        let scale: Vec<&str> = scale.split_whitespace().collect();
        let (fine, ran) = millrace_model(&[&["run", &model, &samples, "-o", &output], &scale[..]].concat());
        assert!(fine, "{ran}");
        let given = npy::read(Path::new(&output)).expect("written");
        let (fine, said) = millrace_model(&[&["diff", &model, &samples, &expected], &scale[..]].concat());
        let share =
            said.split(" agree (").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok());
        assert!(fine && share.is_some_and(|share| share > 97.0), "{said}");
        if name == "m_classes" {
            let right = npy::read(Path::new(&expected)).expect("committed");
            assert_eq!(given.shape, right.shape);
            let same =
                given.reals().iter().zip(right.reals()).filter(|(given, right)| **given == *right).count();
            assert!(said.contains(&format!("{same} of {} agree", right.reals().len())), "{said}");
        }
    }
}

/// The file reads 8 × 9 × 2 and makes 2 × 8 × 9 of it, so that an array with the first shape could be taken for one as it is posted.
#[test]
fn a_file_that_begins_with_a_reshape_has_arrays_of_its_own_shape() {
    for (kind, rows) in [("rows", &["--rows"][..]), ("in_call", &[])] {
        let folder = Folder::new(&format!("reshaped-{kind}"));
        let (model, input) = (folder.path("model.millrace"), folder.path("in.npy"));
        let file = |end: &str| committed(&format!("tests/cases/m_reshaped.{end}"));
        let arguments = ["import", &file("onnx"), "-o", &model, "--calibrate", &file("samples.npy")];
        let (fine, said) = millrace_model(&[&arguments[..], rows].concat());
        assert!(fine, "{said}");
        let description = std::fs::read_to_string(folder.path("model.metadata.json")).expect("written");
        let meaning = match kind {
            "rows" => "posted as axes 2, 3, 1 of [2, 8, 9], in the file [8, 9, 2]",
            _ => "posted as axes 1, 2, 3 of [8, 9, 2]",
        };
        assert!(description.contains(&format!(r#""meaning":"{meaning}"#)), "{description}");

        let run = |shape: &[u64]| {
            let bytes: Vec<i8> = (0..144).map(|at| (at * 5 % 256) as u8 as i8).collect();
            npy::write(Path::new(&input), shape, &bytes).expect("written");
            let output = folder.path("out.npy");
            let (fine, said) = millrace_model(&["run", &model, &input, "-o", &output]);
            (fine, said, npy::read(Path::new(&output)).map(|array| array.reals()))
        };
        // The same elements, as the file has them and as it reshapes them.
        let (own, reshaped) = (run(&[1, 8, 9, 2]), run(&[1, 2, 8, 9]));
        assert!(own.0 && reshaped.0, "{} {}", own.1, reshaped.1);
        assert_eq!(own.2, reshaped.2);
        let (fine, said, _) = run(&[1, 2, 9, 8]);
        assert!(!fine && said.contains("N × [8, 9, 2]"), "{said}");
        std::fs::remove_file(folder.path("model.metadata.json")).expect("it was there");
        let (fine, said, _) = run(&[1, 8, 9, 2]);
        assert_eq!(fine, kind == "rows", "{said}");
    }
}

#[test]
fn a_calibrated_model_that_is_verified_in_its_call_is_held_against_its_floats() {
    let folder = Folder::new("in_call");
    let import = |file: &str, samples: &str, more: &[&str]| {
        let (file, samples, output) = (committed(file), committed(samples), folder.path("model.millrace"));
        let arguments = ["import", &file, "-o", &output, "--calibrate", &samples];
        millrace_model(&[&arguments[..], more].concat())
    };
    for more in [&[][..], &["--arg-max"]] {
        let (fine, said) = import("../models/zoo/cnn.float.onnx", "../models/zoo/calibration.npy", more);
        assert!(fine && said.contains("agreement    cosine 0.99") && !said.contains("settled"), "{said}");
    }
    std::fs::remove_file(folder.path("model.millrace")).expect("written");
    // Samples near 100 in 8 bits are all alike, and 100 is taken off.
    let far = |more: &[&str]| import("tests/cases/m_offset.onnx", "tests/cases/m_offset.far.npy", more);
    let (fine, said) = far(&[]);
    assert!(!fine && said.contains("at least 0.95 is expected") && said.contains("--despite-loss"), "{said}");
    assert!(!Path::new(&folder.path("model.millrace")).exists());
    let (fine, said) = far(&["--despite-loss"]);
    assert!(fine && said.contains("agreement    cosine"), "{said}");
}

#[test]
fn a_text_model_isnt_checked_as_an_image_model() {
    let folder = Folder::new("text");
    let onnx = folder.path("model.onnx");
    std::fs::copy(committed("../models/zoo/cnn.int8.onnx"), &onnx).expect("written");
    std::fs::write(folder.path("config.json"), br#"{"architectures": ["BertModel"], "vocab_size": 60}"#)
        .expect("written");
    for more in [&[][..], &["--json"]] {
        let (fine, said) = millrace_model(&[&["check", &onnx], more].concat());
        // With text models in the program it is read as one; without, that is said.
        let wanted = if cfg!(feature = "text") { "tokenizer.json" } else { "built without text models" };
        assert!(!fine && said.contains(wanted) && said.contains("1 to change"), "{said}");
    }
}
