//! Shapes and axes of a sample: ONNX counts the batch as the first axis, the integer format doesn't know it.

use millrace_inference::limits::MAX_RANK;

use crate::lowered::Lowered;

/// What stands for the length of an open batch where a graph computes with the lengths of a shape.
pub(crate) const OPEN: i64 = i64::MIN;

/// The most elements of a tensor that is looked at. Those of a model that is verified in its call are fewer; see `large.rs`.
const MAX_ELEMENTS: u32 = 1 << 26;

/// A sample's shape, if it can be looked at.
pub(crate) fn sized(shape: Vec<u32>) -> Lowered<Vec<u32>> {
    if shape.is_empty() {
        return Err(refusal!("has no axis besides the batch"; "keep one of length 1"));
    }
    if shape.len() > MAX_RANK {
        return Err(refusal!(
            "has more than the {MAX_RANK} axes of a sample that the format allows";
            "join some of them"
        ));
    }
    let elements = shape.iter().try_fold(1u32, |product, axis| product.checked_mul(*axis));
    match elements {
        Some(elements) if elements > 0 && elements <= MAX_ELEMENTS => Ok(shape),
        _ => Err(refusal!(
            "has {shape:?} elements a sample, at least one and at most {MAX_ELEMENTS} are possible";
            "make it smaller"
        )),
    }
}

/// A shape that an operator gives.
pub(crate) fn output(shape: Vec<u32>) -> Lowered<Vec<u32>> {
    sized(shape).map_err(|why| why.about("its output"))
}

/// An axis of a sample from one of ONNX's, where the batch counts and negative ones count from the end; or what is wrong
/// with it, to which whoever asks knows the remedy.
pub(crate) fn axis_of(axis: i64, rank: usize) -> Result<usize, String> {
    let axes = rank as i64 + 1;
    let from_start = if axis < 0 { axis.saturating_add(axes) } else { axis };
    match usize::try_from(from_start) {
        Ok(0) => Err(format!("its axis {axis} is the batch")),
        Ok(at) if at <= rank => Ok(at - 1),
        _ => Err(format!("its axis {axis} doesn't exist, its input has {axes}")),
    }
}

/// A sample of channels, rows and columns.
pub(crate) fn image(shape: &[u32]) -> Lowered<[u32; 3]> {
    shape.try_into().map_err(|_| {
        refusal!(
            "it needs channels, rows and columns, and reads {shape:?} a sample";
            "give it the missing axes, of length 1"
        )
    })
}
