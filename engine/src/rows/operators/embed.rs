//! Rows of ids: weights and records are read from the blob where it lies.

use millrace_inference::rows::{limits::R24, ElementType};
use multiversion::multiversion;

use crate::rows::{
    elements::bounds,
    records::{Record, RECORD_BYTES},
    share::Share,
};

/// Where an embedding's parameters are, in bytes of the blob.
pub(in crate::rows) struct Embed {
    pub width: usize,
    pub rows: usize,
    pub positions: Option<usize>,
}

/// One row: weights rescaled, and positions added, of which those out of range are zero.
#[multiversion(targets = "simd")]
fn embed(
    weights: &[i8],
    record: Record,
    positions: Option<&[[u8; 4]]>,
    [least, most]: [i32; 2],
    made: &mut [i32],
) {
    for (made, weight) in made.iter_mut().zip(weights) {
        let product = i64::from(*weight).wrapping_mul(record.multiplier.into());
        let moved = product.wrapping_add(record.bias).wrapping_shr(record.shift);
        *made = moved.clamp(least.into(), most.into()) as i32;
    }
    for (made, position) in made.iter_mut().zip(positions.unwrap_or_default()) {
        let position = i32::from_le_bytes(*position);
        let position = if position.unsigned_abs() <= R24.unsigned_abs() { position } else { 0 };
        *made = made.wrapping_add(position).clamp(least, most);
    }
}

impl Embed {
    /// Rows of ids, each with its position.
    pub fn rows(&self, blob: &[u8], ids: &[i32], positions: &[usize], share: Share) -> Vec<i32> {
        share.rows(ids.len(), self.width, |row, made| {
            let entry = self.rows + ids[row] as usize * (self.width + RECORD_BYTES);
            let (weights, record) = blob[entry..][..self.width + RECORD_BYTES].split_at(self.width);
            let added = self.positions.map(|at| {
                let bytes = &blob[at + positions[row] * self.width * 4..][..self.width * 4];
                bytes.as_chunks().0
            });
            let bounds = bounds(ElementType::Wide);
            embed(bytemuck::cast_slice(weights), Record::read(record), added, bounds, made);
        })
    }
}
