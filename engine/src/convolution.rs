//! Convolutions by the byte kernel: W on the left, the patches on the right, which the kernel lays out itself as it
//! packs them; nothing is gathered beforehand. What comes out are planes, as the accumulators are.

use millrace_inference::Patches;
use rten_gemm::{
    ColOffsets, GemmExecutor, GemmInputA, GemmInputB, GemmOptions, Im2Col, QuantParams, RowOffsets,
};
use rten_tensor::NdTensorView;

use crate::EngineError;

/// Patches that one product takes, if a sample has fewer: several samples then share it.
const PATCHES: usize = 1024;
/// Elements of a sample with its padding, at most; a larger one is not convolved but gathered.
const MAX_PADDED: usize = 4 << 20;

/// W of a convolution, prepared.
pub(crate) struct Filters {
    /// W, moved into `u8` by the zero point; two such matrices, one below the other, if only their sum is W. Each
    /// product packs it anew: what the crate packs beforehand has no zero point.
    moved: Vec<u8>,
    zero_points: Vec<u8>,
    n: usize,
    /// Whether there are two.
    halved: bool,
}

impl Filters {
    /// Whether samples of this shape are convolved at all.
    pub fn suit(patches: &Patches) -> bool {
        let [height, width] = padded(patches);
        let elements =
            height.checked_mul(width).and_then(|plane| plane.checked_mul(patches.channels as usize));
        elements.is_some_and(|elements| elements <= MAX_PADDED)
    }

    /// Prepares W, n × m row-major, which `parts` add up to; no value of a part plus `zero_point` leaves a `u8`.
    pub fn new(parts: &[Vec<i8>], m: usize, zero_point: u8) -> Self {
        let moved: Vec<u8> =
            parts.iter().flatten().map(|w| w.cast_unsigned().wrapping_add(zero_point)).collect();
        let rows = moved.len().checked_div(m).unwrap_or(0);
        Self {
            moved,
            zero_points: vec![zero_point; rows],
            n: rows / parts.len().max(1),
            halved: parts.len() > 1,
        }
    }

    /// The accumulators, `[samples, n, positions]`, of an input of whole samples.
    pub fn convolve(
        &self,
        kernel: &GemmExecutor<u8, i8, i32>,
        patches: &Patches,
        pad_value: i8,
        input: &[i8],
    ) -> Result<Vec<i32>, EngineError> {
        let (positions, sample) = (patches.positions(), patches.sample());
        let together = (PATCHES / positions.max(1)).max(1);
        let mut accumulators = Vec::with_capacity(input.len() / sample.max(1) * positions * self.n);
        let rows = self.zero_points.len();
        let w = NdTensorView::from_data([rows, self.moved.len() / rows.max(1)], self.moved.as_slice());
        let (mut image, mut sums) = (Vec::new(), Vec::new());
        for block in input.chunks(together * sample) {
            let samples = block.len() / sample;
            let planes = if patches.window.padding == [0; 4] {
                block
            } else {
                pad(patches, pad_value, block, &mut image);
                &image
            };
            let columns = samples * positions;
            let options = GemmOptions {
                a_quant: Some(QuantParams { zero_point: &self.zero_points }),
                ..Default::default()
            };
            let patches = unroll(kernel, patches, samples, planes)?;
            let multiply = |sums: &mut [i32]| {
                kernel
                    .gemm(sums, GemmInputA::Unpacked(w), GemmInputB::Im2Col(&patches), options)
                    .map_err(|error| EngineError::Product(error.to_string()))
            };
            if samples == 1 && !self.halved {
                let from = accumulators.len();
                accumulators.resize(from + rows * columns, 0);
                multiply(&mut accumulators[from..])?;
                continue;
            }
            sums.resize(rows * columns, 0);
            multiply(&mut sums)?;
            // `[n, samples, positions]`, twice if W was halved.
            let (first, second) = sums.split_at(self.n * columns);
            for at in 0..samples {
                for row in 0..self.n {
                    let here = (row * samples + at) * positions..(row * samples + at + 1) * positions;
                    let sums = &first[here.clone()];
                    if self.halved {
                        accumulators.extend(sums.iter().zip(&second[here]).map(|(a, b)| a.wrapping_add(*b)));
                    } else {
                        accumulators.extend_from_slice(sums);
                    }
                }
            }
        }
        Ok(accumulators)
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.moved.len()
    }
}

