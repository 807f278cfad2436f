//! Graphs that nothing quantizes.

use millrace_importer::{
    check, import,
    npy::{Array, Numbers},
    Calibration, Options, Ranges,
};

use crate::{
    expect,
    made::{float, floats, int, int64, model, node, FLAT, IMAGE},
    refusal,
};

#[test]
fn a_float_graph_needs_ranges_and_then_is_quantized() {
    let float = |nodes| {
        let mut model = model(&FLAT, nodes);
        model.graph.as_mut().expect("made above").node.drain(..2);
        model
    };
    let model = float(vec![
        int(node("Gemm", "dense", &["input", "w_real"], "p"), "transB", 1),
        node("Relu", "activation", &["p"], "y"),
    ]);
    let message = refusal(&model);
    assert!(message.contains("give calibration samples"), "{message}");

    let mut ranges = Ranges::default();
    ranges.observe("input", &[-1.0, 1.0]);
    ranges.observe("y", &[0.0, 3.0]);
    let imported =
        import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("ranges of all tensors");
    // 0.5 + 0.5 + 0.0625 = 1.0625 and 1 − 0.5 − 0.25 + 0.075 = 0.325
    gives(&imported, &[1.0625, 0.325], 0.03);
}

/// What calibration couldn't run is a fault of the file, in the same words.
#[test]
fn a_float_graph_is_checked_for_what_calibration_runs() {
    let mut model = model(
        &FLAT,
        vec![
            int(node("Gemm", "dense", &["input", "w_real"], "p"), "transB", 1),
            float(node("Celu", "op", &["p"], "y"), "alpha", -1.0),
        ],
    );
    model.graph.as_mut().expect("made above").node.drain(..2);
    let samples = Array { shape: vec![1, 4], numbers: Numbers::Real(vec![1.0; 4]) };
    let error =
        Ranges::calibrate_model(&model, &samples, Calibration::MinMax).expect_err("alpha").to_string();
    expect(&error, &["Celu 'op': its alpha -1 isn't positive", "QuantFormat.QDQ"]);
    let listed: Vec<String> = check(&model, false, None).faults.iter().map(ToString::to_string).collect();
    assert_eq!(listed, [error]);
}

/// An export with one sample says 1 where the batch is open.
#[test]
fn a_size_is_that_of_a_sample() {
    let nodes = vec![
        node("Resize", "op", &["input", "", "", "size"], "r"),
        node("Conv", "conv", &["r", "filters"], "y"),
    ];
    let mut model = model(&IMAGE, nodes);
    let graph = model.graph.as_mut().expect("made above");
    graph.node.drain(..2);
    graph.initializer.push(int64("size", &[1, 1, 8, 4]));
    assert!(check(&model, false, None).faults.is_empty());
    let numbers = (0..32u8).map(f64::from).collect();
    let samples = Array { shape: vec![2, 1, 4, 4], numbers: Numbers::Real(numbers) };
    let ranges = Ranges::calibrate_model(&model, &samples, Calibration::MinMax).expect("it can be run");
    import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("rows twice");
}

/// What is folded into a product's rescaling: alpha, beta, numbers and batch normalization, one after the other.
#[test]
fn what_follows_a_product_is_folded_into_its_rescaling() {
    let mut model = model(
        &FLAT,
        vec![
            float(
                float(
                    int(node("Gemm", "dense", &["input", "w_real", "pair"], "p"), "transB", 1),
                    "alpha",
                    0.5,
                ),
                "beta",
                2.0,
            ),
            node("Mul", "twice", &["two", "p"], "m"),
            node("BatchNormalization", "norm", &["m", "gamma", "beta", "mean", "variance"], "n"),
            node("Relu", "activation", &["n"], "r"),
            node("Div", "half", &["r", "two"], "y"),
        ],
    );
    let graph = model.graph.as_mut().expect("made above");
    graph.node.drain(..2);
    graph.initializer.extend([
        floats("pair", &[2], &[0.5, -0.25]),
        floats("two", &[1], &[2.0]),
        // The second channel has died: it only has its bias.
        floats("gamma", &[2], &[1.5, 0.0]),
        floats("beta", &[2], &[0.25, 0.75]),
        floats("mean", &[2], &[0.5, 9.0]),
        floats("variance", &[2], &[2.25, 1.0]),
    ]);
    let mut ranges = Ranges::default();
    ranges.observe("input", &[-1.0, 1.0]);
    ranges.observe("y", &[0.0, 2.55]);
    let imported =
        import(&model, Options { arg_max: false, ranges: Some(&ranges) }).expect("everything is folded");
    assert_eq!(imported.model.nodes.len(), 3, "the input, a product and its rescaling");
    // 2·(0.5·1.0625 + 2·0.5) = 3.0625; (3.0625 − 0.5)·1.5/1.5 + 0.25 = 2.8125, half of it; and half of 0.75.
    gives(&imported, &[1.40625, 0.375], 0.02);
}

/// Holds what an imported model gives for one sample, (1, −0.5, 0.25, 0.75), against real numbers.
fn gives(imported: &millrace_importer::Imported, expected: &[f64], tolerance: f64) {
    let model =
        millrace_inference::CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input = [1.0, -0.5, 0.25, 0.75].map(|x| imported.input.quantize(x).cast_unsigned());
    let output = millrace_inference::execute(&model, &input).expect("one sample").output;
    let millrace_inference::Values::I8(values) = output else { panic!("i8") };
    let quantization = imported.output.expect("numbers");
    assert_eq!(values.len(), expected.len());
    for (value, expected) in values.iter().zip(expected) {
        assert!((quantization.real(*value) - expected).abs() < tolerance, "{value}");
    }
}
