//! What stands between a quantization and its inverse.

use crate::{
    expect,
    made::{int, model, node, FLAT},
    of, op, refusal,
};

#[test]
fn integers_between_quantizations() {
    // A ReLU of the integers cuts at 0, not at their zero point.
    let nodes =
        vec![node("Relu", "op", &["q"], "r"), node("DequantizeLinear", "back", &["r", "scale", "zero"], "y")];
    expect(&refusal(&model(&FLAT, nodes)), &["Relu 'op': ", "integers", "put a DequantizeLinear between"]);
    let clip = |bounds: &[&str]| {
        let clip = node("Clip", "op", &[&["q"], bounds].concat(), "c");
        refusal(&model(&FLAT, vec![clip, node("DequantizeLinear", "back", &["c", "scale", "zero"], "y")]))
    };
    expect(&clip(&["", "one"]), &["Clip 'op': ", "its bound 'one' isn't one constant number of that type"]);
    expect(&clip(&["rows"]), &["Clip 'op': ", "its bound 'rows'", "before they are quantized"]);
    expect(&clip(&["seven", "zero"]), &["Clip 'op': its min lies above its max"]);
    let cast = int(node("Cast", "op", &["samples"], "c"), "to", 2);
    let nodes = vec![cast, node("DequantizeLinear", "back", &["q", "scale", "c"], "y")];
    expect(
        &refusal(&model(&FLAT, nodes)),
        &["Cast 'op': it makes -1 a number of ONNX type 2", "from 0 to 255"],
    );
    let other = node("DequantizeLinear", "op", &["q", "one", "zero"], "y");
    expect(&refusal(&model(&FLAT, vec![other])), &["another scale", "give both nodes the same"]);
    let real = node("DequantizeLinear", "op", &["x", "scale", "zero"], "y");
    expect(&refusal(&model(&FLAT, vec![real])), &["DequantizeLinear 'op': ", "isn't quantized"]);
    let computed = node("DequantizeLinear", "op", &["q", "scale", "x"], "y");
    expect(&refusal(&model(&FLAT, vec![computed])), &["its zero point must be a constant"]);
    let quantize = |more: &[&str]| op("QuantizeLinear", more);
    expect(&of(&FLAT, quantize(&["four", "zero"])), &["1 zero points for 4 scales"]);
    expect(&of(&FLAT, quantize(&["column", "zero"])), &["its scale has shape [4, 1]"]);
    expect(&of(&FLAT, quantize(&["nothing", "zero"])), &["must be positive numbers"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "output_dtype", 5)), &["ONNX type 5", "QuantType.QInt8"]);
    expect(&of(&FLAT, int(quantize(&["scale", "zero"]), "output_dtype", 2)), &["zero point has ONNX type 3"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "precision", 10)), &["drop the attribute"]);
    expect(&of(&FLAT, int(quantize(&["scale"]), "block_size", 2)), &["block_size", "per_channel=True"]);
    let typed = int(node("DequantizeLinear", "op", &["q", "scale", "zero"], "y"), "output_dtype", 10);
    expect(&refusal(&model(&FLAT, vec![typed])), &["drop its output_dtype"]);
    let weights = |axis: i64| {
        let nodes = vec![
            int(node("DequantizeLinear", "op", &["w", "four"], "dw"), "axis", axis),
            node("MatMul", "product", &["x", "dw"], "y"),
        ];
        refusal(&model(&FLAT, nodes))
    };
    expect(&weights(0), &["DequantizeLinear 'op': ", "4 scales for an axis of length 2"]);
    expect(&weights(5), &["DequantizeLinear 'op': ", "axis 5 doesn't exist"]);
    expect(&weights(-1), &["MatMul 'product': ", "take 2 numbers"]);
}
