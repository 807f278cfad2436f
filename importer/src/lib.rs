//! Brings ONNX models to Millrace.
//!
//! [`import`] reads a graph that was quantized to 8 bits by onnxruntime (`QuantFormat.QDQ`), or a float graph
//! together with the [`Ranges`] that calibration saw, and gives an integer model with the same predictions to
//! within rounding. What can't be represented is refused with the node's name, why, and what to do instead; nothing is
//! read another way than the ONNX standard has it, and no file makes it panic.
//!
//! How real numbers map to integers is the caller's to keep: [`Imported::input`] says how an input's bytes are
//! made.

mod calibrate;
mod emit;
mod error;
mod functions;
mod lower;
pub mod npy;
pub mod onnx;
mod operators;
mod prepare;
pub mod report;
mod standard;
mod value;
mod weight;

pub use calibrate::Ranges;
pub use error::ImportError;
pub use lower::{import, Imported, Options, Step};
pub use value::{Quantization, Range};
