//! # Collators
//!
//! Who authors blocks. Governance appoints some collators, and whoever works may draw a seat beside them.
//!
//! *Appointed* collators author in every session. There is always one, so that blocks never stop.
//!
//! A *candidate* is an account with session keys and a deposit on hold. Its *tally* is what it mined in the round in which
//! it stood and the work that the chain verified of it since, by sprints and by tasks of others on listed models; it is
//! halved with each session. Seats are drawn by tally: each draw is independent of the others, and an account
//! may hold several seats. So an account that splits its work among many has the same seats on average.
//!
//! A draw goes by the tallies of the draw before it. The author of a block knows its randomness and decides whose work it
//! counts, so what a block counts comes too late for the draw in it.
//!
//! With each session half of the seats are drawn anew, and each drawn seat lasts two sessions. No single draw takes all
//! seats. The set of session *n* is planned when session *n − 1* begins: the appointed, then the seats drawn for
//! *n − 1*, then those drawn for *n*. A candidate with two seats stands in the list twice, and Aura gives it two turns.
//!
//! The list of candidates is bounded. Whoever stands brings what it mined in the running round. On a full list it takes the
//! place of the candidate with the least tally, if its own is more. That alone would close the list to who works no more
//! than those on it: so one in sixteen places is vacated at the start of a session for newcomers, by those with the least
//! tally among candidates that had a whole session to work in.
//!
//! A candidate that authors nothing in a session in which it had a seat loses its candidacy, provided that the session
//! gave each seat two turns. No candidate is ever slashed: a lost candidacy releases the deposit.
//!
//! Fees gather in a pot; each author takes half of what lies there.
//!
//! ## Properties
//! 1. At least one collator is appointed, and none twice.
//! 2. A candidate's deposit is on hold, and nothing else is.
//! 3. Every drawn seat belongs to a candidate.
//! 4. Only the running session, the one before and the one after it have drawn seats.
//! 5. The tally of a candidate that is leaving is zero.
//! 6. No account is weighed twice in a draw.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

