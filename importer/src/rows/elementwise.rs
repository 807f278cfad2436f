//! What works element by element: tables, sums and products of two tensors, bounds, and the index of the largest.

use std::rc::Rc;

use millrace_inference::{
    rows::{ArgMax, ElementType, Mul, Node, Rescale},
    Node as Integer,
};

use super::{
    canonical::in_order,
    graph::{Extent, Graph},
    layout::{axes, Along, Digit, Held},
    meet::{converted, meeting},
    record::{addition, exact, moved, multiplied, rescaled, unchanged, SPREAD},
    slip::slip,
    state::{Multiplied, Translation},
};
use crate::{lowered::Lowered, rescaling::rescaling, value::Search};

/// The entries of a table of rows before that of −128.
const BEFORE: i32 = 128;

/// The zero point to which a rescaling brings its sums so that the type's own clamps do a narrower one's work, and what has to be
/// added after that, step by step.
pub(super) fn bounded(zero_point: i8, [min, max]: [i8; 2]) -> (i32, Vec<i32>) {
    let (down, up) = (i32::from(min) + 128, 127 - i32::from(max));
    let back = match (down, up) {
        (0, 0) => vec![],
        (_, 0) => vec![down],
        // The numbers came too high already.
        (0, _) => vec![-up],
        (_, _) => vec![down + up, -up],
    };
    let own = i32::from(zero_point) + if down == 0 { up } else { -down };
    (own, back)
}

/// The clamps that are left, each the work of an addition that the type's range cuts off.
pub(super) fn clamped(graph: &mut Graph, held: Held, back: &[i32]) -> Lowered<Held> {
    let add = |node, by: &i32| graph.requantize_alike(node, ElementType::I8, moved(*by)?);
    let node = back.iter().try_fold(held.node, add)?;
    Ok(Held { node, ..held })
}

/// A table: one rescaling if it is that, else an interpolation between entries that only meets its entries. What has 16 bits,
/// because only functions read it, is interpolated in earnest.
pub(super) fn lookup(all: &mut Translation<'_>, at: u32, input: u32, table: &[i8]) -> Lowered<Held> {
    let held = all.read(input)?;
    if let (true, Some(curve)) = (all.spread.get(&held.node) == Some(&held.node), all.source.curves.get(&at))
    {
        let table = all.graph.entries(curve.iter().map(|entry| i32::from(*entry)));
        let looked = all.graph.activation(held.node, table)?;
        let node =
            all.graph.requantize_alike(looked, ElementType::I8, exact(1, SPREAD.ilog2() as u8, 0, 0)?)?;
        return Ok(Held { node, ..held });
    }
    if let Some(record) = as_rescaling(table) {
        let node = all.graph.requantize_alike(held.node, ElementType::I8, record)?;
        return Ok(Held { node, ..held });
    }
    let wide = match all.spread.get(&held.node) {
        Some(wide) => *wide,
        None => all.graph.requantize_alike(held.node, ElementType::I16, multiplied(SPREAD, 0)?)?,
    };
    all.spread.insert(held.node, wide);
    let Ok(table) = <&[i8; 256]>::try_from(table) else { return Err(slip("a table hasn't 256 entries")) };
    let entry = |at: i32| i32::from(table[(at - BEFORE).clamp(0, 255) as usize]);
    let table = all.graph.entries((0..513).map(entry));
    let looked = all.graph.activation(wide, table)?;
    let node = all.graph.requantize_alike(looked, ElementType::I8, unchanged()?)?;
    Ok(Held { node, ..held })
}

/// The rescaling that a table is, if it is one.
fn as_rescaling(table: &[i8]) -> Option<Rescale> {
    let inside = |entry: &i8| *entry > i8::MIN && *entry < i8::MAX;
    let first = table.iter().position(inside)?;
    let last = table.iter().rposition(inside).filter(|last| *last > first)?;
    let real = |at: usize| f64::from(table[at]);
    let slope = (real(last) - real(first)) / (last as f64 - first as f64);
    let middle = |at: usize| at as f64 - 128.0;
    let points = (first..=last).map(|at| real(at) - slope * middle(at));
    let offset = points.sum::<f64>() / (last - first + 1) as f64;
    let shift = 22;
    let scaled = |real: f64| (real * f64::from(1 << shift)).round_ties_even();
    let record = Rescale::new(scaled(slope) as i32, shift, scaled(offset) as i64 + (1 << (shift - 1)))?;
    let is = |(x, y): (i64, &i8)| record.apply(x, ElementType::I8) == i32::from(*y);
    (-128i64..).zip(table).all(is).then_some(record)
}

