//! Products, constants, tables, bounds and shapes.

use millrace_importer::{import, onnx::Node, Options};

use crate::{
    expect,
    made::{float, floats, int, int8, ints, model, node, FLAT, IMAGE},
    of, op, refusal,
};

#[test]
fn products() {
    expect(&of(&FLAT, int(op("Gemm", &["w_real"]), "transA", 1)), &["transA", "transpose the weights"]);
    expect(&of(&FLAT, float(op("Gemm", &["w_real"]), "alpha", -1.0)), &["alpha -1", "fold them"]);
    expect(&of(&FLAT, op("Gemm", &["w_real"])), &["take 2 numbers, its input has 4"]);
    // A column of biases is one for each sample.
    let biased = int(op("Gemm", &["w_real", "column"]), "transB", 1);
    expect(&of(&FLAT, biased), &["differs along axis 0"]);
    expect(&of(&FLAT, op("MatMul", &["x"])), &["two activations"]);
    expect(&of(&FLAT, node("MatMul", "op", &["w_real", "x"], "y")), &["comes first"]);
    let conv = |op: Node| of(&IMAGE, op);
    expect(&conv(op("Conv", &["filters", "one"])), &["its bias has the shape []"]);
    expect(&conv(int(op("Conv", &["filters"]), "group", 2)), &["2 groups"]);
    expect(
        &conv(ints(op("Conv", &["filters"]), "kernel_shape", &[1, 9])),
        &["kernel_shape isn't that of its weights"],
    );
    expect(&conv(op("Conv", &["w_real"])), &["weights have 2 axes"]);
    expect(&conv(int(op("Conv", &["filters"]), "group", 3)), &["4 outputs can't be in 3 groups"]);
    expect(
        &conv(ints(op("Conv", &["filters"]), "dilations", &[1 << 17, 1 << 17])),
        &["dilation becomes zeros"],
    );
    let other = ints(node("AveragePool", "other", &["x"], "a"), "kernel_shape", &[1, 1]);
    let nodes = vec![other, op("Div", &["a"])];
    expect(&refusal(&model(&IMAGE, nodes)), &["Div 'op': ", "of two different activations"]);
}

/// What has to be a constant, by operators that have nothing else in common.
#[test]
fn activations_where_only_a_constant_can_be() {
    for (at, message) in [
        (1, of(&FLAT, op("Clip", &["x"]))),
        (1, of(&FLAT, op("PRelu", &["x"]))),
        (1, of(&IMAGE, op("Conv", &["x"]))),
        (2, of(&FLAT, op("BatchNormalization", &["four", "x", "four", "four"]))),
    ] {
        expect(&message, &[&format!("its input {at} is an activation"), "freeze it in the export"]);
    }
    expect(&of(&FLAT, op("MatMul", &["x"])), &["freeze one of them in the export", "--output-tensor"]);
}

/// A mean at its input's scale could be lost among the steps.
#[test]
fn means_need_a_quantization_of_their_own() {
    let image = [None, Some(4), Some(2), Some(2)];
    let nodes = vec![
        node("GlobalAveragePool", "mean", &["x"], "m"),
        node("Flatten", "flat", &["m"], "f"),
        int(node("Gemm", "op", &["f", "w_real"], "y"), "transB", 1),
    ];
    expect(
        &refusal(&model(&image, nodes)),
        &["Gemm 'op': it reads 'f', which isn't quantized; ", "give calibration samples"],
    );
    let nodes = vec![
        ints(node("AveragePool", "mean", &["x"], "m"), "kernel_shape", &[1, 2]),
        ints(node("MaxPool", "op", &["m"], "y"), "kernel_shape", &[1, 1]),
    ];
    expect(&refusal(&model(&image, nodes)), &["MaxPool 'op': it reads 'm', which isn't quantized; "]);
}

