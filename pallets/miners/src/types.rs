//! What the chain stores of a miner and its offers, and how much of it at most.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use millrace_primitives::{mill::MillKey, Balance, BlockNumber, ModelId, SlotIndex};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use crate::{Config, Error};

/// Most slots of one miner.
pub type MaxSlots = ConstU32<16>;
/// Most models that one miner offers.
pub type MaxModels = ConstU32<8>;
/// Most slots that offer one model.
pub type MaxBook = ConstU32<256>;

/// What a miner offers.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Terms {
    /// Planck per mega-MAC, of all its slots.
    pub ask: Balance,
    /// MAC per block that each slot promises.
    pub rates: BoundedVec<u64, MaxSlots>,
    /// The models that every slot executes.
    pub models: BoundedVec<ModelId, MaxModels>,
}

impl Terms {
    pub(crate) fn new<T: Config>(
        ask: Balance,
        rates: Vec<u64>,
        models: Vec<ModelId>,
    ) -> Result<Self, DispatchError> {
        // The bounds come first: what is looked through below is short.
        let rates: BoundedVec<_, _> = rates.try_into().map_err(|_| Error::<T>::TooManySlots)?;
        let models: BoundedVec<_, _> = models.try_into().map_err(|_| Error::<T>::TooManyModels)?;
        ensure!(!rates.contains(&0), Error::<T>::ZeroRate);
        let mut names = models.to_vec();
        names.sort_unstable();
        names.dedup();
        ensure!(names.len() == models.len(), Error::<T>::DuplicateModel);
        Ok(Self { ask, rates, models })
    }

    /// Slots offered.
    pub(crate) fn slots(&self) -> u32 {
        u32::try_from(self.rates.len()).unwrap_or(u32::MAX)
    }
}

/// A bonded unit of capacity on sale.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Slot {
    /// MAC per block that it promises.
    pub rate: u64,
    /// Since when it is not leased.
    pub idle_since: BlockNumber,
    /// The rate at which it was leased, while it executes a task: MAC per block. Its bond stays as that needs, whatever
    /// the miner offers next.
    pub leased: Option<u64>,
    /// Whether it is off the market until its miner resumes it.
    pub suspended: bool,
    /// Whether it disappears when its lease ends.
    pub withdrawn: bool,
}

impl Slot {
    /// The rate that its bond must cover, MAC per block.
    pub fn bonded_rate(&self) -> u64 {
        self.leased.map_or(self.rate, |leased| leased.max(self.rate))
    }

    /// Whether it stands in the books.
    pub fn is_on_sale(&self) -> bool {
        !(self.leased.is_some() || self.suspended || self.withdrawn)
    }
}

/// A miner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct MinerRecord {
    /// The key that signs for it.
    pub mill: MillKey,
    /// The offer in force.
    pub terms: Terms,
    /// The offer of the next round.
    pub next: Option<Terms>,
    /// The slots.
    pub slots: BoundedVec<Slot, MaxSlots>,
    /// Whether a sprint of it was wrong, since it last resumed.
    pub rejected: bool,
    /// Planck on hold.
    pub bond: Balance,
    /// From this block on, bond above what is needed can be withdrawn.
    pub withdrawable_from: BlockNumber,
}

impl MinerRecord {
    /// Whether anything of it is off the market until it resumes.
    pub fn is_suspended(&self) -> bool {
        self.rejected || self.slots.iter().any(|slot| slot.suspended)
    }

    /// The slots that stand in the books.
    pub(crate) fn on_sale(&self) -> Vec<SlotIndex> {
        (0..).zip(&self.slots).filter(|(_, slot)| slot.is_on_sale()).map(|(index, _)| index).collect()
    }
}

/// A free slot in a model's book.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct BookEntry<AccountId> {
    /// Planck per mega-MAC.
    pub ask: Balance,
    /// Since when it is idle.
    pub idle_since: BlockNumber,
    /// The miner.
    pub miner: AccountId,
    /// The slot.
    pub slot: SlotIndex,
    /// MAC per block.
    pub rate: u64,
}

/// [`BookEntry`] of a runtime.
pub type BookEntryOf<T> = BookEntry<<T as frame_system::Config>::AccountId>;
