//! `Resize` and `Upsample` to whole multiples, each pixel repeated.

use crate::{
    emit_repeated::Between,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{image, output},
    value::Value,
};

pub(super) fn resize(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let (read, shape, quantization) = lowering.activation(node, 0)?;
    let [channels, rows, columns] = image(&shape)?;
    let times = times(lowering, node, &shape)?;
    let mode = node.text("mode").unwrap_or_else(|| "nearest".into());
    if mode != "nearest" {
        return Err(refusal!(
            "it interpolates (mode {mode}), which can't be represented";
            "use mode nearest, or a transposed convolution"
        ));
    }
    let of = |name: &str, default: &str| node.text(name).unwrap_or_else(|| default.into());
    let rounding = of("nearest_mode", "round_prefer_floor");
    let place = of("coordinate_transformation_mode", "half_pixel");
    let repeats = match (place.as_str(), rounding.as_str()) {
        (
            "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric",
            "round_prefer_floor" | "round_prefer_ceil",
        ) => true,
        ("asymmetric", "floor") => true,
        ("asymmetric", "round_prefer_floor") => times.iter().all(|times| *times <= 2),
        // Before opset 11 there was one way.
        _ => lowering.opset < 11,
    };
    if !repeats {
        return Err(refusal!(
            "it takes the nearest pixel another way than by repeating each ({place}, {rounding})";
            "export it with coordinate_transformation_mode=asymmetric and nearest_mode=floor"
        ));
    }
    let new = output(vec![channels, rows.saturating_mul(times[0]), columns.saturating_mul(times[1])])?;
    if new == shape {
        return Ok((Value::Quantized { node: read, shape, quantization }, "dropped: the shape stays".into()));
    }
    let node = lowering.emitter.stretched(read, [channels, rows, columns], times, Between::Repeated)?;
    Ok((Value::Quantized { node, shape: new, quantization }, String::new()))
}

/// How often rows and columns are repeated, in an image of this shape.
pub(crate) fn times(lowering: &Lowering<'_>, node: &onnx::Node, shape: &[u32]) -> Lowered<[u32; 2]> {
    let named = |at: usize| node.input.get(at).filter(|name| !name.is_empty());
    let at = if node.op_type == "Upsample" || lowering.opset < 11 { 1 } else { 2 };
    let scales: Option<Vec<f64>> = match (named(at), named(3)) {
        (Some(_), _) => Some(lowering.constant(node, at)?.real.clone()).filter(|scales| !scales.is_empty()),
        _ => None,
    };
    let scales = match (scales, named(3)) {
        (Some(scales), _) => scales,
        (None, Some(_)) => {
            let sizes = lowering.integers(node, 3)?;
            let lengths = sizes.iter().skip(1).zip(shape);
            std::iter::once(1.0).chain(lengths.map(|(size, own)| *size as f64 / f64::from(*own))).collect()
        }
        (None, None) => {
            return Err(refusal!("it has neither scales nor sizes"; "export the model again"));
        }
    };
    let whole = |scale: f64| (scale.fract() == 0.0 && (1.0..=64.0).contains(&scale)).then_some(scale as u32);
    match scales[..] {
        [batch, channels, down, across] if batch == 1.0 && channels == 1.0 => {
            whole(down).zip(whole(across)).map(Into::into)
        }
        _ => None,
    }
    .ok_or_else(|| {
        refusal!(
            "it resizes by {scales:?}, and only rows and columns can grow, to whole multiples up to 64";
            "resize by whole numbers"
        )
    })
}
