//! Models that are ready to execute.

use std::{collections::HashMap, sync::Arc};

use millrace_engine::{Engine, PreparedModel};
use millrace_primitives::ModelId;

use super::{chain::Chain, error::MillError};
use crate::types::Hash;

/// Bytes of prepared parameters that are kept for models to come again.
const MODEL_BYTES_KEPT: usize = 512 << 20;

/// The prepared models, by their ids.
#[derive(Default)]
pub struct Models(HashMap<ModelId, Arc<PreparedModel>>);

impl Models {
    /// A model, asked of the chain and prepared if it isn't at hand.
    ///
    /// # Errors
    /// If the chain doesn't answer or doesn't have the model, or the engine can't prepare it.
    pub fn get<C: Chain>(
        &mut self,
        chain: &C,
        engine: &Engine,
        best: Hash,
        id: ModelId,
    ) -> Result<Arc<PreparedModel>, MillError> {
        if let Some(model) = self.0.get(&id) {
            return Ok(model.clone());
        }
        let encoding = chain.model(best, id)?.ok_or(MillError::UnknownModel(id))?;
        let model = Arc::new(engine.prepare(&encoding)?);
        let kept: usize = self.0.values().map(|model| model.bytes()).sum();
        if kept.saturating_add(model.bytes()) > MODEL_BYTES_KEPT {
            self.0.clear();
        }
        self.0.insert(id, model.clone());
        Ok(model)
    }
}
