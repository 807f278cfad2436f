//! For processors with vectors: coefficients in halves of 32 bits and w + 128, which is no less than 0, so that every
//! product is one of two 32-bit numbers. Sums of halves don't overflow: 2³² · 2⁸ · 2²⁴ rows.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "sums wrap explicitly; every index is below an array's constant length or within the rows of W"
)]

use alloc::vec::Vec;
use core::array;

use super::lane::Lanes;

/// Neighbouring columns whose sums are added to together.
const COLUMNS: usize = 16;
/// Rows that are added while a tile's sums stay in registers; more would miss the cache where rows are a power of two
/// apart.
const ROWS: usize = 32;
/// The lower and the upper halves of two lanes: their sums fit the registers.
const HALVES: usize = 4;

/// Of two pairs of lanes, for each lane its lower half, then its upper one.
type Halves = [[u32; HALVES]; 2];
/// By half and column.
type Tile = [[[u64; COLUMNS]; HALVES]; 2];

pub(super) fn fold(parameters: &[i8], m: usize, r: &[Lanes]) -> Vec<Lanes> {
    let whole = m / COLUMNS;
    let mut tiles: Vec<Tile> = alloc::vec![[[[0; COLUMNS]; HALVES]; 2]; m.div_ceil(COLUMNS)];
    let (tiles_whole, tiles_last) = tiles.split_at_mut(whole);
    for (block, r) in parameters.chunks(m * ROWS).zip(r.chunks(ROWS)) {
        let halves_of = |r: &Lanes| {
            array::from_fn(|pair| array::from_fn(|half| (r[2 * pair + half / 2] >> (half % 2 * 32)) as u32))
        };
        let halves: Vec<Halves> = r.iter().map(halves_of).collect();
        add(tiles_whole, block, m, &halves);
        if !tiles_last.is_empty() {
            let padded: Vec<[i8; COLUMNS]> = block
                .chunks_exact(m)
                .map(|row| array::from_fn(|k| row.get(whole * COLUMNS + k).copied().unwrap_or_default()))
                .collect();
            add(tiles_last, padded.as_flattened(), COLUMNS, &halves);
        }
    }
    let besides: Lanes =
        array::from_fn(|lane| r.iter().fold(0u64, |sum, r| sum.wrapping_add(r[lane])).wrapping_mul(128));
    let columns = tiles.iter().flat_map(|tile| {
        (0..COLUMNS).map(move |k| {
            array::from_fn(|lane| {
                let [lower, upper] = [0, 1].map(|half| tile[lane / 2][lane % 2 * 2 + half][k]);
                lower.wrapping_add(upper << 32).wrapping_sub(besides[lane])
            })
        })
    });
    columns.take(m).collect()
}

/// Adds the rows of a block, `m` apart, times their coefficients.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
#[allow(
    clippy::needless_range_loop,
    reason = "the compiler makes vectors of these loops, of iterators' it doesn't"
)]
fn add(tiles: &mut [Tile], block: &[i8], m: usize, coefficients: &[Halves]) {
    debug_assert!(block.len() >= coefficients.len() * m && m >= tiles.len() * COLUMNS);
    for (index, tile) in tiles.iter_mut().enumerate() {
        for pair in 0..2 {
            let mut sums = tile[pair];
            let mut from = index * COLUMNS;
            for coefficients in coefficients {
                let Some(row) = block.get(from..).and_then(|rest| rest.first_chunk::<COLUMNS>()) else {
                    break;
                };
                let mut wide = [0u64; COLUMNS];
                for k in 0..COLUMNS {
                    wide[k] = (row[k].cast_unsigned() ^ 0x80).into();
                }
                for half in 0..HALVES {
                    let coefficient = u64::from(coefficients[pair][half]);
                    for k in 0..COLUMNS {
                        sums[half][k] = sums[half][k].wrapping_add(wide[k].wrapping_mul(coefficient));
                    }
                }
                from += m;
            }
            tile[pair] = sums;
        }
    }
}
