//! A model whose nodes fit together: each reads earlier nodes of the right shapes and types, and each is read.

use alloc::vec::Vec;

use crate::{
    format::{error::ModelError, fault::ModelFault, model::Model, node::Node},
    limits::MAX_NODES,
    operators::with_operator,
    tensor::{Tensor, Tensors},
};

/// A model and the tensors of its nodes.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) model: Model,
    pub(crate) tensors: Vec<Tensor>,
}

impl Graph {
    /// # Errors
    /// [`ModelError::NodeCount`], or the first node's fault.
    pub(crate) fn new(model: Model) -> Result<Self, ModelError> {
        let count = model.nodes.len();
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { limit: MAX_NODES, got: count });
        }
        if !matches!(model.nodes.first(), Some(Node::Input { .. })) {
            return Err(at(0, ModelFault::MisplacedInput));
        }
        let mut tensors: Vec<Tensor> = Vec::with_capacity(count);
        for (index, node) in model.nodes.iter().enumerate() {
            let inferred = with_operator(node, |operator| operator.infer(Tensors(&tensors)));
            let tensor = inferred.map_err(|fault| at(index, fault))?;
            for read in node.reads() {
                let read = usize::try_from(read).unwrap_or(usize::MAX);
                if let Some(tensor) = tensors.get_mut(read) {
                    tensor.last_read = index;
                }
            }
            tensors.push(tensor);
        }
        if let Some((output, others)) = tensors.split_last_mut() {
            if let Some(dead) = others.iter().position(|tensor| tensor.last_read == 0) {
                return Err(at(dead, ModelFault::Dead));
            }
            output.last_read = others.len();
        }
        Ok(Self { model, tensors })
    }

    /// The tensors of all nodes.
    pub(crate) fn tensors(&self) -> Tensors<'_> {
        Tensors(&self.tensors)
    }

    /// Every node with its tensor, in order.
    pub(crate) fn nodes(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, &Node, &Tensor)> + ExactSizeIterator {
        let pairs = self.model.nodes.iter().zip(&self.tensors);
        pairs.enumerate().map(|(index, (node, tensor))| (index, node, tensor))
    }
}

/// A fault of the node with this index.
pub(super) fn at(index: usize, fault: ModelFault) -> ModelError {
    ModelError::Node { node: u32::try_from(index).unwrap_or(u32::MAX), fault }
}
