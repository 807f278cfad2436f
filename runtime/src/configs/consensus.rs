//! The parachain, its collators and their sessions.

use frame_support::{
    parameter_types,
    traits::{ConstBool, ConstU32, ConstU64, Get},
    weights::Weight,
    PalletId,
};
use frame_system::EnsureRoot;

use crate::{
    AccountId, Aura, AuraId, Balances, BlockNumber, CollatorSelection, Runtime, RuntimeEvent, Session,
    SessionKeys,
};

/// Parachain slot and block time, ms.
pub const SLOT_DURATION: u64 = 6_000;
pub const MINUTES: BlockNumber = 60_000 / (SLOT_DURATION as BlockNumber);
pub const HOURS: BlockNumber = MINUTES * 60;
pub const DAYS: BlockNumber = HOURS * 24;

const RELAY_CHAIN_SLOT_DURATION_MILLIS: u32 = 6_000;
/// Blocks per relay parent.
const BLOCK_PROCESSING_VELOCITY: u32 = 1;
/// Blocks built but not yet included in the relay chain.
const UNINCLUDED_SEGMENT_CAPACITY: u32 = 3;
pub const RELAY_PARENT_OFFSET: u32 = 0;

pub type ConsensusHook = cumulus_pallet_aura_ext::FixedVelocityConsensusHook<
    Runtime,
    RELAY_CHAIN_SLOT_DURATION_MILLIS,
    BLOCK_PROCESSING_VELOCITY,
    UNINCLUDED_SEGMENT_CAPACITY,
>;

parameter_types! {
    // Without XCM nothing is processed: no weight is kept free for messages.
    pub const NoReservedWeight: Weight = Weight::zero();
}

impl cumulus_pallet_parachain_system::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnSystemEvent = ();
    type SelfParaId = parachain_info::Pallet<Runtime>;
    type OutboundXcmpMessageSource = ();
    type DmpQueue = ();
    type ReservedDmpWeight = NoReservedWeight;
    type XcmpMessageHandler = ();
    type ReservedXcmpWeight = NoReservedWeight;
    type CheckAssociatedRelayNumber = cumulus_pallet_parachain_system::RelayNumberMonotonicallyIncreases;
    type WeightInfo = cumulus_pallet_parachain_system::weights::SubstrateWeight<Runtime>;
    type ConsensusHook = ConsensusHook;
    type RelayParentOffset = ConstU32<RELAY_PARENT_OFFSET>;
    type SchedulingSignatureVerifier = ();
}

impl cumulus_pallet_aura_ext::Config for Runtime {}

impl pallet_aura::Config for Runtime {
    type AuthorityId = AuraId;
    type DisabledValidators = ();
    type MaxAuthorities = ConstU32<100_000>;
    type AllowMultipleBlocksPerSlot = ConstBool<true>;
    type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_authorship::Config for Runtime {
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Aura>;
    type EventHandler = (CollatorSelection,);
}

parameter_types! {
    pub const Offset: BlockNumber = 0;
    /// Account of collected fees, paid out to authors.
    pub const PotId: PalletId = PalletId(*b"PotStake");
}

/// A session lasts as long as a round, whose length the genesis sets.
pub struct SessionLength;
impl Get<BlockNumber> for SessionLength {
    fn get() -> BlockNumber {
        pallet_rewards::RoundLength::<Runtime>::get().max(1)
    }
}

impl pallet_session::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type ValidatorId = AccountId;
    type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
    type ShouldEndSession = pallet_session::PeriodicSessions<SessionLength, Offset>;
    type NextSessionRotation = pallet_session::PeriodicSessions<SessionLength, Offset>;
    type SessionManager = CollatorSelection;
    type SessionHandler = <SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances; // fungible Mutate + hold::Mutate<Reason: From<HoldReason>>
    type KeyDeposit = (); // Get<Balance>; () = 0
}

impl pallet_collator_selection::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type UpdateOrigin = EnsureRoot<AccountId>;
    type PotId = PotId;
    type MaxCandidates = ConstU32<100>;
    type MinEligibleCollators = ConstU32<4>;
    type MaxInvulnerables = ConstU32<20>;
    type KickThreshold = SessionLength; // a multiple of the session length
    type ValidatorId = AccountId;
    type ValidatorIdOf = pallet_collator_selection::IdentityCollator;
    type ValidatorRegistration = Session;
    type WeightInfo = pallet_collator_selection::weights::SubstrateWeight<Runtime>;
}

/// The author of the running block, as far as its header tells.
pub struct BlockAuthor;
impl Get<Option<AccountId>> for BlockAuthor {
    fn get() -> Option<AccountId> {
        pallet_authorship::Pallet::<Runtime>::author()
    }
}
