//! Passes a window over a plane one element of the kernel at a time: that element of many patches at once, which vectors
//! can do. Depthwise convolutions and poolings are computed so.

use alloc::vec::Vec;

use super::layout::{size, Axis, Patches};

impl Patches {
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
    /// Positions and patches looked at to learn which positions lie inside which patches; once for any number of samples.
    pub(crate) reaches: u64,
    /// Bytes that hold the answer.
    pub(crate) bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::node::Window;

    fn patches(shape: [u32; 3], kernel: [u32; 2], stride: [u32; 2], padding: [u32; 4]) -> Patches {
        Patches::new(&shape, Window { kernel, stride, padding }).expect("a fine window")
    }

    #[test]
    fn sums_of_patches_leave_the_padding_out() {
        let image: Vec<i8> = (1..=9).collect();
        let patches = patches([1, 3, 3], [2, 2], [2, 2], [1, 0, 0, 1]);
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
    fn positions_that_lie_outside_in_every_patch_take_nothing() {
        // One patch of 511 × 511, which has the image in its last corner.
        let patches = patches([1, 4, 4], [511, 511], [1, 1], [507, 507, 0, 0]);
        assert_eq!(patches.positions(), 1);
        let offsets: Vec<u32> = patches.reaches(0).iter().map(|reach| reach.offset).collect();
        assert_eq!(offsets, [507, 508, 509, 510]);
        assert_eq!(patches.sweeping().steps, 16);
    }
}
