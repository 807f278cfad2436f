//! `rᵀW`, the larger part of a verification: by 32-bit multiplications in a processor's vectors, by few 64-bit ones
//! in wasm, which has no vectors.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "sums wrap explicitly; every index is below an array's constant length or within the rows of W"
)]

use alloc::vec::Vec;
use core::array;

/// A number in each of the four lanes, mod 2⁶⁴.
pub(crate) type Lanes = [u64; 4];

/// Rows of W that are added at once, so that sums are loaded and stored once for all of them.
const ROWS: usize = 4;

/// `rᵀW`: four lanes for each of W's m columns; of a convolution, one filter a lane.
pub(crate) fn fold(parameters: &[i8], m: usize, r: &[Lanes]) -> Vec<Lanes> {
    if cfg!(feature = "std") {
        fold_tiles::<Halves>(parameters, m, r)
    } else {
        fold_tiles::<Pairs>(parameters, m, r)
    }
}

/// Adds `coefficient·value` to the sum of each lane, mod 2⁶⁴.
#[inline]
pub(crate) fn add_scaled([a, b, c, d]: &mut Lanes, [p, q, r, s]: &Lanes, value: i64) {
    let value = value.cast_unsigned();
    *a = a.wrapping_add(p.wrapping_mul(value));
    *b = b.wrapping_add(q.wrapping_mul(value));
    *c = c.wrapping_add(r.wrapping_mul(value));
    *d = d.wrapping_add(s.wrapping_mul(value));
}

fn add(sums: Lanes, more: Lanes) -> Lanes {
    array::from_fn(|lane| sums[lane].wrapping_add(more[lane]))
}

/// Sums of neighbouring columns of W.
trait Tile: Clone {
    /// How many columns.
    const COLUMNS: usize;
    /// The sums of no rows.
    const EMPTY: Self;

    /// Adds the rows, of whole tiles, times their coefficients.
    fn add(tiles: &mut [Self], rows: [&[i8]; ROWS], coefficients: &[Lanes; ROWS]);

    /// What `add` adds to every column besides.
    fn besides(coefficients: &[Lanes; ROWS]) -> Lanes;

    /// Each column's lanes, less what was added besides.
    fn lanes(&self, besides: Lanes) -> impl Iterator<Item = Lanes>;
}

fn fold_tiles<T: Tile>(parameters: &[i8], m: usize, r: &[Lanes]) -> Vec<Lanes> {
    let whole = m / T::COLUMNS;
    let mut tiles = alloc::vec![T::EMPTY; m.div_ceil(T::COLUMNS)];
    let mut besides = [0; 4];
    for (block, coefficients) in parameters.chunks(m * ROWS).zip(r.chunks(ROWS)) {
        // A row that is missing is another one, times nothing.
        let row = |index: usize| block.chunks_exact(m).nth(index).or(block.get(..m)).unwrap_or_default();
        let rows: [(&[i8], &[i8]); ROWS] =
            array::from_fn(|index| row(index).split_at_checked(whole * T::COLUMNS).unwrap_or_default());
        let coefficients = array::from_fn(|index| coefficients.get(index).copied().unwrap_or_default());

        let (tiles, last) = tiles.split_at_mut(whole);
        T::add(tiles, rows.map(|(row, _)| row), &coefficients);
        if !last.is_empty() {
            let padded = rows.map(|(_, rest)| {
                let mut padded = [0; 8];
                padded.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                padded
            });
            T::add(last, padded.each_ref().map(|row| &row[..T::COLUMNS]), &coefficients);
        }
        besides = add(besides, T::besides(&coefficients));
    }
    tiles.iter().flat_map(|tile| tile.lanes(besides)).take(m).collect()
}

/// The rows' parts in each tile.
fn parts<const COLUMNS: usize>(rows: [&[i8]; ROWS]) -> impl Iterator<Item = [&[i8; COLUMNS]; ROWS]> {
    let [a, b, c, d] = rows.map(|row| row.as_chunks().0);
    a.iter().zip(b).zip(c.iter().zip(d)).map(|((a, b), (c, d))| [a, b, c, d])
}

/// By Winograd's inner product ("A New Algorithm for Inner Product", 1968), with r and w of two rows,
/// `r₁w₁ + r₂w₂ = (r₁ + w₂)·(r₂ + w₁) − r₁r₂ − w₁w₂`. The columns share `r₁r₂` and the lanes share `w₁w₂`, so that
/// four lanes of two rows take five multiplications, not eight.
#[derive(Clone)]
struct Pairs {
    /// By lane and column.
    of_lanes: [[u64; 4]; 4],
    /// What the lanes share, by column.
    shared: [u64; 4],
}

