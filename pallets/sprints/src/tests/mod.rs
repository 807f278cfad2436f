//! Tests by call and role, on the runtime of `mock.rs`.

mod anchors;
mod authorize;
mod budget;
mod hooks;
mod migrations;
mod set_listed;
mod sprint;
mod view;

use frame_support::dispatch::DispatchResultWithPostInfo;
use frame_system::RawOrigin;
use millrace_inference::sprint_digest;
use millrace_primitives::{genesis_hash, mill::MillSignature, Attempt};
use sp_core::{Pair, H256};
use sp_io::hashing::blake2_256;

use crate::mock::*;

/// The trace of all attempts: what it proves is up to the fake verifier.
const TRACE: [u8; 3] = [1, 2, 3];

fn trace_hash() -> H256 {
    H256(blake2_256(&TRACE))
}

/// The attempt of the miner with this nonce, on the listed batch.
fn attempt(nonce: u64) -> Attempt<AccountId> {
    Attempt { miner: MINER, anchor: hash(ANCHOR), nonce, model: model(), samples: SAMPLES }
}

/// A second model.
fn other() -> H256 {
    H256::repeat_byte(2)
}

/// What the miner's mill key signs of an attempt.
fn signature(nonce: u64) -> MillSignature {
    pair().sign(&attempt(nonce).message(genesis_hash::<Test>(), trace_hash().0))
}

/// Submits the win of a nonce on an anchor; what it signs doesn't matter to the call.
fn sprint_on(anchor: u32, nonce: u64) -> DispatchResultWithPostInfo {
    let origin = RawOrigin::Authorized.into();
    Sprints::sprint(origin, MINER, anchor, nonce, trace_hash(), TRACE.to_vec(), signature(nonce))
}

/// The digest of an attempt.
fn digest_of(attempt: &Attempt<AccountId>) -> [u8; 32] {
    sprint_digest(&attempt.seed(genesis_hash::<Test>(), trace_hash().0), blake2_256)
}
