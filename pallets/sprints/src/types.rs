//! The record in storage, and the bounds of lists.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::ConstU32;
use millrace_primitives::ModelId;
use scale_info::TypeInfo;

/// Most listed models.
pub type MaxListed = ConstU32<8>;
/// Most wins on one anchor.
pub type MaxWins = ConstU32<1024>;

/// A model that sprints run on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Listing {
    /// The model.
    pub model: ModelId,
    /// Samples of an attempt's batch.
    pub samples: u32,
}
