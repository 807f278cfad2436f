//! Small ONNX files, each made for one fault that an importer may have: it is refused by the node's name with what to do,
//! or it gives what onnxruntime gives.
//!
//! `cases/NAME.onnx` is the file, `cases/NAME.samples.npy` a few inputs, and `cases/NAME.expected.npy` what onnxruntime
//! makes of them with graph optimizations off (`cases/expected.py`).
#![allow(missing_docs)]

use std::path::{Path, PathBuf};

use millrace_importer::{check, import, npy, onnx::Model, Calibration, Imported, Options, Ranges};
use millrace_inference::{execute, CheckedModel, Values};

/// Four samples are too few to find ranges that suit others, too: what comes up is what counts here.
const METHOD: Calibration = Calibration::MinMax;

fn case(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(file)
}

fn load(name: &str) -> Model {
    Model::load(&case(&format!("{name}.onnx"))).expect("committed")
}

/// Samples that are nothing but zeros.
fn zeros(shape: &[u64]) -> npy::Array {
    let count = shape.iter().product::<u64>() as usize;
    npy::Array { shape: shape.to_vec(), numbers: npy::Numbers::Real(vec![0.0; count]) }
}

/// Float files that can't be imported: their names, how the refusal begins, and what it says to do. They are refused before
/// anything runs, so the samples don't matter.
const REFUSED: [(&str, &str, &str); 7] = [
    (
        "s01_add_const_w_axis",
        "Add 'add_y': its constant has the shape [4], so it differs along axis 3",
        "give it the shape [4, 1, 1]",
    ),
    (
        "s01b_add_const_h_axis",
        "Add 'add_y': its constant has the shape [4, 1], so it differs along axis 2",
        "give it the shape [4, 1, 1]",
    ),
    (
        "s04_bn_axis1_of_3d",
        "BatchNormalization 'batchnormalization_y': it normalizes along axis 1, and the product before it has its channels along axis 2",
        "fold it into the weights",
    ),
    ("s67_nan_weight", "Conv 'conv_c': its constant 'w' holds NaN", "export the model again"),
    ("s67c_nan_bias", "Conv 'conv_c': its constant 'b' holds NaN", "export the model again"),
    ("s18_clip_min_gt_max_table", "Clip 'clip_y': its min 0.6", "swap them or drop the clip"),
    ("s19_clip_nan_table", "Clip 'clip_y': its constant 'lo' holds NaN", "export the model again"),
];

#[test]
fn what_cant_be_represented_is_refused_by_name() {
    for (name, beginning, remedy) in REFUSED {
        let error = Ranges::calibrate(&case(&format!("{name}.onnx")), &zeros(&[1]), METHOD)
            .expect_err(name)
            .to_string();
        assert!(error.starts_with(beginning), "{name}: {error}");
        assert!(error.contains(remedy), "{name}: {error}");
    }
}

#[test]
fn weights_in_blocks_are_refused_by_name() {
    let error =
        import(&load("q11c_blocked_coincident2"), Options::default()).expect_err("blocks").to_string();
    assert!(
        error.starts_with("DequantizeLinear 'dequantizelinear_w': it has a scale for each block"),
        "{error}"
    );
    assert!(error.contains("per_channel=True"), "{error}");
}

#[test]
fn samples_without_anything_to_see_are_refused() {
    let file = case("s103_zero_calibration.onnx");
    let fails =
        |shape: &[u64]| Ranges::calibrate(&file, &zeros(shape), METHOD).expect_err("no samples").to_string();
    assert!(fails(&[8, 3, 8, 8]).contains("all zero"));
    assert!(fails(&[8, 8, 8, 3])
        .contains("calibrate with an array of shape N × [3, 8, 8], its axes in this order"));
    assert!(fails(&[1536]).contains("N × [3, 8, 8]"));
}

/// The import of a float file, calibrated on its own samples.
fn calibrated(name: &str) -> Imported {
    let samples = npy::read(&case(&format!("{name}.samples.npy"))).expect("committed");
    let ranges = Ranges::calibrate(&case(&format!("{name}.onnx")), &samples, METHOD).expect(name);
    import(&load(name), Options { arg_max: false, ranges: Some(&ranges) }).expect(name)
}

