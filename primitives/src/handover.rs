//! How finished work gets from a node's engine to the off-chain worker: records in the node's persistent
//! offchain database, written by the one and read by the other. No host function of our own is needed, and
//! what was finished survives a restart.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use sp_core::H256;

use crate::{claims::Attempt, mill::MillKey, BlockNumber};

/// Winning sprints of one key that wait for their submission; older ones are overwritten.
pub const WINS_KEPT: u32 = 32;

/// Key of the finished trace for a lease.
pub fn trace_key(descriptor: H256) -> Vec<u8> {
    (b"millrace/trace/", descriptor).encode()
}

/// Key of the note that this node can't execute a lease.
pub fn declined_key(descriptor: H256) -> Vec<u8> {
    (b"millrace/declined/", descriptor).encode()
}

/// Key of one of a mill key's winning sprints, `place < WINS_KEPT`.
pub fn win_key(key: &MillKey, place: u32) -> Vec<u8> {
    (b"millrace/win/", key, place).encode()
}

/// Key of the note when something was last sent.
pub fn sent_key(of: H256) -> Vec<u8> {
    (b"millrace/sent/", of).encode()
}

/// A winning sprint on its way to the chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Win<AccountId> {
    /// The attempt.
    pub attempt: Attempt<AccountId>,
    /// The block whose hash is the attempt's anchor.
    pub anchor_number: BlockNumber,
    /// The whole trace.
    pub trace: Vec<u8>,
}
