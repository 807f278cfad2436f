use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use millrace_inference::{ModelError, Profile};
use millrace_primitives::Balance;
use scale_info::TypeInfo;

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ModelRecord<AccountId> {
    /// Who registered it.
    pub owner: AccountId,
    /// Planck on hold for it.
    pub deposit: Balance,
    /// Sizes, work and costs, derived from the encoding.
    pub profile: Profile,
    /// Open tasks and listings that use it.
    pub references: u32,
    /// Those of them that are listings as a sprint model.
    pub listings: u32,
    /// Whether it takes no new uses.
    pub retired: bool,
}

/// [`ModelRecord`] of a runtime.
pub type ModelRecordOf<T> = ModelRecord<<T as frame_system::Config>::AccountId>;

/// The classes of faults that the chain tells apart; `millrace-inference` names the node and the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelFault {
    /// Too many bytes.
    TooLong,
    /// Not the encoding of a model.
    Undecodable,
    /// An inconsistent graph.
    InvalidGraph,
    /// Nothing to compute.
    NoWork,
    /// Accumulators out of bounds.
    AccumulatorOverflow,
}

impl From<ModelError> for ModelFault {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::TooLong { .. } => Self::TooLong,
            ModelError::UnknownVersion { .. } | ModelError::Undecodable => Self::Undecodable,
            ModelError::Node { fault: millrace_inference::ModelFault::Accumulator { .. }, .. } => {
                Self::AccumulatorOverflow
            }
            ModelError::NodeCount { .. } | ModelError::Node { .. } | ModelError::Expansion { .. } => {
                Self::InvalidGraph
            }
            ModelError::NoWork => Self::NoWork,
        }
    }
}
