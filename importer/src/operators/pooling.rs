//! `MaxPool`, `AveragePool` and `GlobalAveragePool` over rows and columns, or along one axis; `ReduceMean`, `ReduceMax` and
//! `GlobalMaxPool`.

use millrace_inference::{Node, Window};

use super::{
    pad::in_sums,
    reshape::axes,
    window::{kernel_shape, steps, widened, window},
};
use crate::{
    emit::MAX_BYTES,
    emit_mean::keeps_own_scale,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{axis_of, image, output},
    value::{Accumulated, Mean, Padded, Quantization, Range, Turned, Value},
};

pub(super) fn max_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let plane = Plane::read(lowering, node)?;
    let window = plane.window()?;
    // The window's own padding is none: a padding that is no larger than any number changes no maximum.
    let is_lowest = plane.padded.quantization.quantize(plane.padded.value) == i8::MIN;
    if plane.is_padded() && !is_lowest && !lowering.emitter.rehearsal {
        return Err(refusal!(
            "it takes the largest of what {} pads by {}, and only a padding below all numbers of the tensor can be represented", plane.padded.label, plane.padded.value;
            "let a ReLU come before the padding, or give the padding to the pooling itself"
        ));
    }
    let at = lowering.emitter.push(Node::MaxPool2d { input: plane.padded.node, window })?;
    Ok((plane.pooled(lowering, at, &window)?, String::new()))
}

pub(super) fn average_pool(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let plane = Plane::read(lowering, node)?;
    let window = match node.op_type.as_str() {
        "GlobalAveragePool" if !plane.is_padded() => plane.whole(),
        "GlobalAveragePool" => {
            return Err(refusal!(
                "it takes the mean of what {} pads", plane.padded.label;
                "leave the padding out"
            ))
        }
        _ => plane.window()?,
    };
    let counts = node.int("count_include_pad", 0) != 0;
    if plane.is_padded() && window.padding != plane.padded.around && !counts {
        return Err(refusal!(
            "of its padding and that of {} only one counts in its mean", plane.padded.label;
            "let both count (count_include_pad), or drop one"
        ));
    }
    if window.padding != [0; 4] && (counts || plane.is_padded()) {
        return plane.counted(lowering, &window);
    }
    let [rows, columns] = plane.size;
    let mean = Means {
        input: plane.padded.node,
        image: [plane.channels, rows, columns],
        window,
        quantization: plane.padded.quantization,
        shape: plane.shape(&window)?,
    };
    Ok(mean.waiting())
}

/// The mean over axes that lie side by side.
pub(super) fn reduce_mean(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let Reduced { read, inner, quantization, image, kernel, shape } = reduced(lowering, node)?;
    let input = lowering.emitter.shaped(read, &inner, &image)?;
    let window = Window { kernel, stride: [1, 1], padding: [0; 4] };
    Ok(Means { input, image, window, quantization, shape }.waiting())
}

/// The windows of an image whose means wait for their quantization.
struct Means {
    input: u32,
    /// Channels, rows and columns.
    image: [u32; 3],
    window: Window,
    quantization: Quantization,
    /// The shape of a sample under which the means are read.
    shape: Vec<u32>,
}

impl Means {
    fn waiting(self) -> (Value, String) {
        let Self { input, image, window, quantization, shape } = self;
        let [channels, rows, columns] = image;
        let mean = Mean {
            input,
            image,
            window,
            pooled: [channels, steps(rows, &window, 0), steps(columns, &window, 1)],
            quantization,
            shape,
            factor: 1.0,
            offset: 0.0,
            range: Range::ALL,
        };
        let note = match (window.padding, keeps_own_scale(&mean)) {
            ([0, 0, 0, 0], _) => "means, once their quantization is known",
            (_, true) => "means of what lies inside, once their quantization is known",
            (_, false) => {
                "means of what lies inside, rounded to steps of the input unless it is a model of rows"
            }
        };
        (Value::Mean(mean), note.into())
    }
}

/// The largest over axes that lie side by side.
pub(super) fn reduce_max(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let Reduced { read, inner: shape, quantization, image, kernel, shape: new } = reduced(lowering, node)?;
    let input = lowering.emitter.shaped(read, &shape, &image)?;
    let window = Window { kernel, stride: [1, 1], padding: [0; 4] };
    let at = lowering.emitter.push(Node::MaxPool2d { input, window })?;
    let [channels, _, columns] = image;
    let given = [channels, 1, if kernel[1] == columns { 1 } else { columns }];
    let at = lowering.emitter.shaped(at, &given, &new)?;
    Ok((Value::Quantized { node: at, shape: new, quantization }, String::new()))
}

/// What a reduction over axes reads, as an image, the window over it that covers these axes, and the shape that is left.
struct Reduced {
    read: u32,
    /// The shape of a sample of what it reads.
    inner: Vec<u32>,
    quantization: Quantization,
    image: [u32; 3],
    kernel: [u32; 2],
    shape: Vec<u32>,
}

