//! ONNX files: their messages, how they are read, and their constants.

mod constant;
mod messages;
mod read;

pub use constant::{Constant, Numbers};
pub use messages::{
    Attribute, Dimension, Entry, Function, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type,
    ValueInfo, BOOL, DOUBLE, FLOAT, FLOAT16, INT32, INT64, INT8, UINT8,
};
pub use read::MAX_ONNX_BYTES;
