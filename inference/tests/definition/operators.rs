//! Section 3: what every operator gives.

use super::{
    demand,
    model::{product, Channel, Model, Node, Operator, Target, Window},
    Definition, Mistake, Refused, Result,
};

/// A Linear or Conv2d on a batch.
pub struct Product {
    /// W, one row for each filter.
    pub rows: Vec<Vec<i64>>,
    /// The columns that it meets, sample by sample.
    pub columns: Vec<Vec<i64>>,
    /// Columns whose accumulators of one row lie side by side.
    side_by_side: usize,
}

impl Product {
    /// Where the accumulator of a row and a column lies in the tensor.
    pub fn place(&self, row: usize, column: usize) -> usize {
        let (before, inside) = (column / self.side_by_side, column % self.side_by_side);
        (before * self.rows.len() + row) * self.side_by_side + inside
    }

    /// All accumulators.
    pub fn compute(&self) -> Vec<i64> {
        let mut accumulators = vec![0; self.rows.len() * self.columns.len()];
        for (c, column) in self.columns.iter().enumerate() {
            for (r, row) in self.rows.iter().enumerate() {
                accumulators[self.place(r, c)] = row.iter().zip(column).map(|(w, x)| w * x).sum();
            }
        }
        accumulators
    }
}

/// The images of a batch under a window.
struct Images<'a> {
    values: &'a [i64],
    channels: usize,
    height: usize,
    width: usize,
    window: Window,
    /// H′ and W′.
    patches: [usize; 2],
}

impl Images<'_> {
    fn samples(&self) -> usize {
        self.values.len() / (self.channels * self.height * self.width)
    }

    /// Element (a, b) of patch (i, j), unless it lies beyond the border.
    fn at(&self, sample: usize, channel: usize, [i, j]: [usize; 2], [a, b]: [usize; 2]) -> Option<i64> {
        let ([down, across], [above, left, _, _]) = (self.window.stride, self.window.padding);
        let row = (i * down + a).checked_sub(above).filter(|row| *row < self.height)?;
        let column = (j * across + b).checked_sub(left).filter(|column| *column < self.width)?;
        Some(self.values[((sample * self.channels + channel) * self.height + row) * self.width + column])
    }

    /// Elements of the kernel, row by row.
    fn kernel(&self) -> Vec<[usize; 2]> {
        grid(self.window.kernel)
    }
}

/// Rows and columns in row-major order.
fn grid([rows, columns]: [usize; 2]) -> Vec<[usize; 2]> {
    (0..rows).flat_map(|row| (0..columns).map(move |column| [row, column])).collect()
}

impl Definition {
    /// The tensor of every node, the batch as its first axis. What a Linear or Conv2d gives, `accumulators` says.
    pub(super) fn walk(
        self,
        model: &Model,
        input: &[u8],
        accumulators: &mut dyn FnMut(&Product) -> Result<Vec<i64>>,
    ) -> Result<Vec<Vec<i64>>> {
        demand(!input.is_empty() && input.len().is_multiple_of(product(&model.tensors[0].shape)))?;
        let mut values: Vec<Vec<i64>> = Vec::new();
        for node in &model.nodes {
            let operands: Vec<&[i64]> = node.reads.iter().map(|read| values[*read].as_slice()).collect();
            let shapes: Vec<&[usize]> =
                node.reads.iter().map(|read| model.tensors[*read].shape.as_slice()).collect();
            let x = operands.first().copied().unwrap_or_default();
            let shape = shapes.first().copied().unwrap_or_default();
            let result: Vec<i64> = match &node.operator {
                Operator::Input { .. } => input.iter().map(|byte| self.element(*byte)).collect(),
                Operator::Linear { outputs, parameters } => {
                    accumulators(&self.linear(shape, x, *outputs, parameters))?
                }
                Operator::Conv2d { outputs, window, pad_value, parameters } => {
                    let images = self.images(shape, x, *window)?;
                    accumulators(&self.convolution(&images, *outputs, *pad_value, parameters))?
                }
                Operator::DepthwiseConv2d { window, pad_value, parameters } => {
                    self.depthwise(&self.images(shape, x, *window)?, *pad_value, parameters)
                }
                Operator::Requantize { channels, target } => {
                    let read = &model.nodes[node.reads[0]];
                    let channel = |at: usize| &channels[self.channel(read, shape, at)];
                    x.iter().enumerate().map(|(at, acc)| self.requantize(*acc, channel(at), target)).collect()
                }
                Operator::Lookup { table } => {
                    let first = if self.has(Mistake::LookupUnsigned) { 0 } else { 128 };
                    x.iter().map(|x| table[(x + first).rem_euclid(256) as usize]).collect()
                }
                Operator::Add { zero_points, multipliers, shift, target } => {
                    let sum =
                        |(a, b): (&i64, &i64)| self.add([*a, *b], *zero_points, *multipliers, *shift, target);
                    x.iter().zip(operands[1]).map(sum).collect()
                }
                Operator::MaxPool2d { window } => {
                    self.pool(&self.images(shape, x, *window)?, Mistake::MaxPoolZerosAtBorder, |elements| {
                        elements.iter().copied().max().ok_or(Refused)
                    })?
                }
                Operator::AveragePool2d { window } => {
                    let border = Mistake::AveragePoolCountsBorder;
                    self.pool(&self.images(shape, x, *window)?, border, |elements| self.mean(elements))?
                }
                Operator::Flatten | Operator::Reshape { .. } => x.to_vec(),
                Operator::Concat { axis } => {
                    let axis = self.concat_axis(*axis, shape);
                    let mut order: Vec<usize> = (0..node.reads.len()).collect();
                    if self.has(Mistake::ConcatByNodeNumber) {
                        order.sort_by_key(|operand| node.reads[*operand]);
                    }
                    let mut joined = Vec::new();
                    let samples = x.len() / product(shape);
                    for outer in 0..samples * product(&shape[..axis]) {
                        for operand in &order {
                            let run = product(&shapes[*operand][axis..]);
                            joined.extend_from_slice(&operands[*operand][outer * run..(outer + 1) * run]);
                        }
                    }
                    joined
                }
                Operator::ArgMax => self.arg_max(shape, x, model.tensors[node.reads[0]].wide),
            };
            values.push(result);
        }
        Ok(values)
    }

