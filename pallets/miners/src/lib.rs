//! # Miners
//!
//! The capacity on sale: bonded accounts, their slots, the rate that each slot promises, and the ask at which a miner
//! sells.
//!
//! A miner's offer is its [`Terms`]: one ask, a rate for each slot, and the models that it executes. An offer is due
//! with the next round, and in force from the first touch thereafter: by [`Call::apply_offer`], which the miner's node
//! sends, by a search that meets the miner, or by the miner's next call. Until then the miner sells at the offer
//! before. Bond is collateral and nothing else: no share of anything depends on it.
//!
//! Each lease takes a part of a slot's rate. What is free of a slot stands in the book of each model that its miner offers,
//! unless the slot is *suspended* (slashed, or its miner let a lease expire; [`Call::resume`] ends it) or *withdrawn* (a
//! newer offer has fewer slots; it disappears when its last lease ends).
//!
//! The bonded account is cold: it signs offers. The *mill key* is hot: a node signs submissions with it.
//!
//! Nothing here is scarce: the books have no bound, offers wait in no queue, and a record costs a deposit. What one
//! miner does takes no place from another.
//!
//! What a miner had on sale is a sum over blocks ([`Capacity`]), which mined work uses up as it is credited.
//!
//! ## Properties
//! 1. The bond and the deposit on hold of each account equal its record's.
//! 2. A model's book holds exactly what is free of the slots of the miners that offer it, and storage gives the slots of
//!    a class by ask, then by the block in which a lease of them last began or ended. [`Classes`] counts them.
//! 3. [`Offered`] counts the slots of all offers in force, by model.
//! 4. Mill keys and miners name each other.
//! 5. A scheduled offer is due in the next round at the latest.
//! 6. A miner's unused capacity is at most what its offer sells within [`Config::CapacityWindow`].
//! 7. No slot of a miner whose sprint was wrong is on sale until the miner resumes.

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
mod bond;
mod book;
mod calls;
mod capacity;
mod hooks;
mod keys;
mod market;
#[cfg(test)]
mod mock;
mod offchain;
mod schedule;
mod status;
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
    use frame_system::{
        offchain::CreateAuthorizedTransaction,
        pallet_prelude::{ensure_authorized, ensure_signed, BlockNumberFor, OriginFor},
    };
    use millrace_primitives::{
        mill::{MillKey, MillSignature},
        Balance, MinerView, ModelId, ModelRegistry, Offer, OfferPlace, RoundIndex, SlotIndex,
    };
    use sp_runtime::Permill;

    use super::{ClassCounts, GenesisMiner, MinerRecord, PlaceOf, Terms, WeightInfo};

    /// The layout of this pallet's storage.
    pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

    #[pallet::pallet]
    #[pallet::storage_version(STORAGE_VERSION)]
    pub struct Pallet<T>(_);

    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>> + CreateAuthorizedTransaction<Call<Self>>
    {
        /// The token.
        type Currency: Inspect<Self::AccountId, Balance = Balance>
            + Mutate<Self::AccountId>
            + MutateHold<Self::AccountId, Reason: From<HoldReason>>;
        /// The registry of models.
        type Models: ModelRegistry;
        /// Bond of any slot, planck.
        type SlotBond: Get<Balance>;
        /// Further bond for each mega-MAC per block that a slot promises, planck.
        type BondPerMegaMac: Get<Balance>;
        /// Part of a slot's bond that failing the whole slot takes. A lease of a part of it stakes a part of that.
        type SlashRatio: Get<Permill>;
        /// Blocks from a smaller offer until the bond above what is needed can be withdrawn.
        type UnbondingPeriod: Get<u32>;
        /// Deposit of a miner's record, planck.
        type RecordDeposit: Get<Balance>;
        /// Blocks for which capacity that was on sale waits for mined work to use it.
        #[pallet::constant]
        type CapacityWindow: Get<u32>;
        /// Weights of the calls.
        type WeightInfo: WeightInfo;
    }

    /// The miners.
    #[pallet::storage]
    pub type Miners<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, MinerRecord>;

    /// Which miner a mill key signs for.
    #[pallet::storage]
    pub type MillKeys<T: Config> = StorageMap<_, Blake2_128Concat, MillKey, T::AccountId>;

    /// The slots on sale that offer each model, by the class of what is free of them, in the order in which they are sold;
    /// with what is free, MAC per block.
    #[pallet::storage]
    pub type Book<T: Config> = StorageNMap<
        _,
        (NMapKey<Identity, ModelId>, NMapKey<Identity, u8>, NMapKey<Identity, PlaceOf<T>>),
        u64,
    >;

    /// How many slots of each class offer each model, by what is free of them.
    #[pallet::storage]
    pub type Classes<T: Config> = StorageMap<_, Identity, ModelId, ClassCounts, ValueQuery>;

    /// How many slots offer each model, be they free, leased or suspended.
    #[pallet::storage]
    pub type Offered<T: Config> = StorageMap<_, Identity, ModelId, u32, ValueQuery>;

    /// The running round.
    #[pallet::storage]
    pub type Round<T: Config> = StorageValue<_, RoundIndex, ValueQuery>;

    #[pallet::event]
    #[pallet::generate_deposit(pub(super) fn deposit_event)]
    pub enum Event<T: Config> {
        /// An account became a miner.
        MinerRegistered {
            /// The bonded account.
            miner: T::AccountId,
            /// Its mill key.
            mill: MillKey,
        },
        /// A miner has another mill key.
        MillKeySet {
            /// The bonded account.
            miner: T::AccountId,
            /// Its new mill key.
            mill: MillKey,
        },
        /// An offer will be due with the next round.
        OfferScheduled {
            /// The miner.
            miner: T::AccountId,
            /// Its ask, planck per mega-MAC.
            ask: Balance,
            /// Its slots.
            slots: u32,
        },
        /// A scheduled offer came into force.
        OfferInForce {
            /// The miner.
            miner: T::AccountId,
        },
        /// A part of a slot's bond was taken and the slot suspended.
        Slashed {
            /// The miner.
            miner: T::AccountId,
            /// The slot.
            slot: SlotIndex,
            /// What was taken, planck.
            amount: Balance,
            /// What the harmed requester got of it; the rest is burned.
            compensation: Balance,
        },
        /// A part of a miner's bond was burned for capacity that it kept from others.
        Charged {
            /// The miner.
            miner: T::AccountId,
            /// Planck burned.
            amount: Balance,
        },
        /// All slots of a miner are suspended.
        Suspended {
            /// The miner.
            miner: T::AccountId,
        },
        /// A miner's bond is whole, and what was suspended of it is on sale again.
        Resumed {
            /// The miner.
            miner: T::AccountId,
        },
        /// Bond was released.
        BondWithdrawn {
            /// The miner.
            miner: T::AccountId,
            /// Planck released.
            amount: Balance,
        },
        /// An account is no miner any more.
        MinerRemoved {
            /// The account.
            miner: T::AccountId,
        },
    }

    #[pallet::error]
    pub enum Error<T> {
        /// The account is no miner.
        NotFound,
        /// The account is a miner already, or the mill key is another miner's.
        AlreadyExists,
        /// The offer has more slots than a miner may have.
        TooManySlots,
        /// The offer names more models than a miner may offer.
        TooManyModels,
        /// The offer names a model twice.
        DuplicateModel,
        /// The offer names a model that is unknown or retired.
        UnknownModel,
        /// A slot promises no work at all.
        ZeroRate,
        /// A new miner offers no slot at all.
        NoSlots,
        /// The miner has no offer that waits.
        NothingScheduled,
        /// The miner's offer waits for the next round.
        NotYetInForce,
        /// No bond is free to be withdrawn yet.
        NothingToWithdraw,
        /// None of the miner's slots is suspended, none of its sprints was wrong, and its bond is whole.
        NotSuspended,
        /// The proof is not the mill key's signature over this chain and account: the key's own node makes it
        /// (`millrace_proveMill`).
        InvalidProof,
        /// The sums of the offer are no balance.
        Overflow,
    }

    /// Why this pallet holds funds.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a miner's slots.
        Bond,
        /// The deposit of a miner's record.
        Record,
    }

    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Miners of the first block; their offers are in force at once.
        pub miners: Vec<GenesisMiner<T::AccountId>>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            for miner in &self.miners {
                Pallet::<T>::genesis_miner(miner.clone())
                    .expect("a miner of the genesis is endowed and offers known models; qed");
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn offchain_worker(_: BlockNumberFor<T>) {
            Self::apply_own_offers();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::do_try_state()
        }
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Makes the signing account a miner, for which `mill` signs submissions, and schedules its first offer: `ask`
        /// in planck per mega-MAC, a rate in MAC per block for each slot, and the models offered. `proof` is the mill
        /// key's signature over `("millrace/own", genesis hash, account)`, so that nobody registers another's key.
        /// Holds the bond of all slots, and a deposit for the record. Pays for [`Call::apply_offer`] as well.
        ///
        /// # Errors
        /// - [`Error::AlreadyExists`]: use [`Call::offer`] or [`Call::set_mill`], or another mill key.
        /// - [`Error::InvalidProof`]: have the key's own node make the proof (`millrace_proveMill`) for this account.
        /// - [`Error::NoSlots`]: offer one slot at least.
        /// - The errors of [`Call::offer`], but for [`Error::NotFound`].
        #[pallet::call_index(0)]
        #[pallet::weight(T::WeightInfo::register().saturating_add(T::WeightInfo::apply_offer()))]
        pub fn register(
            origin: OriginFor<T>,
            mill: MillKey,
            proof: MillSignature,
            ask: Balance,
            rates: Vec<u64>,
            models: Vec<ModelId>,
        ) -> DispatchResult {
            let miner = ensure_signed(origin)?;
            Self::ensure_owned(&miner, &mill, &proof)?;
            Self::do_register(&miner, mill, Terms::new::<T>(ask, rates, models)?)
        }

        /// Schedules a new offer in place of the present one, to act from the next round. No slots at all is the way to
        /// leave; [`Call::withdraw`] then releases the bond. Pays for [`Call::apply_offer`] as well.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: register the account first.
        /// - [`Error::TooManySlots`]: offer [`MaxSlots`](super::MaxSlots) at most.
        /// - [`Error::TooManyModels`]: offer [`MaxModels`](super::MaxModels) at most.
        /// - [`Error::ZeroRate`]: leave the slot out, or promise at least one MAC per block.
        /// - [`Error::DuplicateModel`]: name each model once.
        /// - [`Error::UnknownModel`]: leave the models out that aren't registered or are retired.
        /// - [`Error::Overflow`]: promise lower rates.
        /// - The currency's, if the account can't pay the bond: top it up.
        #[pallet::call_index(1)]
        #[pallet::weight(T::WeightInfo::offer().saturating_add(T::WeightInfo::apply_offer()))]
        pub fn offer(
            origin: OriginFor<T>,
            ask: Balance,
            rates: Vec<u64>,
            models: Vec<ModelId>,
        ) -> DispatchResult {
            let miner = ensure_signed(origin)?;
            Self::do_offer(&miner, Terms::new::<T>(ask, rates, models)?)
        }

        /// Gives the miner another mill key, at once. `proof` is that key's signature, as in [`Call::register`].
        ///
        /// # Errors
        /// - [`Error::InvalidProof`]: have the new key's own node make the proof (`millrace_proveMill`).
        /// - [`Error::AlreadyExists`]: the key signs for a miner already; take another.
        /// - [`Error::NotFound`]: register the account first.
        #[pallet::call_index(2)]
        #[pallet::weight(T::WeightInfo::set_mill())]
        pub fn set_mill(origin: OriginFor<T>, mill: MillKey, proof: MillSignature) -> DispatchResult {
            let miner = ensure_signed(origin)?;
            Self::ensure_owned(&miner, &mill, &proof)?;
            Self::do_set_mill(&miner, mill)
        }

        /// Puts the miner's suspended slots on sale again and lets it sprint; holds what its bond lacks of what its offers
        /// need, be it because of a slash or a charge or because slots need more by now.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: register the account first.
        /// - [`Error::NotSuspended`]: there is nothing to resume, and nothing that the bond lacks.
        /// - The currency's, if the account can't pay what the bond lacks: top it up.
        #[pallet::call_index(3)]
        #[pallet::weight(T::WeightInfo::resume())]
        pub fn resume(origin: OriginFor<T>) -> DispatchResult {
            let miner = ensure_signed(origin)?;
            Self::do_resume(&miner)
        }

        /// Releases the bond above what the offers need, once the unbonding period is over. A miner without slots
        /// ceases to be one.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: the account is no miner; it has no bond.
        /// - [`Error::NothingToWithdraw`]: schedule a smaller offer, wait until it is in force and the unbonding period
        ///   is over, and call again.
        #[pallet::call_index(4)]
        #[pallet::weight(T::WeightInfo::withdraw())]
        pub fn withdraw(origin: OriginFor<T>) -> DispatchResult {
            let miner = ensure_signed(origin)?;
            Self::do_withdraw(&miner)
        }

        /// Brings a miner's scheduled offer into force once it is due. Anyone may call it. Without a sender it costs
        /// nothing: it was paid when the offer was scheduled, and each offer comes into force once.
        ///
        /// # Errors
        /// - [`Error::NotFound`]: the account is no miner.
        /// - [`Error::NothingScheduled`]: its last offer is in force.
        /// - [`Error::NotYetInForce`]: wait for the next round.
        #[pallet::call_index(5)]
        #[pallet::weight(T::WeightInfo::apply_offer())]
        #[pallet::weight_of_authorize(T::WeightInfo::authorize_apply_offer())]
        #[pallet::authorize(Self::authorize_apply_offer)]
        pub fn apply_offer(origin: OriginFor<T>, miner: T::AccountId) -> DispatchResult {
            if ensure_signed(origin.clone()).is_err() {
                ensure_authorized(origin)?;
            }
            Self::do_apply_offer(&miner)
        }
    }

    #[pallet::view_functions]
    impl<T: Config> Pallet<T> {
        /// A miner: its slots, its offers, its bond, and the reasons why it earns nothing, or less than it could. This pallet
        /// knows nothing of tasks: `leases` is none, and that no task waits or that its ask is too high for those that do
        /// are no reasons here. The runtime's `MarketApi` adds both; `leases` of the tasks' pallet lists the leases.
        pub fn miner(miner: T::AccountId) -> Option<MinerView<T::AccountId>> {
            Self::view_miner(&miner)
        }

        /// The free slots that offer a model, in the order in which they would be taken by tasks that any of them can
        /// finish in time; those that follow `after`, 100 at most. An offer that is due but wasn't applied yet is
        /// shown as the one before it.
        pub fn offers(
            model: ModelId,
            after: Option<OfferPlace<T::AccountId>>,
            count: u32,
        ) -> Vec<Offer<T::AccountId>> {
            Self::offers_in_book(model, after, count)
        }
    }
}
