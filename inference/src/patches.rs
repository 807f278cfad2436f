//! Patches of an image: what convolutions multiply and poolings summarise.

use alloc::vec::Vec;

use crate::{model::Window, ModelFault};

/// A [`Window`] laid over the planes of one sample. All sizes are elements and were checked by
/// [`Patches::new`], so positions and products fit their integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patches {
    /// Channels of the image.
    pub channels: u32,
    /// Rows of the image.
    pub height: u32,
    /// Columns of the image.
    pub width: u32,
    /// Rows of patches.
    pub rows: u32,
    /// Columns of patches.
    pub columns: u32,
    /// The window.
    pub window: Window,
}

impl Patches {
    /// Lays a window over an image of shape `[channels, height, width]`:
    /// `rows = ⌊(height + padding − kernel) / stride⌋ + 1`, columns alike.
    pub(crate) fn new(shape: &[u32], window: Window) -> Result<Self, ModelFault> {
        let &[channels, height, width] = shape else {
            return Err(ModelFault::NotAnImage { got: u32::try_from(shape.len()).unwrap_or(u32::MAX) });
        };
        let [top, left, bottom, right] = window.padding;
        let steps = |length: u32, kernel: u32, stride: u32, before: u32, after: u32| {
            if before >= kernel || after >= kernel {
                return None;
            }
            let slack = length.checked_add(before)?.checked_add(after)?.checked_sub(kernel)?;
            slack.checked_div(stride)?.checked_add(1)
        };
        let ([kernel_rows, kernel_columns], [down, across]) = (window.kernel, window.stride);
        let rows = steps(height, kernel_rows, down, top, bottom).ok_or(ModelFault::Window)?;
        let columns = steps(width, kernel_columns, across, left, right).ok_or(ModelFault::Window)?;
        Ok(Self { channels, height, width, rows, columns, window })
    }

    /// Patches of one sample.
    pub fn positions(&self) -> usize {
        size(self.rows).saturating_mul(size(self.columns))
    }

    /// Elements of one sample.
    pub fn sample(&self) -> usize {
        size(self.channels).saturating_mul(self.plane())
    }

    /// Elements of one channel.
    pub fn plane(&self) -> usize {
        size(self.height).saturating_mul(size(self.width))
    }

    /// Elements of a patch in one channel.
    pub fn kernel(&self) -> usize {
        let [rows, columns] = self.window.kernel;
        size(rows).saturating_mul(size(columns))
    }

    /// The most elements of a patch in one channel that lie inside the border.
    pub(crate) fn steps(&self) -> u64 {
        let [rows, columns] = self.window.kernel;
        u64::from(rows.min(self.height)).saturating_mul(columns.min(self.width).into())
    }

    /// Appends the patch at (`row`, `column`) of each of the planes, channel by channel and row by row, with
    /// `pad_value` beyond the border.
    pub fn gather(&self, planes: &[i8], row: u32, column: u32, pad_value: i8, patch: &mut Vec<i8>) {
        let (left, inside, right) = self.span(column, 1);
        for plane in planes.chunks_exact(self.plane().max(1)) {
            let (above, rows, below) = self.span(row, 0);
            let kernel_columns = size(self.window.kernel[1]);
            let pad = |patch: &mut Vec<i8>, count: usize| {
                patch.resize(patch.len().saturating_add(count), pad_value);
            };
            pad(patch, above.saturating_mul(kernel_columns));
            for line in plane.chunks_exact(size(self.width).max(1)).skip(rows.0).take(rows.1) {
                pad(patch, left);
                patch.extend(line.iter().skip(inside.0).take(inside.1));
                pad(patch, right);
            }
            pad(patch, below.saturating_mul(kernel_columns));
        }
    }

    /// The elements of the patch at (`row`, `column`) of one plane that lie inside the border.
    pub(crate) fn inside<'a>(&self, plane: &'a [i8], row: u32, column: u32) -> impl Iterator<Item = &'a i8> {
        let ((_, rows, _), (_, columns, _)) = (self.span(row, 0), self.span(column, 1));
        plane
            .chunks_exact(size(self.width).max(1))
            .skip(rows.0)
            .take(rows.1)
            .flat_map(move |line| line.iter().skip(columns.0).take(columns.1))
    }

    /// Calls `visit` with each patch's row and column, in row-major order, until it says false; returns
    /// whether it never did.
    pub(crate) fn all(&self, mut visit: impl FnMut(u32, u32) -> bool) -> bool {
        (0..self.rows).all(|row| (0..self.columns).all(|column| visit(row, column)))
    }

    /// Where patch `index` lies along an axis: elements before the border, first element inside with their
    /// number, elements behind the border. Together they are the kernel's length.
    fn span(&self, index: u32, axis: usize) -> (usize, (usize, usize), usize) {
        let [top, left, ..] = self.window.padding;
        let (kernel, stride, before, length) = if axis == 0 {
            (self.window.kernel[0], self.window.stride[0], top, self.height)
        } else {
            (self.window.kernel[1], self.window.stride[1], left, self.width)
        };
        let start = i64::from(index).saturating_mul(stride.into()).saturating_sub(before.into());
        let end = start.saturating_add(kernel.into());
        let first = start.clamp(0, length.into());
        let last = end.clamp(0, length.into());
        let count = |from: i64, to: i64| usize::try_from(to.saturating_sub(from)).unwrap_or(0);
        (count(start, first), (count(0, first), count(first, last)), count(last, end))
    }
}

/// A `u32` as a size of memory; targets have at least 32 bits.
fn size(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let inside: Vec<i8> = patches.inside(&image, 0, 1).copied().collect();
        assert_eq!(inside, [3]);
    }

    #[test]
    fn channels_follow_each_other() {
        let image: Vec<i8> = (0..8).collect();
        let patches = patches([2, 2, 2], [1, 2], [1, 1], [0; 4]);
        let mut patch = vec![];
        patches.gather(&image, 1, 0, 0, &mut patch);
        assert_eq!(patch, [2, 3, 6, 7]);
    }

    #[test]
    fn windows_that_see_nothing_are_refused() {
        let refused = |kernel, stride, padding| {
            Patches::new(&[1, 4, 4], Window { kernel, stride, padding }) == Err(ModelFault::Window)
        };
        assert!(refused([0, 1], [1, 1], [0; 4]));
        assert!(refused([1, 1], [0, 1], [0; 4]));
        assert!(refused([5, 1], [1, 1], [0; 4]));
        assert!(refused([2, 2], [1, 1], [2, 0, 0, 0]));
        assert!(refused([u32::MAX, 1], [1, 1], [u32::MAX - 1, 0, 0, 0]));
        assert_eq!(
            Patches::new(&[4, 4], Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] }),
            Err(ModelFault::NotAnImage { got: 2 })
        );
    }
}
