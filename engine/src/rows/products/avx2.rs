//! Products on processors with AVX2: bytes are widened to 16 bits first, because its instruction for bytes saturates.

use std::arch::x86_64::{
    __m128i, __m256i, _mm256_add_epi32, _mm256_cvtepi8_epi16, _mm256_cvtepu8_epi16, _mm256_madd_epi16,
    _mm256_setzero_si256, _mm_set1_epi32,
};

use super::{
    panels::Line,
    tile::{Tile, LANES},
    words::Word,
};

/// Rows of one pass: their sums fill half of the registers.
const PASS: usize = 2;

#[target_feature(enable = "avx2")]
pub(super) fn tile<const R: usize, const P: usize>(
    rows: [&[Word]; R],
    panels: [&[Line]; P],
    sums: &mut Tile<i32>,
) {
    for (p, panel) in panels.into_iter().enumerate() {
        for first in (0..R).step_by(PASS) {
            let passed = if R - first == 1 {
                pass::<R, 1>(rows, first, panel).map(|row| [row, [0; LANES]])[0]
            } else {
                pass::<R, PASS>(rows, first, panel)
            };
            for (row, passed) in sums[first..R].iter_mut().zip(passed) {
                row[p * LANES..][..LANES].copy_from_slice(&passed);
            }
        }
    }
}

/// The sums of N rows from row `first`.
#[target_feature(enable = "avx2")]
fn pass<const R: usize, const N: usize>(
    rows: [&[Word]; R],
    first: usize,
    panel: &[Line],
) -> [[i32; LANES]; N] {
    // Of each row four vectors; each has two partial sums of four outputs.
    let mut all = [[_mm256_setzero_si256(); 4]; N];
    for (index, line) in panel.iter().enumerate() {
        let mut x = [_mm256_setzero_si256(); N];
        for (x, row) in x.iter_mut().zip(&rows[first..]) {
            *x = _mm256_cvtepu8_epi16(_mm_set1_epi32(i32::from_le_bytes(row[index])));
        }
        let (quarters, _) = line.0.as_chunks::<16>();
        for (q, quarter) in quarters.iter().enumerate() {
            let weights = _mm256_cvtepi8_epi16(bytemuck::cast::<[i8; 16], __m128i>(*quarter));
            for (sums, x) in all.iter_mut().zip(&x) {
                // Two products of 255 and −128 fit 17 bits.
                sums[q] = _mm256_add_epi32(sums[q], _mm256_madd_epi16(*x, weights));
            }
        }
    }
    let mut sums = [[0; LANES]; N];
    for (sums, all) in sums.iter_mut().zip(all) {
        for (quarter, partial) in sums.as_chunks_mut::<4>().0.iter_mut().zip(all) {
            let partial = bytemuck::cast::<__m256i, [[i32; 2]; 4]>(partial);
            *quarter = partial.map(|[even, odd]| even.wrapping_add(odd));
        }
    }
    sums
}
