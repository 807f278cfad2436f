//! Where the windows of a kernel lie on an image, and what they hold.

use std::{iter::repeat_n, ops::Range};

use millrace_inference::rows::Window;

/// Of a window along one axis the first place inside the border, the first one behind it, and the position of the former.
type Inside = [u32; 3];

/// The windows along one axis of an image.
struct Axis {
    /// Positions of the image.
    length: usize,
    /// Places of the kernel.
    places: usize,
    dilation: usize,
    /// Of each window.
    inside: Vec<Inside>,
}

impl Axis {
    fn new(window: Window, of: usize, length: u32, windows: u32) -> Self {
        let (stride, dilation) = (u32::from(window.stride[of]), u32::from(window.dilation[of]));
        let (places, before) = (u32::from(window.kernel[of]), u32::from(window.padding[of]));
        let inside = (0..windows).map(|window| {
            let start = window * stride;
            let end = (before + length).saturating_sub(start).div_ceil(dilation).min(places);
            let first = before.saturating_sub(start).div_ceil(dilation).min(end);
            [first, end, (start + first * dilation).saturating_sub(before)]
        });
        Self {
            length: length as usize,
            places: places as usize,
            dilation: dilation as usize,
            inside: inside.collect(),
        }
    }

    /// The places of a window inside the border, and the position of the first of them.
    fn inside(&self, window: usize) -> (Range<usize>, usize) {
        let [first, end, position] = self.inside[window].map(|number| number as usize);
        (first..end, position)
    }
}

/// The windows of a kernel on an image, listed once.
pub(in crate::rows) struct Windows {
    down: Axis,
    across: Axis,
}

impl Windows {
    /// Of a kernel on an image, with as many windows down and across as registration found.
    pub fn new(window: Window, image: [u32; 2], windows: [u32; 2]) -> Self {
        let axis = |of: usize| Axis::new(window, of, image[of], windows[of]);
        Self { down: axis(0), across: axis(1) }
    }

    /// Bytes that a list of so many windows down and across takes.
    pub fn bytes(down: u32, across: u32) -> u64 {
        (u64::from(down) + u64::from(across)) * size_of::<Inside>() as u64
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.down.inside.len() * self.across.inside.len()
    }

    /// Positions of the image.
    pub fn positions(&self) -> usize {
        self.down.length * self.across.length
    }

    /// Places of the kernel.
    pub fn places(&self) -> usize {
        self.down.places * self.across.places
    }

    /// Whether each window is the position of its number.
    pub fn are_positions(&self) -> bool {
        self.places() == 1 && self.count() == self.positions()
    }

    /// The positions that a window reads, place by place; none beyond the border.
    pub fn of(&self, window: usize) -> impl Iterator<Item = Option<usize>> + '_ {
        let Self { down, across } = self;
        let (rows, top) = down.inside(window / across.inside.len());
        let (columns, left) = across.inside(window % across.inside.len());
        (0..down.places).flat_map(move |a| {
            let (inside, row) = (rows.contains(&a), top + a.saturating_sub(rows.start) * down.dilation);
            let columns = columns.clone();
            (0..across.places).map(move |b| {
                let column = left + b.saturating_sub(columns.start) * across.dilation;
                (inside && columns.contains(&b)).then_some(row * across.length + column)
            })
        })
    }

    /// Copies what a window on an image reads: of each place some channels of a row of `width`, or `pad` beyond the border. Places
    /// side by side are copied at once.
    pub fn gather<T: Copy>(
        &self,
        (image, width): (&[T], usize),
        channels: Range<usize>,
        window: usize,
        pad: T,
        patch: &mut Vec<T>,
    ) {
        let Self { down, across } = self;
        let (rows, top) = down.inside(window / across.inside.len());
        let (columns, left) = across.inside(window % across.inside.len());
        let count = channels.len();
        patch.clear();
        for place in 0..down.places {
            if !rows.contains(&place) || columns.is_empty() {
                patch.extend(repeat_n(pad, across.places * count));
                continue;
            }
            let row = top + (place - rows.start) * down.dilation;
            let first = (row * across.length + left) * width;
            patch.extend(repeat_n(pad, columns.start * count));
            if across.dilation == 1 && count == width {
                patch.extend_from_slice(&image[first..][..columns.len() * width]);
            } else {
                for column in 0..columns.len() {
                    let at = first + column * across.dilation * width + channels.start;
                    patch.extend_from_slice(&image[at..][..count]);
                }
            }
            patch.extend(repeat_n(pad, (across.places - columns.end) * count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{
        random::Random,
        rows::{ElementType, Patches, RowCount, Tensor, Width},
    };

    #[test]
    fn they_lie_where_the_reference_says_and_hold_what_lies_there() {
        let mut random = Random(4);
        let mut tried = 0;
        while tried < 500 {
            let mut draw = |least, most| random.between(least, most);
            let [height, width] = [draw(1, 9), draw(1, 9)];
            let mut byte = |least, most| draw(least, most) as u8;
            let window = Window {
                kernel: [byte(1, 4), byte(1, 4)],
                stride: [byte(1, 3), byte(1, 3)],
                padding: [byte(0, 4), byte(0, 4), byte(0, 4), byte(0, 4)],
                dilation: [byte(1, 3), byte(1, 3)],
            };
            let rows = RowCount::Positions { height, width };
            let tensor = Tensor { width: Width::Fixed(3), element: ElementType::I8, rows };
            let Ok(patches) = Patches::new(tensor, window) else { continue };
            let RowCount::Positions { height: down, width: across } = patches.rows() else { unreachable!() };
            let windows = Windows::new(window, [height, width], [down, across]);
            assert_eq!(windows.places(), patches.places() as usize);
            let image: Vec<i8> = (0..windows.positions() * 3).map(|x| x as i8).collect();
            let mut patch = Vec::new();
            for window in 0..windows.count() {
                let found: Vec<_> = windows.of(window).collect();
                let expected = patches.positions(window as u32);
                let expected: Vec<_> = expected.map(|position| position.map(|at| at as usize)).collect();
                assert_eq!(found, expected);
                for channels in [0..3, 1..3] {
                    windows.gather((&image, 3), channels.clone(), window, -7, &mut patch);
                    let held = found.iter().flat_map(|position| match position {
                        Some(at) => image[at * 3..][channels.clone()].to_vec(),
                        None => vec![-7; channels.len()],
                    });
                    assert_eq!(patch, held.collect::<Vec<_>>());
                }
            }
            tried += 1;
        }
    }
}