#[test]
fn constants_meet_tensors_from_the_last_axis_on() {
    let after = |operator: &str, constant: &str| {
        let nodes =
            vec![node("Conv", "conv", &["x", "filters"], "c"), node(operator, "op", &["c", constant], "y")];
        refusal(&model(&[None, Some(1), Some(6), Some(6)], nodes))
    };
    expect(
        &after("Add", "four"),
        &["Add 'op': ", "[4], so it differs along axis 3", "give it the shape [4, 1, 1]"],
    );
    expect(&after("Sub", "column"), &["Sub 'op': ", "differs along axis 2"]);
    expect(&after("Mul", "four"), &["Mul 'op': ", "differs along axis 3"]);
    expect(&after("Add", "deep"), &["has 5 axes", "drop the constant's leading axes"]);
    // A number for all is folded; only the end isn't quantized.
    expect(&after("Mul", "one"), &["output 'y': ", "isn't quantized"]);
    // One for each channel of a tensor is a filter; only the end isn't quantized.
    expect(&refusal(&model(&FLAT, vec![op("Mul", &["four"])])), &["output 'y': ", "isn't quantized"]);
    expect(&of(&FLAT, op("Pow", &["four"])), &["4 numbers", "give it one number"]);
    // Of the last axis, too, and of no other. Nothing says which of a tensor's axes are its channels, so no shape is advised.
    let tokens = |operator: &str, constant: &str| {
        refusal(&model(&[None, Some(5), Some(4), Some(3)], vec![op(operator, &[constant])]))
    };
    let last = |operator: &str| refusal(&model(&[None, Some(6), Some(4)], vec![op(operator, &["four"])]));
    expect(&last("Mul"), &["output 'y': ", "isn't quantized"]);
    expect(&last("Max"), &["output 'y': ", "isn't quantized"]);
    expect(&tokens("Mul", "column"), &["Mul 'op': ", "differs along axis 2", "axis 1 or of the last axis"]);
    expect(&tokens("PRelu", "column"), &["PRelu 'op': ", "differs along axis 2", "the layer before"]);
    expect(&tokens("Mul", "four"), &["Mul 'op': ", "along axis 3, which in N × [5, 4, 3] hasn't 4 indices"]);
    let long = vec![node("Add", "op", &["x", "long"], "y")];
    let mut long = model(&[None, Some(2), Some(1025)], long);
    let numbers = floats("long", &[1025], &[0.5; 1025]);
    long.graph.as_mut().expect("made above").initializer.push(numbers);
    expect(&refusal(&long), &["Add 'op': ", "1025 indices of the last axis", "at most 1024"]);
    expect(&of(&FLAT, op("Mul", &["deep"])), &["has 5 axes"]);
}

/// Numbers of a node itself, like those of a constant.
#[test]
fn attributes_are_finite() {
    let steep = float(op("HardSigmoid", &[]), "alpha", f32::INFINITY);
    expect(&of(&FLAT, steep), &["its alpha is inf, which is no finite number", "export the model again"]);
    expect(&of(&FLAT, float(op("LeakyRelu", &[]), "alpha", f32::NAN)), &["its alpha is NaN"]);
}

/// A table's entry that is no number is refused instead of becoming 0.
#[test]
fn tables_hold_numbers() {
    let nodes = vec![
        node("Div", "op", &["x", "nothing"], "d"),
        node("QuantizeLinear", "again", &["d", "scale", "zero"], "y"),
    ];
    expect(&refusal(&model(&FLAT, nodes)), &["QuantizeLinear 'again'", "are no number", "clip their input"]);
    let again = || node("QuantizeLinear", "again", &["f", "scale", "zero"], "y");
    for function in [
        node("Sqrt", "op", &["x"], "f"),
        node("Log", "op", &["x"], "f"),
        node("Pow", "op", &["x", "half"], "f"),
    ] {
        // From -13.1 on.
        let message = refusal(&model(&FLAT, vec![function, again()]));
        expect(&message, &["QuantizeLinear 'again': at -13.1", "are no number", "clip their input"]);
    }
    // The larger of a number and of none is none.
    let nodes = vec![node("Sqrt", "root", &["x"], "r"), node("Max", "op", &["x", "r"], "f"), again()];
    expect(&refusal(&model(&FLAT, nodes)), &["QuantizeLinear 'again': at -13.1", "are no number"]);
    // What a constant lacks is said of that which reads it.
    let nodes = vec![node("Sqrt", "root", &["minus"], "r"), node("Mul", "op", &["x", "r"], "y")];
    expect(&refusal(&model(&FLAT, nodes)), &["Mul 'op': its constant 'r' holds NaN"]);
}

