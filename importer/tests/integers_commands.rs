//! The commands of `millrace-model` on models of files that read integers: whatever type an array has, its numbers become the same bytes.
#![allow(missing_docs)]

mod program;

use std::path::{Path, PathBuf};

use millrace_importer::npy;
use program::millrace_model;

/// A folder that is gone when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("millrace-integers-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a place for files");
        Self(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// A case as a model of this name; how real numbers become its bytes.
    fn import(&self, case: &str, name: &str, more: &[&str]) -> (String, Vec<String>) {
        let onnx = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(format!("{case}.onnx"));
        let model = self.path(name);
        let arguments = ["import", &onnx.display().to_string(), "-o", &model];
        let (fine, said) = millrace_model(&[&arguments[..], more].concat());
        assert!(fine, "{said}");
        let scale = said.lines().find_map(|line| line.strip_prefix("input ")).expect("a scale");
        (model, scale.split_whitespace().map(String::from).collect())
    }

    /// What a command writes, of a model with an array.
    fn given(&self, command: &str, model: &str, input: &str, more: &[String]) -> Vec<u8> {
        let output = self.path("given");
        let arguments = match command {
            "trunk" => vec![command, model, "--input", input, "-o", &output],
            _ => vec![command, model, input, "-o", &output],
        };
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let (fine, said) = millrace_model(&[arguments, more].concat());
        assert!(fine, "{said}");
        std::fs::read(output).expect("written")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// One sample of 3 × 5 × 5, as uint8.
fn pixels() -> Vec<u8> {
    (0..75u8).map(|at| at.wrapping_mul(37)).collect()
}

#[test]
fn what_a_file_reads_as_uint8_is_posted_less_128() {
    let folder = Folder::new("uint8");
    let (in_call, scale) = folder.import("i_uint8_input", "in_call.millrace", &["--input-meaning", "pixels"]);
    let (rows, _) = folder.import("i_uint8_input", "rows.millrace", &["--rows"]);
    let described = std::fs::read_to_string(folder.path("in_call.metadata.json")).expect("written");
    assert!(described.contains("pixels, posted as the uint8 that the file reads, less 128"), "{described}");

    let shape = [1, 3, 5, 5];
    let write = |name: &str| PathBuf::from(folder.path(name));
    let posted: Vec<i8> = pixels().iter().map(|pixel| (pixel ^ 0x80).cast_signed()).collect();
    let reals: Vec<f64> =
        pixels().iter().map(|pixel| (f64::from(*pixel) - 100.0) * f64::from(0.03f32)).collect();
    let wide: Vec<i64> = pixels().iter().map(|pixel| i64::from(*pixel)).collect();
    npy::write(&write("uint8.npy"), &shape, &pixels()).expect("written");
    npy::write(&write("int8.npy"), &shape, &posted).expect("written");
    npy::write(&write("int64.npy"), &shape, &wide).expect("written");
    npy::write(&write("reals.npy"), &shape, &reals).expect("written");
    for (command, model) in [("run", &in_call), ("trace", &in_call), ("run", &rows), ("trunk", &rows)] {
        let right = folder.given(command, model, &folder.path("int8.npy"), &[]);
        for (array, scale) in [
            ("uint8", &[][..]),
            ("uint8", &scale),
            ("int8", &scale),
            ("int64", &[]),
            ("int64", &scale),
            ("reals", &scale),
        ] {
            let given = folder.given(command, model, &folder.path(&format!("{array}.npy")), scale);
            assert!(given == right, "{command} with {array} and {scale:?}");
        }
    }

    std::fs::remove_file(folder.path("in_call.metadata.json")).expect("written above");
    let (fine, said) =
        millrace_model(&["run", &in_call, &folder.path("uint8.npy"), "-o", &folder.path("given")]);
    assert!(!fine && said.contains("uint8.npy holds integers") && said.contains("128 less"), "{said}");
    assert!(!folder.given("run", &in_call, &folder.path("int8.npy"), &[]).is_empty());
}

#[test]
fn what_a_file_reads_as_int8_is_posted_as_it_is() {
    let folder = Folder::new("int8");
    let (model, scale) = folder.import("q22_int8_input", "model.millrace", &[]);
    let array = folder.path("int8.npy");
    let numbers: Vec<i8> = (0..192u8).map(|at| at.wrapping_mul(37).cast_signed()).collect();
    npy::write(Path::new(&array), &[1, 3, 8, 8], &numbers).expect("written");
    assert_eq!(folder.given("run", &model, &array, &[]), folder.given("run", &model, &array, &scale));
}

#[test]
fn bytes_for_a_file_of_real_numbers_stay_what_they_are() {
    let folder = Folder::new("reals");
    let (model, _) = folder.import("i_grouped", "model.millrace", &[]);
    let (signed, unsigned) = (folder.path("int8.npy"), folder.path("uint8.npy"));
    let numbers: Vec<u8> = (0..144u8).map(|at| at.wrapping_mul(37)).collect();
    let same: Vec<i8> = numbers.iter().map(|number| number.cast_signed()).collect();
    npy::write(Path::new(&unsigned), &[1, 4, 6, 6], &numbers).expect("written");
    npy::write(Path::new(&signed), &[1, 4, 6, 6], &same).expect("written");
    assert_eq!(folder.given("run", &model, &signed, &[]), folder.given("run", &model, &unsigned, &[]));
}
