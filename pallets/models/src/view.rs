//! What people are told of models.

use alloc::vec::Vec;

use millrace_primitives::{page_size, ModelId, ModelView};

use crate::{Config, Metadata, ModelRecordOf, Models, Pallet};

impl<T: Config> Pallet<T> {
    /// A registered model.
    pub(crate) fn view_model(model: ModelId) -> Option<ModelView<T::AccountId>> {
        Models::<T>::get(model).map(|record| Self::view_record(model, record))
    }

    /// A page of the registered models, by name.
    pub(crate) fn view_models(after: Option<ModelId>, count: u32) -> Vec<ModelView<T::AccountId>> {
        let models = match after {
            Some(last) => Models::<T>::iter_from(Models::<T>::hashed_key_for(last)),
            None => Models::<T>::iter(),
        };
        models.take(page_size(count)).map(|(model, record)| Self::view_record(model, record)).collect()
    }

    fn view_record(model: ModelId, record: ModelRecordOf<T>) -> ModelView<T::AccountId> {
        ModelView {
            model,
            sizes: (&record.profile).into(),
            owner: record.owner,
            deposit: record.deposit,
            retired: record.retired,
            removable_from: record.retired.then(|| Self::removable_from(model)),
            listed: Self::is_listed(&model),
            open_tasks: record.references,
            metadata: Metadata::<T>::get(model),
            // What only the neighbours know.
            slots: None,
            most_samples: None,
        }
    }
}
