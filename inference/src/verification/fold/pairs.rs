//! For wasm, which has no vectors: Winograd's inner product ("A New Algorithm for Inner Product", 1968), with r and w
//! of two rows,
//!
//! `r₁w₁ + r₂w₂ = (r₁ + w₂)·(r₂ + w₁) − r₁r₂ − w₁w₂`.
//!
//! The columns share `r₁r₂` and the lanes share `w₁w₂`, so that four lanes of two rows take five multiplications, not
//! eight.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "sums wrap explicitly; every index is below an array's constant length or within the rows of W"
)]

use alloc::vec::Vec;
use core::array;

use super::lane::Lanes;

/// Neighbouring columns whose sums are added to together.
const COLUMNS: usize = 4;
/// Rows that are added at once, so that sums are loaded and stored once for all of them.
const ROWS: usize = 4;

/// Sums of neighbouring columns.
#[derive(Clone, Default)]
struct Tile {
    /// By lane and column.
    of_lanes: [[u64; COLUMNS]; 4],
    /// `w₁w₂`, which is the same in every lane, by column.
    shared: [u64; COLUMNS],
}

/// Appends `rᵀW`.
pub(super) fn fold(parameters: &[i8], m: usize, r: &[Lanes], folded: &mut Vec<Lanes>) {
    let whole = m / COLUMNS;
    let mut tiles = alloc::vec![Tile::default(); m.div_ceil(COLUMNS)];
    // `r₁r₂`, which is the same in every column.
    let mut besides = [0u64; 4];
    for (block, r) in parameters.chunks(m * ROWS).zip(r.chunks(ROWS)) {
        // The last block may have fewer rows: any row stands in for a missing one, whose coefficients are 0.
        let row = |index: usize| block.chunks_exact(m).nth(index).or(block.get(..m)).unwrap_or_default();
        let rows: [(&[i8], &[i8]); ROWS] =
            array::from_fn(|index| row(index).split_at_checked(whole * COLUMNS).unwrap_or_default());
        let coefficients: [Lanes; ROWS] = array::from_fn(|index| r.get(index).copied().unwrap_or_default());

        let (tiles, last) = tiles.split_at_mut(whole);
        add(tiles, rows.map(|(row, _)| row), &coefficients);
        if !last.is_empty() {
            let padded = rows.map(|(_, rest)| {
                let mut padded = [0; COLUMNS];
                padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                padded
            });
            add(last, padded.each_ref().map(|row| row.as_slice()), &coefficients);
        }
        let [p, q, s, t] = coefficients;
        besides = array::from_fn(|lane| {
            let products = p[lane].wrapping_mul(q[lane]).wrapping_add(s[lane].wrapping_mul(t[lane]));
            besides[lane].wrapping_add(products)
        });
    }
    let columns = tiles.iter().flat_map(|tile| {
        tile.shared.iter().enumerate().map(move |(k, shared)| {
            array::from_fn(|lane| tile.of_lanes[lane][k].wrapping_sub(*shared).wrapping_sub(besides[lane]))
        })
    });
    folded.extend(columns.take(m));
}

/// Adds the rows, of whole tiles, times their coefficients. A function of its own: inlined, more numbers would be alive
/// than compiled wasm has registers for.
#[inline(never)]
fn add(tiles: &mut [Tile], rows: [&[i8]; ROWS], coefficients: &[Lanes; ROWS]) {
    let [a, b, c, d] = rows.map(|row| row.as_chunks().0);
    for (tile, ((a, b), (c, d))) in tiles.iter_mut().zip(a.iter().zip(b).zip(c.iter().zip(d))) {
        tile.add_rows([a, b, c, d], coefficients);
    }
}

impl Tile {
    #[inline(always)]
    fn add_rows(&mut self, [a, b, c, d]: [&[i8; COLUMNS]; ROWS], [p, q, s, t]: &[Lanes; ROWS]) {
        for k in 0..COLUMNS {
            let [a, b, c, d] = [a[k], b[k], c[k], d[k]].map(|w| i64::from(w).cast_unsigned());
            for lane in 0..4 {
                let first = p[lane].wrapping_add(b).wrapping_mul(q[lane].wrapping_add(a));
                let second = s[lane].wrapping_add(d).wrapping_mul(t[lane].wrapping_add(c));
                self.of_lanes[lane][k] = self.of_lanes[lane][k].wrapping_add(first).wrapping_add(second);
            }
            self.shared[k] = self.shared[k].wrapping_add(a.wrapping_mul(b)).wrapping_add(c.wrapping_mul(d));
        }
    }
}
