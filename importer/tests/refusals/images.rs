//! Windows, paddings, and elements that are moved or chosen.

use millrace_importer::onnx::Node;

use crate::{
    expect,
    made::{float, floats, int, ints, model, node, text, FLAT, IMAGE, WIDE},
    of, op, refusal,
};

#[test]
fn windows_beyond_the_format() {
    let pool = |attribute: fn(Node) -> Node| {
        of(&IMAGE, attribute(ints(op("AveragePool", &[]), "kernel_shape", &[2, 2])))
    };
    expect(&pool(|op| ints(op, "dilations", &[2, 2])), &["dilated", "smaller kernel"]);
    let counted = |op| int(int(ints(op, "strides", &[3, 3]), "ceil_mode", 1), "count_include_pad", 1);
    expect(&pool(counted), &["ceil_mode=0"]);
    expect(&pool(|op| ints(op, "strides", &[0, 1])), &["must be positive"]);
    // Two to the 32nd power and one isn't one.
    expect(&pool(|op| ints(op, "strides", &[4_294_967_297, 1])), &["must be positive and at most"]);
    expect(&pool(|op| ints(op, "pads", &[-1, 0, 0, 0])), &["none negative"]);
    expect(&pool(|op| ints(op, "pads", &[0, 0, i64::MAX, 0])), &["none negative"]);
    expect(&pool(|op| ints(op, "pads", &[2, 0, 0, 0])), &["isn't smaller than its kernel"]);
    expect(&pool(|op| text(op, "auto_pad", "SAME")), &["auto_pad SAME isn't known"]);
    expect(&pool(|op| text(ints(op, "pads", &[1, 1, 1, 1]), "auto_pad", "VALID")), &["contradict"]);
    expect(&pool(|op| int(op, "unheard_of", 1)), &["'unheard_of' isn't known"]);
    expect(&pool(|op| ints(op, "ceil_mode", &[1])), &["has type 7"]);
    let kernel = |shape: &[i64]| of(&IMAGE, ints(op("MaxPool", &[]), "kernel_shape", shape));
    expect(&kernel(&[5, 5]), &["larger than the padded 4"]);
    expect(&kernel(&[-1, 1]), &["isn't positive"]);
    expect(&kernel(&[1 << 20, 1 << 20]), &["at most 262144 elements"]);
    expect(&kernel(&[2]), &["rows and columns"]);
}

#[test]
fn paddings() {
    let pad = |shape: &[Option<i64>], pads: &[i64]| of(shape, ints(op("Pad", &[]), "pads", pads));
    expect(&pad(&IMAGE, &[0, 1, 0, 0, 0, 0, 0, 0]), &["pads axis 1 by 1 and 0", "as many channels"]);
    expect(&pad(&IMAGE, &[1, 0, 0, 0, 0, 0, 0, 0]), &["pads axis 0"]);
    expect(&pad(&IMAGE, &[0, 0, -1, 0, 0, 0, 0, 0]), &["pads axis 2 by -1 and 0"]);
    expect(&pad(&IMAGE, &[0, 0, 1]), &["3 paddings for 4 axes"]);
    expect(&pad(&FLAT, &[0, 1, 0, 1]), &["pads axis 1"]);
    let around = || ints(node("Pad", "pad", &["x"], "p"), "pads", &[0, 0, 1, 1, 0, 0, 1, 1]);
    let alone = |pad: Node| refusal(&model(&IMAGE, vec![Node { output: vec!["y".into()], ..pad }]));
    expect(&alone(text(around(), "mode", "reflect")), &["Pad 'pad': ", "mode reflect"]);
    expect(&alone(float(around(), "value", 1e6)), &["Pad 'pad': ", "no number"]);
    expect(&alone(around()), &["output 'y': ", "what Pad 'pad' pads"]);
    let then =
        |pad: Node, op: Node| refusal(&model(&IMAGE, vec![pad, Node { input: vec!["p".into()], ..op }]));
    expect(&then(around(), op("Relu", &[])), &["Relu 'op': ", "what Pad 'pad' pads"]);
    expect(&then(around(), op("GlobalAveragePool", &[])), &["the mean of what Pad 'pad' pads"]);
    let pool = |operator: &str| ints(op(operator, &[]), "kernel_shape", &[2, 2]);
    expect(&then(around(), pool("MaxPool")), &["MaxPool 'op': ", "let a ReLU come before"]);
    let own = ints(ints(op("AveragePool", &[]), "kernel_shape", &[3, 3]), "pads", &[1, 1, 1, 1]);
    expect(&then(around(), own), &["only one counts", "count_include_pad"]);
    let low = || float(around(), "value", -1e6);
    let counted = || int(pool("AveragePool"), "count_include_pad", 1);
    expect(&then(low(), counted()), &["lies below all numbers"]);
    // It is a number of what it pads, but of nothing that is quantized between half as wide bounds.
    let nodes = vec![
        float(around(), "value", 12.0),
        node("QuantizeLinear", "narrow", &["p", "halved", "zero"], "n"),
        node("DequantizeLinear", "narrower", &["n", "halved", "zero"], "h"),
        Node { input: vec!["h".into()], ..counted() },
    ];
    let mut narrow = model(&IMAGE, nodes);
    narrow.graph.as_mut().expect("made above").initializer.push(floats("halved", &[], &[0.05]));
    expect(&refusal(&narrow), &["AveragePool 'op': ", "Pad 'pad' pads by 12, which lies above all numbers"]);
    let nodes = |pad: Node| {
        let conv = ints(node("Conv", "op", &["p", "filters"], "y"), "pads", &[1, 1, 1, 1]);
        refusal(&model(&IMAGE, vec![pad, conv]))
    };
    expect(&nodes(float(around(), "value", 0.5)), &["pads by 0 what Pad 'pad' pads by 0.5"]);
    let again = Node { input: vec!["p".into()], output: vec!["y".into()], ..around() };
    let twice = vec![float(around(), "value", 0.5), again];
    expect(&refusal(&model(&IMAGE, twice)), &["pads by 0 what Pad 'pad' pads by 0.5", "one number"]);
}

