//! Products on processors whose AVX-512 adds four products of bytes to a sum in one instruction (VNNI).

use std::arch::x86_64::{__m512i, _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512};

use super::{
    panels::Line,
    tile::{Tile, LANES},
    words::Word,
};

#[target_feature(enable = "avx512f,avx512vnni")]
pub(super) fn tile<const R: usize, const P: usize>(
    rows: [&[Word]; R],
    panels: [&[Line]; P],
    sums: &mut Tile<i32>,
) {
    // Slices of one length, so that the loop checks none of them.
    let count = panels[0].len();
    let (mut rows, mut lines) = (rows, panels);
    rows.iter_mut().for_each(|row| *row = &row[..count]);
    lines.iter_mut().for_each(|panel| *panel = &panel[..count]);
    let mut all = [[_mm512_setzero_si512(); P]; R];
    for index in 0..count {
        let mut weights = [_mm512_setzero_si512(); P];
        for (weights, lines) in weights.iter_mut().zip(&lines) {
            *weights = bytemuck::cast::<[i8; 64], __m512i>(lines[index].0);
        }
        for (sums, row) in all.iter_mut().zip(&rows) {
            let x = _mm512_set1_epi32(i32::from_le_bytes(row[index]));
            for (sum, weights) in sums.iter_mut().zip(&weights) {
                *sum = _mm512_dpbusd_epi32(*sum, x, *weights);
            }
        }
    }
    for (row, all) in sums.iter_mut().zip(all) {
        for (columns, sums) in row.as_chunks_mut::<LANES>().0.iter_mut().zip(all) {
            *columns = bytemuck::cast::<__m512i, [i32; LANES]>(sums);
        }
    }
}
