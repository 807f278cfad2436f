//! Writes filters: in which order, in how many groups, over windows as small as their weights allow.

use std::rc::Rc;

use millrace_inference::rows::{
    limits::{MAX_KERNEL, MAX_TERMS},
    ElementType, Rescale,
};

use super::{
    graph::{Extent, Filters, Graph, Windows},
    layout::Held,
    product::{Output, Product},
    slip::slip,
};
use crate::lowered::Lowered;

/// The most weights of one operator.
const MAX_WEIGHTS: u64 = 1 << 27;

/// Weights by row and column.
#[derive(Clone, Copy)]
pub(super) struct Weights<'a> {
    pub(super) values: &'a [i8],
    pub(super) columns: usize,
}

impl Weights<'_> {
    /// One weight, of 1 in the first row and of 0 in the second.
    pub(super) const ONE: Weights<'static> = Weights { values: &[1, 0], columns: 1 };

    fn at(&self, row: u32, column: u32) -> i8 {
        self.values[row as usize * self.columns + column as usize]
    }

    fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    /// Holds that there are the weights and the elements that a product reads.
    fn expect(&self, input: &Held, product: &Product) -> Lowered<()> {
        let row = product.outputs.iter().map(|output| output.row as usize).max();
        let column = product.taps.iter().map(|tap| tap.column as usize).max();
        let first = product.outputs.iter().map(|output| output.first as usize).max();
        let channel = product.taps.iter().map(|tap| tap.channel as usize).max();
        let has_weights = row < Some(self.rows()) && column < Some(self.columns);
        let has_elements =
            first.zip(channel).is_none_or(|(first, channel)| first + channel < input.channels.len());
        match has_weights && has_elements {
            true => Ok(()),
            false => Err(slip("a filter reads weights or channels that aren't there")),
        }
    }
}

/// What becomes of the sums.
#[derive(Clone, Copy)]
pub(super) struct Then<'a> {
    pub(super) pad: i16,
    pub(super) element: ElementType,
    pub(super) addend: Option<u32>,
    /// By row of weights, or one for all.
    pub(super) records: &'a [Rescale],
}

impl Then<'_> {
    /// The rescaling of a row of weights.
    pub(super) fn record(&self, row: u32) -> Lowered<Rescale> {
        let record = match self.records {
            [only] => Some(only),
            all => all.get(row as usize),
        };
        record.copied().ok_or_else(|| slip("a sum has no rescaling"))
    }
}

/// The least and the largest element of a row that a filter reads; none if all its weights are zero.
type Reach = Option<(u32, u32)>;

/// The filters of a product over a node, and the rows that they give.
pub(super) fn emit(
    graph: &mut Graph,
    input: &Held,
    product: &Product,
    weights: Weights<'_>,
    then: Then<'_>,
) -> Lowered<Held> {
    let extent = graph.extent(input.node)?;
    let reach = reaches(graph, input, product, weights)?;
    let natural: Vec<u32> = (0..product.outputs.len() as u32).collect();
    let mut sorted = natural.clone();
    sorted.sort_by_key(|at| reach[*at as usize]);
    let (first, second) = (groups(&natural, &reach, extent), groups(&sorted, &reach, extent));
    let (order, groups) = if second > first { (sorted, second) } else { (natural, first) };
    let node = ordered(graph, input, product, weights, then, (&order, groups))?;
    let mut channels = vec![0; order.len()];
    (0u32..).zip(&order).for_each(|(element, channel)| channels[*channel as usize] = element);
    Ok(Held { node, digits: product.digits.clone(), channels: Rc::new(channels) })
}

/// The filters in the order in which their channels are counted.
pub(super) fn in_turn(
    graph: &mut Graph,
    input: &Held,
    product: &Product,
    weights: Weights<'_>,
    then: Then<'_>,
) -> Lowered<u32> {
    let reach = reaches(graph, input, product, weights)?;
    let natural: Vec<u32> = (0..product.outputs.len() as u32).collect();
    let groups = groups(&natural, &reach, graph.extent(input.node)?);
    ordered(graph, input, product, weights, then, (&natural, groups))
}

