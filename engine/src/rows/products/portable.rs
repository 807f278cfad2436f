//! Products that every processor can run; the compiler makes vectors of them.

use super::{
    panels::Line,
    tile::{Tile, LANES, TERMS},
    words::Word,
};

pub(super) fn tile<const R: usize, const P: usize>(
    rows: [&[Word]; R],
    panels: [&[Line]; P],
    sums: &mut Tile<i32>,
) {
    for (p, panel) in panels.into_iter().enumerate() {
        let mut all = [[0i32; LANES]; R];
        for (index, line) in panel.iter().enumerate() {
            let weights = by_term(line);
            for (sums, row) in all.iter_mut().zip(&rows) {
                for (x, weights) in row[index].into_iter().zip(&weights) {
                    for (sum, weight) in sums.iter_mut().zip(weights) {
                        // At most 255·128.
                        *sum = sum.wrapping_add(i16::from(x).wrapping_mul(*weight).into());
                    }
                }
            }
        }
        for (row, all) in sums.iter_mut().zip(all) {
            row[p * LANES..][..LANES].copy_from_slice(&all);
        }
    }
}

/// A line's weights, first by term and then by output.
fn by_term(line: &Line) -> [[i16; LANES]; TERMS] {
    let mut weights = [[0; LANES]; TERMS];
    for (output, terms) in line.0.as_chunks::<TERMS>().0.iter().enumerate() {
        weights.iter_mut().zip(terms).for_each(|(weights, weight)| weights[output] = (*weight).into());
    }
    weights
}
