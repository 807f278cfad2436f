//! Work is paid by the multiply-accumulate. What else executing a model takes is bounded by the elements that it writes, and these
//! by its work.

use super::graph::Graph;
use crate::{
    format::error::ModelError,
    rows::{
        format::node::{ArgMax, Node, Pool},
        limits::UNPAID_ELEMENTS,
        tensor::{Tensor, Width},
        work::Work,
    },
};

/// Elements of a node: for each token, sequence and pair.
fn elements(tensor: Tensor) -> Work {
    match tensor.width {
        Width::Fixed(width) => Work::of_rows(tensor.rows, width.into()),
        Width::Heads(heads) => Work { per_pair: heads.into(), ..Work::default() },
    }
}

/// Elements that executing a graph writes. Pool and ArgMax write less than they read without being paid for it, so what they read
/// counts.
pub(super) fn written(graph: &Graph) -> Work {
    let read = graph.model.nodes.iter().filter_map(|node| match *node {
        Node::Pool(Pool { input, .. }) | Node::ArgMax(ArgMax { input }) => graph.tensors().read(input).ok(),
        _ => None,
    });
    graph.tensors.iter().copied().chain(read).map(elements).fold(Work::default(), Work::plus)
}

/// # Errors
/// [`ModelError::NoWork`] or [`ModelError::Unpaid`].
pub(super) fn expect_paid(graph: &Graph, work: Work) -> Result<(), ModelError> {
    let token = |work: Work| work.per_token.saturating_add(work.per_sequence);
    let tokens_free = graph.tensors.first().is_some_and(|input| input.expect_tokens().is_ok())
        && work.per_token == 0
        && work.per_pair == 0;
    if tokens_free || (token(work) == 0 && work.per_pair == 0) {
        return Err(ModelError::NoWork);
    }
    let written = written(graph);
    // Of every sequence: if it holds for the first token and for each further one, it holds for any number of them.
    let counts = [
        (work.per_token, written.per_token),
        (token(work), token(written)),
        (work.per_pair, written.per_pair),
    ];
    for (paid, got) in counts {
        let limit = paid.saturating_mul(UNPAID_ELEMENTS);
        if got > limit {
            return Err(ModelError::Unpaid { limit, got });
        }
    }
    Ok(())
}
