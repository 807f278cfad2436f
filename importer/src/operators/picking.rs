//! Constants whose numbers are those of others: gathered, joined, cut out and repeated.

use super::folding_limit::{count, expect_room};
use crate::{
    lowered::Lowered,
    onnx::{Constant, Node, Numbers},
};

/// The numbers at these places, under another shape.
fn picked(data: &Constant, shape: Vec<usize>, from: impl Iterator<Item = usize>) -> Constant {
    let numbers = match &data.numbers {
        Numbers::Float(values) => Numbers::Float(from.filter_map(|at| values.get(at).copied()).collect()),
        Numbers::Integer { values, data_type } => Numbers::Integer {
            values: from.filter_map(|at| values.get(at).copied()).collect(),
            data_type: *data_type,
        },
    };
    Constant::new(shape, numbers)
}

/// An axis of a constant; negative ones count from the end.
fn axis_of(axis: i64, rank: usize) -> Option<usize> {
    let from_start = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
    usize::try_from(from_start).ok().filter(|at| *at < rank)
}

/// How many elements lie before an axis, along it, and behind it.
fn split(shape: &[usize], axis: usize) -> [usize; 3] {
    [count(shape.get(..axis)), shape.get(axis).copied().unwrap_or(1), count(shape.get(axis + 1..))]
}

/// Slices along an axis, by their positions.
pub(super) fn gathered(node: &Node, data: &Constant, at: &Constant) -> Lowered<Constant> {
    let refused = |positions: &[i64]| {
        refusal!(
            "it gathers positions {positions:?} of a constant of the shape {:?}", data.shape;
            "export the model again, with shapes that are static"
        )
    };
    let positions = at.integers().unwrap_or_default();
    let axis = axis_of(node.int("axis", 0), data.shape.len()).ok_or_else(|| refused(positions))?;
    let [before, along, behind] = split(&data.shape, axis);
    let known = |at: &i64| {
        let from_start = if *at < 0 { at.saturating_add(along as i64) } else { *at };
        usize::try_from(from_start).ok().filter(|at| *at < along)
    };
    let wanted: Option<Vec<usize>> = positions.iter().map(known).collect();
    let wanted = wanted.filter(|_| at.integers().is_some()).ok_or_else(|| refused(positions))?;
    let (first, last) = (data.shape.get(..axis), data.shape.get(axis + 1..));
    let shape = [first.unwrap_or_default(), &at.shape, last.unwrap_or_default()].concat();
    expect_room(&shape)?;
    let places = (0..before).flat_map(|outer| {
        let wanted = &wanted;
        wanted.iter().flat_map(move |at| {
            let start = (outer * along + at) * behind;
            start..start + behind
        })
    });
    Ok(picked(data, shape, places))
}

/// Constants one after the other along an axis; none if they don't fit together.
pub(super) fn joined(node: &Node, parts: &[&Constant]) -> Option<Constant> {
    let first = parts.first()?;
    let axis = axis_of(node.int("axis", 0), first.shape.len())?;
    let others = |shape: &[usize]| {
        let mut others = shape.to_vec();
        if let Some(length) = others.get_mut(axis) {
            *length = 0;
        }
        others
    };
    if parts.iter().any(|part| others(&part.shape) != others(&first.shape)) {
        return None;
    }
    let mut shape = first.shape.clone();
    *shape.get_mut(axis)? = parts.iter().map(|part| split(&part.shape, axis)[1]).sum();
    // All numbers in one row, and where in it each part begins.
    let mut starts = vec![0];
    parts.iter().for_each(|part| starts.push(starts.last().copied().unwrap_or(0) + count(Some(&part.shape))));
    let numbers = match &first.numbers {
        Numbers::Float(_) => {
            let floats = parts.iter().map(|part| match &part.numbers {
                Numbers::Float(values) => Some(values.as_slice()),
                Numbers::Integer { .. } => None,
            });
            Numbers::Float(floats.collect::<Option<Vec<_>>>()?.concat())
        }
        Numbers::Integer { data_type, .. } => {
            let rows: Option<Vec<&[i64]>> = parts.iter().map(|part| part.integers()).collect();
            Numbers::Integer { values: rows?.concat(), data_type: *data_type }
        }
    };
    let [before, ..] = split(&first.shape, axis);
    let places = (0..before).flat_map(|outer| {
        let starts = &starts;
        parts.iter().zip(starts).flat_map(move |(part, start)| {
            let [_, along, behind] = split(&part.shape, axis);
            let from = start + outer * along * behind;
            from..from + along * behind
        })
    });
    Some(picked(&Constant::new(vec![], numbers), shape, places))
}

/// A constant repeated to another shape.
pub(super) fn expanded(data: &Constant, to: &Constant) -> Option<Constant> {
    let wanted: Option<Vec<usize>> =
        to.integers()?.iter().map(|length| usize::try_from(*length).ok()).collect();
    let shape = broadcast(&data.shape, &wanted?)?;
    expect_room(&shape).ok()?;
    let places = (0..count(Some(&shape))).map(|at| place(at, &shape, &data.shape));
    Some(picked(data, shape.clone(), places))
}

