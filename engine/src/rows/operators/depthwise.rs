//! Convolutions of channels, each with a filter of its own: no product of matrices, but one of rows, element by element.

use std::ops::Range;

use millrace_inference::rows::{Conv2d, ElementType};
use multiversion::multiversion;

use super::{
    linear::{outputs, Operands},
    product::{Columns, Target},
    windows::Windows,
};
use crate::rows::{
    elements::{bounds, for_element, Element, Elements},
    products::{COLUMNS, LANES, ROWS},
    records::{records_bytes, rescale_sums, Record, Records},
    share::Share,
};

/// Weights of a block of columns, place by place.
type Taps = Vec<[i32; COLUMNS]>;

/// A convolution's parameters, if each channel has one filter.
pub(in crate::rows) struct Depthwise {
    pub input: u32,
    pub addend: Option<u32>,
    element: ElementType,
    windows: Windows,
    pad: i16,
    /// Elements of a row.
    width: usize,
    blocks: Vec<(Taps, Records)>,
}

/// `Σ w·x` of some channels, those of a block, of windows whose places come one after the other. At most 64 products of an `i16` and
/// an `i8` stay within 2²⁸.
#[multiversion(targets = "simd")]
fn sum_up<T: Copy + Into<i32>>(
    places: &[&[T]],
    channels: Range<usize>,
    taps: &[[i32; COLUMNS]],
    sums: &mut [[i32; COLUMNS]],
) {
    let whole = channels.len() / LANES;
    for (places, sums) in places.chunks(taps.len()).zip(sums) {
        for (panel, sums) in sums.as_chunks_mut::<LANES>().0.iter_mut().enumerate().take(whole) {
            let mut all = [0; LANES];
            for (place, taps) in places.iter().zip(taps) {
                let x = place[channels.start + panel * LANES..].first_chunk::<LANES>();
                let Some((x, taps)) = x.zip(taps.as_chunks::<LANES>().0.get(panel)) else { break };
                add_products(&mut all, x, taps);
            }
            *sums = all;
        }
        let rest = &mut sums[whole * LANES..];
        rest.fill(0);
        for (place, taps) in places.iter().zip(taps) {
            add_products(rest, &place[channels.start + whole * LANES..channels.end], &taps[whole * LANES..]);
        }
    }
}

/// Adds products of as many channels as there are.
#[inline(always)]
fn add_products<T: Copy + Into<i32>>(sums: &mut [i32], x: &[T], weights: &[i32]) {
    for ((sum, x), weight) in sums.iter_mut().zip(x).zip(weights) {
        let x: i32 = (*x).into();
        *sum = sum.wrapping_add(x.wrapping_mul(*weight));
    }
}

impl Depthwise {
    /// Packs the weights of `rows`: for each channel one of each place, then its record.
    pub fn pack(conv: &Conv2d, windows: Windows, rows: &[u8]) -> Self {
        let places = windows.places();
        let channels: Vec<(&[i8], &[u8])> = outputs(rows, places).collect();
        let blocks = channels.chunks(COLUMNS).map(|channels| {
            let mut taps = vec![[0; COLUMNS]; places];
            for (column, (weights, _)) in channels.iter().enumerate() {
                taps.iter_mut().zip(*weights).for_each(|(taps, weight)| taps[column] = (*weight).into());
            }
            let records = channels.iter().map(|(weights, record)| {
                let size: u64 = weights.iter().map(|weight| u64::from(weight.unsigned_abs())).sum();
                Record::read(record).raised(size << 15)
            });
            let records = Records::of_block(records);
            (taps, records)
        });
        Self {
            input: conv.input,
            addend: conv.addend,
            element: conv.element,
            windows,
            pad: conv.pad,
            width: conv.outputs as usize,
            blocks: blocks.collect(),
        }
    }

    /// Bytes that the packed weights of so many channels take.
    pub fn packed_bytes(channels: u64, places: u64) -> u64 {
        let blocks = channels.div_ceil(COLUMNS as u64);
        let taps = places * size_of::<[i32; COLUMNS]>() as u64 + size_of::<Taps>() as u64;
        // The list of the channels is there while they are packed.
        blocks * taps + records_bytes(channels) + channels * size_of::<(&[i8], &[u8])>() as u64
    }

    /// Bytes that a thread needs.
    pub fn room(&self) -> u64 {
        // Lists that grow may have room for twice as many.
        2 * (self.width * 2 + self.windows.places() * ROWS * size_of::<&[i8]>()) as u64
    }

    /// All its rows.
    pub fn run(&self, operands: Operands<'_>, share: Share) -> Elements {
        fn run<T: Element>(conv: &Depthwise, operands: Operands<'_>, share: Share) -> Vec<T> {
            match operands.input {
                Elements::I8(all) => conv.rows(all, conv.pad as i8, operands, share),
                Elements::I16(all) => conv.rows(all, conv.pad, operands, share),
                Elements::I32(_) => unreachable!("registration checked the types; qed"),
            }
        }
        for_element!(self.element, run(self, operands, share))
    }

    /// Eight windows at a time, block by block of columns.
    fn rows<X: Copy + Into<i32> + Send + Sync, T: Element>(
        &self,
        all: &[X],
        pad: X,
        operands: Operands<'_>,
        share: Share,
    ) -> Vec<T> {
        let (width, windows, places) = (self.width, self.windows.count(), self.windows.places());
        let columns = Columns { stride: width, first: 0 };
        share.chunks(operands.rows, width, |first, part| {
            let beyond = vec![pad; width];
            let mut read = Vec::with_capacity(ROWS * places);
            let mut sums = [[0; COLUMNS]; ROWS];
            for (tile, made) in part.chunks_mut(ROWS * width).enumerate() {
                let first = first + tile * ROWS;
                let count = made.len() / width;
                read.clear();
                for row in first..first + count {
                    let image = row / windows * self.windows.positions();
                    self.windows.of(row % windows).for_each(|position| {
                        read.push(position.map_or(&beyond[..], |at| &all[(image + at) * width..][..width]));
                    });
                }
                let addend = operands.addend_of(first, columns);
                let mut target = Target { made, columns, addend };
                for (block, (taps, records)) in self.blocks.iter().enumerate() {
                    let block = block * COLUMNS..width.min((block + 1) * COLUMNS);
                    sum_up(&read, block.clone(), taps, &mut sums);
                    let columns = block.len();
                    target.write(0..count, block, |rows| {
                        rescale_sums(&sums, columns, records, bounds(self.element), rows);
                    });
                }
            }
        })
    }
}
