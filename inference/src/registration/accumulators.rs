//! No accumulator overflows: the soundness of the verification rests on it.

use alloc::vec::Vec;

use super::graph::{at, Graph};
use crate::{
    format::{error::ModelError, fault::ModelFault},
    limits::TWO_31,
    operators::{operator::Work, with_operator},
    trace::width::width_of_bound,
};

/// Checks `128·Σ|W| + |bias| < 2³¹` for every row of every product, and says how many bits the accumulators of each traced
/// one may need, in node order.
///
/// # Errors
/// [`ModelFault::Accumulator`] with its node.
pub(super) fn widths(graph: &Graph) -> Result<Vec<u8>, ModelError> {
    let mut widths = Vec::new();
    let mut bounds: Vec<Vec<u64>> = Vec::with_capacity(graph.tensors.len());
    for (index, node, tensor) in graph.nodes() {
        let (own, work) = with_operator(node, |operator| (operator.bounds(tensor, &bounds), operator.work()));
        if let Some((row, got)) = own.iter().copied().enumerate().find(|(_, bound)| *bound >= TWO_31) {
            let row = u32::try_from(row).unwrap_or(u32::MAX);
            return Err(at(index, ModelFault::Accumulator { row, got }));
        }
        if work == Work::Traced {
            widths.push(width_of_bound(own.iter().copied().max().unwrap_or(0)));
        }
        bounds.push(own);
    }
    Ok(widths)
}
