//! Models of rows: graphs of integer operators on one row a token or a position of an image, whose parameters lie in a blob outside.
//!
//! A batch is some sequences, or images. A node has for each as many rows as it has tokens or positions, or one; nothing is padded,
//! and each sequence is computed as if it were alone. Only [`Scores`], [`Context`], [`Pool`], [`Select`], [`Conv2d`], [`MaxPool2d`]
//! and [`GlobalPool`] read other rows than their own. In a causal graph a row sees none behind it, so that decoding row by row, prefill in any pieces and any batch give the
//! same bits.
//!
//! 1. [`Model`] is what is encoded; its blob is named by a hash.
//! 2. [`CheckedModel`] is a model that passed every registration check; everything below takes only this.
//! 3. [`Blob`] is the parameters. Whatever bytes they are, the execution is defined: records that are out of range count as zero.
//! 4. [`evaluate()`] runs the model on a batch, [`Sequence`] piece by piece.
//! 5. [`commitment`] makes the trees that an execution is claimed by, [`cone`] the tree under one row of it.
//! 6. [`openings`](openings()) says what one element depends on, and [`element`](element()) computes it from that alone.
//!
//! Rooms, each of which uses only those before it: [`limits`]; `format`; `rescale`, `parameters`, `tensor`, `values`, `work` and
//! `patches`, `openings` (what operators work on); `operators` (one file each); `registration`; `blob` and `input`; `evaluate`; `element`;
//! `tree`; [`commitment`]; [`cone`]; and for programs with `std` [`random`].

mod blob;
pub mod commitment;
pub mod cone;
mod element;
mod evaluate;
mod format;
mod input;
pub mod limits;
mod openings;
mod operators;
mod parameters;
mod patches;
#[cfg(feature = "std")]
pub mod random;
mod registration;
mod rescale;
mod tensor;
mod tree;
mod values;
mod work;

pub use crate::format::{element_type::ElementType, error::ModelError, fault::ModelFault};
pub use blob::{Blob, BlobError, Faults};
pub use element::{element, openings, operand_bytes, ElementError};
pub use evaluate::{evaluate, EvaluationError, Output, Sequence};
pub use format::{
    id::FORMAT_VERSION,
    image::{Conv2d, GlobalPool, MaxPool2d, Pixels},
    model::{BlobName, Kind, Model},
    node::{
        Activation, ArgMax, Context, Embed, Linear, Mul, Node, Norm, Pool, Requantize, Rope, Scores, Select,
        Softmax, Table, Tokens,
    },
    window::Window,
};
pub use input::InputError;
pub use openings::{Opened, OpenedValues, Opening, Openings, Part, Place};
pub use operators::{exponential, refutes, Normaliser};
pub use parameters::{Layout, Reference, Slice};
pub use patches::Patches;
pub use registration::checked::CheckedModel;
pub use rescale::{clamp, range, Rescale};
pub use tensor::{RowCount, Tensor, Width};
pub use values::Rows;
pub use work::Work;
