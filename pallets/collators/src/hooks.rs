//! What blocks do on their own: pay their author, and plan sessions when one ends.

use alloc::vec::Vec;

use frame_support::dispatch::DispatchClass;
use frame_system::pallet_prelude::BlockNumberFor;
use millrace_primitives::BlockNumber;
use pallet_authorship::EventHandler;
use pallet_session::SessionManager;
use sp_runtime::SaturatedConversion;

use crate::{Appointed, Candidates, Config, CurrentSession, Pallet, SessionIndex, WeightInfo};

/// Turns that a session must have given each seat before who authored nothing loses its candidacy.
const TURNS: u32 = 2;

impl<T: Config> EventHandler<T::AccountId, BlockNumberFor<T>> for Pallet<T> {
    fn note_author(author: T::AccountId) {
        Self::pay(&author);
        Self::authored(&author);
        let weight = T::WeightInfo::note_author();
        frame_system::Pallet::<T>::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
    }
}

/// With each rotation the session pallet ends session *n − 1*, starts *n* and plans *n + 1*, in this order.
impl<T: Config> SessionManager<T::AccountId> for Pallet<T> {
    fn new_session(session: SessionIndex) -> Option<Vec<T::AccountId>> {
        let candidates = Candidates::<T>::count();
        let ended = Self::plan(session);
        let weight = T::WeightInfo::new_session(candidates, ended);
        frame_system::Pallet::<T>::register_extra_weight_unchecked(weight, DispatchClass::Mandatory);
        // Without appointed collators, which no call allows, the set stays as it is rather than being empty.
        if Appointed::<T>::get().is_empty() {
            return None;
        }
        Some(Self::authors(session))
    }

    fn end_session(session: SessionIndex) {
        let (_, start) = CurrentSession::<T>::get();
        let now: BlockNumber = frame_system::Pallet::<T>::block_number().saturated_into();
        let seats: u32 = Self::authors(session).len().saturated_into();
        // There is at most one block in a slot, so a session has at least as many slots as blocks.
        if now.saturating_sub(start) >= seats.saturating_mul(TURNS) {
            Self::dismiss_idle(session, start);
        }
    }

    fn start_session(session: SessionIndex) {
        CurrentSession::<T>::put((
            session,
            frame_system::Pallet::<T>::block_number().saturated_into::<u32>(),
        ));
    }
}

impl<T: Config> Pallet<T> {
    /// Draws the seats that begin with a session. Returns how many candidacies ended.
    pub(crate) fn plan(session: SessionIndex) -> u32 {
        Self::forget_draws();
        let ended = Self::make_way();
        let tallies = Self::keep_tallies(Self::halve_tallies());
        Self::draw_seats(session, &tallies);
        ended
    }
}
