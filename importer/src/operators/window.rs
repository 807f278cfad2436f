//! The windows of convolutions and poolings: kernel, stride and padding.

use millrace_inference::{limits::MAX_ELEMENTS, Window};

use crate::{lowered::Lowered, onnx};

/// A node that works along one axis as one that works on planes of one row.
pub(super) fn widened(node: &onnx::Node) -> onnx::Node {
    let mut node = node.clone();
    for attribute in &mut node.attribute {
        let wide = match (attribute.name.as_str(), attribute.ints.as_slice()) {
            ("kernel_shape" | "strides" | "dilations", [length]) => vec![1, *length],
            ("pads", [before, after]) => vec![0, *before, 0, *after],
            _ => continue,
        };
        attribute.ints = wide;
    }
    node
}

pub(super) fn kernel_shape(node: &onnx::Node) -> Lowered<[u32; 2]> {
    let fits = |length: &i64| u32::try_from(*length).ok();
    match node.ints("kernel_shape") {
        Some([rows, columns]) => match (fits(rows), fits(columns)) {
            (Some(rows), Some(columns)) => Ok([rows, columns]),
            _ => Err(refusal!(
                "its kernel_shape {rows} × {columns} isn't positive";
                "export the model again"
            )),
        },
        _ => Err(refusal!(
            "only windows over rows and columns can be represented";
            "give a sequence a second axis of length 1"
        )),
    }
}

/// Patches along an axis of this length, for a window that [`window`] laid over it.
pub(super) fn steps(length: u32, window: &Window, axis: usize) -> u32 {
    let padded = length + window.padding[axis] + window.padding[axis + 2];
    padded.saturating_sub(window.kernel[axis]) / window.stride[axis].max(1) + 1
}

/// The window of a convolution or pooling on a plane of this size, whose lengths are at most [`MAX_ELEMENTS`], and which has
/// this padding already; it lies inside the padded plane, and all its lengths are at most that.
pub(super) fn window(
    node: &onnx::Node,
    kernel: [u32; 2],
    plane: [u32; 2],
    around: [u32; 4],
) -> Lowered<Window> {
    // The kernel of a convolution is dilated already, by zeros.
    if node.op_type != "Conv" && dilations(node, kernel)? != [1, 1] {
        return Err(refusal!(
            "poolings with dilated windows can't be represented";
            "use a smaller kernel without dilation"
        ));
    }
    let stride = pair(node, "strides")?;
    let [rows, columns] = kernel;
    if rows == 0 || columns == 0 || u64::from(rows) * u64::from(columns) > u64::from(MAX_ELEMENTS) {
        return Err(refusal!(
            "its window of {rows} × {columns} must have at least one and at most {MAX_ELEMENTS} elements";
            "use a smaller one"
        ));
    }
    let outer = [0, 1].map(|axis| plane[axis] + around[axis] + around[axis + 2]);
    let own = padding(node, kernel, stride, outer)?;
    let padding = [0, 1, 2, 3].map(|side: usize| own[side].saturating_add(around[side]));
    check_padding(kernel, padding, plane)?;
    let window = Window { kernel, stride, padding };
    if node.int("ceil_mode", 0) == 0 {
        return Ok(window);
    }
    let whole =
        Window { padding: [0, 1, 2, 3].map(|side| padding[side] + beyond(&window, plane, side)), ..window };
    if whole != window && node.int("count_include_pad", 0) != 0 {
        return Err(refusal!(
            "its last windows reach beyond the padding (ceil_mode), and padding counts in its mean (count_include_pad)";
            "use ceil_mode=0 or count_include_pad=0"
        ));
    }
    check_padding(kernel, whole.padding, plane)?;
    Ok(whole)
}

/// How far the last window reaches beyond the padding of a side, where all that begin before it count (`ceil_mode`). What
/// lies there counts no more than padding does.
fn beyond(window: &Window, plane: [u32; 2], side: usize) -> u32 {
    let Some(axis) = side.checked_sub(2) else { return 0 };
    let (kernel, stride) = (window.kernel[axis], window.stride[axis].max(1));
    let before = plane[axis] + window.padding[axis];
    let padded = before + window.padding[side];
    let mut last = padded.saturating_sub(kernel).div_ceil(stride) * stride;
    // One that begins behind the plane has nothing to look at.
    if last >= before {
        last -= stride.min(last);
    }
    (last + kernel).saturating_sub(padded)
}

/// How far apart neighbours in a kernel are; a kernel of one row or column has nothing to dilate.
pub(super) fn dilations(node: &onnx::Node, kernel: [u32; 2]) -> Lowered<[u32; 2]> {
    let [down, across] = pair(node, "dilations")?;
    Ok([if kernel[0] > 1 { down } else { 1 }, if kernel[1] > 1 { across } else { 1 }])
}

