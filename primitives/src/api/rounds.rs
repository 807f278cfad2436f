//! What is said of rounds, emission, sprints, and of the race as a whole.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use scale_info::TypeInfo;

#[cfg(feature = "std")]
use crate::json;
use crate::{Balance, BlockNumber, Mac, ModelId, RoundIndex};

/// The running round, and what is emitted.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct RoundView {
    /// The round.
    pub round: RoundIndex,
    /// Its first block.
    pub first_block: BlockNumber,
    /// The first block of the next.
    pub ends_with: BlockNumber,
    /// What it emits if anything is mined in it, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub emission: Balance,
    /// What a block emits now, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub emission_per_block: Balance,
    /// The block from which a block emits half of that. None if nothing halves it.
    pub halves_at: Option<BlockNumber>,
    /// Work mined in it so far, MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub mined: Mac,
    /// Sum of all scores in it so far.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub total_score: u128,
    /// Planck per mined mega-MAC, the average that scores go by.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub emission_per_mega_mac: Balance,
    /// Emission of all closed rounds, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub emitted: Balance,
    /// All emission that there will ever be, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub emission_cap: Balance,
    /// The oldest round whose shares can still be claimed.
    pub first_claimable: RoundIndex,
}

/// A share of a closed round that nobody has claimed yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct UnclaimedShare {
    /// The round.
    pub round: RoundIndex,
    /// Planck that a claim mints.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub amount: Balance,
    /// The first round in which it is void.
    pub void_from: RoundIndex,
}

/// A model that sprints run on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct SprintListing {
    /// The model.
    pub model: ModelId,
    /// Samples of an attempt's batch.
    pub samples: u32,
    /// Attempts that a win takes.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub difficulty: u64,
    /// Whether this round's sprints run on it.
    pub in_turn: bool,
}

/// The queue and the leases as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct MarketView {
    /// Tasks that wait.
    pub waiting: u32,
    /// Tasks that can wait at most.
    pub most_waiting: u32,
    /// Open leases.
    pub leases: u32,
    /// What a block's wait costs now, planck.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub rent_per_block: Balance,
    /// The bid that a further task must exceed, planck per block; none while there is room.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::some_decimal"))]
    pub bid_to_exceed: Option<Balance>,
    /// Tasks posted since the first block.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub posted: u64,
}

/// The race in one block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct RaceView {
    /// The block.
    pub block: BlockNumber,
    /// The round and its emission.
    pub round: RoundView,
    /// The models that sprints run on.
    pub sprints: Vec<SprintListing>,
    /// Queue and leases.
    pub market: MarketView,
}
