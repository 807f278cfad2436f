//! What the registry of models offers.

use alloc::vec::Vec;
use core::ops::Range;

use millrace_inference::Profile;
use sp_runtime::DispatchResult;

use crate::{BlockNumber, ModelId};

/// A registered model, as those who use models see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its sizes, work and costs.
    pub profile: Profile,
    /// Whether new uses of it are accepted: false once it is retired.
    pub open: bool,
}

/// The models that were listed for some blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFor {
    /// How many blocks.
    pub blocks: BlockNumber,
    /// The models.
    pub models: Vec<ModelId>,
}

/// The registry of models, for those who use models.
pub trait ModelRegistry {
    /// A registered model, open or retired.
    fn find(model: ModelId) -> Option<ModelInfo>;
    /// Sizes, work and costs of a registered model, open or retired.
    fn profile(model: ModelId) -> Option<Profile> {
        Self::find(model).map(|info| info.profile)
    }
    /// The model's encoding.
    fn encoding(model: ModelId) -> Option<Vec<u8>>;
    /// Keeps the model from being removed until [`Self::release`].
    ///
    /// # Errors
    /// If the model is unknown or retired.
    fn acquire(model: ModelId) -> DispatchResult;
    /// Takes one [`Self::acquire`] back.
    fn release(model: ModelId);
    /// Lists these models, and no others, as those that sprints run on. A listed model can't be retired: miners must be able
    /// to offer a model on which their score depends.
    ///
    /// # Errors
    /// If one of them is unknown or retired, or if they are too many.
    fn set_listed(models: Vec<ModelId>) -> DispatchResult;
    /// The listed models.
    fn listed() -> Vec<ModelId>;
    /// The models that were listed over these blocks, the earliest first. A new list counts from its own block on.
    fn listed_over(blocks: Range<BlockNumber>) -> Vec<ListedFor>;
    /// Registers a model for benchmarks.
    #[cfg(feature = "runtime-benchmarks")]
    fn benchmark_model(encoding: Vec<u8>) -> ModelId;
}
