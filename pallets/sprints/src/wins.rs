//! The sprints that came on each recent anchor: none twice, and none on an anchor that is too old.

use frame_support::{ensure, pallet_prelude::DispatchResult};
use millrace_primitives::BlockNumber;

use crate::{Config, Error, Pallet, Wins};

impl<T: Config> Pallet<T> {
    /// Remembers a win by its digest, so that it isn't credited again.
    pub(crate) fn remember_win(anchor: BlockNumber, digest: [u8; 32]) -> DispatchResult {
        Wins::<T>::try_mutate(anchor, |wins| {
            ensure!(!wins.contains(&digest), Error::<T>::InvalidSprint);
            wins.try_push(digest).map_err(|_| Error::<T>::TooManyWins)?;
            Ok(())
        })
    }

    /// Whether a win is new, and can be remembered.
    pub(crate) fn is_creditable(anchor: BlockNumber, digest: &[u8; 32]) -> bool {
        let wins = Wins::<T>::get(anchor);
        !wins.is_full() && !wins.contains(digest)
    }

    /// Whether a win is credited already, for the worker that sends it.
    pub(crate) fn is_credited(anchor: BlockNumber, digest: &[u8; 32]) -> bool {
        Wins::<T>::get(anchor).contains(digest)
    }

    /// Wins on anchors that are too old can't come again.
    pub(crate) fn forget_old_wins() {
        if let Some(old) = Self::lapsed_anchor() {
            Wins::<T>::remove(old);
        }
    }
}