fn outputs(name: &str, imported: &Imported) -> Values {
    let samples = npy::read(&case(&format!("{name}.samples.npy"))).expect("committed");
    let model = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input: Vec<u8> = match &samples.numbers {
        npy::Numbers::Real(reals) => {
            reals.iter().map(|real| imported.input.quantize(*real).cast_unsigned()).collect()
        }
        // An int8 input is posted as it is.
        npy::Numbers::Int8(bytes) => bytes.iter().map(|byte| byte.cast_unsigned()).collect(),
        // Its zero is -128.
        npy::Numbers::Uint8(bytes) => bytes.iter().map(|byte| byte ^ 0x80).collect(),
        npy::Numbers::Integer(_) => panic!("no input has as many bits"),
    };
    execute(&model, &input).expect("whole samples").output
}

/// How many steps of the output's scale lie between an import's output and what is right, at most.
fn largest_error(name: &str, imported: &Imported) -> f64 {
    let Values::I8(values) = outputs(name, imported) else { panic!("{name} gives numbers") };
    let quantization = imported.output.expect("numbers");
    let expected = npy::read(&case(&format!("{name}.expected.npy"))).expect("committed").reals();
    assert_eq!(values.len(), expected.len(), "{name}");
    // Nothing lies beyond the range: calibration saw these samples, and the integers of a quantized file are within its own.
    let off = |(value, right): (&i8, f64)| (quantization.real(*value) - right).abs() / quantization.scale;
    let errors = values.iter().zip(expected).map(off);
    errors.fold(0.0, f64::max)
}

#[test]
fn float_files_give_what_onnxruntime_gives() {
    for name in [
        "m_after_a_mean",
        "m_bounds_of_channels",
        "m_channels_last",
        "m_channels_last_means",
        "m_every_other_row",
        "m_choices",
        "m_functions",
        "m_older",
        "m_several",
        "m_cut_off",
        "m_dead_channels",
        "m_shuffled",
        "m_channels_last_sequence",
        "m_computed_constants",
        "m_counted_padding",
        "m_dilated",
        "m_grouped",
        "m_largest",
        "m_last_axis",
        "m_largest_of_many",
        "m_means",
        "m_means_along",
        "m_means_of_a_row",
        "m_means_of_rows",
        "m_nearest",
        "m_negative_slopes",
        "m_other_floats",
        "m_pad_a_sequence",
        "m_pad_before_conv",
        "m_pad_before_pools",
        "m_pad_by_a_number",
        "m_resized",
        "m_rows_first",
        "m_same_lower",
        "m_taken_names",
        "m_upsampled",
        "s00_conv_default_attrs",
        "s00b_pool_default_strides",
        "s63_unused_bool_init",
        "s69_tiny_row",
        "s76b_square_q",
        "s94b_dead_unsupported",
    ] {
        // Weights and inputs are rounded to 8 bits; a convolution adds up 27 such products.
        let error = largest_error(name, &calibrated(name));
        assert!(error < 4.0, "{name}: {error} steps");
    }
}

#[test]
fn quantized_files_give_what_onnxruntime_gives() {
    for name in [
        "i_after_a_mean",
        "i_channels_last",
        "i_choices",
        "i_finer_biases",
        "i_finer_means",
        "i_grouped",
        "i_last_axis_in_steps",
        "i_lines",
        "i_mean_then_numbers",
        "i_means",
        "i_moved_input",
        "i_pad_before_conv",
        "i_pad_before_pools",
        "i_seven_bits",
        "i_uint8_input",
        "i_upsampled",
        "q07_output_dtype_int8",
        "q08_dq_without_zp",
        "q19_w_qdq_float",
        "q22_int8_input",
        "q33_mul_between",
    ] {
        let imported = import(&load(name), Options::default()).expect(name);
        // The same integers, but for sums that lie between two of them.
        let error = largest_error(name, &imported);
        assert!(error < 1.01, "{name}: {error} steps");
    }
}

/// What the file doesn't quantize between two sums of three tensors is rounded here, too.
#[test]
fn a_sum_of_three_quantized_tensors_is_near() {
    let name = "i_sums";
    let error = largest_error(name, &import(&load(name), Options::default()).expect(name));
    assert!(error < 2.0, "{name}: {error} steps");
}

/// Every file here that has samples is imported.
#[test]
fn what_is_imported_passes_the_check() {
    let folder = std::fs::read_dir(case("")).expect("committed");
    let mut count = 0;
    for file in folder {
        let file = file.expect("committed").file_name();
        let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".samples.npy")) else { continue };
        let checked = check(&load(name), false, None);
        // These move more elements at their end than a call verifies.
        let is_large = ["m_classes", "m_head", "m_softmax_of_pixels"].contains(&name);
        assert!(checked.faults.is_empty() && checked.large.is_empty() != is_large, "{name}: {checked:?}");
        assert_eq!((checked.room.is_none(), checked.rows.is_some()), (is_large, is_large), "{name}");
        assert_eq!(checked.needs_samples, import(&load(name), Options::default()).is_err(), "{name}");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

