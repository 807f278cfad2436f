//! The account in which fees gather, and what authors take of it.

use core::marker::PhantomData;

use frame_support::traits::{
    fungible::{Inspect, Mutate},
    tokens::Preservation,
    Get, TypedGet,
};
use sp_runtime::traits::AccountIdConversion;

use crate::{Config, Pallet};

/// The pot's account, for those who pay into it.
pub struct PotAccount<T>(PhantomData<T>);

impl<T: Config> TypedGet for PotAccount<T> {
    type Type = T::AccountId;

    fn get() -> T::AccountId {
        Pallet::<T>::pot()
    }
}

impl<T: Config> Pallet<T> {
    /// The account in which fees gather.
    pub fn pot() -> T::AccountId {
        T::PotId::get().into_account_truncating()
    }

    /// Pays an author half of what the pot holds beyond the least that an account needs.
    pub(crate) fn pay(author: &T::AccountId) {
        let pot = Self::pot();
        let spare = T::Currency::balance(&pot).saturating_sub(T::Currency::minimum_balance());
        let reward = spare.checked_div(2).unwrap_or_default();
        if reward == 0 {
            return;
        }
        if let Err(error) = T::Currency::transfer(&pot, author, reward, Preservation::Preserve) {
            log::warn!("the author's {reward} planck stay in the pot: {error:?}");
        }
    }
}
