//! The anchors: recent blocks from whose hashes attempts follow, and the terms of attempts on each. The terms are those of
//! the anchor's own block, whatever has changed since: otherwise a miner could wait for better ones with what it has found.

use frame_support::traits::Get;
use millrace_primitives::BlockNumber;
use sp_core::H256;
use sp_runtime::SaturatedConversion;

use crate::{target, AnchorTerms, Config, Listing, Pallet, Terms};

impl<T: Config> Pallet<T> {
    pub(crate) fn now() -> BlockNumber {
        frame_system::Pallet::<T>::block_number().saturated_into()
    }

    /// Hash of a recent block; none if it is not one.
    pub(crate) fn anchor_hash(number: BlockNumber) -> Option<H256> {
        let now = Self::now();
        if number >= now || number.saturating_add(T::MaxAnchorAge::get()) < now {
            return None;
        }
        let hash = frame_system::Pallet::<T>::block_hash(
            frame_system::pallet_prelude::BlockNumberFor::<T>::saturated_from(number),
        );
        Some(H256::from_slice(hash.as_ref())).filter(|hash| !hash.is_zero())
    }

    /// The terms of attempts on this anchor; none if no model was listed, or if it is too old.
    pub(crate) fn anchor_terms(number: BlockNumber) -> Option<Terms> {
        AnchorTerms::<T>::get(number)
    }

    /// Fixes the terms of attempts on this anchor.
    pub(crate) fn open_anchor(number: BlockNumber, listing: &Listing) {
        let Listing { model, samples, share, difficulty, .. } = *listing;
        let terms = Terms { model, samples, share, difficulty: target::attempts(difficulty) };
        AnchorTerms::<T>::insert(number, terms);
    }

    /// The anchor that is too old from this block on.
    pub(crate) fn lapsed_anchor() -> Option<BlockNumber> {
        Self::now().checked_sub(T::MaxAnchorAge::get().saturating_add(1))
    }

    /// Nobody asks for the terms of an anchor that is too old.
    pub(crate) fn forget_old_terms() {
        if let Some(old) = Self::lapsed_anchor() {
            AnchorTerms::<T>::remove(old);
        }
    }
}
