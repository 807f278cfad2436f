//! Elements in another order: a product with ones in the right places.

use millrace_inference::{Node, Window};

use crate::{
    emit::Emitter,
    emit_selected::Along,
    lowered::Lowered,
    value::{Padded, Quantization, Turned},
};

/// The most elements of the axes that come last in a tensor and are read first: a product has the square of their number of
/// weights.
pub(crate) const MAX_MOVED: u32 = 1024;

impl Emitter {
    /// The tensor with its axes in the order in which they are read.
    pub(crate) fn turned(&mut self, turned: &Turned, quantization: Quantization) -> Lowered<u32> {
        let Turned { node, inner, order, shape, label, .. } = turned;
        let at = match (swapped(inner, order), permuted(inner, order)) {
            (Some([first, last]), _) if last <= MAX_MOVED => {
                let at = self.swap(*node, inner, [first, last], quantization)?;
                self.shaped(at, &[last, first, 1], shape)?
            }
            (_, Some((along, places))) if along.length <= MAX_MOVED => {
                let at = self.selected(*node, inner, along, &places, quantization)?;
                self.reshape(at, shape)?
            }
            _ => {
                return Err(refusal!(
                    "it reads what {label} puts into another order ({order:?} of N × {inner:?}), and only axes of at most {MAX_MOVED} elements together can move there";
                    "let its convolutions read channels first, or let the model end with the Transpose"
                ))
            }
        };
        Ok(at)
    }

    /// An image with its channels first.
    pub(crate) fn channels_first(&mut self, padded: Padded) -> Lowered<Padded> {
        if !padded.channels_last {
            return Ok(padded);
        }
        let channels = padded.inner.first().copied().unwrap_or(1);
        let positions: u32 = padded.inner.iter().skip(1).product();
        if channels > MAX_MOVED {
            return Err(refusal!(
                "its {channels} channels come last, and only convolutions of one group, or at most {MAX_MOVED} channels, can be represented so";
                "export the model with channels first"
            ));
        }
        let at = self.swap(padded.node, &[], [positions, channels], padded.quantization)?;
        let node = self.shaped(at, &[channels, positions, 1], &padded.inner)?;
        Ok(Padded { node, channels_last: false, ..padded })
    }

    /// A tensor of `first` times `last` elements as one of `last` times `first`, with a third axis of length 1.
    fn swap(
        &mut self,
        node: u32,
        inner: &[u32],
        [first, last]: [u32; 2],
        quantization: Quantization,
    ) -> Lowered<u32> {
        let image = [1, first, last];
        let input = self.shaped(node, inner, &image)?;
        let zero_point = quantization.zero_point;
        let window = Window { kernel: [1, last], stride: [1, 1], padding: [0; 4] };
        let parameters = (0..last * last).map(|at| i8::from(at % last == at / last)).collect();
        let product = Node::Conv2d { input, outputs: last, window, pad_value: zero_point, parameters };
        let product = self.push(product)?;
        self.unchanged(product, last, quantization)
    }
}

/// The axes that move, taken as one, and where in it each element comes from; none if both the first and the last one move.
fn permuted(inner: &[u32], order: &[usize]) -> Option<(Along, Vec<u32>)> {
    let stay =
        |axes: &mut dyn Iterator<Item = (usize, usize)>| axes.take_while(|(at, axis)| at == axis).count();
    let mut pairs = order.iter().copied().enumerate();
    let first = stay(&mut pairs);
    let last = order.len() - stay(&mut order.iter().copied().enumerate().rev());
    let count = |axes: &[u32]| axes.iter().product::<u32>();
    let (lengths, moved) = (inner.get(first..last)?, order.get(first..last)?);
    let (before, behind) = (count(inner.get(..first)?), count(inner.get(last..)?));
    let length = count(lengths);
    if length > MAX_MOVED || before > 1 && behind > 1 {
        return None;
    }
    let step = |axis: usize| count(lengths.get(axis + 1..).unwrap_or_default());
    let place = |mut at: u32| {
        let mut place = 0;
        for axis in moved.iter().rev().map(|axis| axis - first) {
            let own = lengths.get(axis).copied().unwrap_or(1).max(1);
            place += at % own * step(axis);
            at /= own;
        }
        place
    };
    Some((Along { before, length, behind }, (0..length).map(place).collect()))
}

/// How many elements the axes have that come first and are read last, and those that come last and are read first; none if the
/// order isn't two runs of axes that change places.
fn swapped(inner: &[u32], order: &[usize]) -> Option<[u32; 2]> {
    let long: Vec<usize> =
        order.iter().copied().filter(|axis| inner.get(*axis).is_some_and(|length| *length > 1)).collect();
    let breaks: Vec<usize> = (1..long.len()).filter(|at| long.get(at - 1) > long.get(*at)).collect();
    let [at] = breaks[..] else { return None };
    let (last, first) = long.split_at(at);
    let count = |axes: &[usize]| axes.iter().filter_map(|axis| inner.get(*axis)).product::<u32>();
    // All of the first run come before all of the last one.
    (first.last() < last.first()).then(|| [count(first), count(last)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_of_axes_change_places() {
        assert_eq!(swapped(&[4, 5, 3], &[2, 0, 1]), Some([20, 3]));
        assert_eq!(swapped(&[3, 4, 5], &[1, 2, 0]), Some([3, 20]));
        assert_eq!(swapped(&[3, 1, 5], &[2, 1, 0]), Some([3, 5]));
        assert_eq!(swapped(&[3, 4, 5], &[0, 2, 1]), None);
        assert_eq!(swapped(&[3, 4, 5], &[2, 1, 0]), None);
    }

    #[test]
    fn axes_that_move_among_others_are_one() {
        let (along, places) = permuted(&[2, 3, 9], &[1, 0, 2]).expect("the last stays");
        assert_eq!((along.before, along.length, along.behind), (1, 6, 9));
        assert_eq!(places, [0, 3, 1, 4, 2, 5]);
        let (along, places) = permuted(&[9, 2, 2, 2], &[0, 3, 2, 1]).expect("the first stays");
        assert_eq!((along.before, along.length, along.behind), (9, 8, 1));
        assert_eq!(places, [0, 4, 2, 6, 1, 5, 3, 7]);
        assert!(permuted(&[9, 2, 3, 9], &[0, 2, 1, 3]).is_none());
    }
}
