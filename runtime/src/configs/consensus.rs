//! The parachain, its collators and their sessions.

use cumulus_pallet_parachain_system::{OnSystemEvent, RelayChainStateProof};
use cumulus_primitives_core::{
    relay_chain::well_known_keys::CURRENT_BLOCK_RANDOMNESS, PersistedValidationData,
};
use frame_support::{
    parameter_types, storage_alias,
    traits::{ConstBool, ConstU32, ConstU64, Get},
    weights::Weight,
    PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::traits::ConvertInto;

use super::{
    parameters::{stored::collators, Within},
    time::SLOT_DURATION,
};
use crate::{
    AccountId, Aura, AuraId, Balances, BlockNumber, Collators, Rewards, Runtime, RuntimeEvent, Session,
    SessionKeys, System,
};

/// Collators that governance may appoint.
pub const MAX_APPOINTED: u32 = 20;
/// Seats that may be drawn.
pub const MAX_SEATS: u32 = 32;

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

/// What the relay chain's block author couldn't choose, as of the newest relay chain block that this chain's last block
/// named. A session begins before its block names one of its own.
#[storage_alias]
type RelayRandomness = StorageValue<Consensus, [u8; 32]>;

/// Keeps the relay chain's randomness when a block names its relay chain block.
pub struct KeepRandomness;
impl OnSystemEvent for KeepRandomness {
    fn on_validation_data(_: &PersistedValidationData) {}

    fn on_validation_code_applied() {}

    fn on_relay_state_proof(proof: &RelayChainStateProof) -> Weight {
        // Without one the last stays: a secondary slot may have no output of a VRF, and an author may leave the key out
        // of its proof. If that made room for its own block's hash, it could choose the seed.
        if let Ok(Some(Some(randomness))) =
            proof.read_optional_entry::<Option<[u8; 32]>>(CURRENT_BLOCK_RANDOMNESS)
        {
            RelayRandomness::put(randomness);
        }
        <Runtime as frame_system::Config>::DbWeight::get().writes(1)
    }
}

/// The randomness of draws: the relay chain's. Where there never was any, the hash of the block before, which its
/// author could choose. That is so on the development chain, whose relay chain is made up.
pub struct Randomness;
impl Get<[u8; 32]> for Randomness {
    fn get() -> [u8; 32] {
        RelayRandomness::get().unwrap_or_else(|| System::parent_hash().0)
    }
}

/// The author of the running block.
pub struct Author;
impl Get<Option<AccountId>> for Author {
    fn get() -> Option<AccountId> {
        pallet_authorship::Pallet::<Runtime>::author()
    }
}

impl cumulus_pallet_parachain_system::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type OnSystemEvent = KeepRandomness;
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
    type EventHandler = Collators;
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
    type ValidatorIdOf = ConvertInto;
    type ShouldEndSession = pallet_session::PeriodicSessions<SessionLength, Offset>;
    type NextSessionRotation = pallet_session::PeriodicSessions<SessionLength, Offset>;
    type SessionManager = Collators;
    type SessionHandler = <SessionKeys as sp_runtime::traits::OpaqueKeys>::KeyTypeIdProviders;
    type Keys = SessionKeys;
    type DisablingStrategy = ();
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
    type Currency = Balances; // fungible Mutate + hold::Mutate<Reason: From<HoldReason>>
    type KeyDeposit = (); // Get<Balance>; () = 0
}

impl pallet_collators::Config for Runtime {
    type Currency = Balances;
    type UpdateOrigin = EnsureRoot<AccountId>;
    type ValidatorRegistration = Session;
    type Randomness = Randomness;
    type Mined = Rewards;
    type PotId = PotId;
    type CandidacyDeposit = Within<collators::CandidacyDeposit>;
    type MaxAppointed = ConstU32<MAX_APPOINTED>;
    type MaxCandidates = ConstU32<128>;
    type MaxSeats = ConstU32<MAX_SEATS>;
    type WeightInfo = pallet_collators::weights::SubstrateWeight<Runtime>;
}