    fn element(self, byte: u8) -> i64 {
        if self.has(Mistake::InputUnsigned) {
            byte.into()
        } else {
            byte.cast_signed().into()
        }
    }

    fn images<'a>(self, shape: &[usize], values: &'a [i64], window: Window) -> Result<Images<'a>> {
        let patches = self.patches(shape, &window)?;
        Ok(Images { values, channels: shape[0], height: shape[1], width: shape[2], window, patches })
    }

    fn linear(self, shape: &[usize], x: &[i64], n: usize, parameters: &[i64]) -> Product {
        let m = shape[shape.len() - 1];
        let place = |o: usize, k: usize| {
            if self.has(Mistake::LinearColumnMajor) {
                k * n + o
            } else {
                o * m + k
            }
        };
        let row = |o: usize| (0..m).map(|k| parameters[place(o, k)]).collect();
        let columns = x.chunks(m).map(<[i64]>::to_vec).collect();
        Product { rows: (0..n).map(row).collect(), columns, side_by_side: 1 }
    }

    fn convolution(self, images: &Images<'_>, n: usize, pad_value: i64, parameters: &[i64]) -> Product {
        let pad_value = match self.mistake {
            Some(Mistake::Conv2dPadIgnored) => 0,
            Some(Mistake::Conv2dPadUnsigned) => pad_value.rem_euclid(256),
            _ => pad_value,
        };
        let (channels, [rows, columns]) = (images.channels, images.window.kernel);
        let place = |o: usize, c: usize, [a, b]: [usize; 2]| match self.mistake {
            Some(Mistake::Conv2dFlipped) => {
                ((o * channels + c) * rows + rows - 1 - a) * columns + columns - 1 - b
            }
            Some(Mistake::Conv2dTransposed) => ((o * channels + c) * columns + b) * rows + a,
            Some(Mistake::Conv2dChannelsFirst) => ((c * n + o) * rows + a) * columns + b,
            Some(Mistake::Conv2dChannelsLast) => ((o * rows + a) * columns + b) * channels + c,
            _ => ((o * channels + c) * rows + a) * columns + b,
        };
        let mut filters = vec![Vec::new(); n];
        for (o, filter) in filters.iter_mut().enumerate() {
            for c in 0..channels {
                filter.extend(images.kernel().into_iter().map(|at| parameters[place(o, c, at)]));
            }
        }
        let mut patches = Vec::new();
        for sample in 0..images.samples() {
            for patch in grid(images.patches) {
                let mut column = Vec::new();
                for c in 0..channels {
                    for at in images.kernel() {
                        column.push(images.at(sample, c, patch, at).unwrap_or(pad_value));
                    }
                }
                patches.push(column);
            }
        }
        let by_patch = self.has(Mistake::Conv2dAccumulatorsByPatch);
        let side_by_side = if by_patch { 1 } else { product(&images.patches) };
        Product { rows: filters, columns: patches, side_by_side }
    }

    fn depthwise(self, images: &Images<'_>, pad_value: i64, parameters: &[i64]) -> Vec<i64> {
        let pad_value = if self.has(Mistake::DepthwisePadIgnored) { 0 } else { pad_value };
        let (channels, [rows, columns]) = (images.channels, images.window.kernel);
        let place = |c: usize, index: usize, [a, b]: [usize; 2]| match self.mistake {
            Some(Mistake::DepthwiseFlipped) => (c + 1) * rows * columns - 1 - index,
            Some(Mistake::DepthwiseTransposed) => c * rows * columns + b * rows + a,
            Some(Mistake::DepthwiseOneFilter) => index,
            Some(Mistake::DepthwiseFiltersLast) => index * channels + c,
            _ => c * rows * columns + index,
        };
        let mut kernel = images.kernel();
        if self.has(Mistake::DepthwiseInsideFirst) {
            let outside = |at: &[usize; 2]| {
                grid(images.patches).into_iter().all(|patch| images.at(0, 0, patch, *at).is_none())
            };
            kernel.sort_by_key(outside);
        }
        let mut accumulators = Vec::new();
        for sample in 0..images.samples() {
            for c in 0..channels {
                for patch in grid(images.patches) {
                    let mut sum = 0;
                    for (index, at) in kernel.iter().enumerate() {
                        let x = images.at(sample, c, patch, *at).unwrap_or(pad_value);
                        sum += parameters[place(c, index, *at)] * x;
                    }
                    accumulators.push(sum);
                }
            }
        }
        accumulators
    }

    /// What each patch gives. `border` is the mistake of seeing zeros there.
    fn pool(
        self,
        images: &Images<'_>,
        border: Mistake,
        give: impl Fn(&[i64]) -> Result<i64>,
    ) -> Result<Vec<i64>> {
        let mut values = Vec::new();
        for sample in 0..images.samples() {
            for c in 0..images.channels {
                for patch in grid(images.patches) {
                    let mut elements = Vec::new();
                    for at in images.kernel() {
                        match images.at(sample, c, patch, at) {
                            Some(x) => elements.push(x),
                            None if self.has(border) => elements.push(0),
                            None => {}
                        }
                    }
                    values.push(give(&elements)?);
                }
            }
        }
        Ok(values)
    }

    fn mean(self, elements: &[i64]) -> Result<i64> {
        let (sum, count) = (elements.iter().sum::<i64>(), elements.len() as i64);
        demand(count > 0)?;
        let raised = 2 * sum + count;
        let (up, exact) = (raised.div_euclid(2 * count), raised.rem_euclid(2 * count) == 0);
        Ok(match self.mistake {
            Some(Mistake::AveragePoolHalfUp) => up,
            Some(Mistake::AveragePoolHalfToEven) => up - i64::from(exact && up % 2 != 0),
            Some(Mistake::AveragePoolTowardsZero) => sum / count,
            _ => sum.signum() * ((2 * sum.abs() + count) / (2 * count)),
        })
    }

    /// The channel of a Requantize for an element of the batch that it reads.
    fn channel(self, read: &Node, shape: &[usize], at: usize) -> usize {
        let (first, last) = (shape[0], shape[shape.len() - 1]);
        let within = at % product(shape);
        let (on_first, on_last) = (within / product(&shape[1..]), within % last);
        if matches!(read.operator, Operator::Linear { .. }) {
            let wrong = self.has(Mistake::RequantizeFirstAxis) && first == last;
            return if wrong { on_first } else { on_last };
        }
        match self.mistake {
            Some(Mistake::RequantizeLastAxis) if last == first => on_last,
            Some(Mistake::RequantizeSecondAxis) if shape[1] == first => within / last % shape[1],
            _ => on_first,
        }
    }

    fn requantize(self, acc: i64, channel: &Channel, target: &Target) -> i64 {
        let (bias, multiplier) = (i128::from(channel.bias), i128::from(channel.multiplier));
        let (acc, shift) = (i128::from(acc), channel.shift);
        let halves = [
            Mistake::RequantizeHalfAwayFromZero,
            Mistake::RequantizeHalfToEven,
            Mistake::RequantizeRoundsDown,
        ];
        let scaled = (acc + bias) * multiplier;
        let value = match self.mistake {
            Some(Mistake::RequantizeInFloats) => {
                (scaled as f64 / 2f64.powi(shift.into()) + 0.5).floor() as i128
            }
            Some(Mistake::RequantizeInTwoSteps) if shift > 31 => {
                self.round_shift(self.round_shift(scaled, 31, halves), shift - 31, halves)
            }
            Some(Mistake::RequantizeBiasAfterMultiplier) => {
                self.round_shift(acc * multiplier + bias, shift, halves)
            }
            Some(Mistake::RequantizeBiasAfterShift) => {
                self.round_shift(acc * multiplier, shift, halves) + bias
            }
            _ => self.round_shift(scaled, shift, halves),
        };
        self.meet(value, target)
    }

    fn add(
        self,
        [a, b]: [i64; 2],
        [za, zb]: [i64; 2],
        [ma, mb]: [i64; 2],
        shift: u8,
        target: &Target,
    ) -> i64 {
        let halves = [Mistake::AddHalfAwayFromZero, Mistake::AddHalfToEven, Mistake::AddRoundsDown];
        let less = |x: i64, zero_point: i64| {
            if self.has(Mistake::AddZeroPointsAdded) {
                x + zero_point
            } else {
                x - zero_point
            }
        };
        let (a, b) = (i128::from(less(a, za) * ma), i128::from(less(b, zb) * mb));
        let value = if self.has(Mistake::AddRoundsEachOperand) {
            self.round_shift(a, shift, halves) + self.round_shift(b, shift, halves)
        } else {
            self.round_shift(a + b, shift, halves)
        };
        self.meet(value, target)
    }

    /// `(value + 2^(shift − 1)) >> shift`, or away from zero, to even, down.
    fn round_shift(self, value: i128, shift: u8, [away, even, down]: [Mistake; 3]) -> i128 {
        let half = 1i128 << (shift - 1);
        let up = (value + half) >> shift;
        if self.has(away) {
            value.signum() * ((value.abs() + half) >> shift)
        } else if self.has(even) {
            let exact = (value + half) % (2 * half) == 0;
            up - i128::from(exact && up % 2 != 0)
        } else if self.has(down) {
            value >> shift
        } else {
            up
        }
    }

    fn meet(self, value: i128, target: &Target) -> i64 {
        let [zero_point, min, max] = [target.zero_point, target.min, target.max].map(i128::from);
        let met = match self.mistake {
            Some(Mistake::ClampBeforeZeroPoint) => (value.clamp(min, max) + zero_point).clamp(-128, 127),
            Some(Mistake::ZeroPointSubtracted) => (value - zero_point).clamp(min, max),
            _ => (value + zero_point).clamp(min, max),
        };
        met as i64 // between two i8
    }

    fn arg_max(self, shape: &[usize], values: &[i64], wide: bool) -> Vec<i64> {
        let sign = if wide { 1 << 32 } else { 1 << 8 };
        let key = |x: i64| if self.has(Mistake::ArgMaxUnsigned) { x.rem_euclid(sign) } else { x };
        let last = shape[shape.len() - 1];
        let mut rows: Vec<Vec<i64>> = values.chunks(last).map(<[i64]>::to_vec).collect();
        if self.has(Mistake::ArgMaxFirstAxis) && shape.len() > 1 && shape[0] == last {
            let (sample, step) = (product(shape), product(&shape[1..]));
            for (index, row) in rows.iter_mut().enumerate() {
                let from = index / step * sample + index % step;
                *row = (0..last).map(|at| values[from + at * step]).collect();
            }
        }
        let index = |row: Vec<i64>| {
            let mut best = 0;
            for (at, x) in row.iter().enumerate() {
                let tie = self.has(Mistake::ArgMaxHighestIndex) && key(*x) == key(row[best]);
                if tie || key(*x) > key(row[best]) {
                    best = at;
                }
            }
            best as i64
        };
        rows.into_iter().map(index).collect()
    }

    /// The bytes of an output.
    pub(super) fn output(self, values: &[i64], wide: bool) -> Vec<u8> {
        let bytes = |value: &i64| match wide {
            true if self.has(Mistake::OutputBigEndian) => (*value as i32).to_be_bytes().to_vec(),
            true => (*value as i32).to_le_bytes().to_vec(),
            false => vec![*value as u8],
        };
        values.iter().flat_map(bytes).collect()
    }
}
