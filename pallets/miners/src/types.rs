//! What the chain stores of a miner and its offers, and how much of it at most.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::ConstU32, BoundedVec};
use millrace_primitives::{mill::MillKey, Balance, BlockNumber, Mac, ModelId, Part, RoundIndex, SlotIndex};
use scale_info::TypeInfo;
use sp_runtime::DispatchError;

use crate::{Config, Error};

/// Most slots of one miner.
pub type MaxSlots = ConstU32<16>;
/// Most models that one miner offers.
pub type MaxModels = ConstU32<8>;
/// How many classes of rates there are: each is a factor of four.
pub const CLASSES: usize = 32;
/// Slots of each class that offer one model, by what is free of them.
pub type ClassCounts = [u32; CLASSES];

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

/// An offer that isn't in force yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Pending {
    /// The first round in which it may come into force.
    pub from: RoundIndex,
    /// What is offered.
    pub terms: Terms,
}

/// What all leases of a slot together take of it.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Leased {
    /// MAC per block.
    pub rate: u64,
    /// What failing all of them costs, planck.
    pub at_stake: Balance,
}

/// A bonded unit of capacity on sale.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Slot {
    /// MAC per block that it promises.
    pub rate: u64,
    /// The block in which a lease of it last began or ended.
    pub idle_since: BlockNumber,
    /// What its leases take, while there are any. Its bond stays as they need, whatever the miner offers next and
    /// whatever slots need by then.
    pub leased: Option<Leased>,
    /// Whether it is off the market until its miner resumes it.
    pub suspended: bool,
    /// Whether it disappears when its last lease ends.
    pub withdrawn: bool,
}

impl Slot {
    /// MAC per block that leases take of it.
    pub fn leased_rate(&self) -> u64 {
        self.leased.as_ref().map_or(0, |leased| leased.rate)
    }

    /// MAC per block that leases leave of it.
    pub fn free_rate(&self) -> u64 {
        self.rate.saturating_sub(self.leased_rate())
    }

    /// The rate that its bond must cover, MAC per block.
    pub fn bonded_rate(&self) -> u64 {
        self.leased_rate().max(self.rate)
    }

    /// The least of it that is on sale, MAC per block: half. Less would make the next task slow. And what ends beside a lease
    /// of the rest would stake more each time that it is leased again.
    pub fn least_on_sale(&self) -> u64 {
        self.rate.div_ceil(2)
    }

    /// Whether its leases leave enough for another.
    pub fn has_room(&self) -> bool {
        self.free_rate() >= self.least_on_sale()
    }

    /// Whether the rest of it stands in the books.
    pub fn is_on_sale(&self) -> bool {
        self.has_room() && !self.suspended && !self.withdrawn
    }

    /// Has a lease take a part of it.
    pub(crate) fn take(&mut self, part: Part) {
        let leased = self.leased.get_or_insert_default();
        leased.rate = leased.rate.saturating_add(part.rate);
        leased.at_stake = leased.at_stake.saturating_add(part.slash);
    }

    /// Gives back what a lease took.
    pub(crate) fn give_back(&mut self, part: Part) {
        let left = self.leased.take().map(|leased| Leased {
            rate: leased.rate.saturating_sub(part.rate),
            at_stake: leased.at_stake.saturating_sub(part.slash),
        });
        // Each lease takes a MAC at least.
        self.leased = left.filter(|leased| leased.rate > 0);
    }
}

/// Capacity that a miner had on sale and wasn't credited for yet.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Capacity {
    /// MAC.
    pub unused: Mac,
    /// The sum over these MAC of the ask at which each was on sale, planck per mega-MAC.
    pub weighted: u128,
    /// The block up to which all is counted.
    pub since: BlockNumber,
}