/// A product of activations is made of squares of 8 bits each.
#[test]
fn products_of_activations_are_near() {
    for name in ["m_gate", "m_between_activations"] {
        let error = largest_error(name, &calibrated(name));
        assert!(error < 5.0, "{name}: {error} steps");
    }
    let name = "i_gate";
    let error = largest_error(name, &import(&load(name), Options::default()).expect(name));
    assert!(error < 5.0, "{name}: {error} steps");
}

/// The mean of a map that is mostly zero lies far below the map's largest numbers.
#[test]
fn a_mean_has_its_own_scale() {
    // A pooling of the whole map at its own scale is off by 12 %, and onnxruntime's int8 by 1 %; poolings of parts by 5 %.
    for name in ["s58_gap_precision", "m_sparse_means"] {
        let imported = calibrated(name);
        let Values::I8(values) = outputs(name, &imported) else { panic!("numbers") };
        let quantization = imported.output.expect("numbers");
        let right = npy::read(&case(&format!("{name}.expected.npy"))).expect("committed").reals();
        let squares =
            |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>();
        let off =
            squares(&mut values.iter().zip(&right).map(|(value, right)| quantization.real(*value) - right));
        let relative = (off / squares(&mut right.iter().copied())).sqrt();
        assert!(relative < 0.01, "{name}: {relative}");
    }
}

/// A channel that only has a bias has it in full.
#[test]
fn a_channel_whose_weights_are_nothing_keeps_its_bias() {
    let imported = calibrated("s69_tiny_row");
    let Values::I8(values) = outputs("s69_tiny_row", &imported) else { panic!("numbers") };
    let quantization = imported.output.expect("numbers");
    let bias = quantization.quantize(-0.1211895);
    let channel = values.chunks(64).skip(1).step_by(4).flatten();
    assert_eq!(channel.filter(|value| **value != bias).count(), 0);
}

#[test]
fn a_softmax_over_channels_gives_the_largest_channel() {
    // Four channels, and so many pixels.
    for (name, pixels) in [("s09c_softmax_axis1_c11", 1), ("s09_softmax_axis1_4d", 16), ("m_flat_softmax", 1)]
    {
        let Values::I32(labels) = outputs(name, &calibrated(name)) else { panic!("{name} gives indices") };
        let expected = npy::read(&case(&format!("{name}.expected.npy"))).expect("committed").reals();
        assert_eq!(labels.len() * 4, expected.len());
        let near = labels.iter().enumerate().filter(|(at, label)| {
            let of = |channel: usize| expected[(at / pixels * 4 + channel) * pixels + at % pixels];
            let largest = (0..4).map(of).fold(f64::MIN, f64::max);
            // Entries that are all but equal may change places.
            largest - of(**label as usize) < 0.02
        });
        assert_eq!(near.count(), labels.len(), "{name}");
    }
}

#[test]
fn broken_files_are_refused_and_never_panic() {
    let folder = std::env::temp_dir().join(format!("millrace-cases-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a place for files");
    let path = folder.join("broken.onnx");
    // Of the longer ones, some bytes.
    for (name, step) in [
        ("q07_output_dtype_int8", 1),
        ("q22_int8_input", 1),
        ("s76b_square_q", 1),
        ("i_channels_last", 29),
        ("i_choices", 29),
        ("i_gate", 29),
        ("i_pad_before_pools", 29),
        ("i_upsampled", 29),
    ] {
        let bytes = std::fs::read(case(&format!("{name}.onnx"))).expect("committed");
        for at in (0..bytes.len()).step_by(step) {
            for flip in [0x01, 0x80, 0xff] {
                let mut broken = bytes.clone();
                broken[at] ^= flip;
                std::fs::write(&path, &broken).expect("written");
                // Whatever comes of it is a model that can be registered, or a sentence.
                if let Ok(model) = Model::load(&path) {
                    let _ = import(&model, Options::default());
                }
            }
        }
        std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
        assert!(Model::load(&path).is_err(), "{name}");
    }
    std::fs::remove_dir_all(&folder).expect("removed");
    // A file without an end.
    let endless = Path::new("/dev/zero");
    if endless.exists() {
        let error = Model::load(endless).expect_err("no model").to_string();
        assert!(error.contains("is longer than"), "{error}");
    }
}
