//! The records in storage, and the bounds of lists.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::ConstU32;
use millrace_primitives::{Mac, ModelId};
use scale_info::TypeInfo;

/// Most listed models.
pub type MaxListed = ConstU32<8>;
/// Most wins on one anchor.
pub type MaxWins = ConstU32<256>;

/// A model that sprints run on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Listing {
    /// The model.
    pub model: ModelId,
    /// Samples of an attempt's batch.
    pub samples: u32,
    /// The part of a block's limits for normal transactions that a win takes, of that which it takes most of; in parts of
    /// 10⁹.
    pub share: u32,
    /// Attempts that a win takes now, in 65536ths.
    pub difficulty: u64,
    /// How much work its wins prove, block by block of its turns.
    pub pace: Pace,
}

/// Work, and the blocks that it took: sums in which what is longer ago counts less.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Pace {
    /// Work credited, MAC.
    pub work: Mac,
    /// Blocks in which the model was in turn, in 65536ths.
    pub blocks: u64,
}

/// On what terms attempts are made on an anchor.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Terms {
    /// The model whose turn it was.
    pub model: ModelId,
    /// Samples of an attempt's batch.
    pub samples: u32,
    /// As in [`Listing`].
    pub share: u32,
    /// One attempt in so many wins.
    pub difficulty: u64,
}
