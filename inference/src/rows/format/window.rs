//! A window on the positions of an image, as it is encoded: ten bytes.

use codec::{Decode, Encode};
use scale_info::TypeInfo;

/// Which positions one position of a result reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct Window {
    /// Positions down and across.
    pub kernel: [u8; 2],
    /// Steps between windows, down and across.
    pub stride: [u8; 2],
    /// Positions beyond the border: above, left, below, right.
    pub padding: [u8; 4],
    /// Steps between positions of the kernel, down and across; 1 where they are neighbours.
    pub dilation: [u8; 2],
}
