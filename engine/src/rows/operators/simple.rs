//! The operators that take a small part of the time: curves, turns, products, rescaled elements, pooled rows and the largest
//! element.

use millrace_inference::rows::{limits::R24, ElementType};
use multiversion::multiversion;

use super::{curve::Curve, norm::deviation};
use crate::rows::{
    elements::{bounds, for_element, Element, Elements},
    records::{rescale_deviations, rescale_numbers, rescale_products, Records},
    share::Share,
};

/// A function of each element.
pub(in crate::rows) struct Activation {
    pub input: u32,
    pub curve: Curve,
    pub element: ElementType,
}

impl Activation {
    pub fn rows<T: Element>(&self, input: &[i16], width: usize, share: Share) -> Vec<T> {
        share.chunks(input.len() / width, width, |first, made| {
            let input = &input[first * width..][..made.len()];
            let mut numbers: Vec<i32> = input.iter().map(|x| i32::from(*x)).collect();
            self.curve.apply(&mut numbers, self.element);
            made.iter_mut().zip(&numbers).for_each(|(made, number)| *made = T::narrow(*number));
        })
    }
}

/// Pairs turned by angles of a position.
pub(in crate::rows) struct Rope {
    pub input: u32,
    /// Where the angles are, in bytes of the blob.
    pub angles: usize,
    /// Pairs of a head.
    pub pairs: usize,
}

/// A pair turned: both sums stay within 2³¹ + 2²⁰.
fn turn([a, b]: [i16; 2], [c0, c1, s0, s1]: [u8; 4]) -> [i8; 2] {
    let (a, b) = (i64::from(a), i64::from(b));
    let (cosine, sine) = (i64::from(i16::from_le_bytes([c0, c1])), i64::from(i16::from_le_bytes([s0, s1])));
    let narrow = |sum: i64| ((sum + (1 << 20)) >> 21).clamp(i8::MIN.into(), i8::MAX.into()) as i8;
    [narrow(a * cosine - b * sine), narrow(a * sine + b * cosine)]
}

impl Rope {
    pub fn rows(
        &self,
        blob: &[u8],
        input: &[i16],
        width: usize,
        positions: &[usize],
        share: Share,
    ) -> Vec<i8> {
        share.rows(positions.len(), width, |row, made| {
            let angles = &blob[self.angles + positions[row] * self.pairs * 4..][..self.pairs * 4];
            let angles = angles.as_chunks().0.iter().cycle();
            let pairs = input[row * width..][..width].as_chunks::<2>().0;
            for ((made, pair), angle) in made.as_chunks_mut().0.iter_mut().zip(pairs).zip(angles) {
                *made = turn(*pair, *angle);
            }
        })
    }
}

/// Products of two rows' elements.
pub(in crate::rows) struct Mul {
    pub left: u32,
    pub right: u32,
    pub records: Vec<Records>,
    pub element: ElementType,
}

impl Mul {
    pub fn rows<T: Element>(&self, left: &[i16], right: &[i16], width: usize, share: Share) -> Vec<T> {
        share.chunks(left.len() / width, width, |first, part| {
            let mut numbers = vec![0; width];
            for (row, made) in part.chunks_mut(width).enumerate() {
                let at = (first + row) * width;
                let (left, right) = (&left[at..][..width], &right[at..][..width]);
                rescale_products(left, right, &self.records, bounds(self.element), &mut numbers);
                made.iter_mut().zip(&numbers).for_each(|(made, number)| *made = T::narrow(*number));
            }
        })
    }
}

/// Each element rescaled.
pub(in crate::rows) struct Requantize {
    pub input: u32,
    pub records: Vec<Records>,
    pub element: ElementType,
}

impl Requantize {
    pub fn run(&self, input: &Elements, width: usize, share: Share) -> Elements {
        fn run<T: Element>(of: &Requantize, input: &Elements, width: usize, share: Share) -> Vec<T> {
            match input {
                Elements::I8(all) => of.rows(all, width, share),
                Elements::I16(all) => of.rows(all, width, share),
                Elements::I32(all) => of.rows(all, width, share),
            }
        }
        for_element!(self.element, run(self, input, width, share))
    }

    fn rows<X: Copy + Into<i64> + Sync, T: Element>(&self, all: &[X], width: usize, share: Share) -> Vec<T> {
        share.chunks(all.len() / width, width, |first, part| {
            let mut numbers = vec![0; width];
            for (row, made) in part.chunks_mut(width).enumerate() {
                let row = &all[(first + row) * width..][..width];
                rescale_numbers(row, &self.records, bounds(self.element), &mut numbers);
                made.iter_mut().zip(&numbers).for_each(|(made, number)| *made = T::narrow(*number));
            }
        })
    }
}

/// The norm of a sequence's sum.
pub(in crate::rows) struct Pool {
    pub input: u32,
    pub records: Vec<Records>,
    pub element: ElementType,
}

impl Pool {
    /// The pooled row of a sequence whose rows before these have the sums `sums`, to which these are added.
    pub fn row<T: Element>(&self, rows: &[i32], width: usize, sums: &mut Vec<i64>) -> Vec<T> {
        sums.resize(width, 0);
        for row in rows.chunks(width) {
            // 2¹³ wide numbers stay within 2³⁶.
            sums.iter_mut().zip(row).for_each(|(sum, x)| *sum = sum.wrapping_add((*x).into()));
        }
        let fits = |sum: i64, shift: u32| (sum >> shift).unsigned_abs() <= u64::from(R24.unsigned_abs());
        let shift = (0..63).find(|shift| sums.iter().all(|sum| fits(*sum, *shift))).unwrap_or(0);
        let row: Vec<i32> = sums.iter().map(|sum| (*sum >> shift) as i32).collect();
        let mut numbers = vec![0; width];
        rescale_deviations(&row, deviation(&row, false), &self.records, bounds(self.element), &mut numbers);
        numbers.into_iter().map(T::narrow).collect()
    }
}

/// The largest number of a row.
#[multiversion(targets = "simd")]
fn largest(row: &[i32]) -> i32 {
    row.iter().copied().max().unwrap_or(0)
}

/// The index of each row's largest element, the lowest on ties.
pub(in crate::rows) fn arg_max(rows: &[i32], width: usize, share: Share) -> Vec<i32> {
    share.rows(rows.len() / width, 1, |row, made| {
        let row = &rows[row * width..][..width];
        let most = largest(row);
        made[0] = row.iter().position(|x| *x == most).unwrap_or(0) as i32;
    })
}
