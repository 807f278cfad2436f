//! Checks the claimed accumulators of one product on a slice of the batch.

use alloc::vec::Vec;

use super::fold::lane::{add_scaled, Lanes};
use crate::{
    allocation::TILE,
    linear::{dot, Columns, Linear},
};

/// Whether the claimed accumulators are what computing them gives.
pub(super) fn recompute(operator: &Linear<'_>, claimed: &[i32]) -> bool {
    let rows = || operator.parameters.chunks_exact(operator.m.max(1));
    match operator.columns {
        Columns::Contiguous => {
            let mut claimed = claimed.chunks_exact(operator.n.max(1));
            operator
                .all_columns(|x| claimed.next().is_some_and(|y| rows().zip(y).all(|(w, y)| dot(w, x) == *y)))
        }
        Columns::Patches { .. } => {
            // The n accumulators of a position lie a plane apart.
            let (group, mut column) = (operator.group().max(1), 0usize);
            let sample = group.saturating_mul(operator.n);
            operator.all_columns(|x| {
                let (samples_before, position) = (column.checked_div(group), column.checked_rem(group));
                column = column.saturating_add(1);
                let (Some(before), Some(position)) = (samples_before, position) else { return false };
                let from = before.saturating_mul(sample).saturating_add(position);
                let y = claimed.get(from..).unwrap_or_default().iter().step_by(group);
                rows().zip(y).all(|(w, y)| dot(w, x) == *y)
            })
        }
    }
}

/// `Σ_i coefficients[i][lane]·values[i]` for the four lanes, mod 2⁶⁴.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn combine<T: Copy + Into<i64>>(coefficients: &[Lanes], values: &[T]) -> Lanes {
    let mut sums = [0; 4];
    for (coefficients, value) in coefficients.iter().zip(values) {
        add_scaled(&mut sums, coefficients, (*value).into());
    }
    sums
}

/// Whether `rᵀY` is `(rᵀW)X` for the claimed accumulators Y, given r and rᵀW.
pub(super) fn freivalds(operator: &Linear<'_>, claimed: &[i32], [rows, columns]: [&[Lanes]; 2]) -> bool {
    let n = operator.n.max(1);
    match operator.columns {
        Columns::Contiguous => {
            let mut claimed = claimed.chunks_exact(n);
            operator.all_columns(|x| claimed.next().is_some_and(|y| combine(columns, x) == combine(rows, y)))
        }
        Columns::Patches { .. } => {
            let group = operator.group().max(1);
            let mut samples = claimed.chunks_exact(group.saturating_mul(n));
            // rᵀY of a tile of a sample's patches.
            let mut sums: Vec<Lanes> = Vec::with_capacity(TILE);
            let (mut sample, mut position) = (samples.next().unwrap_or_default(), 0usize);
            operator.all_columns(|x| {
                if position == group {
                    (sample, position) = (samples.next().unwrap_or_default(), 0);
                }
                let of_tile = position.checked_rem(TILE).unwrap_or(0);
                if of_tile == 0 {
                    sum_tile(sample, group, position, rows, &mut sums);
                }
                position = position.saturating_add(1);
                sums.get(of_tile).is_some_and(|expected| combine(columns, x) == *expected)
            })
        }
    }
}

/// rᵀY of the patches from `position` on, as many as a tile has; `sample` holds a plane of `group` accumulators a row.
fn sum_tile(sample: &[i32], group: usize, position: usize, rows: &[Lanes], sums: &mut Vec<Lanes>) {
    sums.clear();
    sums.resize(TILE.min(group.saturating_sub(position)), [0; 4]);
    for (plane, coefficients) in sample.chunks_exact(group).zip(rows) {
        for (sum, y) in sums.iter_mut().zip(plane.get(position..).unwrap_or_default()) {
            add_scaled(sum, coefficients, (*y).into());
        }
    }
}