/// Two lengths of a window, along rows and columns; 1 and 1 where they aren't given.
fn pair(node: &onnx::Node, name: &str) -> Lowered<[u32; 2]> {
    let fits =
        |length: &i64| u32::try_from(*length).ok().filter(|length| (1..=MAX_ELEMENTS).contains(length));
    match node.ints(name) {
        None => Ok([1, 1]),
        Some([down, across]) => match (fits(down), fits(across)) {
            (Some(down), Some(across)) => Ok([down, across]),
            _ => Err(refusal!(
                "its {name} {down} and {across} must be positive and at most {MAX_ELEMENTS}";
                "export the model again"
            )),
        },
        Some(_) => Err(refusal!("its {name} must be two numbers"; "export the model again")),
    }
}

/// Rows and columns of padding: top, left, bottom, right.
fn padding(node: &onnx::Node, kernel: [u32; 2], stride: [u32; 2], plane: [u32; 2]) -> Lowered<[u32; 4]> {
    let pads = node.ints("pads");
    let mode = node.text("auto_pad").unwrap_or_default();
    Ok(match mode.as_str() {
        "" | "NOTSET" => match pads {
            None => [0; 4],
            Some(pads) => {
                match pads.iter().map(|pad| u32::try_from(*pad).ok()).collect::<Option<Vec<u32>>>().as_deref()
                {
                    Some([top, left, bottom, right]) => [*top, *left, *bottom, *right],
                    _ => {
                        return Err(refusal!(
                            "its pads {pads:?} must be four numbers, none negative";
                            "crop its input before"
                        ))
                    }
                }
            }
        },
        "VALID" | "SAME_UPPER" | "SAME_LOWER"
            if pads.is_some_and(|pads| pads.iter().any(|pad| *pad != 0)) =>
        {
            return Err(refusal!("its pads contradict its auto_pad {mode}"; "drop one of them"));
        }
        "VALID" => [0; 4],
        "SAME_UPPER" | "SAME_LOWER" => {
            let total = |axis: usize| {
                let patches = plane[axis].div_ceil(stride[axis]);
                (patches.saturating_sub(1) * stride[axis] + kernel[axis]).saturating_sub(plane[axis])
            };
            // The odd row or column comes last, unless SAME_LOWER says first.
            let first = |total: u32| if mode == "SAME_LOWER" { total.div_ceil(2) } else { total / 2 };
            let (rows, columns) = (total(0), total(1));
            [first(rows), first(columns), rows - first(rows), columns - first(columns)]
        }
        other => {
            return Err(refusal!("its auto_pad {other} isn't known"; "export the model with explicit pads"))
        }
    })
}

/// A convolution or pooling that leaves its padding to a rule (`auto_pad`), with the padding that this comes to. It reads samples of
/// this shape; `weights` is the shape of a convolution's. None if the node follows no rule, or can't be represented.
pub(crate) fn written_out(node: &onnx::Node, shape: &[u32], weights: Option<&[usize]>) -> Option<onnx::Node> {
    if matches!(node.text("auto_pad").as_deref(), None | Some("" | "NOTSET")) {
        return None;
    }
    let lengths: Vec<u32> = match (node.ints("kernel_shape"), weights) {
        (Some(kernel), _) => {
            kernel.iter().map(|length| u32::try_from(*length).ok()).collect::<Option<_>>()?
        }
        (None, weights) => {
            weights?.get(2..)?.iter().map(|length| u32::try_from(*length).ok()).collect::<Option<_>>()?
        }
    };
    // A sequence is an image of one row.
    let (wide, kernel, plane) = match (lengths.as_slice(), shape) {
        ([length], [_, columns]) => (widened(node), [1, *length], [1, *columns]),
        ([down, across], [_, rows, columns]) => (node.clone(), [*down, *across], [*rows, *columns]),
        _ => return None,
    };
    let spread = dilations(&wide, kernel).ok()?;
    let spread =
        [0, 1].map(|axis: usize| (kernel[axis].max(1) - 1).saturating_mul(spread[axis]).saturating_add(1));
    let [top, left, bottom, right] =
        padding(&wide, spread, pair(&wide, "strides").ok()?, plane).ok()?.map(i64::from);
    let ints = if lengths.len() == 1 { vec![left, right] } else { vec![top, left, bottom, right] };
    let mut node = node.clone();
    node.attribute.retain(|attribute| !matches!(attribute.name.as_str(), "auto_pad" | "pads"));
    let r#type = onnx::Attribute::INTS;
    node.attribute.push(onnx::Attribute { name: "pads".into(), ints, r#type, ..onnx::Attribute::default() });
    Some(node)
}

/// Checks that a window lies in the padded plane, and that its padding is smaller than its kernel.
fn check_padding(kernel: [u32; 2], padding: [u32; 4], plane: [u32; 2]) -> Lowered<()> {
    for axis in [0, 1] {
        let (before, after) = (padding[axis], padding[axis + 2]);
        if before >= kernel[axis] || after >= kernel[axis] {
            return Err(refusal!(
                "its padding of {before} and {after} isn't smaller than its kernel of {}, which can't be represented", kernel[axis];
                "pad less"
            ));
        }
        if plane[axis] + before + after < kernel[axis] {
            return Err(refusal!(
                "its kernel of {} is larger than the padded {}", kernel[axis], plane[axis] + before + after;
                "use a smaller one"
            ));
        }
    }
    Ok(())
}
