//! Where the windows on an image lie.

use super::{
    format::window::Window,
    limits::MAX_KERNEL,
    tensor::{RowCount, Tensor},
};
use crate::format::fault::ModelFault;

/// The windows of one kernel on the positions of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patches {
    window: Window,
    /// Positions down and across.
    image: [u32; 2],
    /// Windows down and across.
    count: [u32; 2],
}

/// How many windows lie along an axis; none if there is no right one.
fn steps(length: u32, kernel: u8, stride: u8, dilation: u8, padding: [u8; 2]) -> Option<u32> {
    if kernel == 0 || stride == 0 || dilation == 0 {
        return None;
    }
    let span = u32::from(kernel).checked_sub(1)?.checked_mul(dilation.into())?.checked_add(1)?;
    if padding.into_iter().any(|padding| u32::from(padding) >= span) {
        return None;
    }
    let padded = padding.into_iter().try_fold(length, |sum, padding| sum.checked_add(padding.into()))?;
    padded.checked_sub(span)?.checked_div(stride.into())?.checked_add(1)
}

/// The position along an axis that a place of the kernel reads, unless it lies beyond the border.
fn along(step: u32, stride: u8, place: u32, dilation: u8, before: u8, length: u32) -> Option<u32> {
    let at = step.checked_mul(stride.into())?.checked_add(place.checked_mul(dilation.into())?)?;
    at.checked_sub(before.into()).filter(|at| *at < length)
}

impl Patches {
    /// # Errors
    /// [`ModelFault::NotPositions`] or [`ModelFault::Window`].
    pub fn new(read: Tensor, window: Window) -> Result<Self, ModelFault> {
        let RowCount::Positions { height, width } = read.rows else { return Err(ModelFault::NotPositions) };
        let Window { kernel: [rows, columns], stride, padding: [above, left, below, right], dilation } =
            window;
        let down = steps(height, rows, stride[0], dilation[0], [above, below]);
        let across = steps(width, columns, stride[1], dilation[1], [left, right]);
        match (down, across) {
            (Some(down), Some(across)) if u32::from(rows).saturating_mul(columns.into()) <= MAX_KERNEL => {
                Ok(Self { window, image: [height, width], count: [down, across] })
            }
            _ => Err(ModelFault::Window),
        }
    }

    /// The windows, as rows.
    pub fn rows(&self) -> RowCount {
        RowCount::Positions { height: self.count[0], width: self.count[1] }
    }

    /// Places of the kernel.
    pub fn places(&self) -> u32 {
        u32::from(self.window.kernel[0]).saturating_mul(self.window.kernel[1].into())
    }

    /// The positions that window `row` reads, in the order of the kernel's places; none beyond the border.
    pub fn positions(&self, row: u32) -> impl Iterator<Item = Option<u32>> {
        let Self { window: Window { kernel, stride, padding, dilation }, image: [height, width], count } =
            *self;
        let (down, across) = (row.checked_div(count[1]), row.checked_rem(count[1]));
        let place = move |a: u8, b: u8| {
            let y = along(down?, stride[0], a.into(), dilation[0], padding[0], height)?;
            let x = along(across?, stride[1], b.into(), dilation[1], padding[1], width)?;
            y.checked_mul(width)?.checked_add(x)
        };
        (0..kernel[0]).flat_map(move |a| (0..kernel[1]).map(move |b| place(a, b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::element_type::ElementType;

    fn patches(image: [u32; 2], window: Window) -> Result<Patches, ModelFault> {
        let rows = RowCount::Positions { height: image[0], width: image[1] };
        Patches::new(Tensor::fixed(1, ElementType::I8, rows).expect("small"), window)
    }

    const WINDOW: Window = Window { kernel: [2, 2], stride: [1, 2], padding: [1, 0, 0, 1], dilation: [1, 2] };

    #[test]
    fn places_beyond_the_border_are_none() {
        // 3 × 4 positions; the kernel spans 2 × 3, and 4 × 5 are there with the padding.
        let patches = patches([3, 4], WINDOW).expect("it fits");
        assert_eq!(patches.rows(), RowCount::Positions { height: 3, width: 2 });
        let row = |row| patches.positions(row).collect::<Vec<_>>();
        assert_eq!(row(0), [None, None, Some(0), Some(2)]);
        assert_eq!(row(1), [None, None, Some(2), None]);
        assert_eq!(row(4), [Some(4), Some(6), Some(8), Some(10)]);
        assert_eq!(row(5), [Some(6), None, Some(10), None]);
        assert_eq!(patches.places(), 4);
    }

    #[test]
    fn what_is_no_window() {
        let wrong = |window| assert_eq!(patches([3, 4], window), Err(ModelFault::Window), "{window:?}");
        wrong(Window { kernel: [0, 2], ..WINDOW });
        wrong(Window { stride: [1, 0], ..WINDOW });
        wrong(Window { dilation: [0, 1], ..WINDOW });
        wrong(Window { padding: [2, 0, 0, 0], ..WINDOW });
        wrong(Window { padding: [0, 0, 0, 3], ..WINDOW });
        wrong(Window { kernel: [5, 1], padding: [1, 0, 0, 0], ..WINDOW });
        wrong(Window { dilation: [1, 5], ..WINDOW });
        let large = Window { kernel: [5, 13], stride: [1, 1], padding: [0; 4], dilation: [1, 1] };
        assert_eq!(patches([20, 20], large), Err(ModelFault::Window));
        assert!(patches([20, 20], Window { kernel: [8, 8], ..large }).is_ok());
        let tokens = Tensor::fixed(1, ElementType::I8, RowCount::Tokens).expect("small");
        assert_eq!(Patches::new(tokens, WINDOW), Err(ModelFault::NotPositions));
    }
}
