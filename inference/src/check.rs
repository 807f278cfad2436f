use alloc::vec::Vec;

use crate::{
    bounds::expect_traced,
    limits::{MAX_EXPANSION, MAX_NODES},
    model::{DataType, Model, Node, Window},
    patches::Patches,
    profile::Profile,
    shapes::Tensor,
    walk::{Columns, Linear},
    ModelError, ModelFault,
};

/// A model that passed every check that registration makes, with what follows from it: shapes, work and
/// the lengths of everything. Executing and verifying it can't overflow.
#[derive(Clone, Debug)]
pub struct CheckedModel {
    pub(crate) model: Model,
    pub(crate) tensors: Vec<Tensor>,
    pub(crate) profile: Profile,
}

impl CheckedModel {
    /// Decodes and checks an encoded model.
    ///
    /// # Errors
    /// The first fault, with its node.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let model = Model::from_bytes(bytes)?;
        let mut checked = Self::structure(model, bytes.len())?;
        checked.check_accumulators()?;
        Ok(checked)
    }

    /// Like [`Self::from_bytes`] for bytes that are known to have passed it (the chain's registry): the
    /// bound of every accumulator, a pass over all parameters, is not computed again, so its profile takes
    /// every accumulator for 32 bits wide.
    ///
    /// # Errors
    /// As [`Self::from_bytes`], but for [`ModelFault::Accumulator`].
    pub fn from_registered_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        Self::structure(Model::from_bytes(bytes)?, bytes.len())
    }

    /// The model itself.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What follows from the graph alone: sizes, work, and the cost of verifying any batch.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Shape of one input sample.
    pub fn input_shape(&self) -> &[u32] {
        self.tensors.first().map_or(&[], |input| &input.shape)
    }

    /// Shape of one sample of a node's tensor, and its type.
    pub fn tensor(&self, node: usize) -> Option<(&[u32], DataType)> {
        self.tensors.get(node).map(|tensor| (tensor.shape.as_slice(), tensor.data_type))
    }

    /// Shape of one output sample, and its type.
    pub fn output(&self) -> (&[u32], DataType) {
        self.tensors.last().map_or((&[], DataType::I8), |output| (&output.shape, output.data_type))
    }

    /// The linear operators whose accumulators a trace holds, in node order, without their input.
    pub fn linear_operators(&self) -> impl Iterator<Item = Linear<'_>> {
        (0..self.model.nodes.len()).filter_map(|index| self.linear_operator(index, &[]))
    }

    /// The linear operator of a node, on this input.
    pub(crate) fn linear_operator<'a>(&'a self, index: usize, input: &'a [i8]) -> Option<Linear<'a>> {
        let node = u32::try_from(index).ok()?;
        let size = |value: u32| usize::try_from(value).ok();
        match self.model.nodes.get(index)? {
            Node::Linear { input: read, outputs, parameters } => {
                let m = size(self.tensors.get(size(*read)?)?.last_axis())?;
                Some(Linear { node, parameters, n: size(*outputs)?, m, input, columns: Columns::Contiguous })
            }
            Node::Conv2d { input: read, outputs, window, pad_value, parameters } => {
                let patches = self.patches(*read, *window)?;
                let m = patches.kernel().checked_mul(size(patches.channels)?)?;
                let columns = Columns::Patches { patches, pad_value: *pad_value };
                Some(Linear { node, parameters, n: size(*outputs)?, m, input, columns })
            }
            _ => None,
        }
    }

    /// The patches of a window on a node's tensor.
    pub(crate) fn patches(&self, read: u32, window: Window) -> Option<Patches> {
        Patches::new(&self.tensors.get(usize::try_from(read).ok()?)?.shape, window).ok()
    }

    fn structure(model: Model, encoded_bytes: usize) -> Result<Self, ModelError> {
        let count = model.nodes.len();
        if count == 0 || count > MAX_NODES {
            return Err(ModelError::NodeCount { got: count });
        }
        let mut checked = Self {
            model: Model { nodes: Vec::new() },
            tensors: Vec::new(),
            profile: Profile {
                encoded_bytes: u32::try_from(encoded_bytes).unwrap_or(u32::MAX),
                ..Profile::default()
            },
        };
        let mut elements = 0u64;
        for (index, node) in model.nodes.iter().enumerate() {
            let here = u32::try_from(index).unwrap_or(u32::MAX);
            let at = |fault| ModelError::Node { node: here, fault };
            let tensor = checked.infer(&model, index, node).map_err(at)?;
            elements = elements.saturating_add(tensor.elements.into());
            checked.count(&model, node, &tensor);
            for read in node.reads() {
                let read = usize::try_from(read).unwrap_or(usize::MAX);
                if let Some(tensor) = checked.tensors.get_mut(read) {
                    tensor.last_read = index;
                }
            }
            checked.tensors.push(tensor);
        }
        let last = count.saturating_sub(1);
        for (index, tensor) in checked.tensors.iter_mut().enumerate() {
            if index == last {
                tensor.last_read = last;
            } else if tensor.last_read == 0 {
                let node = u32::try_from(index).unwrap_or(u32::MAX);
                return Err(ModelError::Node { node, fault: ModelFault::Dead });
            }
        }
        if checked.profile.layers.is_empty() {
            return Err(ModelError::NoWork);
        }
        expect_traced(&model)?;
        let limit = MAX_EXPANSION.saturating_mul(u64::try_from(encoded_bytes).unwrap_or(u64::MAX));
        if elements > limit {
            return Err(ModelError::Expansion { limit, got: elements });
        }
        checked.profile.sample_bytes = checked.tensors.first().map_or(1, |input| input.elements);
        checked.profile.output_bytes = checked
            .tensors
            .last()
            .map_or(1, |output| output.elements.saturating_mul(output.data_type.bytes()));
        checked.model = model;
        let slice = checked.slice();
        checked.profile.slice_samples = slice.samples;
        checked.profile.slice_bytes = slice.bytes;
        Ok(checked)
    }
}
