//! Tests by call and role, on the runtime of `mock.rs`.

mod authorize;
mod hooks;
mod set_listed;
mod sprint;

use millrace_primitives::{genesis_hash, Attempt};
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
    Attempt { miner: MINER, anchor: H256::repeat_byte(5), nonce, model: model(), samples: SAMPLES }
}

/// What the miner's mill key signs of an attempt.
fn signature(nonce: u64) -> millrace_primitives::mill::MillSignature {
    pair().sign(&attempt(nonce).message(genesis_hash::<Test>(), trace_hash().0))
}
