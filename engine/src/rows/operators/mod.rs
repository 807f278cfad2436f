//! The operators on rows, over all rows of a part of a batch at once. Each gives what its namesake in `millrace-inference` gives.

pub(super) mod attention;
pub(super) mod convolution;
pub(super) mod curve;
pub(super) mod depthwise;
pub(super) mod embed;
pub(super) mod linear;
pub(super) mod norm;
pub(super) mod pools;
mod product;
pub(super) mod simple;
pub(super) mod softmax;
pub(super) mod windows;
