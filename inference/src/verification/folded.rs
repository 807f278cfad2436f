//! The verifier's randomness r and the products rᵀW, kept for a whole batch.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    fold::{fold, lane::Lanes},
    transcript::lanes,
};
use crate::{cost::linear_check::LinearCheck, linear::Linear, registration::checked::CheckedModel};

/// The lanes of all operators that Freivalds checks, one operator's after the other's. Two allocations hold them, whatever
/// their number: an allocator that never joins what was freed would otherwise keep some of each size.
pub(super) struct Folded {
    /// r.
    rows: Vec<Lanes>,
    /// rᵀW.
    columns: Vec<Lanes>,
    /// Where an operator's are; none if it is computed again.
    places: Vec<Option<[Range<usize>; 2]>>,
}

impl Folded {
    pub(super) fn new(model: &CheckedModel, samples: u32, seed: [u8; 32]) -> Self {
        let checks: Vec<LinearCheck> = model.profile().checks(samples).collect();
        let folded =
            || model.linear_operators().zip(&checks).filter(|(_, check)| **check == LinearCheck::Freivalds);
        let count = |of: fn(&Linear<'_>) -> usize| {
            folded().map(|(operator, _)| of(&operator)).fold(0, usize::saturating_add)
        };
        let mut new = Self {
            rows: Vec::with_capacity(count(|operator| operator.n)),
            columns: Vec::with_capacity(count(|operator| operator.m)),
            places: Vec::with_capacity(checks.len()),
        };
        for (operator, check) in model.linear_operators().zip(&checks) {
            let place = (*check == LinearCheck::Freivalds).then(|| {
                let from = [new.rows.len(), new.columns.len()];
                new.rows.extend(lanes(seed, operator.node).take(operator.n));
                let rows = new.rows.get(from[0]..).unwrap_or_default();
                fold(operator.parameters, operator.m.max(1), rows, &mut new.columns);
                [from[0]..new.rows.len(), from[1]..new.columns.len()]
            });
            new.places.push(place);
        }
        new
    }

    /// r and rᵀW of an operator; none if it is computed again.
    pub(super) fn of(&self, operator: usize) -> Option<[&[Lanes]; 2]> {
        let [rows, columns] = self.places.get(operator)?.clone()?;
        Some([self.rows.get(rows)?, self.columns.get(columns)?])
    }
}