/// A miner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct MinerRecord {
    /// The key that signs for it.
    pub mill: MillKey,
    /// The offer in force.
    pub terms: Terms,
    /// The offer that follows.
    pub next: Option<Pending>,
    /// The slots.
    pub slots: BoundedVec<Slot, MaxSlots>,
    /// Whether a sprint of it was wrong, since it last resumed.
    pub rejected: bool,
    /// Planck on hold for its slots.
    pub bond: Balance,
    /// Planck on hold for this record.
    pub deposit: Balance,
    /// From this block on, bond above what is needed can be withdrawn.
    pub withdrawable_from: BlockNumber,
    /// What it had on sale.
    pub capacity: Capacity,
}

impl MinerRecord {
    /// Whether anything of it is off the market until it resumes.
    pub fn is_suspended(&self) -> bool {
        self.rejected || self.slots.iter().any(|slot| slot.suspended)
    }

    /// Whether an offer of it may come into force in this round.
    pub fn is_due(&self, round: RoundIndex) -> bool {
        self.next.as_ref().is_some_and(|next| next.from <= round)
    }

    /// The slot that must cover the highest rate, and that rate in MAC per block: what a wrong sprint is slashed for.
    pub(crate) fn largest_slot(&self) -> (SlotIndex, u64) {
        let largest = (0..).zip(&self.slots).max_by_key(|(_, slot)| slot.bonded_rate());
        largest.map_or((0, 0), |(index, slot)| (index, slot.bonded_rate()))
    }

    /// The slots of which anything stands in the books.
    pub(crate) fn on_sale(&self) -> Vec<SlotIndex> {
        (0..).zip(&self.slots).filter(|(_, slot)| slot.is_on_sale()).map(|(index, _)| index).collect()
    }

    /// Forgets withdrawn slots without leases at the end of the list; those before a leased one stay, because a slot's
    /// index names it.
    pub(crate) fn drop_withdrawn(&mut self) {
        while self.slots.last().is_some_and(|slot| slot.withdrawn && slot.leased.is_none()) {
            self.slots.pop();
        }
    }
}

/// A miner of the genesis.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisMiner<AccountId> {
    /// The bonded account.
    pub account: AccountId,
    /// Its mill key.
    pub mill: MillKey,
    /// Planck per mega-MAC.
    pub ask: Balance,
    /// MAC per block of each slot.
    pub rates: Vec<u64>,
    /// The models that it offers.
    pub models: Vec<ModelId>,
}

/// Where a slot on sale stands in a class of a book. Storage sorts keys by their bytes: numbers lie here with the highest
/// byte first, so that this is the order in which slots are sold.
#[derive(
    Clone,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Place<AccountId> {
    ask: [u8; 16],
    idle_since: [u8; 4],
    miner: AccountId,
    slot: [u8; 4],
}

impl<AccountId> Place<AccountId> {
    /// The place of a slot, by its ask in planck per mega-MAC, the block in which a lease of it last began or ended, and its
    /// name.
    pub fn new(ask: Balance, idle_since: BlockNumber, miner: AccountId, slot: SlotIndex) -> Self {
        Self { ask: ask.to_be_bytes(), idle_since: idle_since.to_be_bytes(), miner, slot: slot.to_be_bytes() }
    }

    /// Planck per mega-MAC.
    pub fn ask(&self) -> Balance {
        Balance::from_be_bytes(self.ask)
    }

    /// The block in which a lease of it last began or ended.
    pub fn idle_since(&self) -> BlockNumber {
        BlockNumber::from_be_bytes(self.idle_since)
    }

    /// Whose slot it is.
    pub fn miner(&self) -> &AccountId {
        &self.miner
    }

    /// Which of its slots.
    pub fn slot(&self) -> SlotIndex {
        SlotIndex::from_be_bytes(self.slot)
    }
}

/// [`Place`] of a runtime.
pub type PlaceOf<T> = Place<<T as frame_system::Config>::AccountId>;

/// A slot's index as a position in a list.
pub(crate) fn position(slot: SlotIndex) -> Option<usize> {
    usize::try_from(slot).ok()
}
