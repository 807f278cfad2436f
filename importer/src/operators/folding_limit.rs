//! How many numbers a folded constant may have.

use crate::lowered::Lowered;

/// The most numbers of the constants from which one is computed, and of that one.
pub(super) const MAX_FOLDED: usize = 1 << 22;

/// How many elements a shape has; one if it has no axes.
pub(super) fn count(shape: Option<&[usize]>) -> usize {
    shape.unwrap_or_default().iter().fold(1, |product: usize, length| product.saturating_mul(*length))
}

/// Checks that there is room for a constant of this shape.
pub(super) fn expect_room(shape: &[usize]) -> Lowered<()> {
    if count(Some(shape)) <= MAX_FOLDED {
        return Ok(());
    }
    Err(refusal!(
        "it computes a constant of the shape {shape:?}, and at most {MAX_FOLDED} numbers are computed here";
        "fold constants before the export (onnxruntime's quant_pre_process does)"
    ))
}