/// The filters in this order and in so many groups.
pub(super) fn ordered(
    graph: &mut Graph,
    input: &Held,
    product: &Product,
    weights: Weights<'_>,
    then: Then<'_>,
    (order, groups): (&[u32], u32),
) -> Lowered<u32> {
    weights.expect(input, product)?;
    let width = graph.extent(input.node)?.width;
    let (windows, places) = shrunk(product, weights);
    let filters = (order.len() as u32 / groups).max(1);
    let each = (width / groups) as usize;
    let terms = u64::from(windows.places()) * each as u64;
    if terms > MAX_TERMS.into() || order.len() as u64 * terms > MAX_WEIGHTS {
        return Err(refusal!(
            "it has {} filters of {terms} weights, and one in rows has at most {MAX_TERMS} weights, all together {MAX_WEIGHTS}", order.len();
            "let the activations shrink before it, or use fewer channels"
        ));
    }
    let mut rows = Vec::with_capacity(order.len());
    for (at, channel) in (0u32..).zip(order) {
        let output = product.outputs[*channel as usize];
        let first = at / filters * each as u32;
        let mut filter = vec![0i8; windows.places() as usize * each];
        for tap in &product.taps {
            let weight = weights.at(output.row, tap.column);
            if weight == 0 {
                continue;
            }
            let element = input.channels[(output.first + tap.channel) as usize];
            let place = places(tap.place) as usize * each;
            let cell = filter.get_mut(place + (element.wrapping_sub(first)) as usize);
            let sum = cell.as_ref().and_then(|cell| cell.checked_add(weight));
            match (cell, sum) {
                (Some(cell), Some(sum)) => *cell = sum,
                _ => {
                    return Err(refusal!(
                        "it multiplies an element with several weights whose sum is beyond 8 bits";
                        "don't repeat channels before a product"
                    ))
                }
            }
        }
        rows.push((filter, then.record(output.row)?));
    }
    let Then { pad, element, addend, .. } = then;
    graph.filters(input.node, &Filters { windows, groups, pad, element, addend, rows })
}

/// The elements between which each filter reads.
fn reaches(graph: &mut Graph, input: &Held, product: &Product, weights: Weights<'_>) -> Lowered<Vec<Reach>> {
    graph.look(product.outputs.len() as u64, product.taps.len() as u64)?;
    weights.expect(input, product)?;
    Ok(product.outputs.iter().map(|output| reach(input, product, weights, *output)).collect())
}

/// The elements between which a filter reads.
fn reach(input: &Held, product: &Product, weights: Weights<'_>, output: Output) -> Reach {
    let read = product.taps.iter().filter(|tap| weights.at(output.row, tap.column) != 0);
    let elements = read.map(|tap| input.channels[(output.first + tap.channel) as usize]);
    elements.fold(None, |reach, element| match reach {
        None => Some((element, element)),
        Some((least, most)) => Some((element.min(least), element.max(most))),
    })
}

/// The most groups in which these filters can be, each reading its own part of a row. The only row that a mean left is no position, and
/// what reads it has one group.
fn groups(order: &[u32], reach: &[Reach], Extent { width, image }: Extent) -> u32 {
    if image.is_none() {
        return 1;
    }
    let outputs = order.len() as u32;
    let divides = |groups: &u32| width.is_multiple_of(*groups) && outputs.is_multiple_of(*groups);
    let fits = |groups: &u32| {
        let (filters, each) = (outputs / groups, width / groups);
        (0u32..).zip(order).all(|(at, channel)| {
            reach[*channel as usize]
                .is_none_or(|(least, most)| least / each == at / filters && most / each == at / filters)
        })
    };
    (1..=width.min(outputs)).rev().filter(divides).find(fits).unwrap_or(1)
}

/// The windows without the places that no filter has a weight at, where those lie at equal distances, and the number of a place.
fn shrunk(product: &Product, weights: Weights<'_>) -> (Windows, impl Fn([u32; 2]) -> u32) {
    let mut windows = product.windows;
    let is_read = |column: u32| (0..weights.rows() as u32).any(|row| weights.at(row, column) != 0);
    for axis in [0, 1] {
        if windows.kernel[axis] <= 2 {
            continue;
        }
        let last = windows.kernel[axis] - 1;
        let read = product.taps.iter().filter(|tap| tap.place[axis] % last != 0 && is_read(tap.column));
        let step = read.fold(last, |step, tap| common(step, tap.place[axis]));
        windows.dilation[axis] = step;
        windows.kernel[axis] = last / step + 1;
    }
    let Windows { kernel: [_, columns], dilation: [down, across], .. } = windows;
    (windows, move |place: [u32; 2]| place[0] / down * columns + place[1] / across)
}

/// The largest number that divides both.
pub(super) fn common(a: u32, b: u32) -> u32 {
    if b == 0 {
        a
    } else {
        common(b, a % b)
    }
}

/// Whether a product is one sum over more positions than a window has places: all of the image, each channel by itself.
pub(super) fn is_sum(product: &Product, weights: Weights<'_>, extent: Extent) -> bool {
    let Some(image) = extent.image else { return false };
    let Windows { kernel, padding, .. } = product.windows;
    product.windows.places() > MAX_KERNEL
        && kernel == image
        && padding == [0; 4]
        && weights.values.iter().all(|weight| *weight == 1)
        && product.taps.iter().all(|tap| tap.channel == 0)
}
