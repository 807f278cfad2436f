//! The largest and the mean of windows.

use std::{collections::HashSet, rc::Rc};

use millrace_inference::{
    rows::{limits::MAX_KERNEL, ElementType, Rescale},
    Node, Window,
};

use super::{
    border::{line, mean_inside},
    elementwise::{bounded, clamped},
    emit::{emit, in_turn, is_sum, Then, Weights},
    graph::{Graph, Windows},
    layout::Held,
    product::{product, Output, Product, Tap},
    record::unchanged,
    slip::slip,
    state::{Averaged, Translation},
};
use crate::lowered::Lowered;

/// What windows read of each channel by itself.
fn over(all: &Translation<'_>, input: u32, held: &Held, window: &Window) -> Lowered<Product> {
    let axes = all.axes(input, held)?;
    let single = Node::DepthwiseConv2d { input, window: *window, pad_value: 0, parameters: vec![] };
    let mut product = product(&single, &[], all.graph.extent(held.node)?, (all.shape(input), &axes))?;
    if product.taps.iter().any(|tap| tap.channel != 0) {
        return Err(refusal!(
            "its windows lie on channels, and rows have them over rows and columns alone";
            "pool over rows and columns"
        ));
    }
    product.outputs.iter_mut().for_each(|output| output.row = 0);
    Ok(product)
}

/// The largest element of each window.
pub(super) fn largest(all: &mut Translation<'_>, input: u32, window: &Window) -> Lowered<Held> {
    let held = all.read(input)?;
    let Product { outputs, windows, digits, .. } = over(all, input, &held, window)?;
    let node = if windows.places() <= MAX_KERNEL {
        all.graph.max_pool(held.node, windows)?
    } else {
        let down = along(&mut all.graph, held.node, windows, 0)?;
        along(&mut all.graph, down, windows, 1)?
    };
    let channels = outputs.iter().map(|output| held.channels[output.first as usize]).collect();
    Ok(Held { node, digits, channels: Rc::new(channels) })
}

/// The largest along one axis of windows; of a whole axis piece by piece, if it is long.
fn along(graph: &mut Graph, mut node: u32, windows: Windows, axis: usize) -> Lowered<u32> {
    let length = |graph: &Graph, node| Ok(graph.extent(node)?.image.map_or(1, |image| image[axis]));
    let mut own = Windows::ONE;
    if windows.kernel[axis] == length(graph, node)? && windows.steps(axis, windows.kernel[axis]) == 1 {
        loop {
            let left = length(graph, node)?;
            if left <= 1 {
                return Ok(node);
            }
            let kernel = left.min(MAX_KERNEL);
            (own.kernel[axis], own.stride[axis]) = (kernel, kernel);
            own.padding[axis + 2] = left.next_multiple_of(kernel) - left;
            node = graph.max_pool(node, own)?;
        }
    }
    (own.kernel[axis], own.stride[axis]) = (windows.kernel[axis], windows.stride[axis]);
    (own.padding[axis], own.padding[axis + 2]) = (windows.padding[axis], windows.padding[axis + 2]);
    graph.max_pool(node, own)
}

/// The mean of each window: a sum whose rescaling divides.
pub(super) fn mean(all: &mut Translation<'_>, input: u32, window: &Window) -> Lowered<Held> {
    let held = all.read(input)?;
    let product = over(all, input, &held, window)?;
    let places = window.kernel.iter().product::<u32>();
    let ones = vec![1; places as usize];
    let weights = Weights { values: &ones, columns: places as usize };
    if window.padding != [0; 4] {
        // Zero point and scale stay, so any will do.
        return mean_inside(all, &held, (&product, weights), 0, line(1.0, 0.0, 0)?);
    }
    let record = quotient(places)?;
    let then = Then { pad: 0, element: ElementType::I8, addend: None, records: &[record] };
    match is_sum(&product, weights, all.graph.extent(held.node)?) {
        true => sum(all, &held, &product, then),
        false => emit(&mut all.graph, &held, &product, weights, then),
    }
}

/// The means of windows that reach beyond the border, at their own scale.
pub(super) fn averaged(all: &mut Translation<'_>, mean: &Averaged) -> Lowered<Held> {
    let Averaged { input, window, zero_point, ratio, plus, own, bounds: (min, max) } = *mean;
    let held = all.read(input)?;
    let product = over(all, input, &held, &window)?;
    let ones = vec![if ratio < 0.0 { -1 } else { 1 }; window.kernel.iter().product::<u32>() as usize];
    let weights = Weights { values: &ones, columns: ones.len() };
    let (own, back) = bounded(own, [min, max]);
    let held = mean_inside(all, &held, (&product, weights), zero_point, line(ratio.abs(), plus, own)?)?;
    clamped(&mut all.graph, held, &back)
}

/// The rescaling that divides by a number, rounding to the nearest.
fn quotient(by: u32) -> Lowered<Rescale> {
    let shift = 22 + by.ilog2();
    let multiplier = ((1u64 << shift) + u64::from(by) / 2) / u64::from(by.max(1));
    i32::try_from(multiplier)
        .ok()
        .and_then(|multiplier| Rescale::new(multiplier, shift as u8, 1 << (shift - 1)))
        .ok_or_else(|| refusal!("it takes the mean of {by} elements"; "use smaller windows"))
}

