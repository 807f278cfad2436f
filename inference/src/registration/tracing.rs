//! No paid work escapes the trace.

use super::graph::{at, Graph};
use crate::{
    format::{error::ModelError, fault::ModelFault},
    operators::{operator::Work, with_operator},
};

/// A trace must depend on every operator whose accumulators aren't in it: work that no later operator's accumulators show
/// would be paid without being done.
///
/// # Errors
/// [`ModelFault::Untraced`] with its node.
pub(super) fn expect_traced(graph: &Graph) -> Result<(), ModelError> {
    let mut shown = alloc::vec![false; graph.tensors.len()];
    for (index, node, _) in graph.nodes().rev() {
        let here = shown.get(index).copied().unwrap_or(false);
        let shows_its_operands = match with_operator(node, |operator| operator.work()) {
            Work::Traced => true,
            Work::Untraced if !here => return Err(at(index, ModelFault::Untraced)),
            Work::Untraced | Work::Unpaid => here,
        };
        if shows_its_operands {
            for read in node.reads() {
                let read = usize::try_from(read).unwrap_or(usize::MAX);
                if let Some(slot) = shown.get_mut(read) {
                    *slot = true;
                }
            }
        }
    }
    Ok(())
}
