//! A model whose parameters are ready for products.

use millrace_inference::CheckedModel;

use crate::kernels::{
    kernel::{Kernel, Prepared},
    Kernels,
};

/// A model with its parameters ready for products.
pub struct PreparedModel {
    checked: CheckedModel,
    live_bytes: u64,
    layers: Vec<Layer>,
}

/// A linear operator of a prepared model.
pub(crate) struct Layer {
    pub node: u32,
    pub parameters: Box<dyn Prepared>,
}

impl PreparedModel {
    /// Prepares each operator for one kernel, or for the fastest if none is named.
    pub(crate) fn new(checked: CheckedModel, kernels: &Kernels, kernel: Option<Kernel>) -> Self {
        let layers = checked
            .linear_operators()
            .map(|operator| Layer { node: operator.node, parameters: kernels.prepare(&operator, kernel) })
            .collect();
        Self { live_bytes: checked.live_bytes(), checked, layers }
    }

    /// The model itself.
    pub fn checked(&self) -> &CheckedModel {
        &self.checked
    }

    /// Bytes that its prepared parameters take.
    pub fn bytes(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters.bytes()).sum()
    }

    /// What [`CheckedModel::live_bytes`] says: bytes of a sample's tensors that live at once. It walks the graph, so it is
    /// kept.
    pub(crate) fn live_bytes(&self) -> u64 {
        self.live_bytes
    }

    /// Its linear operators, in node order.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }
}
