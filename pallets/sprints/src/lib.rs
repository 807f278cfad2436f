//! # Sprints
//!
//! The lottery by which this chain is mined.
//!
//! A *sprint* is an attempt (one inference on an input that follows from a recent block's hash, the miner's
//! account and a nonce) whose digest meets the target. The chain only ever sees winners; each is credited
//! `work × difficulty`, what it took on average to find it, at the terms of the block that it is anchored on.
//!
//! Each listed model has a difficulty of its own, a moving average over 64 blocks ([`target`]): there should be a win in
//! eight blocks, or wins should use [`Config::SprintShare`] of the blocks, whichever is less. No block takes more than one
//! win on the largest listed model takes; further wins wait for the next.
//!
//! With each round another of the listed models is in turn. A round's emission is shared by MAC, and on some models more MAC
//! are made in the same time than on others. Each listing has a *pace*, the work that wins on it prove in a block of its
//! turns. A win that comes when its model's turn is over counts as much as the same part of the network's work on the model in
//! turn, and never more than its own.
//!
//! A winner's trace is verified like any other. A wrong one (a digest that was ground without executing
//! anything) slashes the miner; one that the chain itself can't verify changes nothing.
//!
//! ## Properties
//! 1. Every difficulty is at least 1.
//! 2. Only anchors that are recent have terms and wins, and no win is credited twice.
//! 3. The registry of models lists the same models, and no model is listed twice.
//! 4. Wins use no more of a block than one on the largest listed model, or the first one of the block. A forged sprint uses
//!    none of that: its miner pays for it, and it must not keep honest wins out.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::float_arithmetic)
)]

extern crate alloc;

pub use pallet::*;

mod anchors;
mod attempts;
mod authorize;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod budget;
mod calls;
mod hooks;
mod listed;
pub mod migrations;
#[cfg(test)]
mod mock;
mod offchain;
mod pace;
pub mod target;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod view;
pub mod weights;
mod wins;

pub use types::*;
pub use weights::WeightInfo;