/// The sum of two tensors.
pub(super) fn added(all: &mut Translation<'_>, at: u32, node: &Integer) -> Lowered<Held> {
    let Integer::Add {
        left,
        right,
        left_zero_point,
        right_zero_point,
        left_multiplier,
        right_multiplier,
        shift,
        zero_point,
        min,
        max,
    } = node
    else {
        return Err(refusal!("it isn't an addition"; "export the model again"));
    };
    let (left_multiplier, right_multiplier, shift) = addition(*left_multiplier, *right_multiplier, *shift);
    let (one, other) = (all.read(*left)?, all.read(*right)?);
    let target = meeting(&all.graph, &one, &other)?;
    let times = |multiplier: u32, zero: i8| {
        let multiplier = multiplier.cast_signed();
        multiplied(multiplier, -multiplier * i32::from(zero))
    };
    let wide = ElementType::Wide;
    let record = times(left_multiplier, *left_zero_point)?;
    let addend = converted(&mut all.graph, &one, &target, (wide, record), None)?;
    let record = times(right_multiplier, *right_zero_point)?;
    let sum = converted(&mut all.graph, &other, &target, (wide, record), Some(addend))?;
    let (own, back) = bounded(*zero_point, [*min, *max]);
    let finer =
        (shift > 7 && back.is_empty() && all.is_curved(at)).then(|| exact(1, shift - 7, 0, own * SPREAD));
    if let Some(Ok(record)) = finer {
        let node = all.graph.requantize_alike(sum, ElementType::I16, record)?;
        all.spread.insert(node, node);
        return Ok(Held { node, ..target.held });
    }
    let node = all.graph.requantize_alike(sum, ElementType::I8, exact(1, shift, 0, own)?)?;
    clamped(&mut all.graph, Held { node, ..target.held }, &back)
}

/// The product of two tensors, exact up to its rescaling.
pub(super) fn product(
    all: &mut Translation<'_>,
    Multiplied { left, right, to }: Multiplied,
) -> Lowered<Held> {
    let (one, other) = (all.read(left.0)?, all.read(right.0)?);
    let target = meeting(&all.graph, &one, &other)?;
    let at_zero = |zero: i8| Ok((ElementType::I16, moved(-i32::from(zero))?));
    let left_node = converted(&mut all.graph, &one, &target, at_zero(left.1.zero_point)?, None)?;
    let right_node = converted(&mut all.graph, &other, &target, at_zero(right.1.zero_point)?, None)?;
    let (multiplier, shift) = rescaling(left.1.scale * right.1.scale / to.scale)?;
    let rescale = millrace_inference::Rescale { bias: 0, multiplier, shift };
    let record = rescaled(rescale, to.zero_point.into())?;
    let extent = all.graph.extent(left_node)?;
    let rescales = all.graph.rescales(&vec![record; extent.width as usize]);
    let mul = Mul { left: left_node, right: right_node, rescales, element: ElementType::I8 };
    let node = all.graph.push(Node::Mul(mul), extent)?;
    Ok(Held { node, ..target.held })
}

/// The index of the largest along an axis, which must be that of all channels.
pub(super) fn largest(all: &mut Translation<'_>, held: Held, search: &Search) -> Lowered<Held> {
    let axes = axes(&held.digits, &search.shape);
    let is_channel = |digit: &Digit| digit.along == Along::Channels;
    let is_found = axes.is_some_and(|axes| {
        axes.iter().enumerate().all(|(axis, digits)| match axis == search.axis {
            true => digits.iter().all(is_channel),
            false => digits.iter().all(|digit| matches!(digit.along, Along::Down | Along::Across)),
        })
    });
    if !is_found {
        return Err(refusal!(
            "it searches the largest along rows or columns, or for each channel, and only along all channels can it be found in rows";
            "let the classes be the channels"
        ));
    }
    let ordered = in_order(&mut all.graph, held, ElementType::Wide)?;
    let extent = all.graph.extent(ordered.node)?;
    let own = Extent { width: 1, ..extent };
    let node = all.graph.push(Node::ArgMax(ArgMax { input: ordered.node }), own)?;
    let digits = ordered.digits.into_iter().filter(|digit| !is_channel(digit)).collect();
    Ok(Held { node, digits, channels: Rc::new(vec![0]) })
}