fn reduced(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Reduced> {
    let shape = lowering.value(node, 0)?.shape().map(<[u32]>::to_vec).unwrap_or_default();
    let axes = match node.op_type.as_str() {
        "GlobalMaxPool" => (2..=shape.len() as i64).collect(),
        _ => axes(lowering, node)?.unwrap_or_default(),
    };
    let mut at: Vec<usize> = axes
        .iter()
        .map(|axis| axis_of(*axis, shape.len()).map_err(|why| refusal!("{why}"; "name axes of a sample")))
        .collect::<Lowered<_>>()?;
    at.sort_unstable();
    let keeps = node.op_type == "GlobalMaxPool" || node.int("keepdims", 1) != 0;
    let kept = |at: &[usize]| -> Vec<u32> {
        let lengths = shape.iter().enumerate().filter(|(axis, _)| keeps || !at.contains(axis));
        lengths.map(|(axis, length)| if at.contains(&axis) { 1 } else { *length }).collect()
    };
    let new = kept(&at);
    // Of axes in another order, the same of the tensor as it lies, where the others keep theirs.
    let (read, inner, quantization) = match lowering.value(node, 0)? {
        Value::Turned(turned @ Turned { quantization: Some(quantization), .. })
            if turned.keeps_axes() && {
                let kept = turned.order.iter().enumerate().filter(|(axis, _)| !at.contains(axis));
                kept.map(|(_, from)| from).is_sorted()
            } =>
        {
            at = at.iter().filter_map(|axis| turned.order.get(*axis).copied()).collect();
            at.sort_unstable();
            (turned.node, turned.inner, quantization)
        }
        _ => lowering.activation(node, 0)?,
    };
    let (Some(first), Some(last), true) =
        (at.first().copied(), at.last().copied(), at.windows(2).all(|pair| pair[0] + 1 == pair[1]))
    else {
        return Err(refusal!(
            "it goes over the axes {axes:?}, and only axes of a sample that lie side by side can be represented";
            "name such ones, as rows and columns (axes 2 and 3)"
        ));
    };
    let length = |of: &[u32]| of.iter().product::<u32>();
    let (before, rest) = inner.split_at(first);
    let (over, behind) = rest.split_at(last + 1 - first);
    let (image, kernel) = match (over, behind) {
        ([rows, columns], []) => ([length(before), *rows, *columns], [*rows, *columns]),
        _ => ([length(before), length(over), length(behind)], [length(over), 1]),
    };
    let shape = output(new)?;
    Ok(Reduced { read, inner, quantization, image, kernel, shape })
}

/// What a pooling reads: an image, or a sequence as an image of one row.
struct Plane {
    /// The image, with the padding around it.
    padded: Padded,
    channels: u32,
    /// Rows and columns without the padding.
    size: [u32; 2],
    is_sequence: bool,
    /// The node with the attributes of one that reads an image.
    node: onnx::Node,
}

impl Plane {
    fn read(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Self> {
        let padded = lowering.padded(node, 0)?;
        let mut padded = lowering.emitter.channels_first(padded)?;
        if let [channels, length] = padded.inner[..] {
            padded.node = lowering.emitter.reshape(padded.node, &[channels, 1, length])?;
            let (size, node) = ([1, length], widened(node));
            return Ok(Self { padded, channels, size, is_sequence: true, node });
        }
        let [channels, height, width] = image(&padded.inner)?;
        Ok(Self { padded, channels, size: [height, width], is_sequence: false, node: node.clone() })
    }

    /// Whether another node pads it.
    fn is_padded(&self) -> bool {
        self.padded.around != [0; 4]
    }

    /// The window over it, whose padding is the pooling's own and that around the image.
    fn window(&self) -> Lowered<Window> {
        window(&self.node, kernel_shape(&self.node)?, self.size, self.padded.around)
    }

    /// The window that covers all of it.
    fn whole(&self) -> Window {
        Window { kernel: self.size, stride: [1, 1], padding: [0; 4] }
    }

    /// The shape that a pooling with this window gives.
    fn shape(&self, window: &Window) -> Lowered<Vec<u32>> {
        let [height, width] = self.size;
        let (rows, columns) = (steps(height, window, 0), steps(width, window, 1));
        output(if self.is_sequence {
            vec![self.channels, columns]
        } else {
            vec![self.channels, rows, columns]
        })
    }

    /// The largest of windows, a sequence if it reads one.
    fn pooled(&self, lowering: &mut Lowering<'_>, at: u32, window: &Window) -> Lowered<Value> {
        let shape = self.shape(window)?;
        let node = if self.is_sequence { lowering.emitter.reshape(at, &shape)? } else { at };
        Ok(Value::Quantized { node, shape, quantization: self.padded.quantization })
    }

    /// Means in which the padding counts: filters of ones, whose division is part of their rescaling.
    fn counted(&self, lowering: &mut Lowering<'_>, window: &Window) -> Lowered<(Value, String)> {
        let positions: u32 = window.kernel.iter().product();
        let Quantization { scale, zero_point } = self.padded.quantization;
        let pad_value = if self.is_padded() { in_sums(lowering, &self.padded)? } else { zero_point };
        if pad_value != zero_point && window.padding != self.padded.around {
            return Err(refusal!(
                "it pads by 0 what {} pads by {}", self.padded.label, self.padded.value;
                "pad with one number"
            ));
        }
        let channels = self.channels as usize;
        if channels.saturating_mul(positions as usize) > MAX_BYTES {
            return Err(refusal!(
                "its padding counts (count_include_pad), so it needs a filter of ones for each of {channels} channels, more than the {MAX_BYTES} that are held";
                "use a smaller kernel, or count_include_pad=0"
            ));
        }
        let node = lowering.emitter.push(Node::DepthwiseConv2d {
            input: self.padded.node,
            window: *window,
            pad_value,
            parameters: vec![1; channels * positions as usize],
        })?;
        let sums = Accumulated {
            node,
            shape: self.shape(window)?,
            axis: 0,
            scales: vec![scale / f64::from(positions); channels],
            offsets: vec![0.0; channels],
            zero_point,
            range: Range::ALL,
            reshaped: self.is_sequence,
        };
        Ok((Value::Accumulated(sums), "filters of ones".into()))
    }
}
