//! The records in storage.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use millrace_primitives::{Balance, Mac};
use scale_info::TypeInfo;

/// A round.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RoundRecord {
    /// Planck to be shared; zero while the round runs.
    pub emission: Balance,
    /// Planck claimed.
    pub claimed: Balance,
    /// Work mined, MAC.
    pub mined: Mac,
    /// Sum of all scores.
    pub total_score: u128,
    /// Sum of the scores already claimed.
    pub claimed_score: u128,
}

/// An account's part in a round: as a miner, and as the author of blocks with wins of others.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ScoreRecord {
    /// Work that it mined itself, MAC.
    pub mined: Mac,
    /// Its score, in MAC as if all were mined on sale at an ask of zero.
    pub score: u128,
}
