//! The models that sprints run on, now and before. The listed ones are registered and open: they are listed only if they are,
//! and [`Pallet::do_retire`] refuses a listed one. Nothing else touches [`Lists`].

use alloc::vec::Vec;
use core::ops::Range;

use frame_support::{ensure, pallet_prelude::DispatchResult, BoundedVec};
use millrace_primitives::{BlockNumber, ListedFor, ModelId};

use crate::{Config, Error, List, Lists, MaxListed, Models, Pallet};

impl<T: Config> Pallet<T> {
    /// Lists these models and no others, from this block on.
    pub(crate) fn do_set_listed(models: Vec<ModelId>) -> DispatchResult {
        let models: BoundedVec<ModelId, MaxListed> =
            models.try_into().map_err(|_| Error::<T>::TooManyListed)?;
        for model in &models {
            let record = Models::<T>::get(model).ok_or(Error::<T>::NotFound)?;
            ensure!(!record.retired, Error::<T>::Retired);
        }
        let since = Self::now();
        Lists::<T>::mutate(|lists| {
            // A list that stays as it is, such as when a batch changes, pushes none out.
            if lists.last().is_some_and(|list| list.models == models) {
                return;
            }
            lists.retain(|list| list.since < since);
            // What was listed before the oldest list is forgotten: its blocks count by that one.
            if lists.is_full() {
                lists.remove(0);
            }
            let fits = lists.try_push(List { since, models });
            debug_assert!(fits.is_ok(), "there is room for one");
        });
        Ok(())
    }

    pub(crate) fn in_force() -> BoundedVec<ModelId, MaxListed> {
        Lists::<T>::get().pop().unwrap_or_default().models
    }

    pub(crate) fn is_listed(model: &ModelId) -> bool {
        Self::in_force().contains(model)
    }

    /// What was listed over these blocks, the earliest first.
    pub(crate) fn lists_over(blocks: Range<BlockNumber>) -> Vec<ListedFor> {
        let mut until = blocks.end;
        let mut over = Vec::new();
        for (index, list) in Lists::<T>::get().into_iter().enumerate().rev() {
            let from = if index == 0 { blocks.start } else { list.since.max(blocks.start) };
            let length = until.saturating_sub(from);
            if length > 0 {
                over.push(ListedFor { blocks: length, models: list.models.into_inner() });
                until = from;
            }
        }
        over.reverse();
        over
    }
}
