//! Scale and zero point, as `QuantizeLinear` and `DequantizeLinear` name them.

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx::{self, Numbers},
    value::Quantization,
};

/// Scale and zero point of a (de)quantization, one for the tensor or one for each index of an axis.
pub(super) struct Parameters {
    pub(super) scales: Vec<f64>,
    pub(super) zeros: Vec<i64>,
    /// Element type of the integers.
    pub(super) element: i32,
}

/// Scale and zero point of a (de)quantization node of integers of this type, if another input or attribute says it.
pub(super) fn parameters(
    lowering: &Lowering<'_>,
    node: &onnx::Node,
    element: Option<i32>,
) -> Lowered<Parameters> {
    if node.int("block_size", 0) != 0 {
        return Err(refusal!(
            "it has a scale for each block (block_size), which can't be represented";
            "quantize with one scale a channel (per_channel=True)"
        ));
    }
    let name = |at: usize| node.input.get(at).filter(|name| !name.is_empty());
    let scale = name(1)
        .and_then(|name| lowering.written(name))
        .ok_or_else(|| refusal!("its scale must be a constant"; "quantize statically (quantize_static)"))?;
    let Numbers::Float(scales) = &scale.numbers else {
        return Err(refusal!("its scale must be float32"; "quantize it again"));
    };
    // Without a block size only a scale for each index of one axis is left.
    if scale.shape.len() > 1 {
        return Err(refusal!(
            "its scale has shape {:?}", scale.shape;
            "quantize with one scale for the tensor, or one a channel"
        ));
    }
    if scales.is_empty() || scales.iter().any(|scale| !(scale.is_finite() && *scale > 0.0)) {
        return Err(refusal!("its scales must be positive numbers"; "quantize it again"));
    }
    if scales.len() > 1 && lowering.opset < 13 {
        return Err(refusal!(
            "it has {} scales, and before opset 13 there is one", scales.len();
            "export the model with opset 13 or newer"
        ));
    }
    let (zeros, found) = zero_points(lowering, node, scales.len(), element)?;
    if element.is_some_and(|element| element != found) {
        return Err(refusal!(
            "its zero point has ONNX type {found}, its integers have type {}", element.unwrap_or_default();
            "quantize it again"
        ));
    }
    if zeros.len() != scales.len() {
        return Err(refusal!(
            "it has {} zero points for {} scales", zeros.len(), scales.len();
            "quantize it again"
        ));
    }
    Ok(Parameters { scales: scales.iter().map(|scale| f64::from(*scale)).collect(), zeros, element: found })
}

/// The zero points of a (de)quantization node and their ONNX type, which is also that of its integers. Without them there
/// are `count` zeros.
fn zero_points(
    lowering: &Lowering<'_>,
    node: &onnx::Node,
    count: usize,
    element: Option<i32>,
) -> Lowered<(Vec<i64>, i32)> {
    Ok(match node.input.get(2).filter(|name| !name.is_empty()) {
        None => (vec![0; count], element.unwrap_or(onnx::UINT8)),
        Some(name) => match lowering.written(name).map(|constant| &constant.numbers) {
            Some(Numbers::Integer { values, data_type }) => (values.clone(), *data_type),
            Some(Numbers::Float(_)) => {
                return Err(refusal!("its zero point must be an integer"; "quantize it again"))
            }
            None => {
                return Err(refusal!(
                    "its zero point must be a constant";
                    "quantize statically (quantize_static)"
                ))
            }
        },
    })
}

/// The integers' type that a quantization names, if it does.
pub(super) fn output_dtype(node: &onnx::Node) -> Lowered<Option<i32>> {
    if !matches!(node.int("precision", 0), 0 | 1) {
        return Err(refusal!("its precision must be that of float32"; "drop the attribute"));
    }
    match node.int("output_dtype", 0) {
        0 => Ok(None),
        other => i32::try_from(other).map(Some).map_err(|_| {
            refusal!(
                "its output_dtype {other} isn't known";
                "quantize to int8 or uint8 (QuantType.QInt8)"
            )
        }),
    }
}

/// One scale and zero point, in the range of `i8`.
pub(super) fn per_tensor(parameters: &Parameters) -> Lowered<Quantization> {
    let ([scale], [zero]) = (parameters.scales.as_slice(), parameters.zeros.as_slice()) else {
        return Err(
            refusal!("activations need one scale for the whole tensor"; "quantize only weights per channel"),
        );
    };
    let zero = match parameters.element {
        onnx::UINT8 => *zero - 128,
        onnx::INT8 => *zero,
        other => {
            return Err(refusal!(
                "its integers have ONNX type {other}";
                "quantize activations to int8 or uint8 (QuantType.QInt8)"
            ))
        }
    };
    let zero_point = i8::try_from(zero).map_err(|_| {
        refusal!(
            "its zero point {zero} is beyond 8 bits";
            "quantize it again"
        )
    })?;
    Ok(Quantization { scale: *scale, zero_point })
}
