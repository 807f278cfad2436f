//! What is said of miners and what they offer.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::OpenLease;
#[cfg(feature = "std")]
use crate::json;
use crate::{mill::MillKey, Balance, BlockNumber, Mac, ModelId, RoundIndex, SlotIndex};

/// What is free of a slot on sale. The list of a model's offers goes on after one of them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct Offer<AccountId> {
    /// The miner.
    pub miner: AccountId,
    /// Which of its slots.
    pub slot: SlotIndex,
    /// Planck per mega-MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub ask: Balance,
    /// MAC per block that are free of it.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub rate: u64,
    /// The block in which a lease of it last began or ended.
    pub idle_since: BlockNumber,
}

/// Where an [`Offer`] stands in its list, to go on after it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OfferPlace<AccountId> {
    /// Planck per mega-MAC.
    pub ask: Balance,
    /// The block in which a lease of it last began or ended.
    pub idle_since: BlockNumber,
    /// The miner.
    pub miner: AccountId,
    /// Which of its slots.
    pub slot: SlotIndex,
}

impl<AccountId: Clone> Offer<AccountId> {
    /// Where it stands.
    pub fn place(&self) -> OfferPlace<AccountId> {
        OfferPlace { ask: self.ask, idle_since: self.idle_since, miner: self.miner.clone(), slot: self.slot }
    }
}

/// One reason why a miner earns nothing, or less than it could.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "std",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")
)]
pub enum IdleReason {
    /// Its mill key signs for nobody: `set_mill` names one. Whether a node holds the key's secret, only that node knows.
    KeyUnknown,
    /// It has no slot in force.
    NoSlots,
    /// Its offer names no model.
    NoModels,
    /// An offer waits. Until then the one before is in force, if there was one.
    OfferPending {
        /// The first round in which it may come into force.
        from: RoundIndex,
        /// Whether that round has come: `apply_offer` brings it into force.
        due: bool,
    },
    /// Slots are off the market until `resume`.
    Suspended {
        /// Which.
        slots: Vec<SlotIndex>,
    },
    /// A sprint of it was wrong: it can't sprint until `resume`.
    Rejected,
    /// The bond couldn't pay for a wrong sprint: it can't sprint until `resume` or an offer tops it up.
    BondShort {
        /// Planck that are missing.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        missing: Balance,
    },
    /// Sprints run on these models, too, and it doesn't offer them: its work on them counts a sixteenth.
    NotOffered {
        /// The models.
        models: Vec<ModelId>,
    },
    /// It offers models that take no new tasks, or are gone.
    Retired {
        /// The models.
        models: Vec<ModelId>,
    },
    /// Slots have no room beside their leases: they earn for their tasks and take no other.
    SlotsLeased {
        /// How many.
        leased: u32,
        /// Of how many.
        of: u32,
    },
    /// Tasks wait for its models, and the best of them pays less than it asks.
    AskTooHigh {
        /// The highest ask that a waiting task for one of its models can pay, planck per mega-MAC.
        #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
        highest: Balance,
    },
    /// No task waits for its models. It can sprint.
    NoTasks,
}

/// A slot of a miner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct SlotView {
    /// Which.
    pub slot: SlotIndex,
    /// MAC per block that it promises.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub rate: u64,
    /// Whether a task can take any of it: half of it is free, and it is neither suspended nor withdrawn.
    pub on_sale: bool,
    /// MAC per block that open leases take of it.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub leased_rate: u64,
    /// Whether it is off the market until `resume`.
    pub suspended: bool,
    /// Whether it disappears when its last lease ends.
    pub withdrawn: bool,
    /// The block in which a lease of it last began or ended.
    pub idle_since: BlockNumber,
}

/// An offer that isn't in force yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct NextOffer {
    /// The first round in which it may come into force.
    pub from: RoundIndex,
    /// Planck per mega-MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub ask: Balance,
    /// MAC per block of each slot.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimals"))]
    pub rates: Vec<u64>,
    /// The models.
    pub models: Vec<ModelId>,
}

/// A miner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct MinerView<AccountId> {
    /// The bonded account.
    pub miner: AccountId,
    /// Its mill key.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::key"))]
    pub mill: MillKey,
    /// Planck per mega-MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub ask: Balance,
    /// The models that it offers.
    pub models: Vec<ModelId>,
    /// Its slots.
    pub slots: Vec<SlotView>,
    /// The offer that follows.
    pub next: Option<NextOffer>,
    /// Planck on hold for its slots.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub bond: Balance,
    /// Planck that its slots, those to come included, need.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub needed_bond: Balance,
    /// From this block on, bond above what is needed can be withdrawn.
    pub withdrawable_from: BlockNumber,
    /// Capacity that it had on sale until it was counted last, and wasn't credited for: MAC.
    #[cfg_attr(feature = "std", serde(serialize_with = "json::decimal"))]
    pub unused_capacity: Mac,
    /// Whether it may sprint.
    pub may_sprint: bool,
    /// Its open leases; none where nobody looked, as in the pallet's own view function: `tasks.leases` lists them.
    pub leases: Option<Vec<OpenLease<AccountId>>>,
    /// Every reason why it earns nothing, or less than it could. Where nobody looked for leases, nobody asked what tasks pay
    /// either, and [`IdleReason::AskTooHigh`] and [`IdleReason::NoTasks`] are not told.
    pub idle: Vec<IdleReason>,
}
