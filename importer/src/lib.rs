//! Brings ONNX models to Millrace.
//!
//! [`import()`] reads a graph that was quantized to 8 bits by onnxruntime (`QuantFormat.QDQ`), or a float graph
//! together with the [`Ranges`] that calibration saw, and gives an integer model with the same predictions to
//! within rounding. What can't be represented is refused with the node's name, why, and what to do instead; nothing is
//! read another way than the ONNX standard has it, and no file makes it panic.
//!
//! [`import_rows()`] makes a model of rows with a blob of a file instead, which may be much larger: [`import()`] refuses what can't be
//! verified in one call.
//!
//! With the feature `text` the module of that name imports encoders of texts from their weights instead, into models of rows.
//!
//! How real numbers map to integers is the caller's to keep: [`Imported::input`] says how an input's bytes are
//! made.
//!
//! ```
//! use std::path::Path;
//!
//! use millrace_importer::{import, onnx::Model, Options};
//! use millrace_inference::CheckedModel;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/q07_output_dtype_int8.onnx");
//! let imported = import(&Model::load(&file)?, Options::default())?;
//! let model = CheckedModel::from_bytes(&imported.model.to_bytes())?;
//! println!("reads N × {:?}, gives N × {:?}", model.input_shape(), model.output().0);
//! assert_eq!(model.input_shape(), [3, 8, 8]);
//! assert_eq!(model.output().0, [4, 8, 8]);
//! // The bytes that stand for zero and one in an input.
//! println!("{} and {}", imported.input.quantize(0.0), imported.input.quantize(1.0));
//! # Ok(())
//! # }
//! ```

// First, since it holds a macro that the others use.
#[macro_use]
mod refusal;

mod agreement;
mod axes;
mod bill;
mod calibrate;
mod calibration;
mod check;
mod choose;
mod curve;
mod emit;
mod emit_factors;
mod emit_mean;
mod emit_product;
mod emit_repeated;
mod emit_selected;
mod emit_turned;
mod end;
mod error;
mod explicit;
mod files;
mod float_run;
mod histogram;
mod import;
mod instead;
mod integers;
mod kind;
mod large;
mod lowered;
mod lowering;
mod meant;
mod metadata;
mod names;
pub mod npy;
pub mod onnx;
mod operators;
mod pairs;
mod parameters;
mod prepare;
mod ranges;
pub mod report;
mod rescaling;
mod room;
mod rows;
mod shape;
mod shape_guess;
mod stand_in;
mod standard;
#[cfg(feature = "text")]
pub mod text;
mod traced;
mod value;
mod walk;
mod weight;

pub use agreement::{cosine, float_output, without_index};
pub use axes::Axes;
pub use bill::{in_mill, of_mill, Bill};
pub use calibration::Calibration;
pub use check::{check, Check, RowsSize};
pub use choose::{choose_output, fix_input};
pub use error::ImportError;
pub use import::{import, import_rows, Imported, ImportedRows, Options};
pub use integers::Integers;
pub use meant::is_text_model;
pub use metadata::{Meanings, Metadata, Words};
pub use ranges::Ranges;
pub use refusal::Refusal;
pub use room::Room;
pub use rows::{
    commit_to, inspect_rows, recompute_at, reference_memory, with_fewer_bits, Commitment, Recomputed,
    RowsModel,
};
#[cfg(feature = "text")]
pub use rows::{Executable, Parameters};
pub use value::{Quantization, Range};
pub use walk::Step;
pub use weight::{verification_ref_time, BLOCK_REF_TIME};
