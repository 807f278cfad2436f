//! The records in storage, and the faults of models that the chain tells apart.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use millrace_inference::{ModelError, Profile};
use millrace_primitives::{Balance, BlockNumber, ModelId};
use scale_info::TypeInfo;

/// Most bytes of a model.
pub type MaxModelBytes = ConstU32<{ 2 * 1024 * 1024 }>;
/// Most listed models.
pub type MaxListed = ConstU32<8>;
/// Most lists that are remembered: the one in force, and those before it.
pub type MaxLists = ConstU32<4>;

/// The models that sprints run on from a block on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct List {
    /// The first block in which they do.
    pub since: BlockNumber,
    /// The models.
    pub models: BoundedVec<ModelId, MaxListed>,
}

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct ModelRecord<AccountId> {
    /// Who registered it.
    pub owner: AccountId,
    /// Planck on hold for it.
    pub deposit: Balance,
    /// Sizes, work and costs, derived from the encoding.
    pub profile: Profile,
    /// Open tasks that use it.
    pub references: u32,
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
            ModelError::UnknownVersion { .. }
            | ModelError::UnknownKind { .. }
            | ModelError::UnknownOperator { .. }
            | ModelError::Undecodable => Self::Undecodable,
            ModelError::Node { fault: millrace_inference::ModelFault::Accumulator { .. }, .. } => {
                Self::AccumulatorOverflow
            }
            ModelError::NodeCount { .. }
            | ModelError::Node { .. }
            | ModelError::Expansion { .. }
            | ModelError::MaxTokens { .. }
            | ModelError::TrunkCount { .. }
            | ModelError::TrunkOrder { .. }
            | ModelError::Unpaid { .. } => Self::InvalidGraph,
            ModelError::NoWork => Self::NoWork,
        }
    }
}