#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::pallet_prelude::*;
    use frame_system::{
        offchain::CreateAuthorizedTransaction,
        pallet_prelude::{ensure_authorized, BlockNumberFor, OriginFor},
    };
    use millrace_primitives::{
        mill::MillSignature, BlockNumber, CreditWork, Mac, MillKeys, MinerBond, ModelId, ModelRegistry,
        Rounds, SprintListing, Verifier,
    };
    use sp_core::H256;
    use sp_runtime::Perbill;

    use super::{Listing, MaxListed, MaxWins, Terms, WeightInfo};

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>> + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The registry of models.
        type Models: ModelRegistry;
        /// The miners' bonds and keys.
        type Miners: MinerBond<Self::AccountId> + MillKeys<Self::AccountId>;
        /// The verification of traces.
        type Verifier: Verifier;
        /// Who credits mined work.
        type Rewards: CreditWork<Self::AccountId>;
        /// The rounds.
        type Rounds: Rounds;
        /// Who authors this block, if that is known.
        type Author: Get<Option<Self::AccountId>>;
        /// Who lists sprint models.
        type ListOrigin: EnsureOrigin<Self::RuntimeOrigin>;
        /// Blocks that an anchor may be old. Long enough that every author has its turn meanwhile, so that some can't keep
        /// the others' wins out; the chain must know the hashes of as many blocks.
        #[pallet::constant]
        type MaxAnchorAge: Get<u32>;
        /// Share of a block's normal capacity that sprints should use at most.
        type SprintShare: Get<Perbill>;
        /// Work of a win on a newly listed model, in MAC: as much on a small model as on a large one.
        #[pallet::constant]
        type InitialWork: Get<Mac>;
        /// Most weight that verifying one trace may take.
        #[pallet::constant]
        type MaxVerificationWeight: Get<Weight>;
        /// Most bytes of a sprint's trace.
        #[pallet::constant]
        type MaxSprintTrace: Get<u32>;
        /// Priority in the transaction pool of a sprint on the genesis; each block later, it is one more.
        #[pallet::constant]
        type Priority: Get<TransactionPriority>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
        /// Where benchmarks get their miners.
        #[cfg(feature = "runtime-benchmarks")]
        type BenchmarkMarket: millrace_primitives::SlotMarket<Self::AccountId>;
    }

    /// The models that sprints run on, one a round in turn, and how hard it is to win on each.
    #[pallet::storage]
    pub type Listed<T> = StorageValue<_, BoundedVec<Listing, MaxListed>, ValueQuery>;

    /// The terms of attempts on each recent anchor, and on this block.
    #[pallet::storage]
    pub type AnchorTerms<T> = StorageMap<_, Twox64Concat, BlockNumber, Terms>;

    /// The last block with a credited sprint, and the part of it that such sprints use, in parts of 10⁹.
    #[pallet::storage]
    pub type BlockBudget<T> = StorageValue<_, (BlockNumber, u32), ValueQuery>;

    /// The digests of sprints on each recent anchor, whatever their verdict: none comes twice.
    #[pallet::storage]
    pub type Wins<T> = StorageMap<_, Twox64Concat, BlockNumber, BoundedVec<[u8; 32], MaxWins>, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A winning sprint was verified and credited.
        SprintWon {
            /// The miner.
            miner: T::AccountId,
            /// The model.
            model: ModelId,
            /// MAC credited.
            credited: Mac,
            /// Who put it into a block, if that is known.
            author: Option<T::AccountId>,
        },
        /// A sprint's trace was wrong; the miner was slashed.
        SprintRejected {
            /// The miner.
            miner: T::AccountId,
        },
        /// The chain can't verify a sprint; nobody is credited or slashed.
        SprintUnverifiable {
            /// The miner.
            miner: T::AccountId,
        },
        /// The list of sprint models changed.
        ListedSet {
            /// Models listed.
            count: u32,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The list names more models than it may.
        TooManyModels,
        /// A listed model is unknown or retired.
        UnknownModel,
        /// The list names a model twice.
        ListedTwice,
        /// A listed batch is empty, its trace too long to be submitted or its verification too heavy.
        InvalidBatch,
        /// Verifying a single sample of a listed model takes more memory than a verification may.
        VerificationMemory,
        /// The sprint is not, or not any more, what it claims to be.
        InvalidSprint,
        /// So many wins on one anchor can't be remembered.
        TooManyWins,
        /// The block has no room for a further sprint: the next block takes it.
        BudgetExhausted,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// The listed models and the samples of their batches.
        pub listed: Vec<(ModelId, u32)>,
        /// Attempts that a win takes at first; 0 stands for as many as make up [`Config::InitialWork`].
        pub difficulty: u64,
        #[serde(skip)]
        /// Nothing.
        pub _config: core::marker::PhantomData<T>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            let attempts = Some(self.difficulty).filter(|attempts| *attempts > 0);
            Pallet::<T>::do_set_listed(self.listed.clone(), attempts)
                .expect("the genesis lists registered models with small batches; qed");
            if let Some(listing) = Pallet::<T>::sprint_model() {
                Pallet::<T>::open_anchor(0, &listing);
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::begin_block()
        }

        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::send_wins();
        }

        #[cfg(feature = "std")]
        fn integrity_test() {
            assert!(!T::SprintShare::get().is_zero(), "sprints may use some of the blocks");
            let hashes: u32 = sp_runtime::SaturatedConversion::saturated_into(T::BlockHashCount::get());
            assert!(T::MaxAnchorAge::get() < hashes, "the chain knows the hash of every anchor");
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Lists the models that sprints run on, with the samples of an attempt's batch, in place of those listed so
        /// far. Only [`Config::ListOrigin`] may. A model that stays listed keeps its difficulty; on a
        /// new one a win takes [`Config::InitialWork`] at first. Wins on anchors of before
        /// are credited at the anchors' terms.
        ///
        /// # Errors
        /// [`Error::TooManyModels`]; [`Error::ListedTwice`]; [`Error::UnknownModel`], [`Error::InvalidBatch`] or
        /// [`Error::VerificationMemory`] if sprints couldn't run on one of them.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::set_listed(u32::try_from(listed.len()).unwrap_or(u32::MAX)))]
        pub fn set_listed(origin: OriginFor<T>, listed: Vec<(ModelId, u32)>) -> DispatchResult {
            T::ListOrigin::ensure_origin(origin)?;
            Self::do_set_listed(listed, None)
        }

        /// Submits a winning sprint. No fee and no nonce: the mill key's signature over the attempt and
        /// `trace_hash`, the trace's blake2-256, authorises it.
        ///
        /// # Errors
        /// [`Error::InvalidSprint`] if it doesn't win, or not any more; [`Error::TooManyWins`] if its anchor has as
        /// many as can be remembered; [`Error::BudgetExhausted`] if sprints have used their part of the block.
        #[pallet::call_index(1)]
        #[pallet::weight(Pallet::<T>::max_sprint_weight())]
        #[pallet::weight_of_authorize(
            T::WeightInfo::authorize_sprint(u32::try_from(trace.len()).unwrap_or(u32::MAX))
        )]
        #[pallet::authorize(Self::authorize_sprint)]
        pub fn sprint(
            origin: OriginFor<T>,
            miner: T::AccountId,
            anchor: BlockNumber,
            nonce: u64,
            trace_hash: H256,
            trace: Vec<u8>,
            signature: MillSignature,
        ) -> DispatchResultWithPostInfo {
            ensure_authorized(origin)?;
            let _ = signature;
            Self::do_sprint(miner, anchor, nonce, trace_hash, &trace)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// The models that sprints run on, and how hard it is to win on each.
        pub fn sprints() -> Vec<SprintListing> {
            Self::view_listed()
        }

        /// Share of a block's normal capacity that sprints should use at most now; governance may change it.
        pub fn sprint_share() -> Perbill {
            T::SprintShare::get()
        }
    }
}
