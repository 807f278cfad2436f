//! The authors of blocks: appointed by the chain's calls, and seated as its sessions seat them.

use codec::Encode;
use frame_support::traits::Hooks;
use millrace_runtime::{
    AccountId, Authorship, Collators, Runtime, RuntimeOrigin, Session, SessionKeys, System,
};
use sp_consensus_aura::AURA_ENGINE_ID;
use sp_core::{proof_of_possession::ProofOfPossessionGenerator, sr25519, Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_runtime::{Digest, DigestItem};

/// Sessions from an appointment until the appointed are the authors.
const SESSIONS: usize = 2;

/// Begins a block of which this is the hash of its parent, in the turn that a slot gives; pays its author, and begins a
/// session if one is due.
pub fn begin_block(parent: H256, slot: u64) {
    Authorship::on_finalize(System::block_number());
    let number = System::block_number() + 1;
    let digest = Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
    System::initialize(&number, &parent, &digest);
    Authorship::on_initialize(number);
    Session::on_initialize(number);
}

/// Makes these the only authors, in this order of turns.
pub fn seat(authors: &[AccountId]) {
    for author in authors {
        let mut pair = sr25519::Pair::from_seed(&blake2_256(&("aura", author).encode()));
        let proof = (pair.generate_proof_of_possession(&author.encode()),).encode();
        let keys = SessionKeys { aura: pair.public().into() };
        Session::set_keys(RuntimeOrigin::signed(author.clone()), keys, proof).expect("it owns the key");
    }
    Collators::set_appointed(RuntimeOrigin::root(), authors.to_vec()).expect("all have keys");
    (0..SESSIONS).for_each(|_| Session::rotate_session());
    assert_eq!(Session::validators(), authors, "they are the authors");
}

/// The running block's author, by its place among the authors.
pub fn author(authors: &[AccountId]) -> usize {
    let author = pallet_authorship::Pallet::<Runtime>::author().expect("a block in somebody's turn");
    authors.iter().position(|other| *other == author).expect("one of the appointed")
}