#[test]
fn turned_and_stretched_images() {
    let turn = |shape: &[Option<i64>], perm: &[i64]| of(shape, ints(op("Transpose", &[]), "perm", perm));
    let swapped = ints(node("Transpose", "turn", &["x"], "t"), "perm", &[0, 1, 3, 2]);
    let nodes = vec![swapped, node("Relu", "op", &["t"], "y")];
    let pair = [None, Some(2), Some(4), Some(4)];
    expect(
        &refusal(&model(&WIDE, nodes)),
        &["Relu 'op': ", "Transpose 'turn'", "at most 1024 elements together"],
    );
    expect(&turn(&IMAGE, &[1, 0, 2, 3]), &["moves the batch"]);
    expect(&turn(&IMAGE, &[0, 1, 2, 2]), &["doesn't name each of 4 axes once"]);
    let up = |op: Node| of(&pair, op);
    expect(&up(op("ConvTranspose", &["filters"])), &["weights of 4 channels for 2"]);
    expect(&up(int(op("ConvTranspose", &["narrow"]), "group", 2)), &["2 groups"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "dilations", &[2, 2])), &["dilated"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "strides", &[0, 1])), &["between 1 and 64"]);
    expect(&up(ints(op("ConvTranspose", &["narrow"]), "strides", &[4, 4])), &["as large as the stride"]);
    expect(&up(text(op("ConvTranspose", &["narrow"]), "auto_pad", "SAME_LOWER")), &["SAME_LOWER"]);
    let resize = |op: Node| of(&pair, op);
    expect(&resize(text(op("Resize", &["", "larger"]), "mode", "linear")), &["interpolates (mode linear)"]);
    expect(&resize(op("Resize", &["", "half_larger"])), &["whole multiples"]);
    expect(&resize(op("Resize", &["", ""])), &["neither scales nor sizes"]);
    let ceil = text(
        text(op("Resize", &["", "larger"]), "coordinate_transformation_mode", "asymmetric"),
        "nearest_mode",
        "ceil",
    );
    expect(&resize(ceil), &["nearest_mode=floor"]);
    expect(&of(&FLAT, op("Expand", &["rows"])), &["can't be represented"]);
}

#[test]
fn choices_of_elements() {
    let cut = |starts: &[i64], ends: &[i64], axes: &[i64]| {
        ints(ints(ints(op("Slice", &[]), "starts", starts), "ends", ends), "axes", axes)
    };
    expect(&of(&FLAT, op("Slice", &[])), &["doesn't say what it cuts out"]);
    expect(&of(&FLAT, cut(&[0], &[1], &[0])), &["is the batch", "axes of a sample"]);
    expect(&of(&FLAT, cut(&[3], &[1], &[1])), &["lies between 3 and 1"]);
    expect(&of(&FLAT, cut(&[0, 1], &[1], &[1])), &["differ in number"]);
    let middle = [None, Some(2), Some(300), Some(40)];
    expect(&of(&middle, int(op("Gather", &["uneven"]), "axis", 2)), &["between others", "the last one"]);
    expect(&of(&FLAT, int(op("Gather", &["twice"]), "axis", 0)), &["is the batch"]);
    expect(&of(&FLAT, int(op("Gather", &["x"]), "axis", 1)), &["places that it computes"]);
    expect(&of(&FLAT, int(op("Gather", &["samples"]), "axis", 1)), &["numbers below 4"]);
    expect(&of(&FLAT, int(op("Split", &["rows"]), "axis", 1)), &["parts of [2] for 1 outputs"]);
    expect(&of(&FLAT, ints(op("Split", &[]), "split", &[4])), &["is the batch"]);
}
