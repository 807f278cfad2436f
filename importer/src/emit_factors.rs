//! Factors of a product's channels, as part of its rescaling.

use crate::{
    emit::{parameters, with_parameters, Emitter},
    lowered::Lowered,
    value::{Accumulated, Range},
};

impl Emitter {
    /// Multiplies the channels of a product, each with its own factor; false where these can't be part of its rescaling. A rescaling
    /// has no sign, so the weights take that of a factor below zero.
    pub(crate) fn multiplied(&mut self, accumulated: &mut Accumulated, factors: &[f64]) -> Lowered<bool> {
        let equal = factors.windows(2).all(|pair| pair[0] == pair[1]);
        let (finite, negative) =
            (factors.iter().all(|factor| factor.is_finite()), factors.iter().any(|factor| *factor < 0.0));
        let clamped = accumulated.range != Range::ALL;
        if !finite || clamped && !equal {
            return Ok(false);
        }
        if negative {
            match self.opposed(accumulated.node, factors)? {
                Some(node) => accumulated.node = node,
                None => return Ok(false),
            }
        }
        let rows = accumulated.scales.iter_mut().zip(&mut accumulated.offsets);
        for ((scale, offset), factor) in rows.zip(factors) {
            *scale *= factor.abs();
            *offset *= factor;
        }
        if clamped {
            accumulated.range = accumulated.range.scaled(factors.first().copied().unwrap_or(1.0));
        }
        Ok(true)
    }

    /// The product whose rows have the other sign where a factor is below zero; none if -128 is among their weights.
    fn opposed(&mut self, product: u32, factors: &[f64]) -> Lowered<Option<u32>> {
        let Some((node, weights)) =
            self.nodes.get(product as usize).and_then(|node| Some((node, parameters(node)?)))
        else {
            return Ok(None);
        };
        let mut weights = weights.to_vec();
        let columns = weights.len().checked_div(factors.len()).unwrap_or(0).max(1);
        for (row, _) in weights.chunks_mut(columns).zip(factors).filter(|(_, factor)| **factor < 0.0) {
            for weight in row {
                match weight.checked_neg() {
                    Some(opposite) => *weight = opposite,
                    None => return Ok(None),
                }
            }
        }
        let node = with_parameters(node, weights);
        self.push(node).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use millrace_inference::Node;

    use super::*;

    /// A product of two rows of weights, and what waits for its quantization.
    fn product(weights: [i8; 4], range: Range) -> (Emitter, Accumulated) {
        let mut emitter = Emitter::new(vec![2], false);
        let linear = Node::Linear { input: 0, outputs: 2, parameters: weights.to_vec() };
        let node = emitter.push(linear).expect("it is small");
        let (scales, offsets) = (vec![0.5, 2.0], vec![1.0, 3.0]);
        let reshaped = false;
        (
            emitter,
            Accumulated { node, shape: vec![2], axis: 0, scales, offsets, zero_point: 0, range, reshaped },
        )
    }

    #[test]
    fn weights_take_the_sign() {
        let (mut emitter, mut accumulated) = product([1, -128, 3, -4], Range::ALL);
        assert_eq!(emitter.multiplied(&mut accumulated, &[4.0, -0.5]), Ok(true));
        assert_eq!((accumulated.scales, accumulated.offsets), (vec![2.0, 1.0], vec![4.0, -1.5]));
        assert_eq!(parameters(&emitter.nodes[accumulated.node as usize]), Some(&[1, -128, -3, 4][..]));
    }

    #[test]
    fn what_has_no_opposite_or_is_clamped_stays() {
        let relu = Range { low: 0.0, high: f64::INFINITY };
        for (factors, weights, range) in [
            ([-1.0, 1.0], [1, -128, 3, -4], Range::ALL),
            ([1.0, f64::INFINITY], [1, 2, 3, 4], Range::ALL),
            ([1.0, 2.0], [1, 2, 3, 4], relu),
        ] {
            let (mut emitter, mut accumulated) = product(weights, range);
            assert_eq!(emitter.multiplied(&mut accumulated, &factors), Ok(false));
            assert_eq!((accumulated.scales, emitter.nodes.len()), (vec![0.5, 2.0], 2));
        }
        let (mut emitter, mut accumulated) = product([1; 4], Range { high: 6.0, ..relu });
        assert_eq!(emitter.multiplied(&mut accumulated, &[0.5, 0.5]), Ok(true));
        assert_eq!(accumulated.range, Range { low: 0.0, high: 3.0 });
        let (mut emitter, mut accumulated) = product([1; 4], Range { high: 6.0, ..relu });
        assert_eq!(emitter.multiplied(&mut accumulated, &[-0.5, -0.5]), Ok(true));
        assert_eq!(accumulated.range, Range { low: -3.0, high: 0.0 });
        assert_eq!(parameters(&emitter.nodes[accumulated.node as usize]), Some(&[-1; 4][..]));
    }
}
