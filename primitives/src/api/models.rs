//! What is said of models.

use codec::{Decode, Encode};
use millrace_inference::Profile;
use scale_info::TypeInfo;

#[cfg(feature = "std")]
use crate::json;
use crate::{Balance, BlockNumber, ModelId, ModelMetadata};

/// A registered model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct ModelView<AccountId> {
    /// Its name.
    pub model: ModelId,
    /// Who registered it.
    pub owner: AccountId,
    /// Planck on hold for it.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub deposit: Balance,
    /// Whether it takes no new tasks.
    pub retired: bool,
    /// The first block in which its owner may remove it, if it is retired and no open task uses it by then.
    pub removable_from: Option<BlockNumber>,
    /// Whether sprints run on it.
    pub listed: bool,
    /// Open tasks that use it.
    pub open_tasks: u32,
    /// Slots that offer it, be they free, leased or suspended. None where nobody counted them.
    pub slots: Option<u32>,
    /// Most samples that can be posted at once. None where nobody computed it.
    pub most_samples: Option<u32>,
    /// Its sizes.
    pub sizes: ModelSizes,
    /// What it is, for people, if its owner said so.
    pub metadata: Option<ModelMetadata>,
}

/// Sizes and work of a model.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct ModelSizes {
    /// Bytes of its encoding.
    pub encoded_bytes: u32,
    /// Bytes of one input sample.
    pub sample_bytes: u32,
    /// Bytes of one output sample.
    pub output_bytes: u32,
    /// Most bytes of a trace of one sample.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub trace_bytes: u64,
    /// MAC of one sample.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub work: u64,
    /// Linear operators whose accumulators a trace holds.
    pub layers: u32,
}

impl From<&Profile> for ModelSizes {
    fn from(profile: &Profile) -> Self {
        Self {
            encoded_bytes: profile.encoded_bytes,
            sample_bytes: profile.sample_bytes,
            output_bytes: profile.output_bytes,
            trace_bytes: profile.max_trace_bytes(1),
            work: profile.work(1),
            layers: u32::try_from(profile.layers.len()).unwrap_or(u32::MAX),
        }
    }
}
