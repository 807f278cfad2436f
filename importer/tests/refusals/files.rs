//! Files and graphs as a whole, and where they end.

use millrace_importer::{
    import,
    onnx::{Function, Model, Node},
    Options,
};

use crate::{
    expect,
    made::{at_opset, info, int, model, node, text, FLAT, IMAGE, WIDE},
    of, op, refusal,
};

#[test]
fn unknown_operators() {
    let message = refusal(&model(&FLAT, vec![node("LSTM", "memory", &["x"], "y")]));
    assert!(
        message.starts_with("LSTM 'memory': this operator can't be represented in integers"),
        "{message}"
    );
    let message = refusal(&model(&FLAT, vec![node("QLinearConv", "conv", &["x"], "y")]));
    assert!(message.contains("QuantFormat.QDQ"), "{message}");
    let foreign = Node { domain: "com.example".into(), ..op("Relu", &[]) };
    expect(&of(&FLAT, foreign), &["'com.example'", "standard operators"]);
}

#[test]
fn files_as_a_whole() {
    let relu = || model(&FLAT, vec![op("Relu", &[])]);
    expect(&refusal(&at_opset(relu(), 6)), &["version 6", "version_converter"]);
    expect(&refusal(&at_opset(relu(), 1000)), &["version 1000"]);
    expect(&refusal(&Model { opset_import: vec![], ..relu() }), &["which version"]);
    let function = Function { name: "Relu".into(), domain: "ai.onnx".into() };
    let own = Model { functions: vec![function], ..relu() };
    expect(&refusal(&own), &["Relu 'op'", "inline_local_functions"]);
    let twice = model(&FLAT, vec![node("Relu", "first", &["x"], "y"), node("Relu", "second", &["x"], "y")]);
    expect(&refusal(&twice), &["'y' is given twice"]);
    let inputs = |more: &str| {
        let mut model = model(&FLAT, vec![op("Add", &["other"])]);
        let graph = model.graph.as_mut().expect("made above");
        graph.input.push(info(more, &FLAT));
        refusal(&model)
    };
    expect(&inputs("other"), &["2 inputs", "exactly one"]);
    // One that nothing reads is none.
    expect(&inputs("unread"), &["Add 'op': it reads 'other'"]);
    let mut own = relu();
    own.graph.as_mut().expect("made above").input[0].name = "input\u{2063} of 2".into();
    own.graph.as_mut().expect("made above").node[0].input[0] = "input\u{2063} of 2".into();
    expect(&refusal(&own), &["'input\\u{2063} of 2'", "give it a name without"]);
    let mut wide = relu();
    wide.graph.as_mut().expect("made above").output.push(info("x", &FLAT));
    expect(&refusal(&wide), &["2 outputs"]);
}

/// An output that seems to depend on no input, and why.
#[test]
fn outputs_without_an_input() {
    let of = |nodes: Vec<Node>| {
        let mut model = model(&FLAT, vec![]);
        model.graph.as_mut().expect("made above").node = nodes;
        refusal(&model)
    };
    let (relu, tanh) = (node("Relu", "first", &["input"], "r"), node("Tanh", "last", &["r"], "y"));
    expect(&of(vec![tanh.clone(), relu]), &["Tanh 'last': it reads 'r', which Relu 'first' gives", "sort"]);
    expect(&of(vec![tanh]), &["Tanh 'last': it reads 'r', which nothing gives"]);
    // The graphs within it may read the input.
    expect(&of(vec![node("If", "choice", &["yes"], "y")]), &["If 'choice': ", "operators of docs/models.md"]);
    expect(&of(vec![node("Sqrt", "root", &["four"], "y")]), &["'y' is a constant", "--output-tensor"]);
}

#[test]
fn tensors_without_quantization() {
    let product = node("Gemm", "dense", &["x", "dw"], "p");
    let nodes = vec![
        node("DequantizeLinear", "weights", &["w", "scale"], "dw"),
        int(product, "transB", 1),
        node("Sigmoid", "activation", &["p"], "y"),
    ];
    let message = refusal(&model(&FLAT, nodes));
    assert!(message.starts_with("Sigmoid 'activation': it reads 'p', which isn't quantized"), "{message}");
}

