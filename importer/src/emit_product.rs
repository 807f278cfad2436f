//! The product of two tensors, from squares: `4·p·q = (p + q)² − (p − q)²`.
//!
//! Sums and differences are rounded to 8 bits, and so are their squares. In 255ths of the largest product that the operands'
//! scales allow, over all pairs of integers, that is off by 0.5 (root mean square) where neither has a sign, by 0.6 where one
//! has, by 0.9 where both have, and by 3 at most, besides the rounding of the result.

use millrace_inference::Node;

use crate::{
    emit::Emitter,
    lowered::Lowered,
    rows::Multiplied,
    value::{covering, Product, Quantization, Range, Value},
};

impl Emitter {
    /// The quantized tensor of a product.
    pub(crate) fn product(&mut self, product: &Product, to: Quantization) -> Lowered<u32> {
        let Product { left, right, shape } = product;
        let ((low, high), (least, most)) = (reach(left.1), reach(right.1));
        // Both are brought to numbers of at most 1, so that neither drowns in the other's steps.
        let sizes = [high.max(-low), most.max(-least)];
        let unit =
            |of: (u32, Quantization), size: f64| (of.0, Quantization { scale: of.1.scale / size, ..of.1 });
        let (p, q) = (unit(*left, sizes[0]), unit(*right, sizes[1]));
        let sum = covering(low / sizes[0] + least / sizes[1], high / sizes[0] + most / sizes[1]);
        let difference = covering(low / sizes[0] - most / sizes[1], high / sizes[0] - least / sizes[1]);
        let minus_q = self.negated(q)?;
        let added = self.squared((p, q), sum, shape, 1.0)?;
        let subtracted = self.squared((p, minus_q), difference, shape, -1.0)?;
        let size = sizes[0] * sizes[1] / 4.0;
        let sized = |of: (u32, Quantization)| (of.0, Quantization { scale: of.1.scale * size, ..of.1 });
        let node = self.sum(sized(added), sized(subtracted), shape, to)?;
        self.products.insert(node, Multiplied { left: *left, right: *right, to });
        Ok(node)
    }

    /// The square of a sum, or its negative, with its quantization.
    fn squared(
        &mut self,
        (left, right): ((u32, Quantization), (u32, Quantization)),
        within: Quantization,
        shape: &[u32],
        sign: f64,
    ) -> Lowered<(u32, Quantization)> {
        let node = self.sum(left, right, shape, within)?;
        let (low, high) = reach(within);
        let most = (low * low).max(high * high);
        let squares = covering((sign * most).min(0.0), (sign * most).max(0.0));
        let table = self.table_of(&|x| sign * x * x, within, squares)?;
        Ok((self.push(Node::Lookup { input: node, table })?, squares))
    }

    fn sum(
        &mut self,
        left: (u32, Quantization),
        right: (u32, Quantization),
        shape: &[u32],
        to: Quantization,
    ) -> Lowered<u32> {
        let sum = Value::Sum { left, right, shape: shape.to_vec(), range: Range::ALL };
        match self.settle(&sum, to)? {
            Value::Quantized { node, .. } => Ok(node),
            _ => Err(refusal!("its sum has no quantization"; "export the model again")),
        }
    }

    /// The same numbers with the other sign, none of them rounded: x − z becomes z − x.
    pub(crate) fn negated(&mut self, (node, from): (u32, Quantization)) -> Lowered<(u32, Quantization)> {
        let to = Quantization { zero_point: !from.zero_point, ..from };
        let table = self.table_of(&|x| -x, from, to)?;
        Ok((self.push(Node::Lookup { input: node, table })?, to))
    }
}

/// The least and the largest number that a quantization has.
fn reach(quantization: Quantization) -> (f64, f64) {
    (quantization.real(i8::MIN), quantization.real(i8::MAX))
}
