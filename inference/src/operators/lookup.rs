//! `table[x + 128]`.

use alloc::vec::Vec;

use super::{
    operator::{Evaluation, Operands, Operator, Work},
    parameters::expect_length,
};
use crate::{
    cost::counts::Counts,
    error::ExecutionError,
    format::{data_type::DataType, fault::ModelFault},
    tensor::{Tensor, Tensors},
    values::Values,
};

/// The fields of [`crate::format::node::Node::Lookup`].
pub(super) struct LookupNode<'a> {
    pub(super) input: &'a u32,
    pub(super) table: &'a [i8],
}

impl<'a> Operator<'a> for LookupNode<'a> {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(*self.input, DataType::I8)?;
        expect_length(256, self.table.len())?;
        Tensor::new(read.shape.clone(), DataType::I8)
    }

    fn work(&self) -> Work {
        Work::Unpaid
    }

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
        Ok(Evaluation::Values(Values::I8(lookup(operands.i8_of(*self.input)?, self.table))))
    }
}

/// Replaces every element by its entry of the table, which has 256.
fn lookup(values: &[i8], table: &[i8]) -> Vec<i8> {
    let Ok(table) = <&[i8; 256]>::try_from(table) else { return alloc::vec![0; values.len()] };
    // From −128..=127 to 0..=255: the highest bit is flipped.
    let entry = |x: &i8| table.get(usize::from(x.cast_unsigned() ^ 0x80)).copied().unwrap_or(0);
    values.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{evaluate, i8s, tensor},
        *,
    };

    #[test]
    fn the_table_begins_at_the_least_value() {
        let table: Vec<i8> = (0..=255u8).map(|index| index.cast_signed()).collect();
        let node = LookupNode { input: &0, table: &table };
        let values = evaluate(&node, &[tensor(&[4])], &[i8s([-128, -1, 0, 127])]).to_bytes();
        assert_eq!(values, [0, 127, 128, 255]);
    }

    #[test]
    fn a_table_has_256_entries() {
        let node = LookupNode { input: &0, table: &[0; 255] };
        let fault = node.infer(Tensors(&[tensor(&[4])])).err();
        assert_eq!(fault, Some(ModelFault::Length { expected: 256, got: 255 }));
    }
}
