//! `Flatten`, `Reshape`, `Squeeze` and `Unsqueeze`: the same elements under another shape.

use crate::{
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{axis_of, output, OPEN},
    value::{Mean, Search, Turned, Value},
};

pub(super) fn reshape(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let shape = match lowering.value(node, 0)? {
        Value::Input { shape } | Value::Mapped { shape, .. } | Value::Ordered { shape, .. } => shape,
        Value::Turned(Turned { shape, quantization: Some(_), .. }) => shape,
        Value::Index { search, .. } => search.given,
        Value::Mean(mean) => mean.shape,
        _ => lowering.activation(node, 0)?.1,
    };
    let new = new_shape(lowering, node, &shape)?;
    with_shape(lowering, node, &new)
}

/// The tensor that a node reads, under another shape of as many elements.
pub(super) fn with_shape(
    lowering: &mut Lowering<'_>,
    node: &onnx::Node,
    new: &[u32],
) -> Lowered<(Value, String)> {
    match lowering.value(node, 0)? {
        Value::Input { shape } if shape == new => {
            return Ok((Value::Input { shape }, "dropped: the shape stays".into()))
        }
        Value::Input { .. } => {
            lowering.reshape_input(new)?;
            return Ok((Value::Input { shape: new.to_vec() }, "another shape of the input".into()));
        }
        Value::Ordered { node: read, shape, axes, lies, softmax } => {
            let axes = kept(&shape, &axes, new)?;
            let node =
                if new == shape || lies.is_some() { read } else { lowering.emitter.reshape(read, new)? };
            let ordered = Value::Ordered { node, shape: new.to_vec(), axes, lies, softmax };
            return Ok((ordered, "another shape behind the softmax".into()));
        }
        Value::Mapped { node: input, shape, quantization, map } => {
            // A table works element by element, so the shape may change before it.
            let input = if new == shape { input } else { lowering.emitter.reshape(input, new)? };
            let shape = new.to_vec();
            return Ok((Value::Mapped { node: input, shape, quantization, map }, String::new()));
        }
        Value::Index { node, search, label } => {
            let long =
                |shape: &[u32]| -> Vec<u32> { shape.iter().copied().filter(|length| *length > 1).collect() };
            if long(&search.given) != long(new) {
                return Err(refusal!(
                    "it makes {new:?} of the {:?} indices a sample that {label} gives, where only axes of length 1 can come or go", search.given;
                    "end the model with the arg max"
                ));
            }
            let search = Search { given: new.to_vec(), ..search };
            return Ok((Value::Index { node, search, label }, "another shape of the indices".into()));
        }
        // Its elements are brought into order once something reads them that needs it.
        Value::Turned(turned @ Turned { quantization: Some(_), .. }) => {
            let turned = Turned { shape: new.to_vec(), ..turned };
            return Ok((Value::Turned(turned), "another shape of what is turned".into()));
        }
        Value::Mean(mean) => {
            return Ok((
                Value::Mean(Mean { shape: new.to_vec(), ..mean }),
                "another shape of the mean".into(),
            ))
        }
        _ => {}
    }
    let (input, shape, quantization) = lowering.activation(node, 0)?;
    if new == shape {
        return Ok((
            Value::Quantized { node: input, shape, quantization },
            "dropped: the shape stays".into(),
        ));
    }
    let at = lowering.emitter.reshape(input, new)?;
    Ok((Value::Quantized { node: at, shape: new.to_vec(), quantization }, String::new()))
}

/// What becomes of the axes along which a softmax keeps the order, where others of length 1 come or go.
fn kept(shape: &[u32], axes: &std::ops::Range<usize>, new: &[u32]) -> Lowered<std::ops::Range<usize>> {
    if new == shape {
        return Ok(axes.clone());
    }
    let long = |shape: &[u32]| -> Vec<(usize, u32)> {
        shape.iter().copied().enumerate().filter(|(_, length)| *length > 1).collect()
    };
    let pairs: Vec<_> = long(shape).into_iter().zip(long(new)).collect();
    let is_same = long(shape).len() == long(new).len() && pairs.iter().all(|(old, new)| old.1 == new.1);
    let mut own = pairs.iter().filter(|(old, _)| axes.contains(&old.0)).map(|(_, new)| new.0);
    match (own.next(), own.next_back()) {
        (Some(first), last) if is_same => Ok(first..last.unwrap_or(first) + 1),
        _ => Err(refusal!(
            "it makes {new:?} of {shape:?} a sample behind a softmax, where only axes of length 1 can come or go";
            "end the model with the softmax"
        )),
    }
}

/// The axes of a node, an attribute in older files and an input in newer ones; none where neither is given.
pub(super) fn axes(lowering: &Lowering<'_>, node: &onnx::Node) -> Lowered<Option<Vec<i64>>> {
    let input = node.input.get(1).filter(|name| !name.is_empty());
    match (node.ints("axes"), input) {
        (Some(_), Some(_)) => Err(refusal!("its axes are given twice"; "export the model again")),
        (Some(axes), None) if axes.len() <= 8 => Ok(Some(axes.to_vec())),
        (Some(axes), None) => {
            Err(refusal!("it has {} axes, no tensor has as many", axes.len(); "export the model again"))
        }
        (None, Some(_)) => lowering.integers(node, 1).map(Some),
        (None, None) => Ok(None),
    }
}

