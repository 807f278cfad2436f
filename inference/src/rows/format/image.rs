//! The fields of the operators on images. Offsets and inputs are as in `node`.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

use super::window::Window;
use crate::format::element_type::ElementType;

/// Fields of [`Node::Pixels`](crate::rows::Node::Pixels). A sequence is one image, posted position by position, a byte a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Pixels {
    /// Rows of the image.
    pub height: u32,
    /// Columns of the image.
    pub width: u32,
    /// Elements of a position.
    pub channels: u32,
}

/// `z_o = Σ W[o,(a,b),c]·x[p(a,b), g(o)·C/G + c]` with `g(o) = ⌊o·G/n⌋`, rescaled; then the addend, if there is one. A depthwise
/// convolution has as many groups as channels, and an average is one whose weights are all 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Conv2d {
    /// The node of x.
    pub input: u32,
    /// n, filters.
    pub outputs: u32,
    /// Which positions a position of the result reads.
    pub window: Window,
    /// G, which divides the channels that it reads and its filters.
    pub groups: u32,
    /// x beyond the border.
    pub pad: i16,
    /// W: for each filter K = kernel positions × C/G weights, position by position, and a rescaling.
    pub rows: u64,
    /// What it gives.
    pub element: ElementType,
    /// A node of wide rows; `clamp(addend[o] + rescaled z_o)` is wide.
    pub addend: Option<u32>,
}

/// The largest element of a window's positions inside the border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct MaxPool2d {
    /// The node that it reads.
    pub input: u32,
    /// Which positions a position of the result reads; not dilated.
    pub window: Window,
}

/// `z_c = Σ x[p,c]` over all positions p, rescaled. A mean has its divisor in the rescaling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct GlobalPool {
    /// The node that it reads.
    pub input: u32,
    /// A rescaling for each element.
    pub rescales: u64,
    /// What it gives.
    pub element: ElementType,
}
