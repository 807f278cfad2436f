//! What a mill key signs, and the hashes that name a claim.

use alloc::vec::Vec;

use codec::Encode;
use millrace_inference::{Domain, Statement};
use sp_core::H256;
use sp_io::hashing::blake2_256;

use crate::{BlockNumber, ModelId, TaskId};

/// One slot's obligation to execute one task, by hash: names the lease and nothing else, on no other fork.
pub fn lease_descriptor<AccountId: Encode>(
    task: TaskId,
    miner: &AccountId,
    model: ModelId,
    input_hash: H256,
    since: BlockNumber,
) -> H256 {
    blake2_256(&(b"millrace/lease", task, miner, model, input_hash, since).encode()).into()
}

/// The seed of the verifier's randomness for a lease's trace, from the trace's blake2-256 and everything that names the lease.
pub fn lease_seed(
    genesis: H256,
    descriptor: H256,
    miner: &impl Encode,
    model: ModelId,
    input_hash: H256,
    samples: u32,
    trace_hash: H256,
) -> [u8; 32] {
    Statement {
        domain: Domain::Lease,
        genesis_hash: genesis.0,
        subject: descriptor.0,
        miner: &miner.encode(),
        model: model.0,
        input_hash: input_hash.0,
        samples,
    }
    .seed_of_hash(trace_hash.0, blake2_256)
}

/// What a mill key signs to submit a trace for a lease.
pub fn submission_message(genesis: H256, descriptor: H256, trace_hash: [u8; 32]) -> Vec<u8> {
    (b"millrace/submit", genesis, descriptor, trace_hash).encode()
}

/// What a mill key signs to decline a lease.
pub fn decline_message(genesis: H256, descriptor: H256) -> Vec<u8> {
    (b"millrace/decline", genesis, descriptor).encode()
}

/// What a mill key signs to be registered for an account: nobody else can have that account's work credited, or register
/// a key that isn't theirs.
pub fn ownership_message<AccountId: Encode>(genesis: H256, account: &AccountId) -> Vec<u8> {
    (b"millrace/own", genesis, account).encode()
}
