//! How finished work gets from a node's engine to the off-chain worker: records in the node's persistent
//! offchain database, written by the one and read by the other. No host function of our own is needed, and
//! what was finished survives a restart.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use sp_core::H256;

use crate::{attempt::Attempt, mill::MillKey, BlockNumber};

/// Key of the finished trace for a lease.
pub fn trace_key(descriptor: H256) -> Vec<u8> {
    (b"millrace/trace/", descriptor).encode()
}

/// Key of the note that this node can't execute a lease.
pub fn declined_key(descriptor: H256) -> Vec<u8> {
    (b"millrace/declined/", descriptor).encode()
}

/// Key of the list of a mill key's winning sprints whose anchors are recent: their anchors' block numbers and their
/// attempts' subjects. The engine writes it, and removes wins when their anchors are too old.
pub fn wins_key(key: &MillKey) -> Vec<u8> {
    (b"millrace/wins/", key).encode()
}

/// Key of a winning sprint, by its attempt's subject.
pub fn win_key(key: &MillKey, subject: H256) -> Vec<u8> {
    (b"millrace/win/", key, subject).encode()
}

/// Key of the note that this node claims nothing by itself.
pub const NO_CLAIM_KEY: &[u8] = b"millrace/no-claim";

/// Key of the next round of a miner's to be claimed.
pub fn claim_key<AccountId: Encode>(miner: &AccountId) -> Vec<u8> {
    (b"millrace/claim/", miner).encode()
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

/// [`wins_key`]'s list.
pub type Wins = Vec<(BlockNumber, H256)>;