/// A function is defined up to 0 where the integers nearest to 0 say so, since rounding can leave one a step below.
#[test]
fn a_step_below_zero_counts_as_zero() {
    let mut model = model(
        &FLAT,
        vec![
            node("Sqrt", "root", &["x"], "r"),
            node("QuantizeLinear", "again", &["r", "tenth", "least"], "q2"),
            node("DequantizeLinear", "read", &["q2", "tenth", "least"], "d"),
            node("DequantizeLinear", "weights", &["w", "tenth"], "dw"),
            int(node("Gemm", "dense", &["d", "dw"], "p"), "transB", 1),
            node("QuantizeLinear", "end", &["p", "tenth", "zero"], "y"),
        ],
    );
    let graph = model.graph.as_mut().expect("made above");
    graph.initializer.extend([floats("tenth", &[], &[0.1]), int8("least", &[], &[-127])]);
    for node in graph.node.iter_mut().take(2) {
        node.input[2] = "least".into();
    }
    import(&model, Options::default()).expect("one integer below 0");
}

#[test]
fn clips() {
    let bounds = |low: f32, high: f32| float(float(op("Clip", &[]), "min", low), "max", high);
    expect(&of(&FLAT, bounds(2.0, 1.0)), &["its min 2 lies above its max 1"]);
    expect(&of(&FLAT, bounds(f32::NAN, 1.0)), &["its min is NaN", "no finite number"]);
    expect(&of(&FLAT, bounds(f32::INFINITY, f32::INFINITY)), &["aren't numbers"]);
    expect(&of(&FLAT, op("Clip", &["four"])), &["must be one number, it has 4"]);
}

#[test]
fn shapes() {
    let reshape = |target: &str| of(&FLAT, op("Reshape", &[target]));
    expect(&reshape("samples"), &["fixes the batch to 8", "open batch axis"]);
    expect(&reshape("two_open"), &["let at most one length be -1"]);
    expect(&reshape("uneven"), &["can't take the shape"]);
    expect(&of(&FLAT, int(op("Flatten", &[]), "axis", 0)), &["axis=1"]);
    expect(&of(&IMAGE, int(op("Flatten", &[]), "axis", 3)), &["axis=1"]);
    expect(&of(&IMAGE, op("Squeeze", &[])), &["give it its axes"]);
    expect(&of(&IMAGE, op("Squeeze", &["twice"])), &["name each once"]);
    expect(&of(&IMAGE, op("Squeeze", &["rows"])), &["axis 2 isn't of length 1"]);
    expect(&of(&IMAGE, ints(op("Squeeze", &[]), "axes", &[0])), &["is the batch"]);
    expect(&of(&IMAGE, ints(op("Squeeze", &[]), "axes", &[-4])), &["is the batch"]);
    expect(&of(&IMAGE, ints(op("Unsqueeze", &[]), "axes", &[9])), &["doesn't exist"]);
    expect(&of(&IMAGE, ints(op("Unsqueeze", &[]), "axes", &[1, 2])), &["more than the 4 axes"]);
    expect(&of(&IMAGE, ints(op("ReduceMean", &["rows"]), "axes", &[2, 3])), &["given twice"]);
    let pair = [None, Some(2), Some(4), Some(4)];
    expect(&of(&pair, ints(op("ReduceMean", &[]), "axes", &[1, 3])), &["side by side", "axes 2 and 3"]);
    expect(&of(&IMAGE, op("ReduceMean", &[])), &["axes 2 and 3"]);
    expect(&of(&IMAGE, ints(op("ReduceMean", &[]), "axes", &[0])), &["is the batch"]);
    expect(&of(&IMAGE, int(op("Concat", &["x"]), "axis", 0)), &["is the batch"]);
    expect(&of(&IMAGE, int(op("Concat", &["x"]), "axis", 7)), &["doesn't exist"]);
    expect(&of(&IMAGE, int(op("Concat", &["one"]), "axis", 1)), &["is a constant", "quant_pre_process"]);
    let flat =
        vec![node("Flatten", "flat", &["x"], "f"), int(node("Concat", "op", &["x", "f"], "y"), "axis", 1)];
    expect(&refusal(&model(&IMAGE, flat)), &["Concat 'op'", "let the other axes be equal"]);
}
