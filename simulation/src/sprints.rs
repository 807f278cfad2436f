//! Sprints as miners' nodes make them: attempts on the newest block that can be an anchor, each executed in full. What wins
//! waits until a block's author includes it, or until its anchor is too old.

use std::collections::VecDeque;

use millrace_inference::{execute, sprint_digest, CheckedModel};
use millrace_primitives::{genesis_hash, meets_target, Attempt};
use millrace_runtime::{configs::market::MAX_ANCHOR_AGE, Runtime, RuntimeCall, System};
use millrace_runtime_tests::apply;
use pallet_sprints::{target, AnchorTerms, Listed, Terms};
use sp_core::{Pair, H256};
use sp_crypto_hashing::blake2_256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

use crate::player::Player;

/// A win that waits for a block.
struct Win {
    player: usize,
    anchor: u32,
    call: RuntimeCall,
}

pub struct Sprints {
    model: CheckedModel,
    waiting: VecDeque<Win>,
}

/// Attempts that a win takes now.
pub fn attempts_of_a_win() -> u64 {
    Listed::<Runtime>::get().first().map_or(1, |listing| target::attempts(listing.difficulty))
}

impl Sprints {
    /// Nobody has won yet on this model, the only listed one.
    pub fn new(model: CheckedModel) -> Self {
        Self { model, waiting: VecDeque::new() }
    }

    /// Has the players make as many attempts as the work that they have left this block allows. An attempt's luck hangs on
    /// its block, its miner and its number in the block, so luck differs between the runs only where
    /// difficulty or the number of attempts does.
    pub fn attempt(&mut self, players: &mut [Player]) {
        let anchor = System::block_number() - 1;
        let Some(terms) = AnchorTerms::<Runtime>::get(anchor) else { return };
        let work = self.model.profile().work(terms.samples);
        for (index, player) in players.iter_mut().enumerate() {
            let attempts = player.spare / work;
            player.spare %= work;
            let wins = (0..attempts).filter_map(|nonce| self.win(player, anchor, &terms, nonce));
            let wins = wins.map(|call| Win { player: index, anchor, call }).collect::<Vec<_>>();
            self.waiting.extend(wins);
        }
        self.waiting.retain(|win| win.anchor + MAX_ANCHOR_AGE >= System::block_number());
    }

    /// Makes an attempt; answers the call if it wins.
    fn win(&self, player: &Player, anchor: u32, terms: &Terms, nonce: u64) -> Option<RuntimeCall> {
        let attempt = Attempt {
            miner: player.account.clone(),
            anchor: System::block_hash(anchor),
            nonce,
            model: terms.model,
            samples: terms.samples,
        };
        let input = attempt.input(self.model.profile().sample_bytes);
        let trace = execute(&self.model, &input).expect("whole samples").trace;
        let trace_hash = blake2_256(&trace);
        let seed = attempt.seed(genesis_hash::<Runtime>(), trace_hash);
        meets_target(&sprint_digest(&seed, blake2_256), terms.difficulty).then(|| {
            let signature = player.key.sign(&attempt.message(genesis_hash::<Runtime>(), trace_hash)).into();
            let (miner, trace_hash) = (attempt.miner, H256(trace_hash));
            pallet_sprints::Call::sprint { miner, anchor, nonce, trace_hash, trace, signature }.into()
        })
    }

    /// Includes the wins that the block's author wants, newest first as in a node's pool, until the chain has no room for
    /// another. Answers how many it credited.
    pub fn include(&mut self, wanted: impl Fn(usize) -> bool) -> u64 {
        let mut credited = 0;
        while let Some(at) = self.waiting.iter().rposition(|win| wanted(win.player)) {
            match apply(self.waiting[at].call.clone()) {
                Ok(Ok(_)) => credited += 1,
                Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => break,
                refused => panic!("an honest win is refused: {refused:?}"),
            }
            self.waiting.remove(at);
        }
        credited
    }
}
