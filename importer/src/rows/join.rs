//! Tensors joined along their channels: filters of ones, each part added to those before it. Rows have no operator for it, and the
//! order of channels is free; so they lie in groups of which each has a share of all parts.

use std::rc::Rc;

use millrace_inference::rows::ElementType;

use super::{
    emit::{common, ordered, Then, Weights},
    graph::Extent,
    layout::{count, joined, sums, Along, Digit, Held},
    meet::picked,
    record::unchanged,
    state::Translation,
};
use crate::{lowered::Lowered, refusal::Refusal};

/// A part: the tensor, and the digits of its axes.
struct Part {
    held: Held,
    axes: Vec<Vec<Digit>>,
}

fn apart() -> Refusal {
    refusal!(
        "it joins tensors along rows or columns, or such that lie in different orders, which rows can't";
        "join along the channels"
    )
}

pub(super) fn concat(all: &mut Translation<'_>, inputs: &[u32], axis: usize) -> Lowered<Held> {
    let part = |input: &u32| {
        let held = all.read(*input)?;
        let axes = all.axes(*input, &held)?;
        Ok(Part { held, axes })
    };
    let mut parts = inputs.iter().map(part).collect::<Lowered<Vec<_>>>()?;
    let lengths: Vec<u32> = parts.iter().map(|part| count(&part.axes[axis])).collect();
    if let Some(held) = repeated(&parts, axis, lengths.iter().sum()) {
        return Ok(held);
    }
    let rows = |part: &Part| all.graph.extent(part.held.node);
    let extents = parts.iter().map(rows).collect::<Lowered<Vec<_>>>()?;
    if extents.iter().any(|extent| extent.image.is_none()) {
        for (part, _) in parts.iter_mut().zip(&extents).filter(|(_, extent)| extent.is_one_position()) {
            part.held.node = all.graph.only_row(part.held.node, unchanged()?)?;
        }
    }
    let Some(first) = parts.first() else { return Err(apart()) };
    let image = all.graph.extent(first.held.node)?.image;
    for part in &parts {
        let same_rows = all.graph.extent(part.held.node)?.image == image;
        let is_channels =
            part.axes[axis].iter().all(|digit| matches!(digit.along, Along::Channels | Along::Nowhere));
        let alike = |(own, other): (&Vec<Digit>, &Vec<Digit>)| {
            own.len() == other.len()
                && own.iter().zip(other).all(|(own, other)| {
                    own.along == other.along
                        && own.length == other.length
                        && (own.along == Along::Channels || own.stride == other.stride)
                })
        };
        let others = part.axes.iter().zip(&first.axes).enumerate().filter(|(at, _)| *at != axis);
        if !(same_rows && is_channels && others.map(|(_, pair)| pair).all(alike)) {
            return Err(apart());
        }
    }
    together(all, &parts, axis, &lengths)
}

/// The same tensor several times, which needs no rows of its own.
fn repeated(parts: &[Part], axis: usize, total: u32) -> Option<Held> {
    let first = parts.first()?;
    let rest = |part: &Part| {
        let mut axes = part.axes.clone();
        axes[axis].clear();
        axes
    };
    let is_same = |part: &Part| {
        part.held.node == first.held.node
            && part.held.channels == first.held.channels
            && part.axes[axis].iter().all(|digit| digit.along == Along::Nowhere)
            && rest(part) == rest(first)
    };
    if parts.len() < 2 || !parts.iter().all(is_same) {
        return None;
    }
    let mut axes = rest(first);
    axes[axis].push(Digit { along: Along::Nowhere, length: total, stride: 0 });
    Some(Held { digits: joined(axes.concat()), ..first.held.clone() })
}

