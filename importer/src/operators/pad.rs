//! `Pad`: the padding of the window that follows.

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{axis_of, output},
    value::{Padded, Quantization, Value},
};

pub(super) fn pad(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let pads = match node.ints("pads") {
        Some(pads) => pads.to_vec(),
        None => lowering.integers(node, 1)?,
    };
    if pads.iter().all(|pad| *pad == 0) {
        return Ok((lowering.value(node, 0)?, "dropped: it pads by nothing".into()));
    }
    let mode = node.text("mode").unwrap_or_default();
    if !matches!(mode.as_str(), "" | "constant") {
        return Err(refusal!(
            "it pads with what lies at the border (mode {mode}), which can't be represented";
            "train the model with padding by zeros"
        ));
    }
    let value = match node.input.get(2).filter(|name| !name.is_empty()) {
        Some(_) => lowering.scalar(node, 2)?,
        None => node.float("value", 0.0).into(),
    };
    let before = lowering.padded(node, 0)?;
    if before.around != [0; 4] && before.value != value {
        return Err(refusal!(
            "it pads by {value} what {} pads by {}", before.label, before.value;
            "pad with one number"
        ));
    }
    // A rehearsal doesn't know which numbers there are.
    if !lowering.emitter.rehearsal {
        expect_number(value, before.quantization)?;
    }
    let sides = sides(lowering, node, &pads, before.shape.len())?;
    let mut shape = before.shape.clone();
    for (length, [first, last]) in shape.iter_mut().zip(&sides) {
        *length = length.saturating_add(*first).saturating_add(*last);
    }
    let shape = output(shape)?;
    let mut around = before.around;
    // The last two axes are rows and columns, or a sequence that is an image of one row.
    for (at, [first, last]) in sides.iter().rev().take(2).enumerate() {
        around[1 - at] += first;
        around[3 - at] += last;
    }
    let label = node.label();
    Ok((
        Value::Padded(Padded { shape, around, value, label, ..before }),
        "the padding of what follows".into(),
    ))
}

/// How much is added before and behind each axis of a sample: nothing before rows and columns, or a sequence.
fn sides(lowering: &Lowering<'_>, node: &onnx::Node, pads: &[i64], rank: usize) -> Lowered<Vec<[u32; 2]>> {
    let axes: Vec<i64> = match node.input.get(3).filter(|name| !name.is_empty()) {
        Some(_) => lowering.integers(node, 3)?,
        None => (0..=rank as i64).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(refusal!(
            "it has {} paddings for {} axes", pads.len(), axes.len();
            "export the model again"
        ));
    }
    let mut sides = vec![[0; 2]; rank];
    let (first, last) = pads.split_at(axes.len());
    for (axis, pads) in axes.iter().zip(first.iter().zip(last)) {
        let lengths = [*pads.0, *pads.1];
        if lengths == [0, 0] {
            continue;
        }
        let at = axis_of(*axis, rank).ok().filter(|at| *at > 0 && at + 2 >= rank);
        let fits = |length: i64| u32::try_from(length).ok().filter(|length| *length < 1 << 16);
        match (at.and_then(|at| sides.get_mut(at)), fits(lengths[0]), fits(lengths[1])) {
            (Some(side), Some(first), Some(last)) => *side = [first, last],
            _ => {
                return Err(refusal!(
                    "it pads axis {axis} by {} and {}, and only rows and columns, or a sequence, can be padded, by numbers that aren't negative", lengths[0], lengths[1];
                    "cut with a smaller kernel instead, or let the layers before give as many channels"
                ))
            }
        }
    }
    Ok(sides)
}

/// The integer of a padding that a sum reads.
///
/// # Errors
/// The sentence that refuses one beyond all numbers of the tensor.
pub(super) fn in_sums(lowering: &Lowering<'_>, padded: &Padded) -> Lowered<i8> {
    let Padded { quantization, value, .. } = padded;
    let integer = quantization.quantize(*value);
    // Not true of NaN, either.
    let off = (quantization.real(integer) - value).abs();
    if off <= quantization.scale || lowering.emitter.rehearsal {
        return Ok(integer);
    }
    let side = if *value > 0.0 { "above" } else { "below" };
    Err(refusal!(
        "it adds up what {} pads by {value}, which lies {side} all numbers of the tensor", padded.label;
        "pad by 0, or quantize the tensor so that it has that number"
    ))
}

/// Checks that a padding is a number that the tensor's integers have, or lies below all of them, where a maximum reads it.
fn expect_number(value: f64, quantization: Quantization) -> Lowered<()> {
    let least = quantization.real(i8::MIN);
    let off = (quantization.real(quantization.quantize(value)) - value).abs();
    // Not true of NaN, either.
    if value <= least || off <= quantization.scale {
        Ok(())
    } else {
        Err(refusal!(
            "it pads by {value}, which is no number of a tensor between {least} and {}", quantization.real(i8::MAX);
            "pad by 0"
        ))
    }
}
