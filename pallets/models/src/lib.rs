//! # Models
//!
//! Registry of the integer models that tasks and sprints execute.
//!
//! Anyone registers a model by posting its encoding; the chain checks it and derives everything else: its
//! name (the hash of the encoding), shapes, work and the cost of verifying it. Its owner may say what it is, for people:
//! [`ModelMetadata`](millrace_primitives::ModelMetadata). The owner holds a deposit for the bytes of both.
//!
//! A model's life: *open* (new tasks may use it) → *retired* by its owner or by root (no new uses) → removed, once
//! nothing refers to it and [`Config::RemovalDelay`] is over, and the deposit is back. The delay is for sprints: an anchor
//! of before can still be won on, and the chain needs the model to verify such a win.
//!
//! Sprints run on the models that are *listed*; those can't be retired. The last four lists are kept with their first blocks,
//! because capacity on sale counts by the list of each block.
//!
//! ## Properties
//! 1. The deposit on hold of each account equals the sum of its models' deposits.
//! 2. Every record has its encoding, hashes to its name, and has the profile that the encoding gives. Metadata fit the
//!    profile of the model that they are of.
//! 3. Each listed model is registered and open. Lists are kept in the order of their blocks.
//! 4. Only retired models have a block since which they are.

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
mod listed;
mod metadata;
pub mod migrations;
#[cfg(test)]
mod mock;
mod registry;
mod retired;
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

    use frame_support::{
        pallet_prelude::*,
        traits::fungible::{Inspect, Mutate, MutateHold},
    };
    use frame_system::pallet_prelude::*;
    use millrace_primitives::{Balance, BlockNumber, MetadataFault, ModelId, ModelMetadata, ModelView};

    use super::{List, MaxLists, MaxModelBytes, ModelFault, ModelRecordOf, WeightInfo};

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
        /// Deposit for any model, planck.
        #[pallet::constant]
        type DepositBase: Get<Balance>;
        /// Deposit for each byte of a model and of its metadata, planck.
        #[pallet::constant]
        type DepositPerByte: Get<Balance>;
        /// Blocks that a retired model stays at least: as many as those in which a win on it may still come.
        #[pallet::constant]
        type RemovalDelay: Get<u32>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The registered models.
    #[pallet::storage]
    pub type Models<T: Config> = StorageMap<_, Identity, ModelId, ModelRecordOf<T>>;

    /// The encodings of the registered models.
    #[pallet::storage]
    pub type Encodings<T: Config> = StorageMap<_, Identity, ModelId, BoundedVec<u8, MaxModelBytes>>;

    /// What the registered models are, for people.
    #[pallet::storage]
    pub type Metadata<T> = StorageMap<_, Identity, ModelId, ModelMetadata>;

    /// The lists of models that sprints run on, and ran on before, each from a block on. The last one is in force.
    #[pallet::storage]
    pub type Lists<T> = StorageValue<_, BoundedVec<List, MaxLists>, ValueQuery>;

    /// The blocks in which the retired models were retired. One that isn't here was retired before blocks were noted.
    #[pallet::storage]
    pub type RetiredSince<T> = StorageMap<_, Identity, ModelId, BlockNumber>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// A model was registered.
        ModelRegistered {
            /// Its name.
            model: ModelId,
            /// Who registered it and holds the deposit.
            owner: T::AccountId,
            /// MAC that one sample takes.
            work_per_sample: u64,
        },
        /// A model's owner said anew what it is, or took that back.
        ModelDescribed {
            /// Its name.
            model: ModelId,
        },
        /// A model takes no new tasks.
        ModelRetired {
            /// Its name.
            model: ModelId,
        },
        /// A model is gone and its deposit released.
        ModelRemoved {
            /// Its name.
            model: ModelId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// No model has this name.
        NotFound,
        /// The same model is registered already.
        AlreadyExists,
        /// Only the model's owner may do this.
        NotAuthorized,
        /// The model was retired; it takes no new uses.
        Retired,
        /// Sprints run on the model: a miner must be able to offer it. It can be retired once it is off the list.
        Listed,
        /// Open tasks still refer to the model.
        InUse,
        /// The list of sprint models would be longer than it may be.
        TooManyListed,
        /// The model must be retired before it can be removed.
        NotRetired,
        /// The model was retired of late, and wins on it may still come. Remove it once the removal delay is over.
        RetiredOfLate,
        /// The model is longer than 2 MiB.
        TooLong,
        /// The bytes are not a model of a known format version.
        Undecodable,
        /// The graph is inconsistent: a shape, a length, a type, an index or a bound.
        InvalidGraph,
        /// The model has no linear operator, so executing it is no work.
        NoWork,
        /// An accumulator could overflow: `128·Σ|W| + |bias|` of a row is not below 2³¹.
        AccumulatorOverflow,
        /// The metadata take more than 32 KiB. Shorten the labels.
        MetadataTooLong,
        /// A text of the metadata isn't UTF-8 or has control characters, or the name is empty.
        MetadataText,
        /// A shape of the metadata isn't that of the model's samples.
        MetadataShape,
        /// A scale of the metadata is no positive decimal number such as 0.0625 or 1.5e-3.
        MetadataScale,
    }

    impl<T> From<MetadataFault> for Error<T> {
        fn from(fault: MetadataFault) -> Self {
            match fault {
                MetadataFault::TooLong => Self::MetadataTooLong,
                MetadataFault::NotText => Self::MetadataText,
                MetadataFault::Shape => Self::MetadataShape,
                MetadataFault::Scale => Self::MetadataScale,
            }
        }
    }

    impl<T> From<ModelFault> for Error<T> {
        fn from(fault: ModelFault) -> Self {
            match fault {
                ModelFault::TooLong => Self::TooLong,
                ModelFault::Undecodable => Self::Undecodable,
                ModelFault::InvalidGraph => Self::InvalidGraph,
                ModelFault::NoWork => Self::NoWork,
                ModelFault::AccumulatorOverflow => Self::AccumulatorOverflow,
            }
        }
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The deposit for a registered model's bytes and for those of its metadata.
        ModelDeposit,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Models of the first block, with the owners whose balance holds the deposits.
        pub models: Vec<(T::AccountId, sp_core::Bytes)>,
        /// What some of them are, for people, in SCALE.
        pub metadata: Vec<(ModelId, sp_core::Bytes)>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            // Nothing is listed until somebody says what.
            Pallet::<T>::do_set_listed(Vec::new()).expect("an empty list is valid; qed");
            for (owner, encoding) in &self.models {
                Pallet::<T>::do_register(owner.clone(), encoding.to_vec(), None)
                    .expect("a model of the genesis is valid and its owner endowed; qed");
            }
            for (model, metadata) in &self.metadata {
                let metadata = ModelMetadata::decode(&mut &metadata[..])
                    .expect("metadata of the genesis are in SCALE; qed");
                Pallet::<T>::describe_for(*model, Some(metadata), |_| true)
                    .expect("metadata of the genesis fit a model of it, whose owner is endowed; qed");
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Registers a model.
        ///
        /// `encoding` is the version byte and the SCALE encoding of the graph with its parameters, as
        /// `docs/inference-spec.md` defines it. `metadata` say what it is, for people: what its bytes mean, and what its
        /// classes are called. Holds a deposit for the bytes of both.
        ///
        /// # Errors
        /// - [`Error::TooLong`], [`Error::Undecodable`], [`Error::InvalidGraph`], [`Error::NoWork`],
        ///   [`Error::AccumulatorOverflow`]: the model can't be executed; register what `millrace-model import` wrote.
        /// - [`Error::AlreadyExists`]: it is registered; use it.
        /// - [`Error::MetadataTooLong`], [`Error::MetadataText`], [`Error::MetadataShape`], [`Error::MetadataScale`]: the metadata
        ///   can't be this model's; take those that `millrace-model import` wrote beside it.
        /// - The currency's own: the sender can't pay the deposit; top it up.
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register(length(encoding.len()), length(metadata.encoded_size())))]
        pub fn register(
            origin: OriginFor<T>,
            encoding: Vec<u8>,
            metadata: Option<ModelMetadata>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_register(owner, encoding, metadata)
        }

        /// Refuses new uses of a model from now on. Only its owner may; open tasks go on.
        ///
        /// # Errors
        /// [`Error::NotFound`], [`Error::NotAuthorized`] if another owns it, [`Error::Retired`] if it is retired
        /// already, [`Error::Listed`] while sprints run on it.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::retire())]
        pub fn retire(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_retire(&owner, model)
        }

        /// Removes a model that was retired more than `RemovalDelay` blocks ago and to which nothing refers any more, and
        /// releases its deposit.
        ///
        /// # Errors
        /// [`Error::NotFound`], [`Error::NotAuthorized`] if another owns it, [`Error::NotRetired`] if it is still
        /// open, [`Error::InUse`] while open tasks refer to it, [`Error::RetiredOfLate`] until the delay is over.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::remove())]
        pub fn remove(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::do_remove(&owner, model)
        }

        /// Retires a model in its owner's place. Only root may. For a model that should take no more tasks and whose owner
        /// doesn't or can't retire it.
        ///
        /// It does what `retire` does and no more: open tasks go on, and the model stays until its owner removes it. The
        /// deposit remains its owner's; root can neither take nor release it.
        ///
        /// # Errors
        /// [`Error::NotFound`], [`Error::Retired`] if it is retired already, [`Error::Listed`] while sprints run on it:
        /// list others first.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::force_retire())]
        pub fn force_retire(origin: OriginFor<T>, model: ModelId) -> DispatchResult {
            ensure_root(origin)?;
            Self::retire_for(model, |_| true)
        }

        /// Says what a model is, for people, in place of what was said before; or takes that back. Only its owner may. The
        /// deposit follows the bytes.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: no model has this name; check it.
        /// - [`Error::NotAuthorized`]: another owns it; sign as its owner.
        /// - [`Error::MetadataTooLong`]: shorten the labels.
        /// - [`Error::MetadataText`]: leave control characters out, and give a name.
        /// - [`Error::MetadataShape`]: take the metadata that `millrace-model import` wrote beside this model.
        /// - [`Error::MetadataScale`]: write it as 0.0625 or 1.5e-3.
        /// - The currency's own: top the account up, or shorten the labels.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::describe(length(metadata.encoded_size())))]
        pub fn describe(
            origin: OriginFor<T>,
            model: ModelId,
            metadata: Option<ModelMetadata>,
        ) -> DispatchResult {
            let owner = ensure_signed(origin)?;
            Self::describe_for(model, metadata, |actual| *actual == owner)
        }
    }

    fn length(bytes: usize) -> u32 {
        u32::try_from(bytes).unwrap_or(u32::MAX)
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A registered model.
        pub fn model(model: ModelId) -> Option<ModelView<T::AccountId>> {
            Self::view_model(model)
        }

        /// The registered models by name, those after `after`, 100 at most.
        pub fn models(after: Option<ModelId>, count: u32) -> Vec<ModelView<T::AccountId>> {
            Self::view_models(after, count)
        }
    }
}
