//! `clamp((((a − za)·Ma + (b − zb)·Mb + 2^(s−1)) >> s) + zero_point, min, max)`, element by element.

use alloc::vec::Vec;

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    rounding::{expect_clamp, expect_scale, half, round_shift, Target},
};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::Add`].
pub(super) struct AddNode<'a> {
    pub(super) left: &'a u32,
    pub(super) right: &'a u32,
    pub(super) left_zero_point: &'a i8,
    pub(super) right_zero_point: &'a i8,
    pub(super) left_multiplier: &'a u32,
    pub(super) right_multiplier: &'a u32,
    pub(super) shift: &'a u8,
    pub(super) zero_point: &'a i8,
    pub(super) min: &'a i8,
    pub(super) max: &'a i8,
}

impl<'a> Operator<'a> for AddNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let a = before.read_as(*self.left, DataType::I8)?;
        let b = before.read_as(*self.right, DataType::I8)?;
        if a.shape != b.shape {
            return Err(ModelFault::ShapesDiffer);
        }
        expect_scale(*self.left_multiplier, *self.shift)?;
        expect_scale(*self.right_multiplier, *self.shift)?;
        expect_clamp(*self.min, *self.max)?;
        Tensor::new(a.shape.clone(), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

    /// None: what is added is less than 2⁴⁰ in an `i64`.
    fn bounds(&self, _: &Tensor, _: &[Vec<u64>]) -> Vec<u64> {
        Vec::new()
    }

    fn counts(&self, _: Tensors<'_>, own: &Tensor) -> Option<Counts> {
        Some(Counts { elements: own.elements.into(), ..Counts::default() })
    }

    fn scratch(&self, _: Tensors<'_>, _: &Tensor) -> Option<u64> {
        Some(0)
    }

    fn evaluate(&self, operands: &Operands<'a>) -> Result<Evaluation<'a>, ExecutionError> {
        let (left, right) = (operands.i8_of(*self.left)?, operands.i8_of(*self.right)?);
        let mut sums = alloc::vec![0; left.len()];
        add_into(left, right, self, &mut sums);
        Ok(Evaluation::Values(Values::I8(sums)))
    }
}

/// |a − za| ≤ 255 and M < 2³¹: the sum stays below 2⁴⁰.
#[cfg_attr(feature = "std", multiversion::multiversion(targets = "simd"))]
fn add_into(left: &[i8], right: &[i8], with: &AddNode<'_>, sums: &mut [i8]) {
    let scaled = |x: i8, zero_point: i8, multiplier: u32| {
        i64::from(x).wrapping_sub(zero_point.into()).wrapping_mul(multiplier.into())
    };
    let (half, shift) = (half(*with.shift), u32::from(*with.shift));
    let target = Target { zero_point: *with.zero_point, min: *with.min, max: *with.max };
    let (left_zero_point, left_multiplier) = (*with.left_zero_point, *with.left_multiplier);
    let (right_zero_point, right_multiplier) = (*with.right_zero_point, *with.right_multiplier);
    for (sum, (a, b)) in sums.iter_mut().zip(left.iter().zip(right)) {
        let a = scaled(*a, left_zero_point, left_multiplier);
        let b = scaled(*b, right_zero_point, right_multiplier);
        *sum = target.apply(round_shift(a.wrapping_add(b), half, shift));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    const NODE: AddNode<'static> = AddNode {
        left: &0,
        right: &1,
        left_zero_point: &1,
        right_zero_point: &-2,
        left_multiplier: &3,
        right_multiplier: &1,
        shift: &1,
        zero_point: &10,
        min: &-50,
        max: &60,
    };

    #[test]
    fn both_sides_are_scaled_about_their_zero_points() {
        let tensors = [tensor(&[4]), tensor(&[4])];
        let values = [i8s([1, 2, -100, 100]), i8s([-2, 0, 0, 0])];
        // 0, 3 + 2 and numbers beyond the clamps, before they are halved.
        assert_eq!(evaluate(&NODE, &tensors, &values), Values::I8(alloc::vec![10, 13, -50, 60]));
        let own = NODE.infer(Tensors(&tensors)).expect("the same shapes");
        assert_eq!(NODE.counts(Tensors(&tensors), &own).map(|counts| counts.elements), Some(4));
    }

    #[test]
    fn shapes_must_be_the_same() {
        let fault = NODE.infer(Tensors(&[tensor(&[4]), tensor(&[2, 2])])).err();
        assert_eq!(fault, Some(ModelFault::ShapesDiffer));
    }
}
