//! A model that passed every check.

use super::{accumulators::widths, graph::Graph, memory, tracing::expect_traced};
use crate::{
    cost::profile::Profile,
    format::{data_type::DataType, error::ModelError, model::Model},
    limits::MAX_EXPANSION,
    linear::Linear,
    operators::with_operator,
};

/// A model that passed every check that registration makes, with what follows from it: shapes, work and
/// the lengths of everything. Executing and verifying it can't overflow.
#[derive(Clone, Debug)]
pub struct CheckedModel {
    pub(crate) graph: Graph,
    pub(crate) profile: Profile,
}

impl CheckedModel {
    /// Decodes and checks an encoded model.
    ///
    /// # Errors
    /// The first fault, with its node.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut checked = Self::from_registered_bytes(bytes)?;
        for (layer, width) in checked.profile.layers.iter_mut().zip(widths(&checked.graph)?) {
            layer.width = width;
        }
        Ok(checked)
    }

    /// Like [`Self::from_bytes`] for bytes that are known to have passed it (the chain's registry): the
    /// bound of every accumulator, a pass over all parameters, is not computed again, so its profile takes
    /// every accumulator for 32 bits wide.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], but for [`ModelFault::Accumulator`](crate::ModelFault::Accumulator).
    pub fn from_registered_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let graph = Graph::new(Model::from_bytes(bytes)?)?;
        let profile = profile(&graph, bytes.len());
        if profile.layers.is_empty() {
            return Err(ModelError::NoWork);
        }
        expect_traced(&graph)?;
        let limit = MAX_EXPANSION.saturating_mul(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let elements = graph.tensors.iter().map(|tensor| u64::from(tensor.elements));
        let elements = elements.fold(0, u64::saturating_add);
        if elements > limit {
            return Err(ModelError::Expansion { limit, got: elements });
        }
        Ok(Self { graph, profile })
    }

    /// The model itself.
    pub fn model(&self) -> &Model {
        &self.graph.model
    }

    /// What follows from the graph alone: sizes, work, and the cost of verifying any batch.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Shape of one input sample.
    pub fn input_shape(&self) -> &[u32] {
        self.graph.tensors.first().map_or(&[], |input| &input.shape)
    }

    /// Shape of one sample of a node's tensor, and its type.
    pub fn tensor(&self, node: usize) -> Option<(&[u32], DataType)> {
        self.graph.tensors.get(node).map(|tensor| (tensor.shape.as_slice(), tensor.data_type))
    }

    /// Shape of one output sample, and its type.
    pub fn output(&self) -> (&[u32], DataType) {
        self.graph.tensors.last().map_or((&[], DataType::I8), |output| (&output.shape, output.data_type))
    }

    /// The most bytes per sample that the tensors of a walk take at once.
    pub fn live_bytes(&self) -> u64 {
        memory::live_bytes(&self.graph)
    }

    /// The linear operators and convolutions whose accumulators a trace holds, in node order, without their input.
    pub fn linear_operators(&self) -> impl Iterator<Item = Linear<'_>> {
        self.graph.nodes().filter_map(|(index, node, _)| {
            let index = u32::try_from(index).ok()?;
            with_operator(node, |operator| operator.product(self.graph.tensors(), index, &[]))
        })
    }
}

/// What a model of so many bytes takes. Its accumulators' widths are left at the widest.
fn profile(graph: &Graph, encoded_bytes: usize) -> Profile {
    let slice = memory::slice(graph);
    let mut profile = Profile {
        encoded_bytes: u32::try_from(encoded_bytes).unwrap_or(u32::MAX),
        sample_bytes: graph.tensors.first().map_or(1, |input| input.elements),
        output_bytes: graph
            .tensors
            .last()
            .map_or(1, |output| u32::try_from(output.bytes()).unwrap_or(u32::MAX)),
        slice_samples: slice.samples,
        slice_bytes: slice.bytes,
        ..Profile::default()
    };
    for (_, node, tensor) in graph.nodes() {
        let counts = with_operator(node, |operator| operator.counts(graph.tensors(), tensor));
        profile.add(counts.unwrap_or_default(), node.reads().count());
    }
    profile
}