/// Rows and columns of an image with its padding.
fn padded(patches: &Patches) -> [usize; 2] {
    let [top, left, bottom, right] = patches.window.padding.map(|size| size as usize);
    [
        (patches.height as usize).saturating_add(top).saturating_add(bottom),
        (patches.width as usize).saturating_add(left).saturating_add(right),
    ]
}

/// Writes the planes with their padding around them.
fn pad(patches: &Patches, pad_value: i8, planes: &[i8], image: &mut Vec<i8>) {
    let [height, width] = padded(patches);
    let [top, left, ..] = patches.window.padding.map(|size| size as usize);
    let (from, lines) = (patches.width as usize, patches.height as usize);
    image.clear();
    image.resize(planes.len() / (from * lines) * height * width, pad_value);
    for (plane, padded) in planes.chunks_exact(from * lines).zip(image.chunks_exact_mut(height * width)) {
        for (line, padded) in plane.chunks_exact(from).zip(padded.chunks_exact_mut(width).skip(top)) {
            padded[left..left + from].copy_from_slice(line);
        }
    }
}

/// The patches of padded samples as the columns of one matrix, sample after sample.
fn unroll<'a>(
    kernel: &GemmExecutor<u8, i8, i32>,
    patches: &Patches,
    samples: usize,
    planes: &'a [i8],
) -> Result<Im2Col<'a, i8>, EngineError> {
    let [height, width] = padded(patches);
    let channels = patches.channels as usize;
    let [kernel_rows, kernel_columns] = patches.window.kernel.map(|size| size as usize);
    let [down, across] = patches.window.stride.map(|size| size as usize);
    // Everything but a sample's first line counts as a line further down.
    let offset = |position: usize| {
        i32::try_from(position).map_err(|_| EngineError::Product("the image is too large".into()))
    };
    let past_rows = offset(samples * channels * height * width)?;
    let past_columns = offset(width)?;

    let m = channels * kernel_rows * kernel_columns;
    let rows = m.next_multiple_of(kernel.im2col_row_count_step());
    let mut row_offsets = RowOffsets {
        chan: Vec::with_capacity(rows),
        y: Vec::with_capacity(rows),
        x: Vec::with_capacity(rows),
    };
    for channel in 0..channels {
        for row in 0..kernel_rows {
            for column in 0..kernel_columns {
                row_offsets.chan.push(offset(channel * height * width)?);
                row_offsets.y.push(offset(row * width)?);
                row_offsets.x.push(offset(column)?);
            }
        }
    }
    // What only fills up to the kernel's steps lies beyond the image.
    row_offsets.chan.resize(rows, 0);
    row_offsets.y.resize(rows, past_rows);
    row_offsets.x.resize(rows, past_columns);

    let count = samples * patches.positions();
    let columns = count.next_multiple_of(kernel.im2col_col_count_step());
    let mut col_offsets = ColOffsets { y: Vec::with_capacity(columns), x: Vec::with_capacity(columns) };
    for sample in 0..samples {
        for row in 0..patches.rows as usize {
            for column in 0..patches.columns as usize {
                col_offsets.y.push(offset(sample * channels * height * width + row * down * width)?);
                col_offsets.x.push(offset(column * across)?);
            }
        }
    }
    col_offsets.y.resize(columns, past_rows);
    col_offsets.x.resize(columns, past_columns);

    Ok(Im2Col {
        image: NdTensorView::from_data([samples * channels, height, width], planes),
        n_rows: m,
        n_cols: count,
        row_offsets,
        col_offsets,
        max_y_offset: past_rows - 1,
        max_x_offset: past_columns - 1,
    })
}
