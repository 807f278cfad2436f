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

    /// What sweeping a kernel over the planes of one sample takes at most.
    pub(crate) fn sweeping(&self) -> Sweeping {
        let wide = |value: u32| u64::from(value);
        let [kernel_rows, kernel_columns] = self.window.kernel;
        let row_hits = wide(self.rows).saturating_mul(kernel_rows.min(self.height).into());
        let column_hits = wide(self.columns).saturating_mul(kernel_columns.min(self.width).into());
        let [rows, columns] = [self.reach_bound(0), self.reach_bound(1)];
        let channels = wide(self.channels);
        Sweeping {
            runs: channels.saturating_mul(row_hits).saturating_mul(columns),
            steps: channels.saturating_mul(row_hits).saturating_mul(column_hits),
            reaches: [rows, columns, self.rows.into(), self.columns.into()]
                .into_iter()
                .fold(0, u64::saturating_add),
            bytes: rows.saturating_add(columns).saturating_mul(Reach::BYTES),
        }
    }

    /// Most positions along a kernel's axis that some patch has inside the border.
    fn reach_bound(&self, axis: usize) -> u64 {
        let Axis { kernel, length, patches, .. } = self.axis(axis);
        u64::from(patches).saturating_mul(kernel.min(length).into()).min(kernel.into())
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

    /// The positions along an axis of the kernel that some patch has inside the border, in ascending order; the same
    /// for all planes. Positions that every patch has in the padding are left out.
    pub(crate) fn reaches(&self, axis: usize) -> Vec<Reach> {
        let Axis { kernel, stride, before, length, patches } = self.axis(axis);
        let mut reaches = Vec::with_capacity(usize::try_from(self.reach_bound(axis)).unwrap_or(0));
        let mut next = 0;
        for patch in (0..patches).rev() {
            // The patch has the positions from `start` on inside, as many as the image is long.
            let start = i64::from(before).saturating_sub(i64::from(patch).saturating_mul(stride.into()));
            let end = start.saturating_add(length.into()).clamp(0, kernel.into());
            let [start, end] = [start.max(0), end].map(|position| u32::try_from(position).unwrap_or(kernel));
            reaches.extend((start.max(next)..end).map(|offset| self.reach(offset, axis)));
            next = next.max(end);
        }
        reaches
    }

    /// Adds one element of the kernel to the states of the patches that have it inside the border, a row of patches at a
    /// time; `states` has one for each patch of the plane.
    #[inline(always)]
    pub(crate) fn sweep<S>(
        &self,
        [row, column]: [&Reach; 2],
        plane: &[i8],
        states: &mut [S],
        add: impl Fn(&mut S, i8),
    ) {
        let [down, across] = self.window.stride.map(|stride| size(stride).max(1));
        let (width, patches) = (size(self.width).max(1), size(self.columns).max(1));
        let mut from = size(row.at).saturating_mul(width).saturating_add(size(column.at));
        let mut to = size(row.first).saturating_mul(patches).saturating_add(size(column.first));
        let count = size(column.count);
        for _ in 0..row.count {
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

    /// The patches along an axis whose element `offset` of the kernel lies inside the border.
    fn reach(&self, offset: u32, axis: usize) -> Reach {
        let Axis { stride, before, length, patches, .. } = self.axis(axis);
        // Patch p has the element at p·stride + offset − before.
        let first = before.saturating_sub(offset).div_ceil(stride).min(patches);
        let end = length.saturating_add(before).saturating_sub(offset).div_ceil(stride).min(patches);
        let at = first.saturating_mul(stride).saturating_add(offset).saturating_sub(before);
        Reach { offset, first, count: end.saturating_sub(first), at }
    }

    /// How many elements of each patch along an axis lie inside the border.
    pub(crate) fn inside(&self, axis: usize) -> impl Iterator<Item = usize> + '_ {
        (0..self.axis(axis).patches).map(move |patch| self.span(patch, axis).count)
    }

    fn axis(&self, axis: usize) -> Axis {
        let [top, left, ..] = self.window.padding;
        let ([kernel_rows, kernel_columns], [down, across]) = (self.window.kernel, self.window.stride);
        let (kernel, stride, before, length, patches) = if axis == 0 {
            (kernel_rows, down, top, self.height, self.rows)
        } else {
            (kernel_columns, across, left, self.width, self.columns)
        };
        Axis { kernel, stride: stride.max(1), before, length, patches }
    }

    /// Calls `visit` with each patch's row and column, in row-major order, until it says false; returns
    /// whether it never did.
    pub(crate) fn all(&self, mut visit: impl FnMut(u32, u32) -> bool) -> bool {
        (0..self.rows).all(|row| (0..self.columns).all(|column| visit(row, column)))
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

/// One axis of an image under a window.
struct Axis {
    kernel: u32,
    /// At least 1.
    stride: u32,
    /// Padding before the first element.
    before: u32,
    length: u32,
    patches: u32,
}

/// A position along an axis of the kernel, and the patches that have it inside the border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The position along the kernel.
    pub(crate) offset: u32,
    /// The first of the patches.
    first: u32,
    /// How many there are.
    count: u32,
    /// Where along the image the first of them has it.
    at: u32,
}

impl Reach {
    const BYTES: u64 = 16;
}

/// What sweeping a kernel over the planes of a sample takes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sweeping {
    /// Rows of patches begun, once for each element of the kernel.
    pub(crate) runs: u64,
    /// Elements added.
    pub(crate) steps: u64,
    /// Positions and patches looked at to learn which meet; once for any number of samples.
    pub(crate) reaches: u64,
    /// Bytes that hold what was learnt.
    pub(crate) bytes: u64,
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
        for row in &patches.reaches(0) {
            for column in &patches.reaches(1) {
                patches.sweep([row, column], &image, &mut sums, |sum, x| *sum += x);
            }
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
                let reach = patches.reach(offset, axis);
                assert!((reach.first..reach.first + reach.count).map(i64::from).eq(inside.iter().copied()));
                assert_eq!(i64::from(reach.at), at(inside[0]));
            }
        }
    }

    /// Every window on every short line, against the definition.
    #[test]
    fn positions_that_no_patch_has_inside_are_left_out() {
        for (length, kernel, stride) in
            (0..5 * 7 * 8).map(|case| (case % 5 + 1, case / 5 % 7 + 1, case / 35 + 1))
        {
            for (before, after) in (0..kernel * kernel).map(|case| (case % kernel, case / kernel)) {
                if length + before + after < kernel {
                    continue;
                }
                let patches = patches([1, 1, length], [1, kernel], [1, stride], [0, before, 0, after]);
                let inside = |offset: u32| {
                    (0..patches.columns)
                        .any(|patch| (before..before + length).contains(&(patch * stride + offset)))
                };
                let offsets: Vec<u32> = (0..kernel).filter(|offset| inside(*offset)).collect();
                let reaches = patches.reaches(1);
                assert!(reaches.iter().map(|reach| reach.offset).eq(offsets.iter().copied()));
                assert!(reaches.len() as u64 <= patches.reach_bound(1));
                let hits: u32 = reaches.iter().map(|reach| reach.count).sum();
                assert!(patches.inside(1).sum::<usize>() == hits as usize);
                assert!(u64::from(hits) <= patches.sweeping().steps);
            }
        }
    }

    #[test]
    fn only_what_some_patch_has_inside_is_met() {
        // One patch of 511 × 511, which has the image in its last corner.
        let patches = patches([1, 4, 4], [511, 511], [1, 1], [507, 507, 0, 0]);
        assert_eq!(patches.positions(), 1);
        let offsets: Vec<u32> = patches.reaches(0).iter().map(|reach| reach.offset).collect();
        assert_eq!(offsets, [507, 508, 509, 510]);
        assert_eq!(patches.sweeping().steps, 16);
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
