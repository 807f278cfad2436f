//! Lengths of time in blocks.

use crate::BlockNumber;

/// Parachain slot and block time, ms.
pub const SLOT_DURATION: u64 = 6_000;
pub const MINUTES: BlockNumber = 60_000 / (SLOT_DURATION as BlockNumber);
pub const HOURS: BlockNumber = MINUTES * 60;
pub const DAYS: BlockNumber = HOURS * 24;