fn new_shape(lowering: &Lowering<'_>, node: &onnx::Node, shape: &[u32]) -> Lowered<Vec<u32>> {
    output(match node.op_type.as_str() {
        "Flatten" => flattened(node.int("axis", 1), shape)?,
        "Reshape" => {
            reshaped(&lowering.integers(node, 1)?, shape, lowering.batch, node.int("allowzero", 0) != 0)?
        }
        _ => {
            let axes = axes(lowering, node)?.ok_or_else(|| {
                refusal!(
                    "it doesn't say which axes, and the batch may be among them";
                    "give it its axes"
                )
            })?;
            squeezed(&axes, shape, node.op_type == "Squeeze")?
        }
    })
}

/// All axes of a sample become one; an axis other than 1 is the same where what comes before it has one element.
fn flattened(axis: i64, shape: &[u32]) -> Lowered<Vec<u32>> {
    let rank = shape.len();
    let from_start = if axis < 0 { axis.saturating_add(rank as i64 + 1) } else { axis };
    let at = usize::try_from(from_start).ok().filter(|at| (1..=rank + 1).contains(at));
    match at {
        Some(at) if shape.iter().take(at - 1).all(|length| *length == 1) => {
            Ok(vec![shape.iter().skip(at - 1).product()])
        }
        _ => Err(refusal!(
            "it flattens before axis {axis} and mixes the batch with others";
            "flatten with axis=1"
        )),
    }
}

/// ONNX's reshape: 0 keeps an axis, −1 takes what is left; the first axis is the batch, whose length is known if it is
/// fixed.
fn reshaped(target: &[i64], shape: &[u32], batch: Option<u32>, allow_zero: bool) -> Lowered<Vec<u32>> {
    let mut target = target.to_vec();
    // A computed shape keeps the batch by its length.
    if let Some(first) = target.first_mut().filter(|first| **first == OPEN && !allow_zero) {
        *first = 0;
    }
    let target = target.as_slice();
    let Some((first, rest)) = target.split_first() else {
        return Err(refusal!("its target shape is empty"; "keep the batch"));
    };
    if target.iter().any(|length| *length < -1) || target.iter().filter(|length| **length == -1).count() > 1 {
        return Err(
            refusal!("its target shape {target:?} isn't possible"; "let at most one length be -1, and none be less"),
        );
    }
    if allow_zero && target.contains(&0) {
        return Err(refusal!(
            "its target shape {target:?} has an axis of length 0 (allowzero)";
            "drop the attribute"
        ));
    }
    if *first > 0 && batch.map(i64::from) != Some(*first) {
        return Err(refusal!(
            "its target shape {target:?} fixes the batch to {first}";
            "export the model with an open batch axis, or write 0 there"
        ));
    }
    let elements: u32 = shape.iter().product();
    let known = |at: usize, length: i64| match length {
        0 => shape.get(at).copied(),
        length => u32::try_from(length).ok(),
    };
    let mismatch = || {
        refusal!(
            "a sample of {elements} elements can't take the shape {rest:?}";
            "export the model again"
        )
    };
    let product =
        |lengths: &[u32]| lengths.iter().try_fold(1u32, |product, length| product.checked_mul(*length));
    // With 1 for the open length, the others' product says what is left for it.
    let mut new: Vec<u32> = rest
        .iter()
        .enumerate()
        .map(|(at, length)| if *length == -1 { Some(1) } else { known(at, *length) })
        .collect::<Option<_>>()
        .ok_or_else(mismatch)?;
    let others = product(&new).filter(|others| *others > 0).ok_or_else(mismatch)?;
    if let Some(open) = rest.iter().position(|length| *length == -1).and_then(|at| new.get_mut(at)) {
        *open = elements / others;
    }
    match product(&new) {
        Some(count) if count == elements => Ok(new),
        _ => Err(mismatch()),
    }
}

fn squeezed(axes: &[i64], shape: &[u32], remove: bool) -> Lowered<Vec<u32>> {
    let rank = shape.len() + if remove { 0 } else { axes.len() };
    let mut at: Vec<usize> = axes
        .iter()
        .map(|axis| axis_of(*axis, rank).map_err(|why| refusal!("{why}"; "name other axes")))
        .collect::<Lowered<_>>()?;
    at.sort_unstable();
    if at.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(refusal!("its axes {axes:?} name one twice"; "name each once"));
    }
    let mut new = shape.to_vec();
    if remove {
        for axis in at.into_iter().rev() {
            if new.get(axis) != Some(&1) {
                return Err(refusal!("axis {} isn't of length 1", axis + 1; "squeeze others"));
            }
            new.remove(axis);
        }
    } else {
        for axis in at {
            // In order, each axis is at most as large as the shape has become.
            new.insert(axis.min(new.len()), 1);
        }
    }
    Ok(new)
}