#[test]
fn shapes_that_arent_static_or_too_large() {
    let message = refusal(&model(&[None, None], vec![op("Relu", &[])]));
    assert!(message.contains("static sample shape"), "{message}");
    let message = refusal(&model(&FLAT, vec![node("Reshape", "view", &["x", "computed"], "y")]));
    assert!(message.contains("'computed' isn't constant"), "{message}");
    let huge = [None, Some(i64::from(u32::MAX)), Some(i64::from(u32::MAX)), Some(i64::from(u32::MAX))];
    expect(&refusal(&model(&huge, vec![op("Relu", &[])])), &["'input'", "at most 67108864"]);
    let deep = [None, Some(1), Some(1), Some(1), Some(1), Some(1)];
    expect(&refusal(&model(&deep, vec![op("Relu", &[])])), &["'input'", "more than the 4 axes"]);
}

#[test]
fn ends() {
    let softmax = |version: i64, axis: i64| {
        let end = int(op("Softmax", &[]), "axis", axis);
        refusal(&at_opset(model(&WIDE, vec![end]), version))
    };
    expect(&softmax(17, 1), &["Softmax 'op': ", "along axis 1", "at most 1024 elements"]);
    expect(&softmax(17, 0), &["Softmax 'op': ", "is the batch"]);
    expect(&softmax(11, 1), &["Softmax 'op': ", "before opset 13", "flatten its input"]);
    let arg_max = |axis: i64| {
        let nodes = vec![
            node("Softmax", "softmax", &["x"], "s"),
            int(node("ArgMax", "op", &["s"], "y"), "axis", axis),
        ];
        refusal(&model(&IMAGE, nodes))
    };
    expect(&arg_max(2), &["ArgMax 'op': ", "searches axis 2", "leave the softmax out"]);
    expect(&of(&IMAGE, op("ArgMax", &[])), &["is the batch"]);
    // A model of rows could end with it.
    let wide = refusal(&model(&WIDE, vec![int(op("ArgMax", &[]), "axis", 1)]));
    expect(&wide, &["too large", "ArgMax 'op': ", "along axis 1", "at most 1024 elements"]);
    let last = int(int(op("ArgMax", &[]), "axis", -1), "select_last_index", 1);
    expect(&of(&IMAGE, last), &["select_last_index=0"]);
    let goes_on = vec![node("Softmax", "softmax", &["x"], "s"), node("Relu", "op", &["s"], "y")];
    expect(&refusal(&model(&FLAT, goes_on)), &["Relu 'op': ", "end it there"]);
    let reshaped =
        vec![node("Softmax", "softmax", &["x"], "s"), node("Reshape", "op", &["s", "halves"], "y")];
    expect(&refusal(&model(&IMAGE, reshaped)), &["Reshape 'op': ", "only axes of length 1 can come or go"]);
    // An image of outputs has no one axis of classes.
    let image = model(&[None, Some(2), Some(4), Some(4)], vec![op("Identity", &[])]);
    let message = import(&image, Options { arg_max: true, ranges: None }).expect_err("an image").to_string();
    expect(&message, &["output 'y': ", "--arg-max", "import it without"]);
}

#[test]
fn training_and_types() {
    expect(&of(&FLAT, op("Dropout", &["", "yes"])), &["evaluation mode"]);
    expect(&of(&FLAT, int(op("Cast", &[]), "to", 10)), &["leave it out"]);
    expect(&of(&FLAT, text(op("Gelu", &[]), "approximate", "rough")), &["can't be represented"]);
    let norm = |op: Node| refusal(&model(&FLAT, vec![op]));
    let inputs = ["four", "four", "four", "four"];
    expect(&norm(op("BatchNormalization", &["four", "four", "four", "one"])), &["for 4 channels"]);
    expect(&norm(int(op("BatchNormalization", &inputs), "training_mode", 1)), &["evaluation mode"]);
    expect(&norm(int(op("BatchNormalization", &inputs), "spatial", 0)), &["spatial=0"]);
    let statistics = Node { output: vec!["y".into(), "mean".into()], ..op("BatchNormalization", &inputs) };
    expect(&norm(statistics), &["evaluation mode"]);
}
