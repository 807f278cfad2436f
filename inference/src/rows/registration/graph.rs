//! A model whose nodes fit together: each reads earlier nodes of the right widths and types, each is read, and all
//! parameters lie in the blob.

use alloc::vec::Vec;

use crate::{
    format::{error::ModelError, fault::ModelFault},
    rows::{
        format::{
            model::{Kind, Model},
            node::{Node, Tokens},
        },
        limits::{MAX_NODES, MAX_RESCALED, MAX_TOKENS},
        operators::operator,
        tensor::{Tensor, Tensors},
    },
};

/// A model and the rows of its nodes.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    pub(crate) model: Model,
    pub(crate) vocabulary: u32,
    pub(crate) tensors: Vec<Tensor>,
}

impl Graph {
    /// # Errors
    /// [`ModelError::MaxTokens`], [`ModelError::NodeCount`], [`ModelError::UnknownKind`], or the first node's fault.
    pub(crate) fn new(model: Model) -> Result<Self, ModelError> {
        let count = model.nodes.len();
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { limit: MAX_NODES, got: count });
        }
        if !(1..=MAX_TOKENS).contains(&model.max_tokens) {
            return Err(ModelError::MaxTokens { got: model.max_tokens });
        }
        let vocabulary = expect_input(&model)?;
        let mut graph = Self { vocabulary, tensors: Vec::with_capacity(count), model };
        for index in 0..count {
            let tensor = graph.check(index).map_err(|fault| at(index, fault))?;
            graph.tensors.push(tensor);
        }
        graph.expect_alive()?;
        match graph.tensors.last().map(|output| output.expect_fixed()) {
            Some(Err(fault)) => Err(at(count.saturating_sub(1), fault)),
            _ => Ok(graph),
        }
    }

    /// The rows of the next node.
    fn check(&self, index: usize) -> Result<Tensor, ModelFault> {
        let node = self.model.nodes.get(index).map(operator).ok_or(ModelFault::Dead)?;
        let before = self.tensors();
        let own = node.infer(before)?;
        let references = node.references(before).unwrap_or_default();
        for reference in references {
            let (offset, length) = (reference.offset, reference.layout.bytes());
            if offset.checked_add(length).is_none_or(|end| end > self.model.blob.length) {
                return Err(ModelFault::BeyondBlob { offset, length });
            }
        }
        match node.bound(before).unwrap_or(u64::MAX) {
            0..=MAX_RESCALED => Ok(own),
            got => Err(ModelFault::Bound { got }),
        }
    }

    /// # Errors
    /// [`ModelFault::Dead`] for the first node that isn't read, unless it is the last.
    fn expect_alive(&self) -> Result<(), ModelError> {
        let mut alive = alloc::vec![false; self.tensors.len()];
        for read in self.model.nodes.iter().flat_map(Node::reads) {
            if let Some(alive) = usize::try_from(read).ok().and_then(|read| alive.get_mut(read)) {
                *alive = true;
            }
        }
        if let Some(output) = alive.last_mut() {
            *output = true;
        }
        match alive.iter().position(|alive| !alive) {
            Some(dead) => Err(at(dead, ModelFault::Dead)),
            None => Ok(()),
        }
    }

    /// The rows of the nodes that were checked.
    pub(crate) fn tensors(&self) -> Tensors<'_> {
        Tensors {
            kind: self.model.kind,
            max_tokens: self.model.max_tokens,
            vocabulary: self.vocabulary,
            all: &self.tensors,
        }
    }
}

/// Ids are below it: those of tokens, or the bytes of an image, which is one of its own and has no order.
///
/// # Errors
/// [`ModelFault::MisplacedInput`], or for an image [`ModelError::MaxTokens`] or [`ModelError::UnknownKind`].
fn expect_input(model: &Model) -> Result<u32, ModelError> {
    match (model.nodes.first(), model.kind) {
        (Some(Node::Tokens(Tokens { vocabulary })), _) => Ok(*vocabulary),
        (Some(Node::Pixels(_)), _) if model.max_tokens != 1 => {
            Err(ModelError::MaxTokens { got: model.max_tokens })
        }
        (Some(Node::Pixels(_)), Kind::Causal) => Err(ModelError::UnknownKind { got: 1 }),
        (Some(Node::Pixels(_)), Kind::Encoder) => Ok(1 << 8),
        _ => Err(at(0, ModelFault::MisplacedInput)),
    }
}

/// A fault of the node with this index.
pub(super) fn at(index: usize, fault: ModelFault) -> ModelError {
    ModelError::Node { node: u32::try_from(index).unwrap_or(u32::MAX), fault }
}
