//! Images laid out for the byte kernel: the channels of each pixel side by side, so that a patch is a few long runs of
//! bytes, which are copied. The patches become the rows of X.

use std::ops::Range;

use millrace_inference::Patches;

use super::packed::moved;

/// Patches that one layout holds at least, of several samples if one has fewer.
const PATCHES: usize = 1024;
/// Bytes of patches that are laid out before they are multiplied: few enough to stay in the cache until then.
const UNROLLED: usize = 256 << 10;
/// Elements of a sample with its padding, at most; a larger one is gathered patch by patch.
const MAX_PADDED: usize = 4 << 20;

/// Samples that a convolution reads, their channels side by side.
pub(super) struct Images<'a> {
    patches: &'a Patches,
    height: usize,
    width: usize,
    /// `[samples, height, width, channels]` with the padding, each element [`moved`].
    values: Vec<u8>,
}

impl<'a> Images<'a> {
    /// Whether samples of this shape are laid out at all.
    pub fn suit(patches: &Patches) -> bool {
        let [height, width] = padded(patches);
        let elements =
            height.checked_mul(width).and_then(|plane| plane.checked_mul(patches.channels as usize));
        elements.is_some_and(|elements| elements <= MAX_PADDED)
    }

    pub fn new(patches: &'a Patches) -> Self {
        let [height, width] = padded(patches);
        Self { patches, height, width, values: Vec::new() }
    }

    /// Samples that are best laid out together.
    pub fn together(&self) -> usize {
        (PATCHES / self.patches.positions().max(1)).max(1)
    }

    /// Lays out whole samples, with `pad_value` around them, in place of those before.
    pub fn lay_out(&mut self, samples: &[i8], pad_value: i8) {
        let Patches { channels, height, width, .. } = *self.patches;
        let (channels, lines, from) = (channels as usize, height as usize, width as usize);
        let [top, left, ..] = self.patches.window.padding.map(|size| size as usize);
        let image = self.height * self.width * channels;
        self.values.clear();
        self.values.resize(samples.len() / self.patches.sample().max(1) * image, moved(pad_value));
        for (sample, image) in
            samples.chunks_exact(self.patches.sample()).zip(self.values.chunks_exact_mut(image))
        {
            for (channel, plane) in sample.chunks_exact(from * lines).enumerate() {
                let padded = image.chunks_exact_mut(self.width * channels).skip(top);
                for (line, padded) in plane.chunks_exact(from).zip(padded) {
                    let values = padded[left * channels + channel..].iter_mut().step_by(channels);
                    line.iter().zip(values).for_each(|(x, value)| *value = moved(*x));
                }
            }
        }
    }

    /// Patches that fit [`UNROLLED`].
    pub fn at_once(&self, m: usize) -> usize {
        (UNROLLED / m.max(1)).max(1)
    }

    /// The patches of a range of positions, counted through all samples, as rows.
    pub fn unroll(&self, positions: Range<usize>, rows: &mut Vec<u8>) {
        let channels = self.patches.channels as usize;
        let [kernel_rows, kernel_columns] = self.patches.window.kernel.map(|size| size as usize);
        let [down, across] = self.patches.window.stride.map(|size| size as usize);
        let (line, run) = (self.width * channels, kernel_columns * channels);
        let columns = self.patches.columns as usize;
        rows.clear();
        rows.reserve(positions.len() * kernel_rows * run);
        for position in positions {
            let (sample, at) = (position / self.patches.positions(), position % self.patches.positions());
            let (row, column) = (at / columns, at % columns);
            let start = (sample * self.height + row * down) * line + column * across * channels;
            for from in (0..kernel_rows).map(|row| start + row * line) {
                rows.extend_from_slice(&self.values[from..from + run]);
            }
        }
    }
}

/// W, n × m row-major, with the columns in the order of [`Images::unroll`]: by a patch's row, then column, then channel.
pub(super) fn reorder(w: &[i8], patches: &Patches) -> Vec<i8> {
    let [rows, columns] = patches.window.kernel.map(|size| size as usize);
    let (channels, window) = (patches.channels as usize, rows * columns);
    let filters = w.chunks_exact((channels * window).max(1));
    filters
        .flat_map(|filter| {
            (0..window).flat_map(move |at| (0..channels).map(move |channel| filter[channel * window + at]))
        })
        .collect()
}

/// Rows and columns of an image with its padding.
fn padded(patches: &Patches) -> [usize; 2] {
    let [top, left, bottom, right] = patches.window.padding.map(|size| size as usize);
    [
        (patches.height as usize).saturating_add(top).saturating_add(bottom),
        (patches.width as usize).saturating_add(left).saturating_add(right),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use millrace_inference::{Columns, Linear, Window};

    #[test]
    fn reordered_rows_and_unrolled_patches_give_the_sums_of_the_definition() {
        let window = Window { kernel: [2, 3], stride: [1, 2], padding: [1, 0, 0, 1] };
        let patches = Patches { channels: 2, height: 3, width: 4, rows: 3, columns: 2, window };
        let input: Vec<i8> = (0..2 * 24).map(|at: i8| at.wrapping_mul(37)).collect();
        let w: Vec<i8> = (0..12).map(|at: i8| at.wrapping_mul(91)).collect();
        let dot =
            |x: &[i8], w: &[i8]| -> i32 { x.iter().zip(w).map(|(x, w)| i32::from(*x) * i32::from(*w)).sum() };

        let mut expected = Vec::new();
        let columns = Columns::Patches { patches, pad_value: -7 };
        let operator = Linear { node: 1, parameters: &w, n: 1, m: w.len(), input: &input, columns };
        operator.all_columns(|x| {
            expected.push(dot(x, &w));
            true
        });

        let mut images = Images::new(&patches);
        images.lay_out(&input, -7);
        let mut rows = Vec::new();
        images.unroll(0..2 * patches.positions(), &mut rows);
        let back: Vec<i8> = rows.iter().map(|x| (x ^ 0x80).cast_signed()).collect();
        let reordered = reorder(&w, &patches);
        let sums: Vec<i32> = back.chunks(w.len()).map(|x| dot(x, &reordered)).collect();
        assert_eq!(sums, expected);
    }
}