/// The shape under which two meet: their axes from the last one on, of one length or 1; none if they can't.
pub(super) fn broadcast(left: &[usize], right: &[usize]) -> Option<Vec<usize>> {
    let rank = left.len().max(right.len());
    let length = |shape: &[usize], at: usize| {
        (at + shape.len()).checked_sub(rank).and_then(|at| shape.get(at).copied()).unwrap_or(1)
    };
    let meet = |at: usize| match (length(left, at), length(right, at)) {
        (a, b) if a == b || b == 1 => Some(a),
        (1, b) => Some(b),
        _ => None,
    };
    (0..rank).map(meet).collect()
}

/// The place in a constant of an element of the shape that it is repeated to.
pub(super) fn place(mut at: usize, shape: &[usize], of: &[usize]) -> usize {
    let (mut place, mut step) = (0, 1);
    let lengths = of.iter().rev().map(Some).chain(std::iter::repeat(None));
    for (length, own) in shape.iter().rev().zip(lengths) {
        let index = at % (*length).max(1);
        at /= (*length).max(1);
        if let Some(own) = own {
            place += if *own == 1 { 0 } else { index * step };
            step *= own;
        }
    }
    place
}

/// A part of a constant along some of its axes; none if it is cut in another way than forward.
pub(super) fn sliced(node: &Node, inputs: &[&Constant], data: &Constant) -> Option<Constant> {
    let given = |at: usize, name: &str| match inputs.get(at) {
        Some(constant) => constant.integers(),
        None => node.ints(name),
    };
    let (starts, ends) = (given(1, "starts")?, given(2, "ends")?);
    let axes = match given(3, "axes") {
        Some(axes) => axes.to_vec(),
        None => (0..starts.len() as i64).collect(),
    };
    if starts.len() != ends.len() || axes.len() != starts.len() {
        return None;
    }
    if given(4, "steps").is_some_and(|steps| steps.iter().any(|step| *step != 1)) {
        return None;
    }
    let mut cut = Constant::new(data.shape.clone(), data.numbers.clone());
    for (axis, (start, end)) in axes.iter().zip(starts.iter().zip(ends)) {
        let axis = axis_of(*axis, cut.shape.len())?;
        let [before, along, behind] = split(&cut.shape, axis);
        let bound = |at: i64| {
            (if at < 0 { at.saturating_add(along as i64) } else { at }).clamp(0, along as i64) as usize
        };
        let (start, end) = (bound(*start), bound(*end));
        let mut shape = cut.shape.clone();
        *shape.get_mut(axis)? = end.saturating_sub(start);
        let places = (0..before).flat_map(|outer| {
            let row = outer * along;
            (row + start) * behind..(row + end.max(start)) * behind
        });
        cut = picked(&cut, shape, places);
    }
    Some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::{Attribute, INT64};

    fn row(shape: &[usize]) -> Constant {
        let values = (0..shape.iter().product::<usize>() as i64).collect();
        Constant::new(shape.to_vec(), Numbers::Integer { values, data_type: INT64 })
    }

    fn along(axis: i64) -> Node {
        let axis = Attribute { name: "axis".into(), i: axis, r#type: Attribute::INT, ..Attribute::default() };
        Node { attribute: vec![axis], ..Node::default() }
    }

    fn integers(constant: &Constant) -> &[i64] {
        constant.integers().expect("integers")
    }

    #[test]
    fn slices_are_gathered_and_joined_along_any_axis() {
        let data = row(&[2, 3]);
        let at = Constant::new(vec![2], Numbers::Integer { values: vec![-1, 0], data_type: INT64 });
        let gathered = gathered(&along(1), &data, &at).expect("there are three");
        assert_eq!((gathered.shape.as_slice(), integers(&gathered)), (&[2, 2][..], &[2, 0, 5, 3][..]));
        let joined = joined(&along(1), &[&data, &row(&[2, 1])]).expect("two rows each");
        assert_eq!(
            (joined.shape.as_slice(), integers(&joined)),
            (&[2, 4][..], &[0, 1, 2, 0, 3, 4, 5, 1][..])
        );
        assert!(super::joined(&along(0), &[&data, &row(&[2, 1])]).is_none());
    }

    #[test]
    fn constants_are_repeated_and_cut() {
        let to = Constant::new(vec![3], Numbers::Integer { values: vec![2, 2, 3], data_type: INT64 });
        let data = Constant::new(vec![2, 1], Numbers::Integer { values: vec![7, 8], data_type: INT64 });
        let expanded = expanded(&data, &to).expect("its last axis is repeated");
        assert_eq!(integers(&expanded), [7, 7, 7, 8, 8, 8, 7, 7, 7, 8, 8, 8]);
        assert_eq!(broadcast(&[2, 3], &[4]), None);
        let int =
            |value: i64| Constant::new(vec![1], Numbers::Integer { values: vec![value], data_type: INT64 });
        let data = row(&[2, 3]);
        let cut = sliced(&Node::default(), &[&data, &int(1), &int(9), &int(1)], &data).expect("forward");
        assert_eq!((cut.shape.as_slice(), integers(&cut)), (&[2, 2][..], &[1, 2, 4, 5][..]));
    }
}
