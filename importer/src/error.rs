//! Why a file can't be imported, in sentences that name the node and what to do.

use std::path::PathBuf;

use millrace_inference::{ModelError, ModelFault};

use crate::refusal::Refusal;

/// Why a model can't be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file can't be read.
    #[error("can't read {path}: {error}; name a file that can be read")]
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
    #[error("{path} is not an ONNX model with a graph; export one with torch.onnx.export or tf2onnx")]
    NotOnnx {
        /// The file.
        path: PathBuf,
    },
    /// A constant can't be read.
    #[error("constant '{name}': {why}")]
    Constant {
        /// Its name.
        name: String,
        /// Why, and what to do.
        why: Refusal,
    },
    /// A node can't be represented.
    #[error("{node}: {why}")]
    Node {
        /// The node's operator and name.
        node: String,
        /// Why, and what to do.
        why: Refusal,
    },
    /// The graph as a whole can't be represented.
    #[error("{0}")]
    Graph(Refusal),
    /// The float graph can't be run on the calibration samples.
    #[error("calibration: {0}")]
    Calibration(Refusal),
    /// What came out is refused by registration.
    #[error("the imported model can't be registered: {0}; {advice}", advice = remedy(.0))]
    Model(#[from] ModelError),
    /// What came out can't be verified in its call.
    #[error("too large to be verified in its call: {0}")]
    Large(Refusal),
}

impl ImportError {
    /// The node or constant that is at fault, as messages name it; none if it is the file as a whole.
    pub fn node(&self) -> Option<String> {
        match self {
            Self::Node { node, .. } => Some(node.clone()),
            Self::Constant { name, .. } => Some(format!("constant '{name}'")),
            _ => None,
        }
    }

    /// What is wrong.
    pub fn what(&self) -> String {
        self.split().0
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        self.split().1
    }

    fn split(&self) -> (String, String) {
        match self {
            Self::Constant { why, .. }
            | Self::Node { why, .. }
            | Self::Graph(why)
            | Self::Calibration(why)
            | Self::Large(why) => (why.what().to_owned(), why.remedy().to_owned()),
            Self::Model(error) => {
                (format!("the imported model can't be registered: {error}"), remedy(error).to_owned())
            }
            Self::Read { .. } | Self::TooLong { .. } | Self::NotOnnx { .. } => {
                let text = self.to_string();
                let (what, remedy) = text.rsplit_once("; ").unwrap_or((text.as_str(), "give another file"));
                (what.to_owned(), remedy.to_owned())
            }
        }
    }
}

/// What to do about a model that registration refuses.
fn remedy(error: &ModelError) -> &'static str {
    match error {
        ModelError::TooLong { .. } | ModelError::NodeCount { .. } => "use fewer or smaller layers",
        ModelError::NoWork => "give it a convolution or a product with constant weights",
        ModelError::Expansion { .. } => {
            "let its activations shrink earlier, by larger strides or smaller inputs"
        }
        ModelError::Node { fault: ModelFault::Untraced, .. } => {
            "let a convolution of one group or a product follow the last filters of single channels"
        }
        ModelError::Node { fault: ModelFault::Accumulator { .. }, .. } => {
            "make the rows of that layer shorter or its biases smaller"
        }
        ModelError::Unpaid { .. } => "use wider products, or fewer steps between them",
        ModelError::Node { .. }
        | ModelError::UnknownVersion { .. }
        | ModelError::UnknownKind { .. }
        | ModelError::UnknownOperator { .. }
        | ModelError::MaxTokens { .. }
        | ModelError::TrunkCount { .. }
        | ModelError::TrunkOrder { .. }
        | ModelError::Undecodable => {
            "make that part of the model simpler, and report the file, which should have been refused earlier"
        }
    }
}
