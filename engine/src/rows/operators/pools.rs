//! The largest element of each window of an image, and the sums of all its positions.

use millrace_inference::rows::ElementType;
use multiversion::multiversion;

use super::windows::Windows;
use crate::rows::{
    elements::{bounds, for_element, Element, Elements},
    records::{rescale_numbers, Records},
    share::Share,
};

/// The largest elements of windows.
pub(in crate::rows) struct MaxPool {
    pub input: u32,
    pub windows: Windows,
    /// Elements of a row.
    pub width: usize,
}

/// The larger of each two.
#[multiversion(targets = "simd")]
fn raise<T: Copy + Ord>(made: &mut [T], row: &[T]) {
    made.iter_mut().zip(row).for_each(|(made, x)| *made = (*made).max(*x));
}

impl MaxPool {
    /// All its rows, of so many images.
    pub fn run(&self, input: &Elements, images: usize, share: Share) -> Elements {
        match input {
            Elements::I8(all) => Elements::I8(self.rows(all, images, share)),
            Elements::I16(all) => Elements::I16(self.rows(all, images, share)),
            Elements::I32(all) => Elements::I32(self.rows(all, images, share)),
        }
    }

    fn rows<T: Element + Ord>(&self, all: &[T], images: usize, share: Share) -> Vec<T> {
        let (windows, width) = (self.windows.count(), self.width);
        share.rows(images * windows, width, |row, made| {
            let image = row / windows * self.windows.positions();
            let mut positions = self.windows.of(row % windows).flatten();
            let read = |position: usize| &all[(image + position) * width..][..width];
            // Registration allows no window that lies beyond the border.
            positions.next().into_iter().for_each(|position| made.copy_from_slice(read(position)));
            positions.for_each(|position| raise(made, read(position)));
        })
    }
}

/// Sums of all positions.
pub(in crate::rows) struct GlobalPool {
    pub input: u32,
    /// Positions of an image.
    pub positions: usize,
    pub records: Vec<Records>,
    pub element: ElementType,
}

/// Adds a row: 2¹⁴ wide numbers stay within 2³⁷.
#[multiversion(targets = "simd")]
fn add<T: Copy + Into<i64>>(sums: &mut [i64], row: &[T]) {
    sums.iter_mut().zip(row).for_each(|(sum, x)| *sum = sum.wrapping_add((*x).into()));
}

impl GlobalPool {
    /// A row for each image.
    pub fn run(&self, input: &Elements, width: usize, share: Share) -> Elements {
        fn run<T: Element>(pool: &GlobalPool, input: &Elements, width: usize, share: Share) -> Vec<T> {
            match input {
                Elements::I8(all) => pool.rows(all, width, share),
                Elements::I16(all) => pool.rows(all, width, share),
                Elements::I32(all) => pool.rows(all, width, share),
            }
        }
        for_element!(self.element, run(self, input, width, share))
    }

    fn rows<X: Copy + Into<i64> + Sync, T: Element>(&self, all: &[X], width: usize, share: Share) -> Vec<T> {
        let image = self.positions * width;
        share.rows(all.len() / image, width, |index, made| {
            let mut sums = vec![0; width];
            all[index * image..][..image].chunks(width).for_each(|row| add(&mut sums, row));
            let mut numbers = vec![0; width];
            rescale_numbers(&sums, &self.records, bounds(self.element), &mut numbers);
            made.iter_mut().zip(&numbers).for_each(|(made, number)| *made = T::narrow(*number));
        })
    }
}
