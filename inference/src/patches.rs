//! Patches of an image: what convolutions multiply and poolings summarise.

use alloc::vec::Vec;

use crate::{limits::MAX_ELEMENTS, model::Window, ModelFault};

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
        // Padding alone could make it any size, while a pooling has no parameters that pay for it.
        if kernel_rows.checked_mul(kernel_columns).is_none_or(|elements| elements > MAX_ELEMENTS) {
            return Err(ModelFault::Window);
        }
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

    /// Where each element of the kernel meets a plane, row by row of the kernel; the same for all planes. Elements that
    /// every patch has in the padding are left out: there are never more than [`Self::steps`] for each position.
    pub(crate) fn meets(&self) -> Vec<Meet> {
        let [kernel_rows, kernel_columns] = self.window.kernel;
        let meet = |(patches, _): &(core::ops::Range<usize>, usize)| !patches.is_empty();
        let across: Vec<_> = (0..kernel_columns).map(|column| self.reach(column, 1)).filter(meet).collect();
        (0..kernel_rows)
            .map(|row| self.reach(row, 0))
            .filter(meet)
            .flat_map(|(rows, first_row)| {
                across.iter().map(move |(columns, first_column)| Meet {
                    rows: rows.clone(),
                    columns: columns.clone(),
                    first: [first_row, *first_column],
                })
            })
            .collect()
    }

    /// Adds one element of the kernel to the states of the patches that have it inside the border, a row of patches at a
    /// time; `states` has one for each patch of the plane.
    #[inline(always)]
    pub(crate) fn sweep<S>(&self, meet: &Meet, plane: &[i8], states: &mut [S], add: impl Fn(&mut S, i8)) {
        let [down, across] = self.window.stride.map(|stride| size(stride).max(1));
        let (width, patches) = (size(self.width).max(1), size(self.columns).max(1));
        let [row, column] = meet.first;
        let mut from = row.saturating_mul(width).saturating_add(column);
        let mut to = meet.rows.start.saturating_mul(patches).saturating_add(meet.columns.start);
        let count = meet.columns.len();
        for _ in meet.rows.clone() {
            let states = states.get_mut(to..to.saturating_add(count)).unwrap_or_default();
            let line = plane.get(from..).unwrap_or_default();
            let (pairs, _) = line.as_chunks::<2>();
            // One step at a time is what compilers make vectors of; pairs need no check for each element.
            if across == 1 {
                states.iter_mut().zip(line).for_each(|(state, x)| add(state, *x));
            } else if across == 2 && pairs.len() >= count {
                states.iter_mut().zip(pairs).for_each(|(state, [x, _])| add(state, *x));
            } else {
                states.iter_mut().zip(line.iter().step_by(across)).for_each(|(state, x)| add(state, *x));
            }
            from = from.saturating_add(down.saturating_mul(width));
            to = to.saturating_add(patches);
        }
    }

    /// The patches along an axis whose element `offset` of the kernel lies inside the border, and where along the
    /// image the first of them has it.
    fn reach(&self, offset: u32, axis: usize) -> (core::ops::Range<usize>, usize) {
        let [top, left, ..] = self.window.padding;
        let (stride, before, length, patches) = if axis == 0 {
            (self.window.stride[0].max(1), top, self.height, self.rows)
        } else {
            (self.window.stride[1].max(1), left, self.width, self.columns)
        };
        // Patch p has the element at p·stride + offset − before.
        let first = before.saturating_sub(offset).div_ceil(stride).min(patches);
        let end = length.saturating_add(before).saturating_sub(offset).div_ceil(stride).min(patches);
        let at = first.saturating_mul(stride).saturating_add(offset).saturating_sub(before);
        (size(first)..size(end.max(first)), size(at))
    }

    /// Calls `visit` with each patch's row and column, in row-major order, until it says false; returns
    /// whether it never did.
    pub(crate) fn all(&self, mut visit: impl FnMut(u32, u32) -> bool) -> bool {
        (0..self.rows).all(|row| (0..self.columns).all(|column| visit(row, column)))
    }

    /// Where patch `index` lies along an axis.
    fn span(&self, index: u32, axis: usize) -> Span {
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
        Span {
            before: count(start, first),
            first: count(0, first),
            count: count(first, last),
            behind: count(last, end),
        }
    }
}

/// Where an element of the kernel meets a plane.
pub(crate) struct Meet {
    /// The rows and columns of patches that have it inside the border.
    rows: core::ops::Range<usize>,
    columns: core::ops::Range<usize>,
    /// Row and column of the plane at which the first of those patches has it.
    first: [usize; 2],
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
        let mut sums = [0i8; 4];
        for meet in patches.meets() {
            patches.sweep(&meet, &image, &mut sums, |sum, x| *sum += x);
        }
        assert_eq!(sums, [1 + 2, 3, 4 + 5 + 7 + 8, 6 + 9]);
    }

    #[test]
    fn an_element_of_the_kernel_reaches_the_patches_that_have_it_inside() {
        let patches = patches([1, 5, 4], [3, 3], [2, 1], [1, 2, 1, 0]);
        assert_eq!((patches.rows, patches.columns), (3, 4));
        for (axis, kernel, count, stride, before, length) in [(0, 3, 3, 2, 1, 5), (1, 3, 4, 1, 2, 4)] {
            for offset in 0..kernel {
                let at = |patch: i64| patch * stride + i64::from(offset) - before;
                let inside: Vec<i64> = (0..count).filter(|patch| (0..length).contains(&at(*patch))).collect();
                let (reached, first) = patches.reach(offset, axis);
                assert!(reached.clone().map(|patch| patch as i64).eq(inside.iter().copied()));
                assert_eq!(first as i64, at(inside[0]));
            }
        }
    }

    #[test]
    fn only_what_some_patch_has_inside_is_met() {
        // One patch of 511 × 511, which has the image in its last corner.
        let patches = patches([1, 4, 4], [511, 511], [1, 1], [507, 507, 0, 0]);
        assert_eq!(patches.positions(), 1);
        assert_eq!(patches.meets().len(), 16);
        assert_eq!(patches.steps(), 16);
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
        assert!(refused([u32::MAX - 3, 1], [1, 1], [u32::MAX - 4, 0, 0, 0]));
        assert!(refused([513, 512], [1, 1], [512, 511, 0, 0]));
        assert_eq!(
            Patches::new(&[4, 4], Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] }),
            Err(ModelFault::NotAnImage { got: 2 })
        );
    }
}