/// The parts in rows of their own.
fn together(all: &mut Translation<'_>, parts: &[Part], axis: usize, lengths: &[u32]) -> Lowered<Held> {
    let total: u32 = lengths.iter().sum();
    let is_channel = |digit: &&Digit| digit.along == Along::Channels;
    let kept = |part: &Part, axes: std::ops::Range<usize>| -> Vec<(u32, [u32; 1])> {
        let digits = part.axes.get(axes).unwrap_or_default().concat();
        digits.iter().filter(is_channel).map(|digit| (digit.length, [digit.stride])).collect()
    };
    // Of each channel of the result, in the order in which its digits count them: the part and its channel there.
    let offsets =
        |steps: &[(u32, [u32; 1])]| sums(steps).into_iter().map(|[step]| step).collect::<Vec<u32>>();
    let rank = parts.first().map_or(0, |part| part.axes.len());
    let of = |part: &Part, axes| offsets(&kept(part, axes));
    let before: Vec<Vec<u32>> = parts.iter().map(|part| of(part, 0..axis)).collect();
    let behind: Vec<Vec<u32>> = parts.iter().map(|part| of(part, axis + 1..rank)).collect();
    let along = |part: &Part| {
        offsets(&part.axes[axis].iter().map(|digit| (digit.length, [digit.stride])).collect::<Vec<_>>())
    };
    let along: Vec<Vec<u32>> = parts.iter().map(along).collect();
    // Of all parts there are as many channels before and behind the axis.
    let each = |all: &[Vec<u32>]| all.iter().map(Vec::len).max().unwrap_or(0) as u32;
    let width = each(&before).saturating_mul(each(&behind)).saturating_mul(total);
    Extent { width, image: None }.expect()?;
    let mut sources: Vec<(usize, u32)> = Vec::new();
    (0..before.first().map_or(0, Vec::len)).for_each(|outer| {
        for (part, own) in along.iter().enumerate() {
            for step in own {
                sources.extend(behind[part].iter().map(|inner| (part, before[part][outer] + step + inner)));
            }
        }
    });
    let (order, groups) = grouped(all, parts, &sources)?;
    let mut node = None;
    for (at, part) in parts.iter().enumerate() {
        let product = picked(sources.iter().map(|(part, channel)| (*part == at).then_some(*channel)));
        let then = Then { pad: 0, element: ElementType::Wide, addend: node, records: &[unchanged()?] };
        node = Some(ordered(&mut all.graph, &part.held, &product, Weights::ONE, then, (&order, groups))?);
    }
    let node = node.ok_or_else(apart)?;
    let node = all.graph.requantize_alike(node, ElementType::I8, unchanged()?)?;
    let mut left = sources.len() as u32;
    let digits = parts.first().map(|part| part.axes.clone()).unwrap_or_default();
    let digits = digits.into_iter().enumerate().flat_map(|(at, digits)| match at == axis {
        true => vec![Digit { along: Along::Channels, length: total, stride: 1 }],
        false => digits,
    });
    let counted = digits.map(|digit| match digit.along {
        Along::Channels => {
            left /= digit.length;
            Digit { stride: left, ..digit }
        }
        _ => digit,
    });
    let digits = joined(counted.collect::<Vec<_>>());
    let mut channels = vec![0; order.len()];
    (0u32..).zip(&order).for_each(|(element, channel)| channels[*channel as usize] = element);
    Ok(Held { node, digits, channels: Rc::new(channels) })
}

/// The order of the result's channels, in as many groups as all parts can be cut into: of each part its share, as its rows have it. Only
/// what lies on positions can be cut.
fn grouped(all: &Translation<'_>, parts: &[Part], sources: &[(usize, u32)]) -> Lowered<(Vec<u32>, u32)> {
    let width = |part: &Part| Ok(all.graph.extent(part.held.node)?.width);
    let widths = parts.iter().map(width).collect::<Lowered<Vec<u32>>>()?;
    let is_cut =
        parts.iter().all(|part| all.graph.extent(part.held.node).is_ok_and(|extent| extent.image.is_some()));
    let groups = match is_cut {
        true => widths.iter().fold(0, |groups, width| common(*width, groups)).max(1),
        false => 1,
    };
    let mut order: Vec<(u32, usize, u32, u32)> = (0u32..)
        .zip(sources)
        .map(|(at, (part, channel))| {
            let element = parts[*part].held.channels[*channel as usize];
            let group = element / (widths[*part] / groups).max(1);
            (group, *part, element, at)
        })
        .collect();
    order.sort_unstable();
    let each = order.len() as u32 / groups;
    // Where elements come up twice or not at all, groups aren't equal.
    let is_even = order.len() as u32 == each * groups
        && (0u32..).zip(&order).all(|(at, (group, ..))| at / each.max(1) == *group);
    Ok(match is_even {
        true => (order.into_iter().map(|(.., at)| at).collect(), groups),
        false => ((0..sources.len() as u32).collect(), 1),
    })
}
