//! `Slice`, `Gather` by constants, and `Split`: elements chosen along one axis after the other.

use crate::{
    emit_selected::Along,
    lowered::Lowered,
    lowering::Lowering,
    onnx,
    shape::{axis_of, output},
    value::{Quantization, Value},
};

/// A quantized tensor under choice.
struct Chosen {
    node: u32,
    shape: Vec<u32>,
    quantization: Quantization,
}

impl Chosen {
    fn read(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<Self> {
        let (read, shape, quantization) = lowering.activation(node, 0)?;
        Ok(Self { node: read, shape, quantization })
    }

    /// Only what lies at these places along an axis.
    fn at(&self, lowering: &mut Lowering<'_>, axis: usize, places: &[u32]) -> Lowered<Self> {
        let length = self.shape.get(axis).copied().unwrap_or(1);
        if places.iter().copied().eq(0..length) {
            return Ok(Self { shape: self.shape.clone(), ..*self });
        }
        let mut shape = self.shape.clone();
        if let Some(chosen) = shape.get_mut(axis) {
            *chosen = u32::try_from(places.len()).unwrap_or(u32::MAX);
        }
        let shape = output(shape)?;
        let count = |axes: Option<&[u32]>| axes.unwrap_or_default().iter().product::<u32>();
        let (before, behind) = (count(self.shape.get(..axis)), count(self.shape.get(axis + 1..)));
        let along = Along { before, length, behind };
        let node = lowering.emitter.selected(self.node, &self.shape, along, places, self.quantization)?;
        let node = lowering.emitter.reshape(node, &shape)?;
        Ok(Self { node, shape, quantization: self.quantization })
    }

    fn value(self) -> Value {
        Value::Quantized { node: self.node, shape: self.shape, quantization: self.quantization }
    }
}

/// A part along some axes, forward or backward.
pub(super) fn slice(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let given = |lowering: &Lowering<'_>, at: usize, name: &str| -> Lowered<Option<Vec<i64>>> {
        match (node.input.get(at).filter(|name| !name.is_empty()), node.ints(name)) {
            (Some(_), _) => lowering.integers(node, at).map(Some),
            (None, ints) => Ok(ints.map(<[i64]>::to_vec)),
        }
    };
    let (Some(starts), Some(ends)) = (given(lowering, 1, "starts")?, given(lowering, 2, "ends")?) else {
        return Err(refusal!("it doesn't say what it cuts out"; "export the model again"));
    };
    let axes = given(lowering, 3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = given(lowering, 4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()].iter().any(|count| *count != starts.len()) {
        return Err(refusal!("its starts, ends, axes and steps differ in number"; "export the model again"));
    }
    let mut chosen = Chosen::read(lowering, node)?;
    for (axis, ((start, end), step)) in axes.iter().zip(starts.iter().zip(&ends).zip(&steps)) {
        let axis = axis_of(*axis, chosen.shape.len())
            .map_err(|why| refusal!("{why}"; "cut along axes of a sample"))?;
        let length = chosen.shape.get(axis).copied().unwrap_or(1);
        chosen = chosen.at(lowering, axis, &places(length, *start, *end, *step)?)?;
    }
    Ok((chosen.value(), "a choice of elements".into()))
}

/// The places from one to before another; negative ones count from the end.
fn places(length: u32, start: i64, end: i64, step: i64) -> Lowered<Vec<u32>> {
    let all = i64::from(length);
    let (least, most) = if step < 0 { (-1, all - 1) } else { (0, all) };
    let bound = |at: i64| (if at < 0 { at.saturating_add(all) } else { at }).clamp(least, most);
    let (mut at, end) = (bound(start), bound(end));
    let mut places = Vec::new();
    while step != 0 && if step > 0 { at < end } else { at > end } {
        places.extend(u32::try_from(at));
        at = at.saturating_add(step);
    }
    if places.is_empty() {
        return Err(refusal!(
            "nothing of {length} elements lies between {start} and {end} in steps of {step}";
            "export the model again"
        ));
    }
    Ok(places)
}

/// Elements whose places along an axis are constants.
pub(super) fn gather(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let chosen = Chosen::read(lowering, node)?;
    let axis = axis_of(node.int("axis", 0), chosen.shape.len())
        .map_err(|why| refusal!("{why}"; "gather along an axis of a sample"))?;
    let name = node.input.get(1).map_or("", String::as_str);
    let places = lowering.written(name).cloned().ok_or_else(|| {
        refusal!(
            "it gathers at places that it computes";
            "give it constant ones"
        )
    })?;
    let length = chosen.shape.get(axis).copied().unwrap_or(1);
    let place = |at: &i64| {
        let from_start = if *at < 0 { at.saturating_add(length.into()) } else { *at };
        u32::try_from(from_start).ok().filter(|at| *at < length)
    };
    let known: Option<Vec<u32>> = places.integers().and_then(|places| places.iter().map(place).collect());
    let known = known.filter(|known| !known.is_empty() && places.shape.len() <= 1).ok_or_else(|| {
        refusal!(
            "its places aren't a row of numbers below {length}";
            "export the model again, with shapes that are static"
        )
    })?;
    let mut chosen = chosen.at(lowering, axis, &known)?;
    if places.shape.is_empty() {
        let mut shape = chosen.shape.clone();
        shape.remove(axis);
        let shape = output(shape)?;
        chosen = Chosen { node: lowering.emitter.reshape(chosen.node, &shape)?, shape, ..chosen };
    }
    Ok((chosen.value(), "a choice of elements".into()))
}

/// Parts one behind the other along an axis. All but the first get their values here.
pub(super) fn split(lowering: &mut Lowering<'_>, node: &onnx::Node) -> Lowered<(Value, String)> {
    let chosen = Chosen::read(lowering, node)?;
    let axis = axis_of(node.int("axis", 0), chosen.shape.len())
        .map_err(|why| refusal!("{why}"; "split along an axis of a sample"))?;
    let length = chosen.shape.get(axis).copied().unwrap_or(1);
    let count = node.output.len().max(1);
    let lengths: Vec<i64> = match (node.input.get(1).filter(|name| !name.is_empty()), node.ints("split")) {
        (Some(_), _) => lowering.integers(node, 1)?,
        (None, Some(lengths)) => lengths.to_vec(),
        // The last one is shorter where they can't be equal.
        (None, None) => {
            let each = i64::from(length).div_euclid(count as i64)
                + i64::from(!i64::from(length).rem_euclid(count as i64).eq(&0));
            let left = |at: i64| (i64::from(length) - at * each).clamp(0, each);
            (0..count as i64).map(left).collect()
        }
    };
    let sum = lengths.iter().try_fold(0i64, |sum, part| sum.checked_add(*part));
    if lengths.len() != count || lengths.iter().any(|part| *part <= 0) || sum != Some(length.into()) {
        return Err(refusal!(
            "it splits {length} elements into parts of {lengths:?} for {count} outputs";
            "export the model again"
        ));
    }
    let mut parts = Vec::new();
    let mut start = 0;
    for part in lengths {
        let end = start + part;
        parts.push(chosen.at(lowering, axis, &places(length, start, end, 1)?)?.value());
        start = end;
    }
    let mut parts = parts.into_iter();
    let first = parts.next().ok_or_else(|| refusal!("it has no output"; "export the model again"))?;
    for (name, part) in node.output.iter().skip(1).zip(parts) {
        lowering.give_value(name.clone(), part);
    }
    Ok((first, "choices of elements".into()))
}
