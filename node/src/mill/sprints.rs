//! Sprints: attempts on the round's model while no lease waits; only winners leave the engine.

use std::collections::HashMap;

use codec::Encode;
use millrace_inference::sprint_digest;
use millrace_primitives::{
    handover::{win_key, Win, WINS_KEPT},
    meets_target,
    mill::MillKey,
    Attempt, MillApi, SprintTerms,
};
use millrace_runtime::AccountId;
use sp_api::ProvideRuntimeApi;
use sp_core::H256;
use sp_crypto_hashing::blake2_256;

use super::{metrics::Work, Mill, MillError};
use crate::service::Hash;

#[derive(Default)]
pub(super) struct Sprints {
    /// What each key may sprint on, asked on top of this block.
    terms: HashMap<MillKey, (Hash, Option<SprintTerms<AccountId>>)>,
    genesis: Option<H256>,
}

impl Mill {
    /// Makes one attempt for a key; false if the key may not sprint.
    pub(super) fn sprint(&mut self, best: Hash, key: &MillKey) -> Result<bool, MillError> {
        let terms = match self.sprints.terms.get(key) {
            Some((at, terms)) if *at == best => terms.clone(),
            _ => {
                let terms = self.client.runtime_api().sprint(best, key.clone())?;
                self.sprints.terms.insert(key.clone(), (best, terms.clone()));
                terms
            }
        };
        let Some(terms) = terms else { return Ok(false) };
        let genesis = match self.sprints.genesis {
            Some(genesis) => genesis,
            None => *self.sprints.genesis.insert(self.client.runtime_api().genesis_hash(best)?),
        };
        let model = self.model(best, terms.model)?;
        self.nonce = self.nonce.wrapping_add(1);
        self.miners.insert(terms.miner.clone());
        let attempt = Attempt {
            miner: terms.miner,
            anchor: terms.anchor,
            nonce: self.nonce,
            model: terms.model,
            samples: terms.samples,
        };
        let input = attempt.input(model.checked().profile().sample_bytes);
        let trace = self.run(Work::Attempt, &model, &input)?;
        let seed = attempt.seed(genesis, &input, &trace);
        if meets_target(&sprint_digest(&seed, blake2_256), terms.difficulty) {
            let win = Win { attempt, anchor_number: terms.anchor_number, trace };
            self.place = self.place.wrapping_add(1) % WINS_KEPT;
            let place = win_key(key, self.place);
            self.store(&place, &win.encode())?;
            self.metrics.won();
            log::debug!(target: "millrace", "a sprint on block {} won", win.anchor_number);
        }
        Ok(true)
    }
}
