//! # Rewards
//!
//! Rounds, scores and emission. Mined work earns emission, and nothing else does.
//!
//! In each round a miner's score grows with the work that it mines:
//! `score = Σ (work on sale + other work / 16) × e / (e + ask)`, where *work on sale* is mined work that takes
//! capacity which the miner had on sale and wasn't credited for yet, *ask* is that at which it was on sale, and *e* is
//! the emission per mined mega-MAC, a moving average over the rounds in which something was mined. Of a win that comes when
//! its model's turn is over only a part may count ([`Win::counts`](millrace_primitives::Win)). A hundredth of each
//! score goes to the author of the block that the win is in, so that authors gain by including wins of others. At the
//! end of a round its emission is shared by score; a miner claims its share.
//!
//! Each block emits [`Config::InitialEmission`], halved every [`Config::HalvingInterval`] blocks; a round emits what
//! its blocks do if anything was mined in it, and nothing otherwise, until [`Config::EmissionCap`]. A share is minted
//! when it is claimed, so one that nobody claims in time never comes to exist.
//!
//! Bond, balances and the number of accounts among which the same slots are divided change no share.
//!
//! ## Properties
//! 1. The scores of a closed or running round add up to its total, less those already claimed.
//! 2. What was claimed of a round is at most its emission; all emissions together are at most the cap.
//! 3. Only rounds from the oldest that wasn't cleaned up to the running one have records. Those past the claim window are
//!    cleaned up as blocks have weight left.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

pub use pallet::*;

mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod credit;
pub mod emission;
mod hooks;
#[cfg(test)]
mod mock;
mod offchain;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod view;
pub mod weights;

pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::{pallet_prelude::*, traits::fungible::Mutate};
    use frame_system::{
        offchain::CreateAuthorizedTransaction,
        pallet_prelude::{ensure_authorized, ensure_signed, BlockNumberFor, OriginFor},
    };
    use millrace_primitives::{
        Balance, BlockNumber, CapacityOnSale, MillKeys, OnRound, OnWork, RoundIndex, RoundView,
        UnclaimedShare,
    };

    use super::{RoundRecord, ScoreRecord, WeightInfo};

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>> + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The token.
        type Currency: Mutate<Self::AccountId, Balance = Balance>;
        /// Who signs for whom: a node claims for the miners of its mill keys.
        type Keys: MillKeys<Self::AccountId>;
        /// What each miner had on sale.
        type Capacity: CapacityOnSale<Self::AccountId>;
        /// The miners, whose offers act from the next round.
        type OnRound: OnRound;
        /// The draw of collators' seats, which goes by verified work.
        type OnWork: OnWork<Self::AccountId>;
        /// Emission of the first blocks, planck a block.
        #[pallet::constant]
        type InitialEmission: Get<Balance>;
        /// Blocks after which the emission halves.
        #[pallet::constant]
        type HalvingInterval: Get<u32>;
        /// All emission that there will ever be, planck.
        #[pallet::constant]
        type EmissionCap: Get<Balance>;
        /// Rounds in which a share can be claimed.
        #[pallet::constant]
        type ClaimWindow: Get<u32>;
        /// Priority of claims without a sender in the transaction pool.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// Blocks of a round.
    #[pallet::storage]
    pub type RoundLength<T> = StorageValue<_, u32, ValueQuery, DefaultRoundLength>;

    /// Ten blocks unless the genesis says otherwise.
    #[pallet::type_value]
    pub fn DefaultRoundLength() -> u32 {
        10
    }

    /// The running round, and its first block.
    #[pallet::storage]
    pub type CurrentRound<T> = StorageValue<_, (RoundIndex, BlockNumber), ValueQuery>;

    /// Planck per mined mega-MAC, a moving average over the rounds in which something was mined.
    #[pallet::storage]
    pub type EmissionPerMegaMac<T> = StorageValue<_, Balance, ValueQuery, InitialRate>;

    /// A mega-MAC's pay before anything was mined, planck: about what a network of one machine with two threads earns.
    #[pallet::type_value]
    pub fn InitialRate() -> Balance {
        64_000_000
    }

    /// Emission of all closed rounds together, planck.
    #[pallet::storage]
    pub type Emitted<T> = StorageValue<_, Balance, ValueQuery>;

    /// The running round and those that can still be claimed.
    #[pallet::storage]
    pub type Rounds<T> = StorageMap<_, Twox64Concat, RoundIndex, RoundRecord>;

    /// Each account's work and score of each round; removed when claimed.
    #[pallet::storage]
    pub type Scores<T: Config> =
        StorageDoubleMap<_, Twox64Concat, RoundIndex, Blake2_128Concat, T::AccountId, ScoreRecord>;

    /// The oldest round that still has records.
    #[pallet::storage]
    pub type OldestRound<T> = StorageValue<_, RoundIndex, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A round ended.
        RoundClosed {
            /// The round.
            round: RoundIndex,
            /// Planck to be shared by score; zero if nothing was mined.
            emission: Balance,
            /// Work mined, MAC.
            mined: u128,
        },
        /// A miner's share was paid.
        Claimed {
            /// The round.
            round: RoundIndex,
            /// The miner.
            miner: T::AccountId,
            /// Planck minted; none if it was too little for an account that doesn't exist.
            amount: Balance,
        },
        /// A round's unclaimed shares are void.
        RoundExpired {
            /// The round.
            round: RoundIndex,
            /// Planck that nobody claimed.
            unclaimed: Balance,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The round is still running.
        RoundOpen,
        /// The account has no share of this round: it mined nothing, claimed already, or was too late.
        NothingToClaim,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Blocks of a round; 0 stands for the default.
        pub round_length: u32,
        #[serde(skip)]
        /// Nothing.
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            if self.round_length > 0 {
                RoundLength::<T>::put(self.round_length);
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::begin_block()
        }

        fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
            Self::expire(remaining)
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::claim_shares();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Pays `miner` its share of a closed round. Anyone may call it; the miner is paid. Without a sender
        /// it costs nothing: a share can be claimed once, and there is none without work. A share too small for an
        /// account that doesn't exist is void with its claim.
        ///
        /// # Errors
        /// [`Error::RoundOpen`] while the round runs, [`Error::NothingToClaim`] if the miner has no share of it (any
        /// more).
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::claim())]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_claim())]
        #[pallet::authorize(Self::authorize_claim)]
        pub fn claim(origin: OriginFor<T>, round: RoundIndex, miner: T::AccountId) -> DispatchResult {
            if ensure_signed(origin.clone()).is_err() {
                ensure_authorized(origin)?;
            }
            Self::do_claim(round, miner)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The running round, its emission and the next halving.
        pub fn round() -> RoundView {
            Self::view_round()
        }

        /// The shares of closed rounds that an account can claim, from round `from` on, 100 at most.
        pub fn unclaimed(account: T::AccountId, from: RoundIndex, count: u32) -> Vec<UnclaimedShare> {
            Self::unclaimed_shares(&account, from, count)
        }
    }
}
