//! The records in storage, and why candidacies end.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use millrace_primitives::{Balance, BlockNumber, Mac};
use scale_info::TypeInfo;

/// Number of a session, counted up from 0.
pub type SessionIndex = u32;

/// A candidate.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct CandidateRecord {
    /// Planck on hold.
    pub deposit: Balance,
    /// Verified work, MAC, halved with each session.
    pub tally: Mac,
    /// The session in which it stood.
    pub since: SessionIndex,
    /// The last block that it authored as a candidate, or 0.
    pub last_authored: BlockNumber,
    /// Whether it draws no more seats.
    pub leaving: bool,
}

/// Why a candidacy ended.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum Departure {
    /// It stood down.
    StoodDown,
    /// It had a seat for a whole session and authored nothing.
    Idle,
    /// Others did more.
    MadeWay,
}