pub use pallet::*;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod candidates;
mod draw;
mod hooks;
pub mod migrations;
#[cfg(test)]
mod mock;
mod pot;
mod seats;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use pot::PotAccount;
pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::{
        pallet_prelude::*,
        traits::{
            fungible::{Inspect, Mutate, MutateHold},
            ValidatorRegistration,
        },
        PalletId,
    };
    use frame_system::pallet_prelude::{ensure_signed, BlockNumberFor, OriginFor};
    use millrace_primitives::{Balance, BlockNumber, Mac, MinedWork};

    use super::{CandidateRecord, Departure, SessionIndex, WeightInfo};

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
        /// The token.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason: From<HoldReason>>;
        /// Who appoints collators and sets the number of seats.
        type UpdateOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Who has session keys.
        type ValidatorRegistration: ValidatorRegistration<Self::AccountId>;
        /// What the last block brought, which nobody but its author knew before. The draw mixes it with the session's index.
        type Randomness: Get<[u8; 32]>;
        /// What accounts mined of late, which a newcomer brings.
        type Mined: MinedWork<Self::AccountId>;
        /// Names the account in which fees gather.
        #[pallet::constant]
        type PotId: Get<PalletId>;
        /// Deposit of a candidate, planck.
        type CandidacyDeposit: Get<Balance>;
        /// Most appointed collators.
        #[pallet::constant]
        type MaxAppointed: Get<u32>;
        /// Most candidates.
        #[pallet::constant]
        type MaxCandidates: Get<u32>;
        /// Most seats that are drawn.
        #[pallet::constant]
        type MaxSeats: Get<u32>;
        /// Weights of the calls and of what blocks do.
        type WeightInfo: WeightInfo;
    }

    /// The collators that governance appointed, in the order of their turns.
    #[pallet::storage]
    pub type Appointed<T: Config> = StorageValue<_, BoundedVec<T::AccountId, T::MaxAppointed>, ValueQuery>;

    /// How many seats are drawn.
    #[pallet::storage]
    pub type Seats<T> = StorageValue<_, u32, ValueQuery>;

    /// The candidates.
    #[pallet::storage]
    pub type Candidates<T: Config> = CountedStorageMap<_, Blake2_128Concat, T::AccountId, CandidateRecord>;

    /// The holders of the seats that were drawn for a session; the seats last that session and the next.
    #[pallet::storage]
    pub type Drawn<T: Config> =
        StorageMap<_, Twox64Concat, SessionIndex, BoundedVec<T::AccountId, T::MaxSeats>, ValueQuery>;

    /// The tallies by which the next seats are drawn: those of the block of the last draw.
    #[pallet::storage]
    pub type Weighed<T: Config> =
        StorageValue<_, BoundedVec<(T::AccountId, Mac), T::MaxCandidates>, ValueQuery>;

    /// The running session, and the block with which it began.
    #[pallet::storage]
    pub type CurrentSession<T> = StorageValue<_, (SessionIndex, BlockNumber), ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// Collators were appointed, in place of those before.
        AppointedSet {
            /// The appointed.
            appointed: Vec<T::AccountId>,
        },
        /// The number of seats was set.
        SeatsSet {
            /// How many are drawn from now on.
            seats: u32,
        },
        /// An account became a candidate.
        CandidateStood {
            /// The candidate.
            candidate: T::AccountId,
            /// Planck on hold.
            deposit: Balance,
        },
        /// A candidate draws no more seats, and leaves when those that it has ran out.
        CandidateLeaving {
            /// The candidate.
            candidate: T::AccountId,
        },
        /// A candidacy ended, and its deposit is free.
        CandidateLeft {
            /// Who was a candidate.
            candidate: T::AccountId,
            /// Why it ended.
            why: Departure,
        },
        /// Seats were drawn.
        SeatsDrawn {
            /// The first of the two sessions that they last.
            session: SessionIndex,
            /// Who holds each.
            holders: Vec<T::AccountId>,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// At least one collator must be appointed.
        NoneAppointed,
        /// An account is named twice.
        AppointedTwice,
        /// These are more than may be appointed.
        TooManyAppointed,
        /// These are more seats than may be drawn.
        TooManySeats,
        /// The account has no session keys.
        NoSessionKeys,
        /// The account is a candidate already.
        AlreadyCandidate,
        /// All places are taken, and each candidate that isn't leaving has a tally of at least what the account mined in the
        /// running round. Mine first, or try again when the next session begins.
        TooManyCandidates,
        /// The account is no candidate.
        NotCandidate,
        /// The candidate is leaving already.
        AlreadyLeaving,
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The deposit of a candidate.
        Candidacy,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The appointed collators.
        pub appointed: Vec<T::AccountId>,
        /// How many seats are drawn.
        pub seats: u32,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::build_genesis(self);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn integrity_test() {
            assert!(T::MaxAppointed::get() > 0, "blocks need at least one author");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Appoints these collators in place of those before, from the session after the next.
        ///
        /// # Errors
        /// [`Error::NoneAppointed`], [`Error::TooManyAppointed`], [`Error::AppointedTwice`], or
        /// [`Error::NoSessionKeys`] if one of them couldn't author.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_appointed(u32::try_from(appointed.len()).unwrap_or(u32::MAX)))]
        pub fn set_appointed(origin: OriginFor<T>, appointed: Vec<T::AccountId>) -> DispatchResult {
            T::UpdateOrigin::ensure_origin(origin)?;
            Self::do_set_appointed(appointed)
        }

        /// Sets how many seats are drawn. Seats that were drawn last as long as they would have.
        ///
        /// # Errors
        /// [`Error::TooManySeats`].
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::set_seats())]
        pub fn set_seats(origin: OriginFor<T>, seats: u32) -> DispatchResult {
            T::UpdateOrigin::ensure_origin(origin)?;
            Self::do_set_seats(seats)
        }

        /// Makes the sender a candidate, which holds its deposit. Its work counts from then on, and what it mined in the
        /// running round counts already. On a full list it takes the place of the candidate with the least tally among those
        /// that aren't leaving, if it mined more than that.
        ///
        /// # Errors
        /// [`Error::AlreadyCandidate`], [`Error::NoSessionKeys`], [`Error::TooManyCandidates`] if it mined no more than the
        /// least tally of a full list; the currency's own if the deposit can't be held.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::stand())]
        pub fn stand(origin: OriginFor<T>) -> DispatchResult {
            let candidate = ensure_signed(origin)?;
            Self::do_stand(candidate)
        }

        /// Ends the sender's candidacy: at once if it has no seat, otherwise when its seats ran out. It should author
        /// until then.
        ///
        /// # Errors
        /// [`Error::NotCandidate`], [`Error::AlreadyLeaving`].
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::stand_down())]
        pub fn stand_down(origin: OriginFor<T>) -> DispatchResult {
            let candidate = ensure_signed(origin)?;
            Self::do_stand_down(candidate)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// What standing puts on hold now, planck; governance may change it. A candidate's record has what it paid.
        pub fn candidacy_deposit() -> Balance {
            T::CandidacyDeposit::get()
        }
    }
}
