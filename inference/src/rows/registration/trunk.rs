//! The trunk cuts a graph into segments, so that every node depends on its own segment and on rows that are committed to.

use super::graph::{at, Graph};
use crate::format::{error::ModelError, fault::ModelFault};

/// # Errors
/// [`ModelError::TrunkCount`], [`ModelError::TrunkOrder`], a trunk node's [`ModelFault::OneRow`], [`ModelFault::Scores`] or
/// [`ModelFault::MisplacedInput`], or a node's [`ModelFault::Uncommitted`].
pub(super) fn expect_trunk(graph: &Graph) -> Result<(), ModelError> {
    let trunk = &graph.model.trunk;
    if trunk.is_empty() || trunk.len() > graph.tensors.len() {
        return Err(ModelError::TrunkCount { got: trunk.len() });
    }
    let mut least = 0;
    for &node in trunk {
        let index = usize::try_from(node).unwrap_or(usize::MAX);
        let tensor = graph.tensors.get(index).filter(|_| node >= least);
        let tensor = tensor.ok_or(ModelError::TrunkOrder { node })?;
        if node == 0 {
            return Err(at(0, ModelFault::MisplacedInput));
        }
        tensor.expect_rows().and_then(|tensor| tensor.expect_fixed()).map_err(|fault| at(index, fault))?;
        least = node.saturating_add(1);
    }
    let mut segments = trunk.iter().copied().peekable();
    let mut start = 0;
    for (index, node) in graph.model.nodes.iter().enumerate() {
        if let Some(read) =
            node.reads().find(|read| *read < start && *read > 0 && trunk.binary_search(read).is_err())
        {
            return Err(at(index, ModelFault::Uncommitted { read }));
        }
        if let Some(end) = segments.next_if(|end| usize::try_from(*end) == Ok(index)) {
            start = end;
        }
    }
    Ok(())
}
