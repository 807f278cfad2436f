//! Copies patches out of an image: the columns that a convolution multiplies.

use alloc::vec::Vec;

use super::layout::{size, Axis, Patches};

impl Patches {
    /// Appends the patch at (`row`, `column`) of each of the planes, channel by channel and row by row, with
    /// `pad_value` beyond the border.
    pub fn gather(&self, planes: &[i8], row: u32, column: u32, pad_value: i8, patch: &mut Vec<i8>) {
        let (rows, columns) = (self.span(row, 0), self.span(column, 1));
        let (width, kernel_columns) = (size(self.width).max(1), size(self.window.kernel[1]));
        let pad = |patch: &mut Vec<i8>, count: usize| {
            if count > 0 {
                patch.resize(patch.len().saturating_add(count), pad_value);
            }
        };
        for plane in planes.chunks_exact(self.plane().max(1)) {
            pad(patch, rows.before.saturating_mul(kernel_columns));
            for line in plane.chunks_exact(width).skip(rows.first).take(rows.count) {
                pad(patch, columns.before);
                patch.extend_from_slice(columns.of(line));
                pad(patch, columns.behind);
            }
            pad(patch, rows.behind.saturating_mul(kernel_columns));
        }
    }

    /// How many elements of each patch along an axis lie inside the border.
    pub(crate) fn inside(&self, axis: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.axis(axis).patches).map(move |patch| self.span(patch, axis).count)
    }

    /// Where patch `index` lies along an axis.
    fn span(&self, index: u32, axis: usize) -> Span {
        let Axis { kernel, stride, before, length, .. } = self.axis(axis);
        let start = i64::from(index).saturating_mul(stride.into()).saturating_sub(before.into());
        let end = start.saturating_add(kernel.into());
        let first = start.clamp(0, length.into());
        let last = end.clamp(0, length.into());
        let count = |from: i64, to: i64| usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        Span {
            before: count(start, first),
            first: count(0, first),
            count: count(first, last),
            behind: count(last, end),
        }
    }
}

/// A patch along one axis: elements before the border, inside it and behind it. Together they are the kernel's length.
struct Span {
    before: usize,
    /// Position of the first element inside.
    first: usize,
    /// Elements inside.
    count: usize,
    behind: usize,
}

impl Span {
    /// Its elements inside the border.
    fn of<'a>(&self, line: &'a [i8]) -> &'a [i8] {
        line.get(self.first..self.first.saturating_add(self.count)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::node::Window;
    use alloc::vec;

    fn patches(shape: [u32; 3], kernel: [u32; 2], stride: [u32; 2], padding: [u32; 4]) -> Patches {
        Patches::new(&shape, Window { kernel, stride, padding }).expect("a fine window")
    }

    #[test]
    fn patches_are_gathered_row_by_row_with_padding() {
        let image: Vec<i8> = (1..=9).collect();
        let patches = patches([1, 3, 3], [2, 2], [2, 2], [1, 0, 0, 1]);
        assert_eq!((patches.rows, patches.columns), (2, 2));
        let at = |row, column| {
            let mut patch = vec![];
            patches.gather(&image, row, column, -7, &mut patch);
            patch
        };
        assert_eq!(at(0, 0), [-7, -7, 1, 2]);
        assert_eq!(at(0, 1), [-7, -7, 3, -7]);
        assert_eq!(at(1, 0), [4, 5, 7, 8]);
        assert_eq!(at(1, 1), [6, -7, 9, -7]);
    }

    #[test]
    fn channels_follow_each_other() {
        let image: Vec<i8> = (0..8).collect();
        let patches = patches([2, 2, 2], [1, 2], [1, 1], [0; 4]);
        let mut patch = vec![];
        patches.gather(&image, 1, 0, 0, &mut patch);
        assert_eq!(patch, [2, 3, 6, 7]);
    }
}
