//! What operators with parameters share: how many there must be, and how far a row of them reaches.

use alloc::vec::Vec;

use crate::format::fault::ModelFault;

/// # Errors
/// [`ModelFault::Length`].
pub(super) fn expect_length(expected: u64, got: usize) -> Result<(), ModelFault> {
    let got = u64::try_from(got).unwrap_or(u64::MAX);
    (expected == got).then_some(()).ok_or(ModelFault::Length { expected, got })
}

/// `128·Σ|w|` of each of the rows: no sum of a row times `i8` is larger in absolute value.
pub(super) fn row_bounds(parameters: &[i8], rows: u32) -> Vec<u64> {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let m = parameters.len().checked_div(rows).unwrap_or(0).max(1);
    let bound = |row: &[i8]| {
        row.iter().fold(0u64, |sum, w| sum.saturating_add(w.unsigned_abs().into())).saturating_mul(128)
    };
    parameters.chunks(m).map(bound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_bounded_by_their_absolute_sums() {
        assert_eq!(row_bounds(&[1, -2, i8::MIN, 0, 0, 0], 3), [3 * 128, 128 * 128, 0]);
    }
}
