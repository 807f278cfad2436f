//! Index of a row's largest element, the lowest on ties.

use alloc::vec::Vec;

use super::operator::{Operands, Operator, Site};
use crate::{
    format::{element_type::ElementType, fault::ModelFault},
    rows::{
        format::node::ArgMax,
        openings::{Opened, Openings},
        parameters::Reference,
        tensor::{Tensor, Tensors},
        values::Rows,
        work::Work,
    },
};

fn arg_max(row: &[i32]) -> Option<i32> {
    let mut largest = row.iter().enumerate();
    let mut found = largest.next()?;
    for candidate in largest {
        if candidate.1 > found.1 {
            found = candidate;
        }
    }
    i32::try_from(found.0).ok()
}

/// Whether `other` shows that `claimed` isn't the index of the largest element: it is larger, or as large and comes first.
/// Each is an index and its element. A row may be too long to be opened whole; two of its elements never are.
pub fn refutes(claimed: (u32, i32), other: (u32, i32)) -> bool {
    other.1 > claimed.1 || (other.1 == claimed.1 && other.0 < claimed.0)
}

impl Operator for ArgMax {
    fn infer(&self, before: Tensors<'_>) -> Result<Tensor, ModelFault> {
        let read = before.read_as(self.input, &[ElementType::Wide, ElementType::I32])?;
        read.expect_fixed()?;
        Tensor::fixed(1, ElementType::Id, read.rows)
    }

    fn references(&self, _: Tensors<'_>) -> Option<Vec<Reference>> {
        Some(Vec::new())
    }

    fn bound(&self, _: Tensors<'_>) -> Option<u64> {
        Some(0)
    }

    fn work(&self, _: Tensors<'_>) -> Option<Work> {
        Some(Work::default())
    }

    fn evaluate(&self, operands: &Operands<'_>, own: &mut Rows) -> Option<()> {
        own.push([arg_max(operands.row_of(self.input)?)?]);
        Some(())
    }

    fn openings(&self, site: &Site<'_>) -> Option<Openings> {
        let width = site.tensors.width(self.input)?;
        Some(Openings { values: [site.row_of(self.input, 0, width)].into(), parameters: Vec::new() })
    }

    fn element(&self, _: &Site<'_>, opened: &Opened<'_>) -> Option<i64> {
        arg_max(opened.elements(0)?).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[test]
    fn the_lowest_index_wins() {
        let rows: &[&[i32]] = &[&[-9, -3, -3], &[7, 7, -3], &[0, 1, 2]];
        let fixture = Fixture::new(3).with(ElementType::Wide, rows);
        assert_eq!(fixture.whole(&ArgMax { input: 0 }), [[1], [0], [2]]);
        let fault = Fixture::new(1).with(ElementType::I16, &[&[1]]).infer(&ArgMax { input: 0 });
        assert_eq!(fault, Err(ModelFault::Type { expected: ElementType::Wide, got: ElementType::I16 }));
    }

    #[test]
    fn every_wrong_index_is_refuted_and_the_right_one_never() {
        for row in [[-9, -3, -3, -7], [7, 7, 7, 7], [0, 1, 2, 3]] {
            let right = arg_max(&row).expect("it isn't empty").cast_unsigned();
            let pairs = || (0u32..).zip(row);
            for claimed in pairs() {
                let refuted = pairs().any(|other| refutes(claimed, other));
                assert_eq!(refuted, claimed.0 != right);
            }
        }
    }
}
