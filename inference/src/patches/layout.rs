//! Where the patches of an image lie: what convolutions multiply and poolings summarise.

use alloc::vec::Vec;

use crate::{
    format::{fault::ModelFault, node::Window},
    limits::MAX_ELEMENTS,
};

/// A [`Window`] laid over the planes of one sample. All sizes are elements and are checked when
/// it is made, so positions and products fit their integers.
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

    /// Shape of a tensor with an element for each patch, in so many channels.
    pub(crate) fn shape(&self, channels: u32) -> Vec<u32> {
        alloc::vec![channels, self.rows, self.columns]
    }

    /// Images of one channel in `input`.
    pub(crate) fn planes(&self, input: &[i8]) -> usize {
        input.len().checked_div(self.plane()).unwrap_or(0)
    }

    /// Calls `visit` with each patch's row and column, in row-major order, until it says false; returns
    /// whether it never did.
    pub(crate) fn all(&self, mut visit: impl FnMut(u32, u32) -> bool) -> bool {
        (0..self.rows).all(|row| (0..self.columns).all(|column| visit(row, column)))
    }

    pub(super) fn axis(&self, axis: usize) -> Axis {
        let [top, left, ..] = self.window.padding;
        let ([kernel_rows, kernel_columns], [down, across]) = (self.window.kernel, self.window.stride);
        let (kernel, stride, before, length, patches) = if axis == 0 {
            (kernel_rows, down, top, self.height, self.rows)
        } else {
            (kernel_columns, across, left, self.width, self.columns)
        };
        Axis { kernel, stride: stride.max(1), before, length, patches }
    }
}

/// One axis of an image under a window.
pub(super) struct Axis {
    pub(super) kernel: u32,
    /// At least 1.
    pub(super) stride: u32,
    /// Padding before the first element.
    pub(super) before: u32,
    pub(super) length: u32,
    pub(super) patches: u32,
}

/// A `u32` as a size of memory; targets have at least 32 bits.
pub(super) fn size(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