/// A sum of each channel over all positions.
pub(super) fn sum(
    all: &mut Translation<'_>,
    input: &Held,
    product: &Product,
    then: Then<'_>,
) -> Lowered<Held> {
    // A sum over the whole image gives each element once; another bias or scale needs a filter of its own.
    let mut read = HashSet::new();
    let is_shared = !product.outputs.iter().all(|output| read.insert(input.channels[output.first as usize]));
    if all.keeps_positions || is_shared {
        return summed_in_parts(&mut all.graph, input, product, then);
    }
    let mut records = vec![Rescale::ZERO; all.graph.extent(input.node)?.width as usize];
    let mut channels = Vec::with_capacity(product.outputs.len());
    for output in &product.outputs {
        let element = input.channels[output.first as usize];
        channels.push(element);
        let record = records.get_mut(element as usize);
        *record.ok_or_else(|| slip("a sum reads an element that isn't there"))? = then.record(output.row)?;
    }
    let node = all.graph.global_pool(input.node, &records)?;
    Ok(Held { node, digits: product.digits.clone(), channels: Rc::new(channels) })
}

/// Two windows, the second over what the first gives: together they cover an image of this size, with the fewest steps.
fn halves([rows, columns]: [u32; 2]) -> Option<[[u32; 2]; 2]> {
    let most = MAX_KERNEL;
    let kernels = (1..=most.min(rows))
        .flat_map(|down| (1..=(most / down).min(columns)).map(move |across| [down, across]));
    let both = kernels.map(|first| [first, [rows.div_ceil(first[0]), columns.div_ceil(first[1])]]);
    let fits = both.filter(|[_, second]| second[0] * second[1] <= most);
    // The first covers about the image, whatever its kernel; what it reads beyond is lost, and so is the second.
    fits.min_by_key(|[first, second]| (first[0] * first[1] + 1) * second[0] * second[1])
}

/// The sum over parts of the image and then over these, so that a position of an image is left.
fn summed_in_parts(graph: &mut Graph, input: &Held, product: &Product, then: Then<'_>) -> Lowered<Held> {
    let image = product.windows.kernel;
    let [first, second] = halves(image).ok_or_else(|| {
        refusal!(
            "it takes the mean of {} × {} positions, which is repeated over rows and columns later or takes a channel several times, and at most about {} can be", image[0], image[1], MAX_KERNEL * MAX_KERNEL;
            "let the activations shrink earlier"
        )
    })?;
    let taps = |kernel: [u32; 2]| -> Vec<Tap> {
        let place = |at: u32| Tap { column: at, place: [at / kernel[1], at % kernel[1]], channel: 0 };
        (0..kernel[0] * kernel[1]).map(place).collect()
    };
    let beyond = [0, 1].map(|axis| first[axis] * second[axis] - image[axis]);
    let padding = [0, 0, beyond[0], beyond[1]];
    let parts = Product {
        taps: taps(first),
        outputs: product.outputs.iter().map(|output| Output { row: 0, ..*output }).collect(),
        windows: Windows { kernel: first, stride: first, padding, ..Windows::ONE },
        digits: vec![],
    };
    let last = product.outputs.iter().map(|output| output.row).max().unwrap_or(0) as usize + 1;
    let ones = vec![1; last * MAX_KERNEL as usize];
    let weights = |kernel: [u32; 2]| Weights { values: &ones, columns: (kernel[0] * kernel[1]) as usize };
    // Beyond the border are zeros, and 64 numbers of 8 bits are one of 16.
    let sums = Then { pad: 0, element: ElementType::I16, addend: None, records: &[unchanged()?] };
    let node = in_turn(graph, input, &parts, weights(first), sums)?;
    let count = product.outputs.len() as u32;
    let held = Held { node, digits: vec![], channels: Rc::new((0..count).collect()) };
    let all = Product {
        taps: taps(second),
        outputs: (0..count)
            .zip(&product.outputs)
            .map(|(first, output)| Output { row: output.row, first })
            .collect(),
        windows: Windows { kernel: second, ..Windows::ONE },
        digits: product.digits.clone(),
    };
    emit(graph, &held, &all, weights(second), then)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_windows_cover_an_image() {
        assert_eq!(halves([14, 14]), Some([[7, 7], [2, 2]]));
        for image in [[12, 96], [61, 59], [9, 8], [1, 4096], [64, 64]] {
            let [first, second] = halves(image).expect("it is small enough");
            assert!(first[0] * first[1] <= 64 && second[0] * second[1] <= 64);
            let covered = [0, 1].map(|axis| first[axis] * second[axis]);
            assert!(covered[0] >= image[0] && covered[1] >= image[1]);
            assert!(covered[0] - image[0] < first[0] && covered[1] - image[1] < first[1]);
        }
        assert_eq!(halves([112, 112]), None);
    }
}
