//! Why a file can't be imported, in sentences that name the node and what to do.

use std::path::PathBuf;

use millrace_inference::ModelError;

/// Why a model can't be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file can't be read.
    #[error("can't read {path}: {error}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file is longer than any model that can be imported.
    #[error(
        "{path} is longer than {limit} bytes, or has more than {entries} entries: no model of it fits the format; leave out what isn't needed, or make it smaller"
    )]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes that are read.
        limit: usize,
        /// Nodes, attributes, names and the like that are read.
        entries: usize,
    },
    /// A file is no ONNX model.
    #[error("{path} is not an ONNX model with a graph")]
    NotOnnx {
        /// The file.
        path: PathBuf,
    },
    /// A constant can't be read.
    #[error("constant '{name}': {why}")]
    Constant {
        /// Its name.
        name: String,
        /// Why.
        why: String,
    },
    /// A node can't be represented.
    #[error("{node}: {why}")]
    Node {
        /// The node's operator and name.
        node: String,
        /// Why, and what to do.
        why: String,
    },
    /// The graph as a whole can't be represented.
    #[error("{0}")]
    Graph(String),
    /// The float graph can't be run on the calibration samples.
    #[error("calibration: {0}")]
    Calibration(String),
    /// What came out is refused by registration.
    #[error("the imported model can't be registered: {0}")]
    Model(#[from] ModelError),
}
