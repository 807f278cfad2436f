//! A model of rows that passed every check.

use alloc::vec::Vec;

use super::{graph::Graph, paid::expect_paid, trunk::expect_trunk};
use crate::{
    format::error::ModelError,
    rows::{
        format::{
            model::{Kind, Model},
            node::Node,
        },
        operators::operator,
        parameters::Reference,
        tensor::Tensor,
        work::Work,
    },
};

/// A model that passed every check that registration makes, without its parameters. Executing it is defined and can't
/// overflow, whatever bytes its blob has.
#[derive(Clone, Debug)]
pub struct CheckedModel {
    pub(crate) graph: Graph,
    work: Work,
}

impl CheckedModel {
    /// Decodes and checks an encoded model.
    ///
    /// # Errors
    /// The first fault, with its node.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::new(Model::from_bytes(bytes)?)
    }

    /// Checks a model.
    ///
    /// # Errors
    /// As [`Self::from_bytes`].
    pub fn new(model: Model) -> Result<Self, ModelError> {
        let graph = Graph::new(model)?;
        expect_trunk(&graph)?;
        let tensors = graph.tensors();
        let works = graph.model.nodes.iter().filter_map(|node| operator(node).work(tensors));
        let work = works.fold(Work::default(), Work::plus);
        expect_paid(&graph, work)?;
        Ok(Self { graph, work })
    }

    /// The model itself.
    pub fn model(&self) -> &Model {
        &self.graph.model
    }

    /// Ids are below it; 256 if they are the bytes of an image.
    pub fn vocabulary(&self) -> u32 {
        self.graph.vocabulary
    }

    /// The rows of a node.
    pub fn tensor(&self, node: u32) -> Option<Tensor> {
        self.graph.tensors().read(node).ok()
    }

    /// The rows of the last node.
    pub fn output(&self) -> Option<Tensor> {
        self.graph.tensors.last().copied()
    }

    /// Bytes of an image, of which there is one for each id; none if the input is tokens.
    pub fn image_bytes(&self) -> Option<u64> {
        match self.graph.model.nodes.first() {
            Some(Node::Pixels(pixels)) => Some(pixels.bytes()),
            _ => None,
        }
    }

    /// All parameters, with the node that reads them.
    pub fn references(&self) -> Vec<(u32, Reference)> {
        let tensors = self.graph.tensors();
        let of = |(index, node)| {
            let references = operator(node).references(tensors).unwrap_or_default();
            references.into_iter().map(move |reference| (index, reference))
        };
        (0u32..).zip(&self.graph.model.nodes).flat_map(of).collect()
    }

    /// MAC of a token, a sequence, and a pair of a row and a row that it sees.
    pub fn work(&self) -> Work {
        self.work
    }

    /// MAC of a sequence of so many tokens.
    pub fn mac(&self, tokens: u32) -> u64 {
        let tokens = u64::from(tokens);
        let pairs = match self.graph.model.kind {
            Kind::Encoder => tokens.saturating_mul(tokens),
            Kind::Causal => tokens.saturating_mul(tokens.saturating_add(1)) / 2,
        };
        let rows = self.work.per_token.saturating_mul(tokens);
        rows.saturating_add(self.work.per_sequence).saturating_add(self.work.per_pair.saturating_mul(pairs))
    }
}
