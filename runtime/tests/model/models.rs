//! What the reference says of models: who may register, describe, retire, remove and list them, and their deposits.

use crate::reference::*;

/// Blocks that a retired model stays: as many as an anchor may be old.
const REMOVAL_DELAY: Block = 156;

impl Reference {
    /// Whether a call on models has to succeed; none if it is another.
    pub fn judge_of_models(&self, call: &Call) -> Option<Verdict> {
        Some(match call {
            Call::RegisterModel { owner, model, deposit, .. } => match self.models.contains_key(model) {
                true => Verdict::MustNot,
                false => self.affords(*owner, *deposit, *deposit),
            },
            Call::Describe { who, model, deposit, .. } => match self.models.get(model) {
                Some(state) if state.owner == *who => {
                    let more = deposit.saturating_sub(state.deposit);
                    self.affords(*who, more, more)
                }
                _ => Verdict::MustNot,
            },
            Call::Retire { who, model } => {
                let own = self
                    .models
                    .get(model)
                    .is_some_and(|state| state.owner == *who && state.retired.is_none());
                (own && !self.listed.contains(model)).into()
            }
            Call::ForceRetire { root, model } => {
                (*root && self.is_open(model) && !self.listed.contains(model)).into()
            }
            Call::RemoveModel { who, model } => {
                let may = |state: &ModelState| {
                    state.owner == *who && state.retired.is_some_and(|since| since + REMOVAL_DELAY < self.now)
                };
                (self.models.get(model).is_some_and(may)
                    && self.tasks.values().all(|task| task.model != *model))
                .into()
            }
            Call::List { root, models } => (*root && models.iter().all(|model| self.is_open(model))).into(),
            _ => return None,
        })
    }

    /// A call succeeded. Those that retire and remove models are told as facts.
    pub fn done_to_models(&mut self, call: Call) {
        match call {
            Call::RegisterModel { owner, model, deposit, .. } => {
                self.free[owner] -= deposit;
                self.models.insert(model, ModelState { owner, deposit, retired: None });
            }
            Call::Describe { who, model, deposit, .. } => {
                let state = self.models.get_mut(&model).expect("judged");
                self.free[who] = self.free[who] + state.deposit - deposit;
                state.deposit = deposit;
            }
            Call::List { models, .. } => self.listed = models,
            _ => {}
        }
    }
}
