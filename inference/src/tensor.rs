//! A node's tensor: shape and type of one sample, and which nodes read it.

use alloc::vec::Vec;

use crate::{
    format::{data_type::DataType, fault::ModelFault, node::Window},
    limits::{MAX_ELEMENTS, MAX_RANK},
    patches::layout::Patches,
};

/// What registration learns about the tensor of one node.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    pub(crate) shape: Vec<u32>,
    pub(crate) elements: u32,
    pub(crate) data_type: DataType,
    /// Which axis has an index for each row of W or filter; none if these are no accumulators.
    pub(crate) channels: Option<ChannelAxis>,
    /// Index of the last node that reads it; its own index for the output.
    pub(crate) last_read: usize,
}

/// The axis of an accumulator tensor that has an index for each row of W or filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelAxis {
    /// The channels of an image.
    First,
    /// The entries of a vector.
    Last,
}

impl Tensor {
    pub(crate) fn new(shape: Vec<u32>, data_type: DataType) -> Result<Self, ModelFault> {
        if shape.is_empty() || shape.len() > MAX_RANK || shape.contains(&0) {
            return Err(ModelFault::Shape);
        }
        let elements = product(&shape);
        match u32::try_from(elements) {
            Ok(elements) if elements <= MAX_ELEMENTS => {
                Ok(Self { shape, elements, data_type, channels: None, last_read: 0 })
            }
            _ => Err(ModelFault::Elements { limit: MAX_ELEMENTS.into(), got: elements }),
        }
    }

    /// A tensor of accumulators.
    pub(crate) fn accumulators(shape: Vec<u32>, channels: ChannelAxis) -> Result<Self, ModelFault> {
        Ok(Self { channels: Some(channels), ..Self::new(shape, DataType::I32)? })
    }

    pub(crate) fn first_axis(&self) -> u32 {
        self.shape.first().copied().unwrap_or(1)
    }

    pub(crate) fn last_axis(&self) -> u32 {
        self.shape.last().copied().unwrap_or(1)
    }

    /// Bytes of one sample.
    pub(crate) fn bytes(&self) -> u64 {
        u64::from(self.elements).saturating_mul(self.data_type.bytes().into())
    }
}

/// The tensors that operators read, by node.
#[derive(Clone, Copy)]
pub(crate) struct Tensors<'a>(pub(crate) &'a [Tensor]);

impl<'a> Tensors<'a> {
    /// The tensor of a node; none if there isn't one yet.
    pub(crate) fn get(self, node: u32) -> Option<&'a Tensor> {
        self.0.get(usize::try_from(node).ok()?)
    }

    /// The tensor of an earlier node, of any type.
    ///
    /// # Errors
    /// [`ModelFault::ReadsLater`].
    pub(crate) fn read(self, node: u32) -> Result<&'a Tensor, ModelFault> {
        self.get(node).ok_or(ModelFault::ReadsLater { read: node })
    }

    /// The tensor of an earlier node, which must have this type.
    ///
    /// # Errors
    /// [`ModelFault::ReadsLater`] or [`ModelFault::Type`].
    pub(crate) fn read_as(self, node: u32, expected: DataType) -> Result<&'a Tensor, ModelFault> {
        let tensor = self.read(node)?;
        if tensor.data_type == expected {
            Ok(tensor)
        } else {
            Err(ModelFault::Type { expected: expected.into(), got: tensor.data_type.into() })
        }
    }

    /// The patches of a window on the image of an earlier node, which must be `i8`.
    ///
    /// # Errors
    /// Those of [`Self::read_as`], [`ModelFault::NotAnImage`] or [`ModelFault::Window`].
    pub(crate) fn read_patches(self, node: u32, window: Window) -> Result<Patches, ModelFault> {
        Patches::new(&self.read_as(node, DataType::I8)?.shape, window)
    }

    /// [`Self::read_patches`] of a node that registration accepted.
    pub(crate) fn patches(self, node: u32, window: Window) -> Option<Patches> {
        Patches::new(&self.get(node)?.shape, window).ok()
    }
}

/// The product of factors, for which `u64` may be too small: then it is the largest `u64`.
pub(crate) fn product(factors: &[u32]) -> u64 {
    factors.iter().fold(1u64, |product, factor| product.saturating_mul((*factor).into()))
}
