//! What the mill remembers between sprints.

use std::collections::HashMap;

use millrace_primitives::{mill::MillKey, BlockNumber, ModelId};
use sp_api::ApiError;
use sp_core::H256;

use super::chain::{Chain, Terms};
use crate::types::Hash;

/// Terms, turns and nonces.
pub struct SprintMemory {
    /// What each key may sprint on, asked on top of this block.
    terms: HashMap<MillKey, (Hash, Option<Terms>)>,
    genesis: Option<H256>,
    max_anchor_age: Option<BlockNumber>,
    /// Whose turn it is.
    pub turn: usize,
    /// The next attempt's nonce.
    nonce: u64,
    /// Attempts that should fit the next series.
    pub attempts: u64,
    /// A model that this engine can't execute.
    pub declined: Option<ModelId>,
}

impl SprintMemory {
    /// Of a mill that hasn't sprinted yet, and counts its attempts from this nonce on.
    pub fn new(nonce: u64) -> Self {
        Self {
            terms: HashMap::new(),
            genesis: None,
            max_anchor_age: None,
            turn: 0,
            nonce,
            attempts: 0,
            declined: None,
        }
    }

    /// What a key may sprint on, asked once on each block.
    ///
    /// # Errors
    /// If the chain doesn't answer.
    pub fn terms<C: Chain>(
        &mut self,
        chain: &C,
        best: Hash,
        key: &MillKey,
    ) -> Result<Option<Terms>, ApiError> {
        if let Some((at, terms)) = self.terms.get(key) {
            if *at == best {
                return Ok(terms.clone());
            }
        }
        let terms = chain.sprint(best, key)?;
        self.terms.insert(key.clone(), (best, terms.clone()));
        Ok(terms)
    }

    /// Hash of the first block, asked once.
    ///
    /// # Errors
    /// If the chain doesn't answer.
    pub fn genesis<C: Chain>(&mut self, chain: &C, best: Hash) -> Result<H256, ApiError> {
        Ok(match self.genesis {
            Some(genesis) => genesis,
            None => *self.genesis.insert(chain.genesis_hash(best)?),
        })
    }

    /// Blocks that an anchor may be old, asked once.
    ///
    /// # Errors
    /// If the chain doesn't answer.
    pub fn max_anchor_age<C: Chain>(&mut self, chain: &C, best: Hash) -> Result<BlockNumber, ApiError> {
        Ok(match self.max_anchor_age {
            Some(age) => age,
            None => *self.max_anchor_age.insert(chain.max_anchor_age(best)?),
        })
    }

    /// The first of so many nonces that no attempt had.
    pub fn take_nonces(&mut self, count: u64) -> u64 {
        let first = self.nonce;
        self.nonce = first.wrapping_add(count);
        first
    }
}
