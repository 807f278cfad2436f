//! Small graphs in floats, made here: what each becomes, and that it gives what the float computation gives.
#![allow(missing_docs)]

use millrace_importer::{
    check, choose_output, fix_input, import,
    onnx::{
        Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, ValueInfo,
        FLOAT, INT64, UINT8,
    },
    Imported, Options, Ranges,
};
use millrace_inference::{execute, CheckedModel, Node as Integer, Values};

fn node(operator: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: operator.into(),
        name: format!("{operator}_{output}"),
        input: inputs.iter().map(ToString::to_string).collect(),
        output: vec![output.into()],
        ..Node::default()
    }
}

fn ints(mut node: Node, name: &str, values: &[i64]) -> Node {
    let ints = values.to_vec();
    node.attribute.push(Attribute {
        name: name.into(),
        ints,
        r#type: Attribute::INTS,
        ..Attribute::default()
    });
    node
}

fn int(mut node: Node, name: &str, i: i64) -> Node {
    node.attribute.push(Attribute { name: name.into(), i, r#type: Attribute::INT, ..Attribute::default() });
    node
}

fn floats(name: &str, dims: &[i64], values: &[f32]) -> Tensor {
    let (name, dims, float_data) = (name.into(), dims.to_vec(), values.to_vec());
    Tensor { name, dims, data_type: FLOAT, float_data, ..Tensor::default() }
}

fn int64s(name: &str, dims: &[i64], values: &[i64]) -> Tensor {
    let (name, dims, int64_data) = (name.into(), dims.to_vec(), values.to_vec());
    Tensor { name, dims, data_type: INT64, int64_data, ..Tensor::default() }
}

fn info(name: &str, elem_type: i32, dims: &[Option<i64>]) -> ValueInfo {
    let dim =
        dims.iter().map(|dim_value| Dimension { dim_value: *dim_value, ..Dimension::default() }).collect();
    let tensor_type = Some(TensorType { elem_type, shape: Some(Shape { dim }) });
    ValueInfo { name: name.into(), r#type: Some(Type { tensor_type }) }
}

/// A graph from `x` to `y`, with some constants.
fn graph(sample: &[i64], nodes: Vec<Node>) -> Model {
    let shape: Vec<Option<i64>> = std::iter::once(None).chain(sample.iter().copied().map(Some)).collect();
    let mut same = [0.0; 16];
    (0..4).for_each(|at| same[at * 5] = 1.0);
    let graph = Graph {
        node: nodes,
        initializer: vec![
            floats("same", &[4, 4], &same),
            floats("half", &[], &[0.5]),
            floats("one", &[], &[1.0]),
            floats("two", &[], &[2.0]),
            floats("root", &[], &[std::f32::consts::SQRT_2]),
            floats("three", &[], &[3.0]),
            floats("six", &[], &[6.0]),
            floats("bytes", &[], &[255.0]),
            floats("none", &[], &[0.0]),
            floats("each", &[4], &[2.0, -0.5, 0.0, 1.0]),
            floats("pair", &[2], &[1.5, -0.5]),
            floats("mean", &[2], &[0.25, 0.5]),
            floats("variance", &[2], &[1.0, 0.25]),
            floats("turns", &[4], &[2.0, -0.5, -1.0, 1.0]),
            floats("spread", &[2], &[1.0, 10_000.0]),
            floats("unlike", &[2, 2, 1, 1], &[1.0, 0.5, 0.0, -100.0]),
            floats("line", &[1, 2, 2], &[0.5, -1.0, 0.25, 1.0]),
            floats("rows", &[2, 4], &[0.5, -1.0, 0.25, 0.0, 1.0, 1.0, -1.0, 0.5]),
            int64s("first", &[], &[0]),
            int64s("at", &[1], &[0]),
            int64s("square", &[2], &[2, 2]),
        ],
        input: vec![info("x", FLOAT, &shape)],
        output: vec![info("y", FLOAT, &[])],
        value_info: vec![],
    };
    let opset_import = vec![OperatorSet { domain: String::new(), version: 17 }];
    Model { ir_version: 8, graph: Some(graph), opset_import, functions: vec![] }
}

/// The nodes, and then `y` as a product of `t` that changes nothing: a model needs one to be verified.
fn then_product(mut nodes: Vec<Node>) -> Vec<Node> {
    nodes.push(node("MatMul", &["t", "same"], "y"));
    nodes
}

fn kinds(imported: &Imported) -> Vec<&'static str> {
    let kind = |node: &Integer| match node {
        Integer::Input { .. } => "Input",
        Integer::Linear { .. } => "Linear",
        Integer::Requantize { .. } => "Requantize",
        Integer::Lookup { .. } => "Lookup",
        Integer::Flatten { .. } => "Flatten",
        Integer::Conv2d { .. } => "Conv2d",
        Integer::DepthwiseConv2d { .. } => "DepthwiseConv2d",
        Integer::Reshape { .. } => "Reshape",
        _ => "other",
    };
    imported.model.nodes.iter().map(kind).collect()
}

const SAMPLE: [f32; 4] = [0.5, 1.25, 3.75, 2.0];

/// Imports a graph whose tensors have these ranges, and holds what it gives for a sample against what is right.
fn gives(model: &Model, sample: [f32; 4], ranges: &[(&str, f32, f32)], right: &[f64], expected: &[&str]) {
    let mut seen = Ranges::default();
    ranges.iter().for_each(|(name, low, high)| seen.observe(name, &[*low, *high]));
    let imported =
        import(model, Options { arg_max: false, ranges: Some(&seen) }).expect("it can be imported");
    assert_eq!(kinds(&imported), expected);
    let checked = CheckedModel::from_bytes(&imported.model.to_bytes()).expect("registrable");
    let input = sample.map(|real| imported.input.quantize(real.into()).cast_unsigned());
    let Values::I8(values) = execute(&checked, &input).expect("one sample").output else { panic!("numbers") };
    let output = imported.output.expect("numbers");
    assert_eq!(values.len(), right.len());
    for (value, right) in values.iter().zip(right) {
        let got = output.real(*value);
        assert!((got - right).abs() < 0.06, "{got} instead of {right}");
    }
    // The check says so, too.
    let checked = check(model, false, Some(&seen));
    assert!(checked.faults.is_empty(), "{:?}", checked.faults);
    assert!(checked.room.expect("importable").samples > 0);
    let rehearsed = check(model, false, None);
    assert!(rehearsed.faults.is_empty() && rehearsed.room.is_some(), "{:?}", rehearsed.faults);
}

const TABLE: [&str; 4] = ["Input", "Lookup", "Linear", "Requantize"];

/// A function of each number becomes one table.
fn is_a_table(nodes: Vec<Node>, function: impl Fn(f64) -> f64) {
    let right = SAMPLE.map(|x| function(x.into()));
    let ranges = [("x", 0.0, 4.0), ("t", -2.0, 4.0), ("y", -2.0, 4.0)];
    gives(&graph(&[4], then_product(nodes)), SAMPLE, &ranges, &right, &TABLE);
}

#[test]
fn functions_with_a_number_are_tables() {
    is_a_table(vec![node("Max", &["x", "two"], "t")], |x| x.max(2.0));
    is_a_table(vec![node("Max", &["two", "x"], "t")], |x| x.max(2.0));
    is_a_table(vec![node("Min", &["x", "one"], "t")], |x| x.min(1.0));
    is_a_table(vec![node("Pow", &["x", "half"], "t")], f64::sqrt);
    is_a_table(vec![node("Log", &["x"], "t")], f64::ln);
    is_a_table(vec![node("Reciprocal", &["x"], "t")], f64::recip);
}

fn hard_swish(of: &str, to: &str) -> Vec<Node> {
    vec![
        node("Add", &[of, "three"], "a"),
        node("Clip", &["a", "none", "six"], "c"),
        node("Mul", &[of, "c"], "m"),
        node("Div", &["m", "six"], to),
    ]
}

#[test]
fn hand_written_activations_are_tables() {
    let swish = |x: f64| x * (x + 3.0).clamp(0.0, 6.0) / 6.0;
    is_a_table(hard_swish("x", "t"), swish);
    let gelu = vec![
        node("Div", &["x", "root"], "a"),
        node("Erf", &["a"], "e"),
        node("Add", &["e", "one"], "b"),
        node("Mul", &["x", "b"], "m"),
        node("Mul", &["m", "half"], "t"),
    ];
    // The normal distribution at 0.5, 1.25, 3.75 and 2.
    let normal = [0.691_462, 0.894_350, 0.999_912, 0.977_250];
    is_a_table(gelu, |x| {
        let at = SAMPLE.iter().position(|sample| f64::from(*sample) == x).expect("one of the sample");
        x * normal[at]
    });
    // After a product, which all of them read.
    let mut nodes = vec![node("MatMul", &["x", "same"], "p")];
    nodes.extend(hard_swish("p", "y"));
    let ranges = [("x", 0.0, 4.0), ("p", 0.0, 4.0), ("y", 0.0, 4.0)];
    let right = SAMPLE.map(|x| swish(x.into()));
    gives(&graph(&[4], nodes), SAMPLE, &ranges, &right, &["Input", "Linear", "Requantize", "Lookup"]);
    // And after a sum, which could take the number for itself.
    let mut nodes = vec![node("MatMul", &["x", "same"], "p"), node("Add", &["x", "p"], "s")];
    nodes.extend(hard_swish("s", "y"));
    let ranges = [("x", 0.0, 4.0), ("p", 0.0, 4.0), ("s", 0.0, 8.0), ("y", 0.0, 8.0)];
    let right = SAMPLE.map(|x| swish(2.0 * f64::from(x)));
    gives(
        &graph(&[4], nodes),
        SAMPLE,
        &ranges,
        &right,
        &["Input", "Linear", "Requantize", "other", "Lookup"],
    );
}

#[test]
fn a_number_for_each_channel_is_a_filter() {
    let filter = ["Input", "Reshape", "DepthwiseConv2d", "Requantize", "Flatten", "Linear", "Requantize"];
    let ranges = [("x", 0.0, 4.0), ("t", -3.0, 5.0), ("y", -3.0, 5.0)];
    let each = [2.0, -0.5, 0.0, 1.0];
    let of = |operator: &str, function: fn(f64, f64) -> f64| {
        let right: Vec<f64> = SAMPLE.iter().zip(each).map(|(x, c)| function((*x).into(), c)).collect();
        let nodes = then_product(vec![node(operator, &["x", "each"], "t")]);
        gives(&graph(&[4], nodes), SAMPLE, &ranges, &right, &filter);
    };
    of("Mul", |x, c| x * c);
    of("Add", |x, c| x + c);
    of("Sub", |x, c| x - c);
}

#[test]
fn batch_normalization_without_a_product_before_it_is_a_filter() {
    let norm = node("BatchNormalization", &["x", "pair", "mean", "mean", "variance"], "n");
    let nodes = then_product(vec![norm, node("Flatten", &["n"], "t")]);
    // Channel 0: (x − 0.25)·1.5 + 0.25. Channel 1: (x − 0.5)·(−0.5)/0.5 + 0.5.
    let right = [0.625, 1.75, -2.75, -1.0];
    let ranges = [("x", 0.0, 4.0), ("n", -3.0, 5.0), ("y", -3.0, 5.0)];
    let kinds = ["Input", "DepthwiseConv2d", "Requantize", "Flatten", "Linear", "Requantize"];
    gives(&graph(&[2, 1, 2], nodes), SAMPLE, &ranges, &right, &kinds);
}

#[test]
fn batch_normalization_below_zero_turns_the_signs_of_the_weights() {
    let norm = node("BatchNormalization", &["p", "pair", "mean", "mean", "spread"], "y");
    // The convolution's channels differ hundredfold, so that 8 bits for both would lose the first.
    let nodes = vec![node("Conv", &["x", "unlike"], "p"), norm];
    // Channel 0: (x₀ + x₁/2 − 0.25)·1.5 + 0.25. Channel 1: (−100·x₁ − 0.5)·(−0.5)/100 + 0.5.
    let right = [3.4375, 3.25, 2.3775, 1.5025];
    let ranges = [("x", 0.0, 4.0), ("p", -375.0, 3.0), ("y", -3.0, 5.0)];
    gives(&graph(&[2, 1, 2], nodes), SAMPLE, &ranges, &right, &["Input", "Conv2d", "Requantize"]);
    let nodes = vec![node("MatMul", &["x", "same"], "p"), node("Mul", &["p", "turns"], "y")];
    let right = [1.0, -0.625, -3.75, 2.0];
    let ranges = [("x", 0.0, 4.0), ("p", 0.0, 4.0), ("y", -4.0, 4.0)];
    gives(&graph(&[4], nodes), SAMPLE, &ranges, &right, &["Input", "Linear", "Requantize"]);
}

#[test]
fn a_convolution_along_one_axis_is_one_of_a_single_row() {
    let nodes = vec![ints(node("Conv", &["x", "line"], "y"), "pads", &[0, 1])];
    // 0.5·0.5 − 1.25 + 0.25·3.75 + 2, and where it reaches into the padding 0.5·1.25 + 0.25·2.
    let right = [1.9375, 1.125];
    let ranges = [("x", 0.0, 4.0), ("y", -3.0, 5.0)];
    let kinds = ["Input", "Reshape", "Conv2d", "Requantize", "Reshape"];
    gives(&graph(&[2, 2], nodes), SAMPLE, &ranges, &right, &kinds);
}

#[test]
fn computed_shapes_and_turned_weights_are_folded() {
    let nodes = vec![
        node("Abs", &["x"], "a"),
        node("Shape", &["a"], "s"),
        node("Gather", &["s", "first"], "n"),
        node("Unsqueeze", &["n", "at"], "b"),
        int(node("Concat", &["b", "square"], "target"), "axis", 0),
        node("Reshape", &["a", "target"], "r"),
        node("Flatten", &["r"], "f"),
        node("Transpose", &["rows"], "turned"),
        node("MatMul", &["f", "turned"], "y"),
    ];
    // 0.25 − 1.25 + 0.9375, and 0.5 + 1.25 − 3.75 + 1.
    let right = [-0.0625, -1.0];
    let ranges = [("x", 0.0, 4.0), ("a", 0.0, 4.0), ("r", 0.0, 4.0), ("f", 0.0, 4.0), ("y", -3.0, 5.0)];
    let kinds = ["Input", "Reshape", "Flatten", "Lookup", "Linear", "Requantize"];
    gives(&graph(&[4], nodes), SAMPLE, &ranges, &right, &kinds);
}

#[test]
fn an_input_of_bytes_is_read_by_a_cast() {
    let mut model = graph(
        &[4],
        vec![
            int(node("Cast", &["x"], "c"), "to", FLOAT.into()),
            node("Div", &["c", "bytes"], "t"),
            node("MatMul", &["t", "same"], "y"),
        ],
    );
    model.graph.as_mut().expect("made above").input = vec![info("x", UINT8, &[None, Some(4)])];
    let ranges = [("t", 0.0, 1.0), ("y", 0.0, 1.0)];
    gives(&model, [0.0, 51.0, 255.0, 102.0], &ranges, &[0.0, 0.2, 1.0, 0.4], &TABLE);
}

#[test]
fn outputs_and_lengths_are_chosen() {
    let mut model = graph(&[4], vec![node("Abs", &["x"], "t"), node("MatMul", &["t", "same"], "y")]);
    let graph = model.graph.as_mut().expect("made above");
    graph.input = vec![info("x", FLOAT, &[None, None])];
    graph.output.push(info("t", FLOAT, &[]));
    let faults = |model: &Model| {
        let texts = check(model, false, None).faults.iter().map(ToString::to_string).collect::<Vec<_>>();
        texts.join("\n")
    };
    assert!(faults(&model).contains("--output-tensor"));
    assert!(faults(&model).contains("static sample shape"));
    let error = choose_output(&mut model, "z").expect_err("no such tensor").to_string();
    assert!(error.contains("no node gives the tensor 'z'"), "{error}");
    choose_output(&mut model, "y").expect("an output");
    let error = fix_input(&mut model, &[None, Some(4), Some(4)]).expect_err("an axis more").to_string();
    assert!(error.contains("has 3 axes"), "{error}");
    fix_input(&mut model, &[None, Some(4)]).expect("it was open");
    assert_eq!(faults(&model), "");
    let error = fix_input(&mut model, &[None, Some(5)]).expect_err("fixed by now").to_string();
    assert!(error.contains("has 4"), "{error}");
}

/// Everything that is wrong is listed at once, and nothing that is only behind it.
#[test]
fn a_check_lists_all_that_is_wrong() {
    let model = graph(
        &[1, 4, 4],
        vec![
            node("LRN", &["x"], "a"),
            node("Relu", &["a"], "b"),
            ints(ints(node("MaxPool", &["b"], "c"), "kernel_shape", &[2, 2]), "dilations", &[2, 2]),
            node("Tile", &["c"], "d"),
            node("Sigmoid", &["d"], "e"),
            node("Loop", &["e"], "y"),
        ],
    );
    let checked = check(&model, false, None);
    let nodes: Vec<_> = checked.faults.iter().filter_map(|fault| fault.node()).collect();
    assert_eq!(nodes, ["LRN 'LRN_a'", "MaxPool 'MaxPool_c'", "Tile 'Tile_d'", "Loop 'Loop_y'"]);
    assert!(checked.faults.iter().all(|fault| fault.remedy().contains(' ')));
    assert!(checked.room.is_none());
}

/// What has only operators that can be imported is told from what has not, whatever its size.
#[test]
fn what_is_only_too_large_would_be_claimed() {
    let model = |operator: &str| {
        graph(&[100_000, 4], vec![node(operator, &["x"], "t"), node("MatMul", &["t", "same"], "y")])
    };
    let checked = check(&model("Abs"), false, None);
    assert!(checked.faults.is_empty() && checked.room.is_none(), "{:?}", checked.faults);
    let [large] = checked.large.as_slice() else { panic!("{:?}", checked.large) };
    let large = large.to_string();
    assert!(large.contains("gives N × [100000, 4]") && large.contains("(3 have more)"), "{large}");
    let checked = check(&model("LRN"), false, None);
    assert_eq!((checked.faults.len(), checked.large.len()), (1, 1));
    let mut seen = Ranges::default();
    ["x", "t", "y"].iter().for_each(|name| seen.observe(name, &[0.0, 4.0]));
    let options = Options { arg_max: false, ranges: Some(&seen) };
    let error = import(&model("Abs"), options).expect_err("too large").to_string();
    assert!(error.starts_with("too large to be verified in its call: "), "{error}");
}
