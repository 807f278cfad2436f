//! Elements chosen along an axis: a product with a one in each row.

use millrace_inference::{Node, Window};

use crate::{
    emit::{Emitter, MAX_BYTES},
    lowered::Lowered,
    value::{Accumulated, Quantization, Range},
};

/// The most weights of a choice where elements lie before the axis and behind it: it takes them for all that lie behind.
const MAX_BOTH: usize = 1 << 16;

/// An axis of a tensor: how many elements lie before it, along it and behind it.
#[derive(Clone, Copy)]
pub(crate) struct Along {
    pub(crate) before: u32,
    pub(crate) length: u32,
    pub(crate) behind: u32,
}

impl Emitter {
    /// The elements at these places along an axis, in this order. A tensor of that shape comes in, one of as many places comes
    /// out.
    pub(crate) fn selected(
        &mut self,
        node: u32,
        shape: &[u32],
        along: Along,
        places: &[u32],
        quantization: Quantization,
    ) -> Lowered<u32> {
        let Along { before, length, behind } = along;
        if before > 1 && behind > 1 {
            return self.selected_between(node, shape, along, places, quantization);
        }
        let parameters = choice(places, length)?;
        let outputs = places.len() as u32;
        if before > 1 {
            let input = self.shaped(node, shape, &[before, length])?;
            let product = self.push(Node::Linear { input, outputs, parameters })?;
            return self.unchanged(product, outputs, quantization);
        }
        let input = self.shaped(node, shape, &[length, behind, 1])?;
        let window = Window { kernel: [1, 1], stride: [1, 1], padding: [0; 4] };
        let pad_value = quantization.zero_point;
        let product = self.push(Node::Conv2d { input, outputs, window, pad_value, parameters })?;
        self.unchanged(product, outputs, quantization)
    }

    /// A choice along an axis that has others on both sides: one of all elements from it on.
    fn selected_between(
        &mut self,
        node: u32,
        shape: &[u32],
        Along { before, length, behind }: Along,
        places: &[u32],
        quantization: Quantization,
    ) -> Lowered<u32> {
        if let Some(filter) =
            steps(places, length).filter(|filter| filter.reach.saturating_mul(before) <= MAX_BOTH as u32)
        {
            let input = self.shaped(node, shape, &[before, length, behind])?;
            let one = (0..filter.reach).map(|at| i8::from(at == filter.first));
            let window = Window { kernel: [filter.reach, 1], stride: [filter.step, 1], padding: [0; 4] };
            let product = self.push(Node::DepthwiseConv2d {
                input,
                window,
                pad_value: quantization.zero_point,
                parameters: one.cycle().take((filter.reach * before) as usize).collect(),
            })?;
            return self.unchanged(product, before, quantization);
        }
        let wide: Vec<u32> =
            places.iter().flat_map(|place| (0..behind).map(move |at| place * behind + at)).collect();
        let all = length.saturating_mul(behind);
        if wide.len().saturating_mul(all as usize) > MAX_BOTH {
            return Err(refusal!(
                "it chooses elements along an axis between others, {} of {all}, which would take more than {MAX_BOTH} weights", wide.len();
                "choose along the first axis behind the batch, or the last one"
            ));
        }
        self.selected(node, shape, Along { before, length: all, behind: 1 }, &wide, quantization)
    }

    /// What a product gives each of whose rows has one weight that is 1, as a tensor of the same quantization.
    pub(crate) fn unchanged(
        &mut self,
        product: u32,
        channels: u32,
        quantization: Quantization,
    ) -> Lowered<u32> {
        let Quantization { scale, zero_point } = quantization;
        let moved = Accumulated {
            node: product,
            shape: vec![],
            axis: 0,
            scales: vec![scale; channels as usize],
            offsets: vec![0.0; channels as usize],
            zero_point,
            range: Range::ALL,
            reshaped: false,
        };
        self.accumulated(&moved, quantization)
    }
}

/// Filters along an axis that pick places in steps.
struct Steps {
    first: u32,
    step: u32,
    /// The length of a filter, which makes as many steps fit as there are places.
    reach: u32,
}

/// The filters that pick these places; none if they aren't equally far apart, forward.
fn steps(places: &[u32], length: u32) -> Option<Steps> {
    let (first, second) = (*places.first()?, *places.get(1)?);
    let step = second.checked_sub(first).filter(|step| *step > 0)?;
    if places.windows(2).any(|pair| pair[1].checked_sub(pair[0]) != Some(step)) {
        return None;
    }
    let reach = length.checked_sub(step.checked_mul(places.len() as u32 - 1)?)?;
    (first < reach).then_some(Steps { first, step, reach })
}

/// A matrix with a row for each place, and a one in it.
fn choice(places: &[u32], length: u32) -> Lowered<Vec<i8>> {
    let size = places.len().saturating_mul(length as usize);
    if size > MAX_BYTES {
        return Err(refusal!(
            "it chooses {} of {length} elements, which takes more weights than the {MAX_BYTES} that are held", places.len();
            "choose fewer, or export the model so that nothing is cut"
        ));
    }
    let mut matrix = vec![0; size];
    for (row, place) in matrix.chunks_mut(length.max(1) as usize).zip(places) {
        if let Some(weight) = row.get_mut(*place as usize) {
            *weight = 1;
        }
    }
    Ok(matrix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_steps_are_those_of_a_filter() {
        let of = |places: &[u32], length| {
            steps(places, length).map(|steps| (steps.first, steps.step, steps.reach))
        };
        assert_eq!(of(&[1, 3, 5], 6), Some((1, 2, 2)));
        assert_eq!(of(&[0, 1, 2], 9), Some((0, 1, 7)));
        assert_eq!(of(&[5, 3, 1], 6), None);
        assert_eq!(of(&[0, 1, 3], 6), None);
        assert_eq!(choice(&[2, 0], 3), Ok(vec![0, 0, 1, 1, 0, 0]));
    }
}