impl Pairs {
    #[inline(always)]
    fn add_rows(&mut self, [a, b, c, d]: [&[i8; 4]; ROWS], [p, q, s, t]: &[Lanes; ROWS]) {
        for k in 0..4 {
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

impl Tile for Pairs {
    const COLUMNS: usize = 4;
    const EMPTY: Self = Self { of_lanes: [[0; 4]; 4], shared: [0; 4] };

    /// A function of its own: inlined, more numbers would be alive than compiled wasm has registers for.
    #[inline(never)]
    fn add(tiles: &mut [Self], rows: [&[i8]; ROWS], coefficients: &[Lanes; ROWS]) {
        for (tile, rows) in tiles.iter_mut().zip(parts(rows)) {
            tile.add_rows(rows, coefficients);
        }
    }

    fn besides([p, q, s, t]: &[Lanes; ROWS]) -> Lanes {
        array::from_fn(|lane| p[lane].wrapping_mul(q[lane]).wrapping_add(s[lane].wrapping_mul(t[lane])))
    }

    fn lanes(&self, besides: Lanes) -> impl Iterator<Item = Lanes> {
        self.shared.iter().enumerate().map(move |(k, shared)| {
            array::from_fn(|lane| self.of_lanes[lane][k].wrapping_sub(*shared).wrapping_sub(besides[lane]))
        })
    }
}

/// With coefficients in halves of 32 bits and w + 128, which is no less than 0, every product is one of two 32-bit
/// numbers, which vectors widen. Sums of halves don't overflow: 2³² · 2⁸ · 2²⁴ rows.
#[derive(Clone)]
struct Halves {
    /// By lane and column: sums of the lower halves and of the upper ones.
    sums: [[[u64; 8]; 2]; 4],
}

impl Tile for Halves {
    const COLUMNS: usize = 8;
    const EMPTY: Self = Self { sums: [[[0; 8]; 2]; 4] };

    fn add(tiles: &mut [Self], rows: [&[i8]; ROWS], coefficients: &[Lanes; ROWS]) {
        add_halves(tiles, rows, coefficients);
    }

    fn besides(coefficients: &[Lanes; ROWS]) -> Lanes {
        coefficients.iter().fold([0; 4], |sum, r| add(sum, *r)).map(|sum| sum.wrapping_mul(128))
    }

    fn lanes(&self, besides: Lanes) -> impl Iterator<Item = Lanes> {
        (0..8).map(move |k| {
            array::from_fn(|lane| {
                let [lower, upper] = [self.sums[lane][0][k], self.sums[lane][1][k]];
                lower.wrapping_add(upper << 32).wrapping_sub(besides[lane])
            })
        })
    }
}

#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
#[allow(
    clippy::needless_range_loop,
    reason = "the compiler makes vectors of these loops, of iterators' it doesn't"
)]
fn add_halves(tiles: &mut [Halves], rows: [&[i8]; ROWS], coefficients: &[Lanes; ROWS]) {
    let halves: [[[u32; ROWS]; 2]; 4] =
        array::from_fn(|lane| [0, 32].map(|shift| coefficients.map(|r| (r[lane] >> shift) as u32)));
    for (tile, parts) in tiles.iter_mut().zip(parts::<8>(rows)) {
        for (row, part) in parts.into_iter().enumerate() {
            let mut wide = [0u64; 8];
            for k in 0..8 {
                wide[k] = (part[k].cast_unsigned() ^ 0x80).into();
            }
            for lane in 0..4 {
                for half in 0..2 {
                    let coefficient = u64::from(halves[lane][half][row]);
                    for k in 0..8 {
                        let sum = &mut tile.sums[lane][half][k];
                        *sum = sum.wrapping_add(wide[k].wrapping_mul(coefficient));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes;

    /// Blocks of rows and tiles of columns, whole and ragged, against the definition.
    #[test]
    fn folding_is_the_product() {
        for (n, m) in (1..=9).flat_map(|n| (1..=17).map(move |m| (n, m))) {
            let r: Vec<Lanes> = lanes([3; 32], 1).take(n).collect();
            let mut parameters: Vec<i8> = lanes([4; 32], 1).take(n * m).map(|[w, ..]| w as i8).collect();
            parameters[0] = i8::MIN;
            let product: Vec<Lanes> = (0..m)
                .map(|k| {
                    let mut sums = [0; 4];
                    for (row, coefficients) in parameters.chunks_exact(m).zip(&r) {
                        add_scaled(&mut sums, coefficients, row[k].into());
                    }
                    sums
                })
                .collect();
            assert_eq!(fold_tiles::<Halves>(&parameters, m, &r), product, "in halves, {n} × {m}");
            assert_eq!(fold_tiles::<Pairs>(&parameters, m, &r), product, "in pairs, {n} × {m}");
        }
    }
}
